"""The list of fragments that make up the measurements: one JSON line per fragment, append-only.

Why a log and not one JSON document or one file per entry: adding a fragment costs the same after
ten or after a hundred thousand of them, readers only read what is new since their last look, and
one line is one commit. A line counts once its newline is on the disk, so a writer that dies half
way leaves a tail without newline: readers stop before it and the next writer cuts it off. Writers
take turns through a file lock, which the system releases when a process dies.

The lock is `flock`, so the folder must be on a local disk (or an NFSv4 that supports it).
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from threading import Lock

from gator_engine.errors import Unavailable

VERSION = 1


@dataclass(frozen=True)
class Fragment:
    """One immutable Parquet file: its path below the root, its rows, and the times it spans."""

    path: str
    rows: int
    first: datetime
    last: datetime

    def to_line(self) -> bytes:
        """The manifest line, newline included."""
        entry = {
            "v": VERSION,
            "path": self.path,
            "rows": self.rows,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
        }
        return json.dumps(entry, separators=(",", ":")).encode() + b"\n"

    @classmethod
    def from_line(cls, line: bytes) -> Fragment:
        """Raises Unavailable when the line was not written by this version of Gator."""
        try:
            entry = json.loads(line)
            if entry["v"] != VERSION:
                raise ValueError(f"version {entry['v']}")
            first, last = (datetime.fromisoformat(entry[key]) for key in ("first", "last"))
            return cls(entry["path"], entry["rows"], first, last)
        except (ValueError, KeyError, TypeError) as error:
            raise Unavailable(
                "The list of measurements",
                f"a line of its manifest cannot be read ({error}).",
                "Restore it from a backup, or update Gator if a newer version wrote it.",
            ) from error


class Manifest:
    """The manifest in folder `root`; safe with many processes and threads."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._path = root / "manifest.jsonl"
        self._guard = Lock()
        self._inode = 0
        self._offset = 0
        self._fragments: list[Fragment] = []

    def add(self, fragment: Fragment) -> None:
        """List a fragment; it is safely on disk when this returns.

        Raises Unavailable when its file is gone (swept away while its writer was suspended).
        """
        with self.locked(), self._path.open("a+b") as file:
            if not (self._root / fragment.path).exists():
                raise Unavailable(
                    "The new measurement file", "it vanished before it was listed.", "Try again."
                )
            file.truncate(_end_of_lines(file.fileno()))
            file.write(fragment.to_line())
            file.flush()
            os.fsync(file.fileno())
            sync_folder(self._root)

    def fragments(self) -> tuple[Fragment, ...]:
        """Everything listed so far, in the order it was listed."""
        with self._guard:
            if self._grown():
                # Shared: no writer may cut off a dead writer's tail under our eyes.
                with self.locked(shared=True):
                    self._read_new_lines()
            return tuple(self._fragments)

    def discard(self, candidates: Iterable[Path]) -> int:
        """Delete those of the files that are not listed; returns how many."""
        with self._guard, self.locked():
            if self._grown():
                self._read_new_lines()
            listed = {self._root / fragment.path for fragment in self._fragments}
            strays = [path for path in candidates if path not in listed]
            for path in strays:
                path.unlink(missing_ok=True)
        return len(strays)

    def _grown(self) -> bool:
        """Whether there is something to read since the last look."""
        if not self._path.exists():
            return False
        stat = self._path.stat()
        return (stat.st_ino, stat.st_size) != (self._inode, self._offset)

    def _read_new_lines(self) -> None:
        with self._path.open("rb") as file:
            stat = os.fstat(file.fileno())
            if stat.st_ino != self._inode or stat.st_size < self._offset:
                self._inode, self._offset, self._fragments = stat.st_ino, 0, []
            file.seek(self._offset)
            fresh = file.read()
        lines = fresh[: fresh.rfind(b"\n") + 1]
        self._fragments.extend(map(Fragment.from_line, lines.splitlines()))
        self._offset += len(lines)

    @contextmanager
    def locked(self, *, shared: bool = False) -> Iterator[None]:
        """Hold the manifest against other processes (and, with `shared`, only against writers)."""
        with (self._root / "manifest.lock").open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH if shared else fcntl.LOCK_EX)
            yield


def sync_folder(folder: Path) -> None:
    """Make the names in a folder survive a power cut."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _end_of_lines(descriptor: int) -> int:
    """Size in bytes up to and including the last newline."""
    size = os.fstat(descriptor).st_size
    if size == 0 or os.pread(descriptor, 1, size - 1) == b"\n":
        return size
    return os.pread(descriptor, size, 0).rfind(b"\n") + 1
