"""Draft previews: files outside the library, the oldest of which make room for new ones."""

from __future__ import annotations

import os
from pathlib import Path

from gator_engine.errors import NotFound, Unavailable
from gator_engine.ports import SecretVault

MOST_FILES, MOST_BYTES = 60, 2 * 2**30
ENDING = ".mp4"


class Drafts:
    """A bounded folder of drafts, by the id of their rendering."""

    def __init__(
        self,
        folder: Path,
        vault: SecretVault,
        *,
        url_ttl_s: int,
        most_files: int = MOST_FILES,
        most_bytes: int = MOST_BYTES,
    ) -> None:
        self._folder, self._vault, self._url_ttl = folder, vault, url_ttl_s
        self._most_files, self._most_bytes = most_files, most_bytes

    def put(self, rendering_id: str, made: Path) -> None:
        """Move a finished file in; older ones go when there are too many. Raises Unavailable."""
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            made.replace(self._place(rendering_id))
            self._prune(rendering_id)
        except OSError as error:
            raise Unavailable(
                f"The folder of drafts {self._folder}",
                f"{error.strerror or error}.",
                "Check the disk's free space and the folder's permissions.",
            ) from error

    def has(self, rendering_id: str) -> bool:
        """Whether the file is still there."""
        return self._place(rendering_id).is_file()

    def url(self, rendering_id: str) -> str:
        """A signed path that the web app serves until it expires. Raises NotFound."""
        if not self.has(rendering_id):
            raise NotFound("draft", rendering_id)
        return f"/drafts/{self._vault.sign(f'draft:{rendering_id}', ttl_s=self._url_ttl)}"

    def resolve_url(self, token: str) -> Path:
        """The file behind a signed link.

        Raises PermissionDenied when forged or expired, NotFound when it made room for others.
        """
        kind, _, rendering_id = self._vault.verify(token).partition(":")
        if kind != "draft" or not self.has(rendering_id):
            raise NotFound("draft", rendering_id)
        os.utime(self._place(rendering_id))  # What is looked at stays longest.
        return self._place(rendering_id)

    def _place(self, rendering_id: str) -> Path:
        if not rendering_id.isalnum():
            raise NotFound("draft", rendering_id)
        return self._folder / f"{rendering_id}{ENDING}"

    def _prune(self, newest: str) -> None:
        kept = size = 0
        found = [(path.stat(), path) for path in self._folder.glob(f"*{ENDING}")]
        for facts, path in sorted(found, key=lambda each: each[0].st_mtime_ns, reverse=True):
            kept, size = kept + 1, size + facts.st_size
            over = kept > self._most_files or size > self._most_bytes
            if over and path.stem != newest:
                path.unlink(missing_ok=True)
