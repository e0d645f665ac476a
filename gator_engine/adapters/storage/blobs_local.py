"""Files in a folder, each named by the SHA-256 of its content."""

from __future__ import annotations

import hashlib
import os
import re
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from gator_engine.errors import NotFound, Unavailable
from gator_engine.ports import StoredFile

CHUNK = 1 << 20
_SHA256 = re.compile(r"[0-9a-f]{64}")


class LocalBlobStore:
    """BlobStore over `<root>/<aa>/<bb>/<sha256>`; safe with any number of writers.

    A file appears under its name only when it is complete and on the disk. Names are made of
    64 hexadecimal digits and nothing else, so no caller's text ever becomes a path.
    """

    def __init__(self, root: Path) -> None:
        self._root = root.absolute()

    def put(self, data: bytes) -> str:
        """Store atomically and return the SHA-256.

        Storing the same bytes twice is harmless, and makes the file young again. Raises
        Unavailable when the folder cannot be written to or the disk is full.
        """
        sha256 = hashlib.sha256(data).hexdigest()
        if not self.touch(sha256):
            with self._incoming() as (file, arriving):
                file.write(data)
                self._keep(file, arriving, sha256)
        return sha256

    def put_file(self, path: Path) -> str:
        """Store a copy of a file, read in pieces. Raises NotFound or Unavailable."""
        digest = hashlib.sha256()
        try:
            source = path.open("rb")
        except FileNotFoundError:
            raise NotFound("file", str(path)) from None
        with source, self._incoming() as (file, arriving):
            while piece := source.read(CHUNK):
                digest.update(piece)
                file.write(piece)
            self._keep(file, arriving, digest.hexdigest())
        return digest.hexdigest()

    def get(self, sha256: str) -> bytes:
        """Raises NotFound."""
        with self._reported():
            return self.path(sha256).read_bytes()

    def path(self, sha256: str) -> Path:
        """A local path with that content. Raises NotFound, also for what is no SHA-256 at all."""
        place = self._place(sha256)
        if not place.is_file():
            raise NotFound("file", sha256)
        return place

    def size(self, sha256: str) -> int:
        """Bytes. Raises NotFound."""
        return self.path(sha256).stat().st_size

    def exists(self, sha256: str) -> bool:
        """Whether there is a file with that content."""
        return bool(_SHA256.fullmatch(sha256)) and self._place(sha256).is_file()

    def look(self, sha256: str) -> StoredFile | None:
        """Size and age, None when it is not there. Raises NotFound for what is no SHA-256."""
        return _looked_at(self._place(sha256))

    def touch(self, sha256: str) -> bool:
        """Make it young, as `put` does; False when it is not there."""
        with self._reported():
            try:
                os.utime(self._place(sha256))
            except FileNotFoundError:
                return False
        return True

    def walk(self) -> Iterator[StoredFile]:
        """Every file, in no particular order; what comes or goes meanwhile may be left out."""
        for path in self._root.glob("[0-9a-f][0-9a-f]/[0-9a-f][0-9a-f]/*"):
            if _SHA256.fullmatch(path.name) and (found := _looked_at(path)):
                yield found

    def leftovers(self) -> Iterator[StoredFile]:
        """What interrupted writers left in the folder of arriving files."""
        for path in (self._root / "incoming").glob("*"):
            if found := _looked_at(path):
                yield found

    def drop_leftover(self, name: str) -> None:
        """Remove one of the `leftovers`; any other name is ignored."""
        with self._reported():
            if name in {file.name for file in self.leftovers()}:
                (self._root / "incoming" / name).unlink(missing_ok=True)

    def delete(self, sha256: str) -> None:
        """Remove it; what is not there is fine. Raises NotFound for what is no SHA-256."""
        with self._reported():
            self._place(sha256).unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        if not _SHA256.fullmatch(sha256):
            raise NotFound("file", sha256)
        return self._root / sha256[:2] / sha256[2:4] / sha256

    @contextmanager
    def _incoming(self) -> Iterator[tuple[BinaryIO, Path]]:
        """A temporary file on the same disk; gone afterwards unless it was kept."""
        folder = self._root / "incoming"
        with self._reported():
            folder.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=folder)
            arriving = Path(name)
            try:
                with os.fdopen(handle, "wb") as file:
                    yield file, arriving
            finally:
                arriving.unlink(missing_ok=True)

    def _keep(self, file: BinaryIO, arriving: Path, sha256: str) -> None:
        """Bring the bytes to the disk, then the name, then the folders that hold it."""
        file.flush()
        os.fsync(file.fileno())
        place = self._place(sha256)
        place.parent.mkdir(parents=True, exist_ok=True)
        arriving.replace(place)
        for folder in place.parents[:3]:
            _sync_folder(folder)

    @contextmanager
    def _reported(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise NotFound("file", Path(str(error.filename)).name) from error
        except OSError as error:
            raise Unavailable(
                f"The file store {self._root}",
                f"{error.strerror or error}.",
                "Check the disk's free space and the folder's permissions.",
            ) from error


def _looked_at(path: Path) -> StoredFile | None:
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return StoredFile(path.name, facts.st_size, time.time() - facts.st_mtime)


def _sync_folder(folder: Path) -> None:
    """A new name survives a power cut only when its folder is on the disk too (POSIX fsync)."""
    if os.name != "posix":
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
