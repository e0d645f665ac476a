"""The port of designed pictures of a whole persona."""

from __future__ import annotations

from typing import Protocol

from gator_engine.domain.personas import PersonaProfile


class SheetPainter(Protocol):
    """Draws a character sheet: who a persona is, on one picture. The same input, the same bytes."""

    def paint(self, profile: PersonaProfile, portrait: bytes | None = None) -> bytes:
        """A PNG; `portrait` (any picture Gator reads) takes the place of the initial.

        Raises InvalidInput naming a text that is too long for the sheet or cannot be set.
        """
