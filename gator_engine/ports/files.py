"""Ports of files and secrets at rest."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol


@dataclass(frozen=True)
class StoredFile:
    """A stored file: its name, its bytes, and the seconds since it was last put."""

    name: str
    size: int
    age_s: float


class BlobStore(Protocol):
    """Content-addressed files, named by the SHA-256 of their bytes."""

    def put(self, data: bytes) -> str:
        """Store atomically and return the SHA-256.

        Storing the same bytes twice is harmless, and makes the file young again.
        """

    def look(self, sha256: str) -> StoredFile | None:
        """Size and age, None when it is not there."""

    def touch(self, sha256: str) -> bool:
        """Make it young, as `put` does; False when it is not there."""

    def walk(self) -> Iterator[StoredFile]:
        """Every file, in no particular order."""

    def leftovers(self) -> Iterator[StoredFile]:
        """What interrupted writers left behind, by names of its own."""

    def drop_leftover(self, name: str) -> None: ...

    def put_file(self, path: Path) -> str: ...
    def get(self, sha256: str) -> bytes:
        """Raises NotFound."""

    def path(self, sha256: str) -> Path:
        """A local path with that content. Raises NotFound."""

    def size(self, sha256: str) -> int: ...
    def exists(self, sha256: str) -> bool: ...
    def delete(self, sha256: str) -> None: ...


class SecretVault(Protocol):
    """Seals credentials at rest; what it returns is useless without the key."""

    def seal(self, secrets: Mapping[str, str]) -> bytes: ...
    def open(self, sealed: bytes) -> dict[str, str]:
        """Raises ConfigError when the key does not fit."""

    def sign(self, value: str, *, ttl_s: int) -> str:
        """A URL-safe token that carries `value` and an expiry."""

    def verify(self, token: str) -> str:
        """The signed value. Raises PermissionDenied when forged or expired."""
