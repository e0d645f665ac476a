"""Captions: cues of timed words, and the looks they are burned in with.

One model serves the burned-in text and the .srt, .vtt and .ass files (see W3C WebVTT for cues).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import StrEnum

from gator_engine.domain.video.time import Span


@dataclass(frozen=True)
class Word:
    """One spoken word as it is shown; frames are of the timeline.

    A `joined` word stands right after the one before it, without a space, as in Chinese.
    """

    text: str
    start: int
    length: int
    joined: bool = False

    @property
    def span(self) -> Span:
        """When it is spoken."""
        return Span(self.start, self.length)


@dataclass(frozen=True)
class Cue:
    """What stands on the screen at one time; `words` follow each other inside the span."""

    id: str
    start: int
    length: int
    words: tuple[Word, ...]

    @property
    def span(self) -> Span:
        """When it is shown."""
        return Span(self.start, self.length)

    @property
    def text(self) -> str:
        """The words, with a space before each that is not joined to the one before."""
        return "".join(
            word.text if word.joined or not place else f" {word.text}"
            for place, word in enumerate(self.words)
        )

    def moved(self, by: int) -> Cue:
        """The same cue so many frames later."""
        words = tuple(replace(word, start=word.start + by) for word in self.words)
        return replace(self, start=self.start + by, words=words)


class Highlight(StrEnum):
    """How the word that is spoken stands out: not at all, in the accent colour, in a box, as the
    only word shown, or by uncovering the phrase word by word."""

    NONE = "none"
    COLOUR = "colour"
    BOX = "box"
    SINGLE = "single"
    REVEAL = "reveal"


class Place(StrEnum):
    """Where in the safe area the block stands."""

    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


@dataclass(frozen=True)
class CaptionStyle:
    """How captions look. `size` and `outline` are shares of the frame's shorter edge.

    `box_opacity` 0 leaves out the box behind the lines. `typeface` is a name of `domain.brand`.
    """

    name: str
    label: str
    typeface: str = "neutral"
    size: float = 0.075
    weight: int = 800
    ink: str = "#ffffff"
    accent: str = "#ffe14d"
    outline_colour: str = "#000000"
    outline: float = 0.006
    box: str = "#000000"
    box_opacity: float = 0.0
    highlight: Highlight = Highlight.COLOUR
    place: Place = Place.BOTTOM
    most_lines: int = 2
    uppercase: bool = False


STYLES: dict[str, CaptionStyle] = {
    style.name: style
    for style in (
        CaptionStyle("bold", "Bold, spoken word coloured", size=0.08),
        CaptionStyle(
            "clean",
            "Clean, on a dark box",
            size=0.058,
            weight=600,
            outline=0.0,
            box_opacity=0.62,
            highlight=Highlight.NONE,
        ),
        CaptionStyle(
            "marker",
            "Marker, spoken word in a box",
            typeface="modern",
            size=0.075,
            weight=700,
            accent="#7c3aed",
            highlight=Highlight.BOX,
        ),
        CaptionStyle(
            "single",
            "One large word at a time",
            typeface="modern",
            size=0.13,
            place=Place.MIDDLE,
            highlight=Highlight.SINGLE,
            most_lines=1,
            uppercase=True,
        ),
        CaptionStyle(
            "story",
            "Story, word by word in a serif",
            typeface="editorial",
            size=0.07,
            weight=600,
            outline=0.0,
            box="#1b1a18",
            box_opacity=0.45,
            highlight=Highlight.REVEAL,
        ),
        CaptionStyle(
            "code",
            "Technical, monospaced",
            typeface="technical",
            size=0.052,
            weight=600,
            accent="#5eead4",
            outline=0.0,
            box="#0b1020",
            box_opacity=0.75,
        ),
    )
}
"""Presets by name; a project may keep its own variation of one."""


@dataclass(frozen=True)
class Captions:
    """The caption track: cues in order that do not overlap, and how they look.

    `burned` draws them into the picture; the files can be exported either way. `safe_zone` names
    the area they keep to (see `safe_zones`).
    """

    cues: tuple[Cue, ...] = ()
    style: CaptionStyle = STYLES["bold"]
    burned: bool = True
    safe_zone: str = "everywhere"
    language: str = "en"
    direction: str = "auto"

    def cue(self, frame: int) -> Cue | None:
        """The cue shown at a frame."""
        return next((cue for cue in self.cues if cue.span.holds(frame)), None)
