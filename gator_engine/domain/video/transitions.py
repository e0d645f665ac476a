"""How one clip gives way to the next."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from gator_engine.domain.video.framing import Easing


class TransitionKind(StrEnum):
    """The looks of a change; a plain cut is no transition at all.

    `dissolve` lets the next picture through grain by grain, `crossfade` evenly; `fade` goes through
    a colour; `wipe` uncovers, `slide` moves the next picture over, `push` moves both; `zoom` goes
    into the first and out of the second.
    """

    CROSSFADE = "crossfade"
    FADE = "fade"
    WIPE = "wipe"
    SLIDE = "slide"
    PUSH = "push"
    ZOOM = "zoom"
    DISSOLVE = "dissolve"


class Direction(StrEnum):
    """Where a wipe, slide or push moves to."""

    LEFT = "left"
    RIGHT = "right"
    UP = "up"
    DOWN = "down"


@dataclass(frozen=True)
class Transition:
    """The change into a clip from the one before it.

    It lies over the cut: its first `before` frames (half, rounded down) over the end of the earlier
    clip, the rest over the beginning of the later one. Both clips go on underneath it, so a video
    needs that much more of its source (a handle, in the words of editors).
    """

    kind: TransitionKind = TransitionKind.CROSSFADE
    length: int = 15
    direction: Direction = Direction.LEFT
    colour: str = "#000000"
    easing: Easing = Easing.LINEAR

    @property
    def before(self) -> int:
        """Frames of it before the cut (OpenTimelineIO's in_offset)."""
        return self.length // 2

    @property
    def after(self) -> int:
        """Frames of it from the cut on (OpenTimelineIO's out_offset)."""
        return self.length - self.before

    def share(self, offset: int) -> float:
        """How much of the change (0–1, both excluded) has happened at its frame `offset`."""
        return self.easing.at((offset + 0.5) / self.length)
