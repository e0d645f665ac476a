"""Ken Burns moves smoothly, however a region is drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gator_engine.adapters.render.boxes import blank
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.rendering import Picture
from gator_engine.adapters.render.warp import Picture as Source
from gator_engine.adapters.render.warp import Warp, still
from gator_engine.domain.video.framing import Easing, Motion, Rect, region
from gator_engine.domain.video.transitions import Transition
from tests.media.render import standins
from tests.media.render.reference import sample
from tests.media.render.standins import asset, clip, plain, request, timeline

FRAME, FRAMES = (1080, 1920), 40


def dot(size: tuple[int, int], at: tuple[float, float], radius: float) -> np.ndarray:
    """A soft white disc on grey, RGB."""
    light = np.full(size[::-1], 50, np.uint8)
    near = 2 * radius
    top, left = round(at[1] - near), round(at[0] - near)
    y, x = np.mgrid[top : top + int(2 * near), left : left + int(2 * near)]
    far = np.hypot(x + 0.5 - at[0], y + 0.5 - at[1])
    light[y, x] = np.clip(radius - far + 0.5, 0, 1) * 180 + 50
    return np.repeat(light[:, :, None], 3, axis=2)


def centre(light: np.ndarray, near: tuple[float, float]) -> tuple[float, float]:
    """The middle of what is brighter than grey, in pixels from the corner, looked for nearby."""
    left, top = round(near[0]) - 150, round(near[1]) - 150
    weight = np.clip(light[top : top + 300, left : left + 300].astype(float) - 80, 0, None)
    y, x = np.indices(weight.shape)
    total = weight.sum()
    return left + 0.5 + (x * weight).sum() / total, top + 0.5 + (y * weight).sum() / total


@pytest.mark.parametrize(
    ("start", "end", "way"),
    [
        (Rect(), Rect(0.055, 0.055, 0.89, 0.89), (-1, -1)),
        (Rect(0.0, 0.1, 0.8, 0.8), Rect(0.2, 0.1, 0.8, 0.8), (-1, 0)),
        (Rect(0.3, 0.3, 0.5, 0.5), Rect(), (1, 1)),
    ],
)
def test_a_dot_moves_without_jitter(
    tmp_path: Path, start: Rect, end: Rect, way: tuple[int, int]
) -> None:
    """It keeps to its ideal path and never takes a step back.

    Jitter: the mean second difference of what lies between the path and the ideal one, in pixels.
    """
    size = (1296, 2304)
    at = size[0] * 0.4, size[1] * 0.42
    file = standins.still(tmp_path, "d", dot(size, at, 40))
    move = Motion(start, end, Easing.LINEAR)
    made = timeline(clip("c", FRAMES, asset("d", motion=move)), frame=FRAME)
    picture = Picture(request(made, file), standins.TOOLS)
    compositor, planes, path, ideal = picture.compositor(), blank(FRAME), [], []
    for number in range(FRAMES):
        compositor.frame(number, planes)
        x, y, wide, high = region(size, FRAME, move.at(number, FRAMES))
        ideal.append(((at[0] - x) / wide * FRAME[0], (at[1] - y) / high * FRAME[1]))
        path.append(centre(planes.y, ideal[-1]))
    off = np.array(path) - np.array(ideal)
    assert np.abs(np.diff(off, 2, axis=0)).mean() < 0.05
    assert np.abs(off).max() < 0.5
    steps = np.diff(np.array(path), axis=0)
    for axis in (0, 1):
        if way[axis]:
            assert (steps[:, axis] * way[axis] > 0).all()
        else:
            assert np.abs(steps[:, axis]).max() < 0.1


def test_motion_goes_on_under_a_transition(tmp_path: Path) -> None:
    """A clip moves as long as anything of it is seen, and holds its ends exactly then."""
    file = standins.still(tmp_path, "p", standins.photo((140, 220), 1))
    move = Motion(Rect(), Rect(0.2, 0.2, 0.6, 0.6), Easing.LINEAR)
    made = timeline(
        clip("a", 20, plain("#000000")),
        clip("b", 20, asset("p", motion=move), transition=Transition(length=6)),
        clip("c", 20, plain("#000000"), transition=Transition(length=8)),
    )
    shots = Picture(request(made, file), standins.TOOLS).shots
    first, last = 20 - 3, 40 + 4 - 1
    assert shots.at(first).following[0].rect == move.start
    assert shots.at(last).views[0].rect == move.end
    widths = [
        next(v.rect.w for v in (*plan.views, *plan.following) if v.source.asset_id == "p")
        for plan in map(shots.at, range(first, last + 1))
    ]
    assert np.diff(widths) == pytest.approx(np.full(26, -0.4 / 26))


@pytest.mark.parametrize("scale", [1.9, 1.31, 1.12, 1.03, 1.009, 1.0, 0.99, 0.83, 0.31])
@pytest.mark.parametrize("offset", [0.0, 0.37, 3.25])
def test_both_ways_of_drawing_a_region_agree_with_arithmetic(scale: float, offset: float) -> None:
    """On a smooth picture, so that 1/96 of a pixel is less than a level."""
    chance = np.random.default_rng(4)
    light = _soft(chance, (520, 420))
    planes = Planes(light, _soft(chance, (260, 210)), _soft(chance, (260, 210)))
    place = (120, 160)
    region = (offset, offset + 5.5, place[0] * scale, place[1] * scale)
    for source in (still(planes, place), Source(planes, (420, 520))):
        into = blank(place)
        Warp().draw(source, region, into)
        for drawn, plane, k in zip(
            (into.y, into.u, into.v), (planes.y, planes.u, planes.v), (1, 2, 2), strict=True
        ):
            box = tuple(edge / k for edge in region)
            ideal = sample(plane.astype(float), box, (place[0] // k, place[1] // k))
            assert np.abs(drawn - ideal).max() <= 1.2


def _soft(chance: np.random.Generator, shape: tuple[int, int]) -> np.ndarray:
    from PIL import Image

    coarse = Image.fromarray(chance.integers(40, 210, (9, 8), dtype=np.uint8))
    return np.array(coarse.resize(shape[::-1], Image.Resampling.BICUBIC))


def test_a_picture_shown_far_smaller_does_not_flicker() -> None:
    """Fine lines that a plain sample would hit or miss: halves are taken first."""
    lines = np.tile(np.array([40, 200], np.uint8), (512, 256))
    planes = Planes(lines, np.full((256, 256), 128, np.uint8), np.full((256, 256), 128, np.uint8))
    place, found = (60, 60), []
    for shift in np.linspace(0, 3, 9):
        into = blank(place)
        Warp().draw(still(planes, place), (shift, shift, 480.0, 480.0), into)
        found.append(into.y.astype(float))
    assert np.abs(np.stack(found) - 120).max() < 12
