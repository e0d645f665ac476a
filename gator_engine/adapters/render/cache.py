"""Segments and sound that were made before, in <home>/cache/render, within a number of bytes."""

from __future__ import annotations

import errno
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from gator_engine.errors import Unavailable

STALE_S = 3600.0
"""A work folder or half-written file that was not touched for an hour belongs to nobody."""
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk() -> Iterator[None]:
    """Lets a full or read-only disk be reported as such. Raises Unavailable."""
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            fix = "Free some space, or lower GATOR_RENDER_CACHE_MB."
            raise Unavailable("The disk", "it is full.", fix) from error
        if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
            raise Unavailable(
                "The disk", f"{error.filename} cannot be written.", "Check its permissions."
            ) from error
        raise


class RenderCache:
    """Files by key; those used longest ago go first. For any number of processes.

    A file appears under its name only when it is complete. A render takes what it uses into its
    own work folder (as a hard link, where the disk can), so removing an entry never disturbs it.
    """

    def __init__(self, root: Path, most_bytes: int) -> None:
        self._root, self._most = root, most_bytes

    @contextmanager
    def work(self) -> Iterator[Path]:
        """A folder for one render; it is gone afterwards. Raises Unavailable."""
        with disk():
            self._root.mkdir(parents=True, exist_ok=True)
            self._clear_stale()
            folder = Path(tempfile.mkdtemp(prefix="work-", dir=self._root))
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def take(self, name: str, folder: Path) -> Path | None:
        """The file of that name, in a work folder; None when it is not kept."""
        kept, taken = self._place(name), folder / name
        try:
            os.utime(kept)
            _link(kept, taken)
        except FileNotFoundError:
            return None
        return taken

    def put(self, name: str, data: bytes, folder: Path) -> Path:
        """Write a file into a work folder, and keep it for others. Raises Unavailable."""
        made = folder / name
        with disk():
            _write(made, data)
        self.keep(made)
        return made

    def keep(self, made: Path) -> None:
        """Keep a finished file of a work folder under its own name. Raises Unavailable."""
        place = self._place(made.name)
        with disk():
            place.parent.mkdir(exist_ok=True)
            part = place.with_name(f"{place.name}.{os.getpid()}-{time.monotonic_ns()}.part")
            try:
                _link(made, part)
                part.replace(place)
            finally:
                part.unlink(missing_ok=True)

    def drop(self, name: str) -> None:
        """Forget a file that turned out to be of no use."""
        self._place(name).unlink(missing_ok=True)

    def tidy(self) -> None:
        """Remove what was used longest ago, until the rest fits."""
        kept = sorted(self._files(), key=lambda one: one[1].st_mtime)
        total = sum(stat.st_size for _, stat in kept)
        for path, stat in kept:
            if total <= self._most:
                return
            path.unlink(missing_ok=True)
            total -= stat.st_size

    def _place(self, name: str) -> Path:
        return self._root / name[:2] / name

    def _files(self) -> Iterator[tuple[Path, os.stat_result]]:
        for path in self._root.glob("??/*"):
            try:
                stat = path.stat()
            except FileNotFoundError:  # Another process tidied it away.
                continue
            if path.suffix != ".part":
                yield path, stat
            elif time.time() - stat.st_mtime > STALE_S:
                path.unlink(missing_ok=True)

    def _clear_stale(self) -> None:
        """Remove work folders whose render died."""
        for folder in self._root.glob("work-*"):
            try:
                age = time.time() - folder.stat().st_mtime
            except FileNotFoundError:
                continue
            if age > STALE_S:
                shutil.rmtree(folder, ignore_errors=True)


def _write(path: Path, data: bytes) -> None:
    part = path.with_name(path.name + ".part")
    try:
        with part.open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _link(source: Path, target: Path) -> None:
    """The same file in a second place; a copy where the disk knows no links."""
    target.unlink(missing_ok=True)
    try:
        os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copyfile(source, target)
