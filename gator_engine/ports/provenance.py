"""Ports of provenance: credentials that are signed, marks that are written and read."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gator_engine.domain.assets import Provenance
from gator_engine.domain.provenance import (
    Claim,
    Credentials,
    Fingerprint,
    Marks,
    Parent,
    Watermark,
)
from gator_engine.domain.recall import Recipe


class Signing(Protocol):
    """Signs files with content credentials (C2PA) and reads the credentials of any file."""

    def signs(self, mime: str) -> bool:
        """Whether files of this type can be signed and signing is switched on."""

    def sign(self, data: bytes, mime: str, claim: Claim, parents: Sequence[Parent] = ()) -> bytes:
        """The file with credentials inside: always the last step, any rewriting loses them.

        Of a file that was changed the first parent is `parentOf`, all others are `componentOf`;
        their credentials are carried along. Raises ConfigError for a certificate that cannot sign,
        Rejected for a file that cannot be signed, Transient when no time stamp was to be had.
        """

    def read(self, data: bytes, mime: str) -> Credentials:
        """What credentials say and whether they hold; never raises for a hostile file."""


class MarkReader(Protocol):
    """Reads and writes the open marks of a file: XMP, generation parameters."""

    def read(self, data: bytes) -> Marks:
        """What the file says about itself; damaged or oversized parts become `problems`."""

    def recipe(self, data: bytes) -> Recipe | None:
        """The settings it was made with, when any known tool wrote them down."""

    def marked(self, data: bytes, mime: str, *, source_type: str, software: str) -> bytes:
        """The file with the IPTC source type as XMP, its pixels untouched; as it is when it has
        one already, or when its format has no place for it."""

    def recorded(self, data: bytes, mime: str, made: Provenance) -> bytes:
        """The file with the record of how it was made, as other tools read it; its pixels are
        untouched."""


class Weights(Protocol):
    """Knows exactly which weights a name stands for."""

    def fingerprint(self, name: str) -> Fingerprint | None:
        """Of a file, a folder or a downloaded hub id; None for what is not on this machine.

        Slow the first time for large models, quick ever after.
        """


class Watermarking(Protocol):
    """Hides a mark in the pixels that survives re-encoding and scaling."""

    def embed(self, data: bytes, mime: str, code: bytes) -> bytes:
        """The picture with the mark, its texts kept. `code` has 4 bytes.

        Raises InvalidInput when the format cannot be marked or the picture is too small.
        """

    def detect(self, data: bytes) -> Watermark | None:
        """The mark, or None when there is none (or no picture)."""
