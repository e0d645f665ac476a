"""Ports of taking a persona elsewhere: files that hold one, written and read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from gator_engine.domain.assets import Provenance
from gator_engine.domain.identity import Likeness
from gator_engine.domain.personas import PersonaProfile, Rating


class Outcome(StrEnum):
    """What became of one thing that a file holds."""

    TAKEN = "taken"
    CHANGED = "changed"
    IGNORED = "ignored"


@dataclass(frozen=True)
class ReportLine:
    """One line of an import's report: what stood where in the file, and what became of it.

    `target` is our field ("" when there is none); `note` says why, in plain words.
    """

    outcome: Outcome
    source: str
    target: str = ""
    note: str = ""

    def __str__(self) -> str:
        arrow = f" → {self.target}" if self.target else ""
        note = f": {self.note}" if self.note else ""
        return f"{self.outcome.capitalize()} {self.source}{arrow}{note}"


@dataclass(frozen=True)
class PortableImage:
    """A picture that travels with a persona. `role` says what it is for ("reference", …).

    `provenance` is None when the file does not say how the picture came to be; `likeness` is set
    when it shows a real person.
    """

    data: bytes
    name: str
    role: str = ""
    title: str = ""
    alt_text: str = ""
    tags: tuple[str, ...] = ()
    rating: Rating | None = None
    provenance: Provenance | None = None
    likeness: Likeness | None = None


@dataclass(frozen=True)
class CardFacts:
    """What a character card says besides the profile; times are UTC."""

    revision: int
    created_at: datetime
    revised_at: datetime


@dataclass(frozen=True)
class PortableContent:
    """What a file holds: the fields of a profile as plain data, perhaps not all of them.

    `format` names the kind of file for people ("Character Card V2"). The fields are JSON-able, and
    nothing about them has been checked yet: see `domain.persona_tree.from_tree`.
    """

    format: str
    fields: Mapping[str, Any]
    report: tuple[ReportLine, ...] = ()
    images: tuple[PortableImage, ...] = ()


class PersonaFiles(Protocol):
    """Writes and reads files that hold a persona. The same content gives the same bytes."""

    def archive(self, profile: PersonaProfile, images: Sequence[PortableImage]) -> bytes:
        """A zip with the persona, its pictures and a manifest. Raises InvalidInput if too large."""

    def card(
        self, profile: PersonaProfile, facts: CardFacts, picture: bytes | None, version: int
    ) -> bytes:
        """A Character Card V2 or V3: in the PNG `picture`, or as bare JSON without one.

        Raises InvalidInput naming `version` or `picture`.
        """

    def text(self, profile: PersonaProfile, kind: str) -> str:
        """The profile alone as "yaml" or "json". Raises InvalidInput naming `kind`."""

    def read(self, data: bytes, filename: str = "") -> PortableContent:
        """What any such file holds, its kind told from the bytes.

        Memory and time are bounded whatever the bytes are. Raises InvalidInput naming `file` or
        the part of it that is damaged, hostile, too large or written by a newer Gator.
        """
