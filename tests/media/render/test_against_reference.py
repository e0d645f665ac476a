"""Random valid timelines at a tiny size, frame by frame against a second, plain renderer."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gator_engine.adapters.render.boxes import blank
from gator_engine.adapters.render.rendering import Picture
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Layout,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    Pane,
    PictureTrack,
    Timeline,
)
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.framing import Easing, Fit, Motion, Point, Rect
from gator_engine.domain.video.time import RATES, Ratio
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Direction, Transition, TransitionKind
from gator_engine.ports.video import MediaFile
from tests.media.render import standins
from tests.media.render.reference import Reference

FRAME = (36, 64)
# Why it may differ: the edge of a sampled region may lie 1/96 of a source pixel beside (warp.OFF),
# and neighbours in these few pixels differ by up to 60 levels: 0.6 levels. Sampling, blending and
# each layer round once, by half a level, and a round of a round may add as much again.
MOST, MEAN = 3, 1.0
FILM_RATE, FILM_FRAMES = 30, 50


class Shelf(NamedTuple):
    """Files for the product, and the same pictures as arrays for the reference."""

    files: list[MediaFile]
    pictures: dict[str, Any]

    def __repr__(self) -> str:
        return "Shelf()"


@pytest.fixture(scope="module")
def shelf() -> Iterator[Shelf]:
    """Two stills smaller than any place (so that nothing is shrunk), and a film."""
    with tempfile.TemporaryDirectory() as folder:
        soft = {"tall": standins.smooth((12, 20), 1), "wide": standins.smooth((14, 10), 2)}
        files = [standins.still(Path(folder), name, rgb) for name, rgb in soft.items()]
        files.append(standins.film(Path(folder), "film", FRAME, FILM_FRAMES, FILM_RATE))
        frames = [
            [plane.astype(float) for plane in standins.split(one)]
            for one in standins.decoded(files[2].path)
        ]
        yield Shelf(files, soft | {"film": (frames, FILM_RATE)})


rects = st.builds(
    lambda x, y, w, h: Rect(x, y, min(w, 1 - x), min(h, 1 - y)),
    st.floats(0, 0.3),
    st.floats(0, 0.3),
    st.floats(0.5, 1),
    st.floats(0.5, 1),
)
motions = st.none() | st.builds(Motion, rects, rects, st.sampled_from(Easing))
stills = st.builds(
    Pane,
    st.sampled_from([Media(MediaKind.ASSET, "tall"), Media(MediaKind.ASSET, "wide")]),
    fit=st.sampled_from([Fit.COVER, Fit.CONTAIN]),
    focus=st.builds(Point, st.floats(0, 1), st.floats(0, 1)),
    motion=motions,
    bars=st.sampled_from(["#000000", "#ff8800", "#224466"]),
)
films = st.builds(
    Pane,
    st.just(Media(MediaKind.ASSET, "film")),
    source_start=st.integers(8, 14),
    speed=st.sampled_from([Ratio(1), Ratio(1, 2), Ratio(3, 2)]),
)
others = st.sampled_from(
    [
        Pane(Media(MediaKind.COLOUR, colour="#c03070")),
        Pane(Media(MediaKind.TITLE, title=Title("A title", ground="#203040"))),
    ]
)
panes = stills | films | others
layouts = st.sampled_from([Layout.SINGLE, Layout.SINGLE, Layout.SIDE_BY_SIDE, Layout.GRID])
changes = st.none() | st.builds(
    Transition,
    st.sampled_from(TransitionKind),
    st.integers(1, 5),
    st.sampled_from(Direction),
    st.sampled_from(["#000000", "#f0f0f0"]),
    st.sampled_from(Easing),
)


@st.composite
def clips(draw: st.DrawFn) -> Clip:
    layout = draw(layouts)
    shown = tuple(draw(panes) for _ in range(layout.panes))
    return Clip("c", draw(st.integers(6, 9)), shown, layout, draw(changes))


@st.composite
def timelines(draw: st.DrawFn) -> Timeline:
    """One to three clips with gaps between some, perhaps a title above and a caption."""
    items: list[Any] = []
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()) and draw(st.booleans()):
            items.append(Gap(draw(st.integers(3, 4))))
        items.append(draw(clips()))
    length = sum(item.length for item in items)
    title = Overlay(
        "o",
        min(length, 6),
        Media(MediaKind.TITLE, title=Title("Over")),
        opacity=draw(st.sampled_from([1.0, 0.6])),
        fade=draw(st.integers(0, 2)),
    )
    over = (OverlayTrack((title,)),) if draw(st.booleans()) else ()
    words = (Word("One", 1, 3), Word("two", 4, 2))
    captions = Captions((Cue("q", 1, 5, words),)) if draw(st.booleans()) else Captions()
    rate = RATES[draw(st.sampled_from(["24", "25", "29.97", "30", "60"]))]
    return Timeline(PictureTrack(tuple(items)), over, captions=captions, frame=FRAME, rate=rate)


def frames_of(made: Timeline, files: Any) -> list[list[np.ndarray]]:
    """Every frame as the product draws it, before it is encoded."""
    picture = Picture(standins.request(made, *files), standins.TOOLS)
    compositor, found = picture.compositor(), []
    for number in range(made.length):
        planes = blank(FRAME)
        compositor.frame(number, planes)
        found.append([planes.y, planes.u, planes.v])
    compositor.close()
    return found


@given(timelines())
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_every_frame_is_what_the_timeline_says(shelf: Shelf, made: Timeline) -> None:
    files, pictures = shelf
    painter = standins.BlockPainter(made.captions, FRAME) if made.captions.cues else None
    reference = Reference(made, pictures, painter, standins.paint_title)
    for number, frame in enumerate(frames_of(made, files)):
        for plane, ideal in zip(frame, reference.frame(number), strict=True):
            off = np.abs(plane.astype(float) - ideal)
            assert off.max() <= MOST and off.mean() <= MEAN, (number, off.max(), off.mean())
