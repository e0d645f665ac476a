"""The open marks of a file: XMP with the IPTC source type, and the texts that tools leave."""

from __future__ import annotations

from gator_engine.adapters.provenance.containers import (
    mime_of,
    texts_of,
    with_comment,
    with_png_texts,
    with_xmp,
)
from gator_engine.adapters.provenance.recipes import recipe_of
from gator_engine.adapters.provenance.records import record_texts
from gator_engine.adapters.provenance.xmp import source_type, xmp_packet
from gator_engine.domain.assets import Provenance
from gator_engine.domain.provenance import Marks
from gator_engine.domain.recall import Recipe

# What is shown of one text: enough to judge it, and no page is drowned.
LONGEST_SHOWN = 20_000


class FileMarks:
    """MarkReader over PNG, JPEG, WebP and MP4."""

    def read(self, data: bytes) -> Marks:
        """What the file says about itself; texts are shortened to 20,000 characters."""
        texts = texts_of(data)
        return Marks(
            mime=mime_of(data),
            source_type=source_type(texts.xmp)[:500] if texts.xmp else "",
            texts={name: text[:LONGEST_SHOWN] for name, text in texts.found.items()},
            problems=tuple(dict.fromkeys(texts.problems)),
        )

    def recipe(self, data: bytes) -> Recipe | None:
        """The settings it was made with, when a known tool wrote them down."""
        return recipe_of(texts_of(data).found)

    def marked(self, data: bytes, mime: str, *, source_type: str, software: str) -> bytes:
        """The file with the IPTC source type, if it has none and its format has a place for it."""
        if not source_type or texts_of(data).xmp:
            return data
        return with_xmp(data, mime, xmp_packet(source_type, software))

    def recorded(self, data: bytes, mime: str, made: Provenance) -> bytes:
        """The file with `parameters` (all types) and `invokeai_metadata` (PNG)."""
        texts = record_texts(made)
        if not texts:
            return data
        if mime == "image/png":
            return with_png_texts(data, texts)
        if "UserComment" in texts_of(data).found:
            return data
        return with_comment(data, mime, texts["parameters"])
