"""A film shows the right frame at every second, whatever its container and times are like."""

from __future__ import annotations

import gc
import random
import resource
from fractions import Fraction
from math import isqrt
from pathlib import Path

import pytest

from gator_engine.adapters.render.sources import PictureSource, open_source
from tests.media.sources.films import X264, ffmpeg, film, media, number_in, numbered

SOUND = ("-f", "lavfi", "-i", "sine=440:d=3", "-c:a", "aac")
SUFFICES = (64, 48)


def opened(path: Path) -> PictureSource:
    return open_source(media(path), within=SUFFICES)


def seen(source: PictureSource, second: Fraction | float) -> int:
    return number_in(source.planes(Fraction(second)))


def test_every_frame_in_order_and_until_just_before_the_next(tmp_path: Path) -> None:
    with opened(film(tmp_path / "a.mp4", numbered(30))) as source:
        assert (source.size, source.original_size, source.duration_s) == (SUFFICES, SUFFICES, 3.0)
        for number in range(30):
            start = Fraction(number, 10)
            assert seen(source, start) == number
            assert seen(source, start + Fraction(99, 1000)) == number


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.mkv", "a.webm"])
def test_any_order_gives_the_same_frames(tmp_path: Path, name: str) -> None:
    vp9 = ("-c:v", "libvpx-vp9", "-crf", "20", "-g", "12", "-deadline", "realtime")
    path = film(tmp_path / name, numbered(40), *(vp9 if name == "a.webm" else X264))
    order = [*range(40), *range(39, -1, -1), *random.Random(7).sample(range(40), 40)]
    with opened(path) as source:
        assert [seen(source, Fraction(number, 10)) for number in order] == order


def test_frames_of_an_open_group_are_found(tmp_path: Path) -> None:
    """Pictures before a key frame may be decoded after it; entering there must not lose them."""
    open_gop = (*X264[:-1], "8", "-bf", "3", "-x264-params", "open-gop=1:scenecut=0:b-pyramid=2")
    with opened(film(tmp_path / "a.mp4", numbered(80), *open_gop)) as source:
        for number in (79, 71, 47, 46, 23, 22, 8, 7, 63, 0):
            assert seen(source, Fraction(number, 10)) == number


def test_ntsc_rates_are_exact_to_the_end(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", numbered(120), *X264, rate="30000/1001")
    with opened(path) as source:
        for number in (119, 60, 1, 118):
            assert seen(source, Fraction(number * 1001, 30_000)) == number
            assert (
                seen(source, Fraction((number + 1) * 1001, 30_000) - Fraction(1, 50_000)) == number
            )


def test_variable_frame_rates(tmp_path: Path) -> None:
    """Frame n is shown from n²/10 s on."""
    timing = ("-vf", "setpts=N*N", "-fps_mode", "vfr", "-video_track_timescale", "1000")
    with opened(film(tmp_path / "a.mp4", numbered(20), *timing, *X264)) as source:
        for tenths in (0, 1, 3, 4, 99, 100, 120, 121, 320, 30, 361):
            assert seen(source, Fraction(tenths, 10)) == isqrt(tenths)
        assert seen(source, Fraction(359, 100)) == 5


def test_an_edit_list_cuts_the_beginning_off(tmp_path: Path) -> None:
    whole = film(tmp_path / "whole.mp4", numbered(30))
    ffmpeg("-ss", "0.5", "-i", str(whole), "-c", "copy", str(tmp_path / "cut.mp4"))
    with opened(tmp_path / "cut.mp4") as source:
        assert [seen(source, Fraction(at, 10)) for at in (0, 1, 9, 24)] == [5, 6, 14, 29]


@pytest.mark.parametrize("name", ["a.mkv", "a.mp4"])
def test_the_priming_of_a_sound_encoder_moves_no_picture(tmp_path: Path, name: str) -> None:
    path = film(tmp_path / name, numbered(30), *X264, "-c:a", "libopus", sound=SOUND[:4])
    with opened(path) as source:
        assert [seen(source, Fraction(n, 10)) for n in (0, 1, 13, 29)] == [0, 1, 13, 29]


def test_a_picture_that_starts_after_the_sound_keeps_its_place(tmp_path: Path) -> None:
    silent, late = film(tmp_path / "a.mp4", numbered(20)), tmp_path / "late.mkv"
    sound = ("-f", "lavfi", "-i", "sine=440:d=3")
    ffmpeg(
        "-itsoffset", "0.5", "-i", str(silent), *sound, "-c:v", "copy", "-c:a", "flac", str(late)
    )
    with opened(late) as source:
        assert [seen(source, Fraction(at, 10)) for at in (0, 5, 6, 24)] == [0, 0, 1, 19]


def test_a_recording_without_length_or_index_can_be_wound(tmp_path: Path) -> None:
    """As browsers record: WebM written while it was still going on."""
    vp9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime", "-g", "10")
    path = film(tmp_path / "a.webm", numbered(60), *vp9, "-live", "1")
    with opened(path) as source:
        assert source.duration_s is None
        for number in (55, 3, 30, 59, 0):
            assert seen(source, Fraction(number, 10)) == number


def test_times_that_start_far_from_zero(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", numbered(20), "-output_ts_offset", "3600", *X264)
    with opened(path) as source:
        assert [seen(source, Fraction(at, 10)) for at in (0, 19, 7)] == [0, 19, 7]


def test_films_are_shrunk_to_what_covers_the_wish_and_never_enlarged(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", numbered(3))
    sizes = {(32, 10): (32, 24), (10, 24): (32, 24), (33, 10): (34, 26), (640, 480): (64, 48)}
    for within, size in sizes.items():
        with open_source(media(path), within=within) as source:
            assert source.size == size
            planes = source.planes(Fraction(1, 10))
            assert (
                planes.y.shape
                == (size[1], size[0])
                == (2 * planes.u.shape[0], 2 * planes.v.shape[1])
            )
            assert number_in(planes) == 1


def test_a_film_of_three_hours_is_entered_without_reading_it(tmp_path: Path) -> None:
    io = Path("/proc/self/io")
    if not io.exists():
        pytest.skip("the bytes a process reads are only counted on Linux")
    path = tmp_path / "long.mp4"
    noise = "nullsrc=s=64x48:r=1/20:d=10800,geq=random(1)*255:128:128"
    ffmpeg("-f", "lavfi", "-i", noise, *X264[:6], "-qp", "1", "-g", "10", str(path))

    def read() -> int:
        return int(io.read_text().split()[1])

    before = read()
    with opened(path) as source:
        assert source.duration_s == 10_800
        source.planes(Fraction(10_790))
    assert read() - before < path.stat().st_size / 4


def test_memory_does_not_grow_with_the_film(tmp_path: Path) -> None:
    """Frames are let go at once, not when a garbage collector happens to run."""
    io = Path("/proc/self/statm")
    if not io.exists():
        pytest.skip("resident memory is read as Linux counts it")
    path = tmp_path / "a.mp4"
    ffmpeg("-f", "lavfi", "-i", "testsrc2=s=1920x1080:r=10:d=9", *X264[:4], "-qp", "40", str(path))

    def megabytes() -> float:
        return int(io.read_text().split()[1]) * resource.getpagesize() / 2**20

    gc.disable()
    try:
        with open_source(media(path), within=(192, 108)) as source:
            for number in range(30):
                source.planes(Fraction(number, 10))
            before = megabytes()
            for number in range(30, 90):
                source.planes(Fraction(number, 10))
            assert megabytes() - before < 60  # sixty frames kept would be 180
    finally:
        gc.enable()
