"""A video out of pictures: every still moves a little, and one gives way to the next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from random import Random

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import DEFAULT_RATE, Clip, Media, MediaKind, Pane, Timeline
from gator_engine.domain.video.editing import append, set_all_transitions
from gator_engine.domain.video.framing import CENTRE, WHOLE, Fit, Motion, Point, Rect
from gator_engine.domain.video.time import Ratio, frames
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import InvalidInput

SECONDS_EACH, SHORTEST_S, LONGEST_S = 4.0, 0.2, 600.0
NEAREST, FARTHEST = 0.86, 0.92
"""How much of the picture the nearer end of a motion shows: nearer than that looks restless."""


@dataclass(frozen=True)
class Slide:
    """A picture of the library, or a video when it has a `duration_s` of its own.

    `seconds` is how long it is shown (None: like the others; a video at most as long as it is).
    """

    asset_id: str
    name: str = ""
    focus: Point = CENTRE
    seconds: float | None = None
    duration_s: float | None = None


def slideshow(
    slides: Sequence[Slide],
    *,
    aspect: AspectRatio = AspectRatio.STORY,
    rate: Ratio = DEFAULT_RATE,
    seconds: float = SECONDS_EACH,
    transition: Transition | None = Transition(),  # noqa: B008 (frozen)
    seed: int = 0,
    motion: bool = True,
) -> Timeline:
    """Clips of the slides in order, with crossfades; the same seed gives the same motions.

    Neighbouring stills never move alike. Videos keep their sound and enough of their source on both
    sides for the transitions; a video too short for that is shown as far as it goes. Raises
    InvalidInput naming the slide.
    """
    chance, last, clips = Random(seed), -1, list[Clip]()  # nosec B311
    reach = transition.length if transition and len(slides) > 1 else 0
    for number, slide in enumerate(slides, 1):
        shown = slide.seconds if slide.seconds is not None else seconds
        if not SHORTEST_S <= shown <= LONGEST_S:
            limit = f"{SHORTEST_S:g}–{LONGEST_S:g} s"
            raise InvalidInput(f"slide {number}", f"would be shown for {shown:g} s", limit)
        media = Media(MediaKind.ASSET, slide.asset_id)
        if slide.duration_s is not None:
            clips.append(_film(number, slide, media, shown, reach, rate))
            continue
        last = chance.choice([kind for kind in range(len(_MOVES)) if kind != last])
        move = _move(last, slide.focus, chance) if motion else None
        pane = Pane(media, fit=Fit.COVER, focus=slide.focus, motion=move)
        clips.append(Clip(f"c{number}", max(1, frames(shown, rate)), (pane,), name=slide.name))
    timeline = append(Timeline(aspect=aspect, rate=rate), *clips)
    return set_all_transitions(timeline, transition)


def _film(number: int, slide: Slide, media: Media, shown: float, reach: int, rate: Ratio) -> Clip:
    """A video with room on both sides for half a transition, as far as it has any."""
    there = int(Fraction(slide.duration_s or 0) * rate.fraction)
    length = max(1, min(frames(shown, rate), there - 2 * reach))
    start = min(reach // 2, max(0, there - length))
    pane = Pane(media, source_start=start, focus=slide.focus)
    return Clip(f"c{number}", length, (pane,), gain_db=0.0, name=slide.name)


# Into the picture, out of it, and along it both ways: (from near, to near, sideways).
_MOVES = ((False, True, 0), (True, False, 0), (True, True, 1), (True, True, -1))


def _move(kind: int, focus: Point, chance: Random) -> Motion:
    near_first, near_last, sideways = _MOVES[kind]
    share = chance.uniform(NEAREST, FARTHEST)
    slack = 1 - share
    across = chance.random() < 0.5
    ends = []
    for near, way in ((near_first, -sideways), (near_last, sideways)):
        if not near:
            ends.append(WHOLE)
            continue
        x = focus.x - share / 2 if not (sideways and across) else slack * (1 + way) / 2
        y = focus.y - share / 2 if not (sideways and not across) else slack * (1 + way) / 2
        ends.append(Rect(min(max(x, 0.0), slack), min(max(y, 0.0), slack), share, share))
    return Motion(ends[0], ends[1])
