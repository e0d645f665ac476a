"""Turned, stretched and odd-sized films come out upright; broken ones say what is wrong."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from gator_engine.adapters.render.sources import open_source
from gator_engine.domain.assets import AssetKind
from gator_engine.errors import InvalidInput
from tests.media.sources.films import (
    X264,
    close_to,
    ffmpeg,
    film,
    media,
    number_in,
    numbered,
    patch,
    rgb_at,
)

RED, GREEN, BLUE, WHITE = (220, 30, 30), (30, 200, 60), (40, 60, 220), (230, 230, 230)
FAST = (*X264, "-movflags", "+faststart")


def quarters(path: Path) -> Path:
    """Red, green / blue, white."""
    frames = np.zeros((3, 48, 64, 3), np.uint8)
    frames[:, :24, :32], frames[:, :24, 32:] = RED, GREEN
    frames[:, 24:, :32], frames[:, 24:, 32:] = BLUE, WHITE
    named = "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p,setparams=colorspace=bt709"
    return film(path, frames, "-vf", named, "-c:v", "libx264", "-crf", "4")


@pytest.mark.parametrize(
    ("how", "corners", "size"),
    [
        (("-display_rotation", "0"), (RED, GREEN, BLUE, WHITE), (64, 48)),
        (("-display_rotation", "90"), (GREEN, WHITE, RED, BLUE), (48, 64)),
        (("-display_rotation", "180"), (WHITE, BLUE, GREEN, RED), (64, 48)),
        (("-display_rotation", "270"), (BLUE, RED, WHITE, GREEN), (48, 64)),
        (("-display_hflip",), (GREEN, RED, WHITE, BLUE), (64, 48)),
        (("-display_vflip",), (BLUE, WHITE, RED, GREEN), (64, 48)),
        (("-display_rotation", "90", "-display_hflip"), (WHITE, GREEN, BLUE, RED), (48, 64)),
        (("-display_rotation", "270", "-display_hflip"), (RED, BLUE, GREEN, WHITE), (48, 64)),
    ],
)
def test_films_are_set_upright(
    tmp_path: Path, how: tuple[str, ...], corners: tuple[tuple[int, int, int], ...], size: object
) -> None:
    ffmpeg(*how, "-i", str(quarters(tmp_path / "a.mp4")), "-c", "copy", str(tmp_path / "b.mp4"))
    with open_source(media(tmp_path / "b.mp4"), within=(640, 640)) as source:
        assert source.size == source.original_size == size
        planes = source.planes(Fraction(1, 10))
    places = [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)]
    seen = [rgb_at(planes, *place) for place in places]
    assert all(close_to(a, b, 5) for a, b in zip(seen, corners, strict=True)), seen


def test_a_turned_film_is_shrunk_by_its_upright_size(tmp_path: Path) -> None:
    path, turned = quarters(tmp_path / "a.mp4"), tmp_path / "b.mp4"
    ffmpeg("-display_rotation", "90", "-i", str(path), "-c", "copy", str(turned))
    with open_source(media(turned), within=(24, 10)) as source:
        assert source.size == (24, 32)
        assert source.planes(Fraction(0)).y.shape == (32, 24)


@pytest.mark.parametrize(("sar", "size"), [("2/1", (128, 48)), ("1/2", (32, 48))])
def test_pixels_that_are_not_square_are_stretched(
    tmp_path: Path, sar: str, size: tuple[int, int]
) -> None:
    path = film(tmp_path / "a.mp4", numbered(6), "-vf", f"setsar={sar}", *X264)
    with open_source(media(path), within=(640, 480)) as source:
        assert source.original_size == source.size == size
        assert number_in(source.planes(Fraction(5, 10))) == 5


def test_odd_sizes_become_even_and_lose_nothing(tmp_path: Path) -> None:
    frames = numbered(4)[:, :47, :61]
    path = film(tmp_path / "a.mp4", frames, "-c:v", "libx264", "-pix_fmt", "yuv444p", "-crf", "4")
    with open_source(media(path), within=(640, 480)) as source:
        assert (source.original_size, source.size) == ((61, 47), (62, 48))
        assert number_in(source.planes(Fraction(3, 10))) == 3


def test_the_size_may_change_within_a_film(tmp_path: Path) -> None:
    small = film(tmp_path / "a.ts", numbered(10), *X264)
    large = film(tmp_path / "b.ts", numbered(20)[10:], "-vf", "scale=128:96:flags=neighbor", *X264)
    joined = tmp_path / "c.mkv"
    ffmpeg("-i", f"concat:{small}|{large}", "-c", "copy", str(tmp_path / "j.ts"))
    ffmpeg("-i", str(tmp_path / "j.ts"), "-c", "copy", str(joined))
    with open_source(media(joined), within=(64, 48)) as source:
        assert source.size == (64, 48)
        assert number_in(source.planes(Fraction(3, 10))) == 3
        assert source.planes(Fraction(source.duration_s or 0) - Fraction(1, 10)).y.shape == (48, 64)


def grainy(path: Path, count: int, *options: str) -> Path:
    """Numbered frames with so much grain that each takes its share of the file."""
    noise = np.random.default_rng(1).integers(0, 255, (count, 48, 64, 3), np.uint8)
    frames = (numbered(count).astype(int) * 3 + noise) // 4
    return film(path, frames.astype(np.uint8), *options)


INTRA = ("-c:v", "libx264", "-pix_fmt", "yuv420p", "-g", "1", "-crf", "12", *FAST[-2:])


def test_a_hair_less_of_a_film_is_held(tmp_path: Path) -> None:
    """About 0.3 of 3 seconds are cut off: the last good frame stands for them."""
    path = grainy(tmp_path / "a.mp4", 30, *INTRA)
    data = path.read_bytes()
    path.write_bytes(data[: len(data) * 90 // 100])
    with open_source(media(path), within=(64, 48)) as source:
        last = number_in(source.planes(Fraction(29, 10)))
        assert 25 <= last <= 28
        assert number_in(source.planes(Fraction(last, 10))) == last
        assert number_in(source.planes(Fraction(299, 100))) == last
        assert number_in(source.planes(Fraction(1))) == 10


def test_the_last_frame_is_not_held_for_long(tmp_path: Path) -> None:
    with open_source(media(film(tmp_path / "a.mp4", numbered(30))), within=(64, 48)) as source:
        assert number_in(source.planes(Fraction(34, 10))) == 29
        with pytest.raises(InvalidInput, match=r"ends at 3\.00 s, and 3\.50 s was asked for"):
            source.planes(Fraction(35, 10))
        assert number_in(source.planes(Fraction(1))) == 10


@pytest.mark.parametrize("how", ["cut off", "overwritten"])
def test_a_film_that_breaks_off_says_where(tmp_path: Path, how: str) -> None:
    path = grainy(tmp_path / "a.mp4", 40, *FAST)
    data = path.read_bytes()
    kept = data[: len(data) // 2]
    path.write_bytes(kept if how == "cut off" else kept + bytes(len(data) - len(kept)))
    with open_source(media(path), within=(64, 48)) as source:
        assert number_in(source.planes(Fraction(5, 10))) == 5
        with pytest.raises(InvalidInput, match=r"breaks off at [12]\.\d+ s"):
            source.planes(Fraction(39, 10))
        assert number_in(source.planes(Fraction(6, 10))) == 6


def test_a_hole_in_the_middle_is_not_papered_over(tmp_path: Path) -> None:
    path = grainy(tmp_path / "a.mp4", 60, *INTRA)
    data = bytearray(path.read_bytes())
    start = data.find(b"mdat") + 4
    third = (len(data) - start) // 3
    data[start + third : start + 2 * third] = bytes(third)
    path.write_bytes(data)
    with open_source(media(path), within=(64, 48)) as source:
        assert number_in(source.planes(Fraction(1))) == 10
        with pytest.raises(InvalidInput, match="damaged"):
            source.planes(Fraction(3))
        assert number_in(source.planes(Fraction(5))) == 50


def test_what_is_no_film(tmp_path: Path) -> None:
    sound, header = tmp_path / "a.m4a", tmp_path / "header.mp4"
    ffmpeg("-f", "lavfi", "-i", "sine=440:d=0.3", str(sound))
    data = film(tmp_path / "a.mp4", numbered(10), *FAST).read_bytes()
    header.write_bytes(data[: data.find(b"mdat") + 4])
    (tmp_path / "text.mp4").write_bytes(b"#EXTM3U\n#EXTINF:1\nfile:///etc/passwd\n")
    (tmp_path / "none.mp4").write_bytes(b"")
    for name, problem in {
        "a.m4a": "no video stream",
        "header.mp4": "no picture",
        "text.mp4": "no film",
        "none.mp4": "no film",
    }.items():
        with pytest.raises(InvalidInput, match=problem):
            open_source(media(tmp_path / name), within=(64, 48))


def test_a_missing_file_and_a_sound_are_named(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", patch(RED))
    sound, gone = media(path, AssetKind.AUDIO), media(path)
    with pytest.raises(InvalidInput, match="a1 is audio"):
        open_source(sound, within=(64, 48))
    path.unlink()
    with pytest.raises(InvalidInput, match="a1 is missing"):
        open_source(gone, within=(64, 48))
