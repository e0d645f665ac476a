"""The ports of designed pictures: of a whole persona, and of pictures side by side."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gator_engine.domain.personas import PersonaProfile


class SheetPainter(Protocol):
    """Draws a character sheet: who a persona is, on one picture. The same input, the same bytes."""

    def paint(self, profile: PersonaProfile, portrait: bytes | None = None) -> bytes:
        """A PNG; `portrait` (any picture Gator reads) takes the place of the initial.

        Raises InvalidInput naming a text that is too long for the sheet or cannot be set.
        """


class GridPainter(Protocol):
    """Draws a labelled contact sheet. The same input, the same bytes."""

    def paint(
        self,
        title: str,
        columns: Sequence[str],
        rows: Sequence[str],
        cells: Sequence[bytes | str],
    ) -> bytes:
        """A PNG; `cells` row by row are pictures, or words for those that are not there.

        Pictures are shrunk and never cropped. Raises InvalidInput when they do not fit the labels.
        """
