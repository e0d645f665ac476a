"""The port of what people keep to write prompts with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from gator_engine.domain.grids import Grid
from gator_engine.domain.prompt_tools import PastPrompt, PromptQuery, SavedStyle, WildcardList


class PromptRepository(Protocol):
    """Styles, lists, past prompts and grids. Names are told apart without regard to case."""

    def put_style(self, style: SavedStyle) -> None:
        """Store it; one of the same name is overwritten and keeps its id."""

    def styles(self) -> Sequence[SavedStyle]:
        """By name."""

    def drop_style(self, name: str) -> None:
        """Raises NotFound."""

    def put_list(self, made: WildcardList) -> None:
        """As `put_style`."""

    def lists(self) -> Sequence[WildcardList]:
        """By name."""

    def drop_list(self, name: str) -> None:
        """Raises NotFound."""

    def remember(self, past: PastPrompt) -> None:
        """Store a prompt, or count one more use of it."""

    def history(self, query: PromptQuery) -> Sequence[PastPrompt]:
        """Latest first."""

    def set_favourite(self, past_id: str, favourite: bool) -> None:
        """Raises NotFound."""

    def add_grid(self, grid: Grid) -> None: ...
    def grid(self, grid_id: str) -> Grid:
        """Raises NotFound."""

    def grids(self, persona_id: str) -> Sequence[Grid]:
        """Newest first."""
