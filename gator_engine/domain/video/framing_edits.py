"""Edits of what a clip shows of its pictures: fit, point of interest, motion, layout and panes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from gator_engine.domain.timeline import Clip, Layout, Pane, Timeline
from gator_engine.domain.video._items import clip_at, with_clip
from gator_engine.domain.video.framing import Easing, Fit, Motion, Point, Rect
from gator_engine.errors import InvalidInput


def set_fit(
    timeline: Timeline, clip_id: str, fit: Fit, *, bars: str | None = None, pane: int = 0
) -> Timeline:
    """How a picture of another shape meets the frame; `bars` is the colour beside it (None: as it
    was)."""
    return _framed(
        timeline, clip_id, pane, lambda was: replace(was, fit=fit, bars=bars or was.bars)
    )


def set_focus(timeline: Timeline, clip_id: str, x: float, y: float, *, pane: int = 0) -> Timeline:
    """What matters most in the picture, in shares of it; every shape keeps that in view."""
    return _framed(timeline, clip_id, pane, lambda was: replace(was, focus=Point(x, y)))


def set_motion(
    timeline: Timeline,
    clip_id: str,
    start: Rect,
    end: Rect,
    easing: Easing = Easing.EASE_IN_OUT,
    *,
    pane: int = 0,
) -> Timeline:
    """Move over the picture from one rectangle to another, for as long as the clip lasts."""
    motion = Motion(start, end, easing)
    return _framed(timeline, clip_id, pane, lambda was: replace(was, motion=motion))


def set_still(timeline: Timeline, clip_id: str, *, pane: int = 0) -> Timeline:
    """Show the picture without motion."""
    return _framed(timeline, clip_id, pane, lambda was: replace(was, motion=None))


def set_layout(timeline: Timeline, clip_id: str, layout: Layout, panes: Sequence[Pane]) -> Timeline:
    """Share the frame between as many pictures as the layout takes."""
    _, clip = clip_at(timeline, clip_id)
    return with_clip(timeline, replace(clip, layout=layout, panes=tuple(panes)))


def set_pane(timeline: Timeline, clip_id: str, number: int, pane: Pane) -> Timeline:
    """Another picture with all its settings in one place of the layout (from 0)."""
    return _framed(timeline, clip_id, number, lambda was: pane)


def _framed(
    timeline: Timeline, clip_id: str, number: int, change: Callable[[Pane], Pane]
) -> Timeline:
    _, clip = clip_at(timeline, clip_id)
    return with_clip(timeline, _with_pane(clip, number, change))


def _with_pane(clip: Clip, number: int, change: Callable[[Pane], Pane]) -> Clip:
    if not 0 <= number < len(clip.panes):
        raise InvalidInput(
            f"clip {clip.id}", f"has no picture {number}", f"0–{len(clip.panes) - 1}"
        )
    changed = change(clip.panes[number])
    return replace(clip, panes=(*clip.panes[:number], changed, *clip.panes[number + 1 :]))
