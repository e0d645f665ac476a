"""Words designed into the picture: titles, lower thirds, and cards, in a persona's colours."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

LONGEST_HEADING, LONGEST_LINE = 120, 200


class TitleDesign(StrEnum):
    """Where the words stand and what is behind them.

    `title` is large in the middle, `lower_third` a name and a line near the bottom, `quote` a block
    with quotation marks, `corner` a small label at the top.
    """

    TITLE = "title"
    LOWER_THIRD = "lower_third"
    QUOTE = "quote"
    CORNER = "corner"


@dataclass(frozen=True)
class Title:
    """The words and looks of a title; colours as #rrggbb, typeface as in `domain.brand`.

    `ground` is the colour behind the words; `ground_opacity` 0 leaves it out (the words then have a
    shadow of their own).
    """

    heading: str
    line: str = ""
    design: TitleDesign = TitleDesign.TITLE
    typeface: str = "neutral"
    ink: str = "#ffffff"
    ground: str = "#111111"
    accent: str = "#ffb000"
    ground_opacity: float = 0.0
