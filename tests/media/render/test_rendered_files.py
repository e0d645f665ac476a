"""Finished files as a player meets them: frames, times, tags, shapes, sound."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from gator_engine.adapters.render.encoding import SOFTWARE, Encoding
from gator_engine.adapters.render.probe import probe
from gator_engine.adapters.render.renderer import TimelineRenderer
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.timeline import Gap, Sound, SoundTrack
from gator_engine.domain.video.framing import Fit, Motion, Rect
from gator_engine.domain.video.profiles import PROFILES
from gator_engine.domain.video.time import RATES
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import Unavailable
from tests.media.render.standins import (
    CLEAR,
    SMALL,
    TOOLS,
    Watcher,
    asset,
    clip,
    decoded,
    photo,
    plain,
    request,
    rgb_of,
    settings,
    still,
    timeline,
)

TONE = (SoundTrack((Sound("s", 1000, "voice"),)),)


@pytest.fixture
def renderer(gator_home: Path) -> TimelineRenderer:
    return TimelineRenderer(settings(gator_home), TOOLS)


@pytest.mark.parametrize("rate", ["24", "25", "29.97", "30", "60"])
def test_frames_and_times_are_exact_at_every_rate(
    renderer: TimelineRenderer, tmp_path: Path, rate: str
) -> None:
    made = timeline(
        clip("a", 31, plain("#aa3311")),
        clip("b", 29, plain("#1133aa"), transition=Transition(length=7)),
        rate=rate,
        voice=TONE,
    )
    result = renderer.render(request(made), Watcher(), tmp_path / "out")
    step = 1 / RATES[rate].fraction
    with av.open(str(result.path)) as container:
        video, audio = container.streams.video[0], container.streams.audio[0]
        assert video.average_rate == RATES[rate].fraction
        assert audio.start_time in (0, None)
        times = [frame.pts * frame.time_base for frame in container.decode(video)]
        lasts = audio.duration * audio.time_base
    assert times == [number * step for number in range(60)]
    assert result.frames == 60
    assert result.duration_s == pytest.approx(float(60 * step), abs=1e-9)
    assert abs(lasts - 60 * step) < step


def test_pictures_before_and_after_encoding_are_the_same(
    renderer: TimelineRenderer, tmp_path: Path
) -> None:
    """What `frame` shows is what the file shows, also across the seams of segments."""
    file = still(tmp_path, "a", photo((140, 220), 3))
    move = Motion(Rect(), Rect(0.2, 0.2, 0.6, 0.6))
    made = timeline(
        clip("one", 20, asset("a", motion=move)),
        clip("two", 20, plain("#226644"), transition=Transition(length=6)),
        Gap(3),
    )
    wish = request(made, file, profile=replace(CLEAR, crf=1))
    result = renderer.render(wish, Watcher(), tmp_path / "out")
    shown = rgb_of(result.path)
    assert len(shown) == 43
    for number in (0, 16, 17, 22, 23, 39, 40, 42):
        png = np.asarray(_image(renderer.frame(wish, number)), float)
        # libswscale cuts fractions off and repeats colour where ours rounds and interpolates.
        assert np.abs(shown[number] - png).mean() < 2.5, number


def _image(data: bytes):  # type: ignore[no-untyped-def]
    from io import BytesIO

    from PIL import Image

    image = Image.open(BytesIO(data))
    assert image.format == "PNG"
    return image


@pytest.mark.parametrize("aspect", [AspectRatio.STORY, AspectRatio.SQUARE, AspectRatio.WIDE])
@pytest.mark.parametrize("fit", list(Fit))
def test_each_shape_is_exact_and_nothing_is_stretched(
    renderer: TimelineRenderer, tmp_path: Path, aspect: AspectRatio, fit: Fit
) -> None:
    """A disc stays a disc of the right size in every shape, and the file has exactly that size."""
    y, x = np.mgrid[:240, :160]
    disc = np.where(np.hypot(x - 79.5, y - 119.5)[:, :, None] < 40, 250, 20)
    file = still(tmp_path, "d", np.repeat(disc, 3, axis=2).astype(np.uint8))
    made = replace(timeline(clip("c", 3, asset("d", fit=fit, bars="#141414"))), aspect=aspect)
    made = made.in_shape(aspect)
    wish = request(made, file, profile=replace(PROFILES["draft"], crf=8))
    result = renderer.render(wish, Watcher(), tmp_path / "out")
    wide, high = (max(2, round(edge / 8) * 2) for edge in aspect.size)
    assert result.size == (wide, high)
    light = decoded(result.path)[1][:high] > 190  # brighter than a blurred ground gets
    across, down = light.any(axis=0).sum(), light.any(axis=1).sum()
    scale = max(wide / 160, high / 240) if fit is Fit.COVER else min(wide / 160, high / 240)
    assert across == pytest.approx(min(wide, 80 * scale), abs=3)
    assert down == pytest.approx(min(high, 80 * scale), abs=3)


def test_colours_survive_as_bt709(renderer: TimelineRenderer, tmp_path: Path) -> None:
    colours = ["#ff8000", "#2040c0", "#e0b090", "#10a050", "#808080"]
    made = timeline(*(clip(f"c{n}", 4, plain(colour)) for n, colour in enumerate(colours)))
    result = renderer.render(request(made), Watcher(), tmp_path / "out")
    shown = rgb_of(result.path)
    for number, colour in enumerate(colours):
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        found = shown[number * 4 + 2].reshape(-1, 3).mean(axis=0)
        assert np.abs(found - wanted).max() <= 2, (colour, found)


def test_a_still_keeps_its_colours(renderer: TimelineRenderer, tmp_path: Path) -> None:
    """An orange patch from a PNG: where a 601 matrix would be seven levels off."""
    patch = np.full((192, 108, 3), (240, 140, 60), np.uint8)
    made = timeline(clip("c", 4, asset("p")))
    result = renderer.render(
        request(made, still(tmp_path, "p", patch)), Watcher(), tmp_path / "out"
    )
    assert np.abs(rgb_of(result.path)[2].reshape(-1, 3).mean(axis=0) - [240, 140, 60]).max() <= 2


def test_the_draft_is_a_quarter_as_large_and_as_long(
    renderer: TimelineRenderer, tmp_path: Path
) -> None:
    made = timeline(clip("c", 30, plain("#336699")), frame=(432, 768), voice=TONE)
    result = renderer.render(request(made, profile=PROFILES["draft"]), Watcher(), tmp_path / "out")
    assert result.size == SMALL and len(decoded(result.path)) == 30


def test_a_silent_timeline_has_no_sound_and_says_so(
    renderer: TimelineRenderer, tmp_path: Path
) -> None:
    result = renderer.render(
        request(timeline(clip("c", 5, plain("#336699")))), Watcher(), tmp_path / "out"
    )
    with av.open(str(result.path)) as container:
        assert not container.streams.audio
    assert result.loudness_lufs is None and result.true_peak_db is None


def _encoding(rate: str = "30", size: tuple[int, int] = SMALL) -> Encoding:
    return Encoding(SOFTWARE, CLEAR, size, RATES[rate])


@pytest.fixture
def good(renderer: TimelineRenderer, tmp_path: Path) -> Path:
    made = timeline(clip("c", 40, asset("p")), voice=TONE)
    wish = request(made, still(tmp_path, "p", photo((120, 200), 5)))
    return renderer.render(wish, Watcher(), tmp_path / "out").path


@pytest.mark.parametrize(
    ("encoding", "frames", "told"),
    [
        (_encoding(), 41, "40 frames, not 41"),
        (_encoding(size=(192, 108)), 40, "size is"),
        (_encoding("25"), 40, "rate is"),
    ],
)
def test_a_file_that_is_not_as_promised_is_refused(
    good: Path, encoding: Encoding, frames: int, told: str
) -> None:
    assert probe(good, _encoding(), 40, sound=True).frames == 40
    with pytest.raises(Unavailable, match=told):
        probe(good, encoding, frames, sound=True)


@pytest.mark.parametrize(
    ("options", "change", "told"),
    [
        ({}, {}, "index does not stand first"),
        ({"movflags": "+faststart"}, {"color_range": 2}, "colour range is 2"),
        ({"movflags": "+faststart"}, {"colorspace": 5}, "colour matrix is 5"),
        ({"movflags": "+faststart"}, {"pix_fmt": "yuv444p"}, "pixels is yuv444p"),
        ({"movflags": "+faststart"}, {"options": {"g": "500", "sc_threshold": "0"}}, "key frames"),
        ({"movflags": "+faststart"}, {"sample_aspect_ratio": Fraction(4, 3)}, "shape of pixels"),
    ],
)
def test_each_wrong_property_is_noticed(
    tmp_path: Path, options: dict[str, str], change: dict[str, object], told: str
) -> None:
    """Files that were encoded carelessly in one respect."""
    path = tmp_path / "careless.mp4"
    frames = 130
    with av.open(str(path), "w", options=options) as container:
        stream = container.add_stream("libx264", rate=30)
        encoding = _encoding()
        encoding.open(stream.codec_context)
        for name, value in change.items():
            setattr(stream.codec_context, name, value)
        for number in range(frames):
            picture = np.random.default_rng(number).integers(0, 256, (192, 108, 3), np.uint8)
            frame = av.VideoFrame.from_ndarray(picture, "rgb24")
            frame = frame.reformat(format=stream.codec_context.pix_fmt)
            frame.pts, frame.time_base = number, Fraction(1, 30)
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    with pytest.raises(Unavailable, match=told):
        probe(path, encoding, frames, sound=False)
    with pytest.raises(Unavailable, match="no sound"):
        probe(path, encoding, frames, sound=True)


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "words.mp4"
    path.write_bytes(b"these are words" * 100)
    with pytest.raises(Unavailable, match="cannot be read back"):
        probe(path, _encoding(), 1, sound=False)
