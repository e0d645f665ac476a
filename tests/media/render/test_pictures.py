"""What is seen when: transitions, captions, overlays, layouts, gaps, videos."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.render.boxes import blank, places
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.renderer import TimelineRenderer
from gator_engine.adapters.render.rendering import Picture
from gator_engine.domain.timeline import (
    Gap,
    Layout,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    Timeline,
)
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.framing import Fit
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Direction, Transition, TransitionKind
from gator_engine.ports.video import MediaFile
from tests.media.render.standins import (
    SMALL,
    TOOLS,
    Watcher,
    asset,
    clip,
    decoded,
    film,
    photo,
    plain,
    request,
    settings,
    still,
    timeline,
)

BLACK, WHITE = 16, 235
BRIGHT = plain("#ffffff")
DARK = plain("#000000")


def drawn(made: Timeline, *files: MediaFile) -> list[Planes]:
    """Every frame, before it is encoded."""
    picture = Picture(request(made, *files), TOOLS)
    compositor, frames = picture.compositor(), []
    for number in range(made.length):
        frames.append(blank(picture.size))
        compositor.frame(number, frames[-1])
    compositor.close()
    return frames


def change(kind: TransitionKind, direction: Direction = Direction.LEFT) -> list[np.ndarray]:
    """Luma of a change of ten frames from black to white, over the cut at frame 20."""
    into = Transition(kind, 10, direction, "#808080")
    made = timeline(clip("a", 20, DARK), clip("b", 20, BRIGHT, transition=into))
    return [frame.y for frame in drawn(made)]


@pytest.mark.parametrize("kind", list(TransitionKind))
def test_a_change_takes_its_frames_and_no_other(kind: TransitionKind) -> None:
    light = change(kind)
    still_dark = [n for n, y in enumerate(light) if (y == BLACK).all()]
    all_bright = [n for n, y in enumerate(light) if (y == WHITE).all()]
    first, last = still_dark[-1] + 1, all_bright[0] - 1
    if kind is TransitionKind.ZOOM:
        assert (first, last) == (18, 21)  # One gives way to the other in the middle third only.
    else:
        assert (first, last) == (15, 24)
    assert still_dark == list(range(first)) and all_bright == list(range(last + 1, 40))


def test_a_crossfade_is_even_and_a_fade_goes_through_its_colour() -> None:
    even = [y.mean() for y in change(TransitionKind.CROSSFADE)[15:25]]
    assert np.diff(even) == pytest.approx(np.full(9, 21.9), abs=1)
    through = [y.mean() for y in change(TransitionKind.FADE)[15:25]]
    grey = 16 + 219 * 128 / 255
    assert max(through[:5]) < grey + 1 and min(through[5:]) > grey - 1
    assert through[4] == pytest.approx(grey, abs=13)


@pytest.mark.parametrize("kind", [TransitionKind.WIPE, TransitionKind.SLIDE, TransitionKind.PUSH])
@pytest.mark.parametrize("direction", list(Direction))
def test_what_comes_in_moves_in_its_direction(kind: TransitionKind, direction: Direction) -> None:
    middles = []
    for y in change(kind, direction)[15:25]:
        rows, columns = np.nonzero(y == WHITE)
        middles.append((columns.mean() if columns.size else np.nan, rows.mean()))
    across, down = np.nanmean(np.diff(np.array(middles), axis=0), axis=0)
    sideways = direction in (Direction.LEFT, Direction.RIGHT)
    moved, rest = (across, down) if sideways else (down, across)
    assert np.sign(moved) == (-1 if direction in (Direction.LEFT, Direction.UP) else 1)
    assert abs(rest) < 0.01 < abs(moved)


def test_a_push_takes_the_first_picture_along_and_a_slide_does_not(tmp_path: Path) -> None:
    ramp = np.repeat(np.linspace(0, 150, 108)[None, :, None], 192, axis=0).repeat(3, axis=2)
    file = still(tmp_path, "r", ramp.astype(np.uint8))
    edges = {}
    for kind in (TransitionKind.SLIDE, TransitionKind.PUSH):
        made = timeline(
            clip("a", 20, asset("r")), clip("b", 20, BRIGHT, transition=Transition(kind, 10))
        )
        edges[kind] = drawn(made, file)[19].y[50, 0]
    assert edges[TransitionKind.SLIDE] == BLACK
    assert edges[TransitionKind.PUSH] > 60


def test_a_dissolve_is_made_of_grains(tmp_path: Path) -> None:
    light = change(TransitionKind.DISSOLVE)[19]
    assert set(np.unique(light)) == {BLACK, WHITE}
    assert (light == WHITE).mean() == pytest.approx(0.45, abs=0.03)


def test_captions_stand_exactly_at_their_times(gator_home: Path, tmp_path: Path) -> None:
    """In the decoded file: nothing before and after, one look while each word is spoken."""
    words = (Word("One", 7, 5), Word("two", 12, 6))
    captions = Captions((Cue("q", 5, 13, words),))
    made = timeline(clip("c", 30, DARK), captions=captions)
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    frames = decoded(renderer.render(request(made), Watcher(), tmp_path / "out").path)
    light = np.array([frame[100, 54] for frame in frames], int)
    colour = np.array([frame[192 + 25, 27] for frame in frames], int)  # Cb: low for yellow
    assert [n for n, value in enumerate(light) if value > 120] == list(range(5, 18))
    assert [n for n, value in enumerate(colour) if value < 80] == list(range(7, 18))


def test_captions_that_are_not_burned_in_stay_out() -> None:
    captions = Captions((Cue("q", 1, 5, (Word("One", 1, 5),)),), burned=False)
    assert all((y.y == BLACK).all() for y in drawn(timeline(clip("c", 8, DARK), captions=captions)))


def test_an_overlay_fades_in_and_out() -> None:
    over = Overlay("o", 10, Media(MediaKind.TITLE, title=Title("Hello")), fade=3)
    made = timeline(clip("c", 20, DARK), overlays=(OverlayTrack((Gap(4), over)),))
    light = [int(frame.y[60, 2]) for frame in drawn(made)]
    full = max(light)
    assert light[:4] == [BLACK] * 4 and light[14:] == [BLACK] * 6
    assert light[4] < light[5] < light[6] < light[7] == full == light[10]
    assert light[4:14] == light[4:14][::-1]


def test_a_see_through_picture_stands_whole_in_its_box(tmp_path: Path) -> None:
    """A logo: red with a hole, twice as wide as high, in the upper half."""
    logo = np.zeros((50, 100, 4), np.uint8)
    logo[:, :] = (255, 0, 0, 255)
    logo[10:40, 30:70, 3] = 0
    path = tmp_path / "logo.png"
    Image.fromarray(logo).save(path)
    rgb = still(tmp_path, "x", photo((10, 10), 1))
    file = MediaFile("logo", path, "d" * 64, rgb.facts)
    over = Overlay("o", 5, Media(MediaKind.ASSET, "logo"), box=(0.0, 0.0, 1.0, 0.5), fade=0)
    made = timeline(clip("c", 5, DARK), overlays=(OverlayTrack((over,)),))
    frame = drawn(made, file)[2]
    red = frame.y > 40
    rows, columns = np.nonzero(red)
    assert (columns.min(), columns.max()) == (0, 107)
    assert rows.max() - rows.min() + 1 == pytest.approx(54, abs=1)
    assert frame.y[48, 54] == BLACK  # through the hole
    assert not red[96:].any()


def test_a_colour_fills_its_box() -> None:
    over = Overlay("o", 5, Media(MediaKind.COLOUR, colour="#ffffff"), (0.5, 0.0, 0.5, 0.25), fade=0)
    frame = drawn(timeline(clip("c", 5, DARK), overlays=(OverlayTrack((over,)),)))[2].y
    assert (frame[:48, 54:] == WHITE).all() and (frame == WHITE).sum() == 48 * 54


def test_a_video_above_the_picture_plays(tmp_path: Path) -> None:
    file = film(tmp_path, "f", (54, 96), 30)
    over = Overlay("o", 8, Media(MediaKind.ASSET, "f"), box=(0.5, 0.0, 0.5, 0.5), fade=0)
    made = timeline(clip("c", 10, DARK), overlays=(OverlayTrack((Gap(2), over)),))
    light = [int(frame.y[40, 80]) for frame in drawn(made, file)]
    assert light == [BLACK, BLACK, *(30 + 4 * n for n in range(8))]


@pytest.mark.parametrize(("layout", "count"), [(one, one.panes) for one in Layout])
def test_layouts_put_each_picture_in_its_place(layout: Layout, count: int) -> None:
    colours = ["#404040", "#808080", "#c0c0c0", "#ffffff"]
    made = timeline(clip("c", 2, *(plain(colour) for colour in colours[:count]), layout=layout))
    frame = drawn(made)[0].y
    for box, colour in zip(places(layout, SMALL, "everywhere"), colours, strict=False):
        inside = frame[box.y : box.y + box.h, box.x : box.x + box.w]
        value = round(16 + 219 * int(colour[1:3], 16) / 255)
        covered = layout is Layout.PICTURE_IN_PICTURE and colour == colours[0]
        assert (inside == value).mean() > (0.8 if covered else 0.99)
    assert {box.w % 2 + box.h % 2 + box.x % 2 + box.y % 2 for box in places(layout, SMALL, "")} == {
        0
    }


def test_a_gap_is_black_and_a_video_is_read_at_its_speed(tmp_path: Path) -> None:
    file = film(tmp_path, "f", SMALL, 40)
    made = timeline(
        clip("a", 6, asset("f", source_start=3)),
        Gap(3),
        clip("b", 6, asset("f", source_start=4, speed=Ratio(2))),
        clip("c", 6, asset("f", source_start=10, speed=Ratio(1, 2))),
    )
    light = [int(frame.y[90, 50]) for frame in drawn(made, file)]
    shown = [None if value == BLACK else (value - 30) // 4 for value in light]
    assert shown == [
        *range(3, 9),
        *[None] * 3,
        *range(4, 16, 2),
        *(10, 10, 11, 11, 12, 12),
    ]


def test_bars_and_blurred_bars(tmp_path: Path) -> None:
    file = still(tmp_path, "w", photo((200, 100), 2))
    bars = drawn(timeline(clip("c", 2, asset("w", fit=Fit.CONTAIN, bars="#ffffff"))), file)[0]
    assert (bars.y[:60] == WHITE).all() and (bars.y[-60:] == WHITE).all()
    assert not (bars.y[90:100] == WHITE).all()
    soft = drawn(timeline(clip("c", 2, asset("w", fit=Fit.BLUR))), file)[0].y
    assert np.abs(np.diff(soft[:60].astype(int), axis=1)).max() <= 6
    assert soft[:60].std() > 2


def test_the_real_painters_draw_captions_and_titles(gator_home: Path) -> None:
    """With the neighbours the product works with."""
    title = Media(MediaKind.TITLE, title=Title("Hello", ground="#202020"))
    captions = Captions((Cue("q", 2, 6, (Word("Word", 2, 3), Word("two", 5, 3))),))
    made = timeline(clip("t", 10, _pane(title)), captions=captions, frame=(270, 480))
    renderer = TimelineRenderer(settings(gator_home))
    pictures = [_rgb(renderer.frame(request(made), n)) for n in (0, 3, 6, 9)]
    empty, one, two, after = pictures
    assert (empty == after).all() and empty.max() > 200
    assert (one != empty).any() and (two != one).any()


def _pane(media: Media) -> Any:
    from gator_engine.domain.timeline import Pane

    return Pane(media)


def _rgb(png: bytes) -> np.ndarray:
    from io import BytesIO

    return np.asarray(Image.open(BytesIO(png)))
