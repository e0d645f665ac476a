"""Files that hold a persona: Gator's archive and texts, and Character Cards."""

from __future__ import annotations

from collections.abc import Sequence

from gator_engine.adapters.portability.archive import MANIFEST, read_archive, write_archive
from gator_engine.adapters.portability.card_reading import (
    CARD_FILE,
    is_card,
    read_card,
    read_charx,
    read_png,
)
from gator_engine.adapters.portability.character_card import write_card
from gator_engine.adapters.portability.documents import content_of, document, is_document
from gator_engine.adapters.portability.plain_data import decoded, parsed, to_json, to_yaml
from gator_engine.adapters.portability.png_text import SIGNATURE
from gator_engine.adapters.portability.safe_zip import SafeZip
from gator_engine.config import Settings
from gator_engine.domain.personas import PersonaProfile
from gator_engine.errors import InvalidInput
from gator_engine.ports import CardFacts, PortableContent, PortableImage

# An archive holds many pictures, each as large as an upload may be.
UPLOADS_IN_AN_ARCHIVE = 4


class PortableFiles:
    """`ports.PersonaFiles`: archives, YAML, JSON and character cards, within the upload limit."""

    def __init__(self, settings: Settings) -> None:
        self._most_bytes = UPLOADS_IN_AN_ARCHIVE * settings.max_upload_mb * 2**20

    def archive(self, profile: PersonaProfile, images: Sequence[PortableImage]) -> bytes:
        """Raises InvalidInput naming `images` or `archive` when it is too large."""
        return write_archive(profile, images, self._most_bytes)

    def card(
        self, profile: PersonaProfile, facts: CardFacts, picture: bytes | None, version: int
    ) -> bytes:
        """Raises InvalidInput naming `version`, or `file` for a picture that is no whole PNG."""
        return write_card(profile, facts, picture, version)

    def text(self, profile: PersonaProfile, kind: str) -> str:
        """Raises InvalidInput naming `kind`."""
        if kind not in ("yaml", "json"):
            raise InvalidInput("kind", f"{kind!r} is unknown", "yaml or json")
        data = document(profile)
        return to_yaml(data) if kind == "yaml" else f"{to_json(data, indent=2)}\n"

    def read(self, data: bytes, filename: str = "") -> PortableContent:
        """Raises InvalidInput naming `file`, or the part of it that cannot be used."""
        if not data:
            raise InvalidInput("file", "is empty (0 bytes)")
        if len(data) > self._most_bytes:
            limit = f"{self._most_bytes / 2**20:g} MiB"
            raise InvalidInput("file", f"has {len(data) / 2**20:.1f} MiB", limit)
        if data.startswith(SIGNATURE):
            return read_png(data)
        if data.startswith(b"PK"):
            return self._read_zip(data)
        return _read_text(data)

    def _read_zip(self, data: bytes) -> PortableContent:
        packed = SafeZip(data, self._most_bytes)
        if MANIFEST in packed:
            return read_archive(packed)
        if CARD_FILE in packed:
            return read_charx(packed)
        raise InvalidInput("file", "is a zip without a persona", f"{MANIFEST} or {CARD_FILE}")


def _read_text(data: bytes) -> PortableContent:
    values = parsed(decoded(data, "file"), "file")
    if is_document(values):
        return content_of(values, "file")
    if is_card(values):
        return read_card(values)
    known = "a Gator archive, YAML or JSON, or a Character Card (PNG, JSON, CHARX)"
    raise InvalidInput("file", "holds no persona that Gator can read", known)
