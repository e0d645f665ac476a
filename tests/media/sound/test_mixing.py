"""The mix, decoded by ffmpeg: everything sounds where and as loud as the timeline says."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import av
import numpy as np
import pytest

from gator_engine.adapters.render.sound import mix, sound_key
from gator_engine.adapters.render.sound.mixing import Mixing
from gator_engine.adapters.render.sound.plan import pieces, sample_at
from gator_engine.domain.assets import AssetKind
from gator_engine.domain.timeline import Gap, Pane, Sound, SoundTrack, Timeline
from gator_engine.domain.video.sound import Ducking, Mix
from gator_engine.domain.video.time import RATES, Ratio
from gator_engine.domain.video.transitions import Transition
from gator_engine.ports.video import MediaFile
from tests.media.sound.signals import (
    AS_IS,
    RATE,
    Array,
    Running,
    clicks,
    ffmpeg,
    heard,
    level_db,
    media,
    noise,
    onsets,
    speech_like,
    timeline,
    tone,
    video_clip,
    wav,
)


def mixed(line: Timeline, files: dict[str, MediaFile], folder: Path) -> Array:
    """The finished file, decoded; its length is checked on the way."""
    path = folder / "mix.m4a"
    result = mix(line, files, path, 192, Running())
    assert result.samples == round(line.length / line.rate.fraction * RATE)
    found = heard(path)
    assert 0 <= found.shape[1] - result.samples < 1024  # the decoder's last frame, rounded up
    assert list(folder.glob(".*")) == []
    return found[:, : result.samples]


def ten_minutes_of_clicks(rate: Ratio) -> tuple[Timeline, list[float]]:
    """A timeline with four clicks, and the seconds of their frames."""
    frames = round(600 * rate.fraction)
    places = [round(frames * share) for share in (0.1, 0.33, 0.71, 0.998)]
    items: list[Sound | Gap] = []
    for at, place in pairwise([-1, *places]):
        items += [Gap(place - at - 1), Sound(str(place), 1, "click")]
    wanted = [float(place / rate.fraction) for place in places]
    return timeline(frames, voice=items, rate=rate), wanted


@pytest.mark.timeout(400)
def test_nothing_drifts_in_a_file_of_ten_minutes(tmp_path: Path) -> None:
    file = wav(tmp_path / "click.wav", clicks(0.05, [0]))
    line, wanted = ten_minutes_of_clicks(RATES["29.97"])
    found = mixed(line, media(click=file), tmp_path)
    assert onsets(found) == pytest.approx(wanted, abs=0.002)


def unmastered(line: Timeline, files: dict[str, MediaFile]) -> Array:
    """The mix before it is levelled and encoded."""
    total = sample_at(line.length, line.rate)
    mixing = Mixing(pieces(line, files), total, line.mix.ducking, lambda: None)
    found = np.concatenate(list(mixing.blocks()), axis=1)
    assert found.shape == (2, total)
    return found


@pytest.mark.parametrize(
    "rate", [RATES["25"], RATES["29.97"], Ratio(24_000, 1001), Ratio(7919, 331)]
)
def test_nothing_drifts_at_any_rate(rate: Ratio, tmp_path: Path) -> None:
    files = media(click=wav(tmp_path / "click.wav", clicks(0.05, [0])))
    line, wanted = ten_minutes_of_clicks(rate)
    found = onsets(unmastered(line, files))
    assert found == pytest.approx(wanted, abs=0.0001)


def test_a_click_at_the_end_is_where_the_frame_is(tmp_path: Path) -> None:
    """Encoder delay and all: to the sample, by cross-correlation with what went in."""
    signal = noise(3.0)
    file = wav(tmp_path / "n.wav", signal)
    found = mixed(timeline(90, voice=[Sound("n", 90, "n")]), media(n=file), tmp_path)[0]
    size = 2 * signal.size
    product = np.fft.rfft(found, size) * np.conj(np.fft.rfft(signal, size))
    lag = int(np.argmax(np.fft.irfft(product, size)))
    assert lag in (0, size)


def test_the_sound_stays_in_place_beside_its_picture(tmp_path: Path) -> None:
    """Muxed by copying packets, as a renderer does: the edit list takes the priming out."""
    signal = noise(3.0)
    files = media(n=wav(tmp_path / "n.wav", signal))
    mix(timeline(90, voice=[Sound("n", 90, "n")]), files, tmp_path / "s.m4a", 192, Running())
    film = tmp_path / "film.mp4"
    picture = ("-f", "lavfi", "-i", "color=s=32x32:r=30:d=3")
    ffmpeg(*picture, "-i", tmp_path / "s.m4a", "-c:v", "mpeg4", "-c:a", "copy", film)
    with av.open(str(film)) as container:
        video, sound = container.streams.video[0], container.streams.audio[0]
        assert (video.start_time, sound.start_time) == (0, 0)
        assert float(sound.duration * sound.time_base) == pytest.approx(3.0, abs=0.001)  # type: ignore[operator]
        assert (sound.codec_context.name, sound.profile) == ("aac", "LC")
        assert (sound.rate, sound.channels) == (RATE, 2)
    found, size = heard(film)[0], 2 * signal.size
    product = np.fft.rfft(found, size) * np.conj(np.fft.rfft(signal, size))
    assert int(np.argmax(np.fft.irfft(product, size))) == 0


def test_a_film_whose_sound_begins_late_keeps_its_distance(tmp_path: Path) -> None:
    film = tmp_path / "late.mp4"
    sound = wav(tmp_path / "c.wav", clicks(2.0, [0.0, 1.0]))
    picture = ("-f", "lavfi", "-i", "color=s=32x32:r=30:d=3")
    ffmpeg(*picture, "-itsoffset", "0.5", "-i", sound, "-c:v", "mpeg4", "-c:a", "aac", film)
    line = timeline(75, clips=[video_clip("f", "f", 75)])
    found = mixed(line, media(AssetKind.VIDEO, f=film), tmp_path)
    assert onsets(found) == pytest.approx([0.5, 1.5], abs=0.003)


@pytest.mark.parametrize(
    "rate,channels",
    [(8000, 1), (44_100, 2), (96_000, 2), (48_000, 6), (22_050, 3), (48_000, 8), (11_025, 1)],
)
def test_any_rate_and_channels_sound_in_their_place(
    rate: int, channels: int, tmp_path: Path
) -> None:
    made = clicks(3.0, [1.0, 2.5], rate)
    file = wav(tmp_path / "c.wav", *[made * 0.6] * channels, rate=rate)
    found = mixed(timeline(90, voice=[Sound("c", 90, "c")]), media(c=file), tmp_path)
    assert onsets(found, 0.1) == pytest.approx([1.0, 2.5], abs=0.001)


def test_one_channel_is_as_loud_as_the_same_sound_in_two(tmp_path: Path) -> None:
    made = tone(1.0)
    one = wav(tmp_path / "one.wav", made)
    two = wav(tmp_path / "two.wav", made, made)
    line = timeline(60, voice=[Sound("1", 30, "one"), Sound("2", 30, "two")])
    found = mixed(line, media(one=one, two=two), tmp_path)
    first, second = found[:, 4800:43_200], found[:, 52_800:91_200]
    assert level_db(first) == pytest.approx(level_db(second), abs=0.05)
    assert level_db(first) == pytest.approx(level_db(made), abs=0.1)


def test_sources_start_where_they_are_cut(tmp_path: Path) -> None:
    file = wav(tmp_path / "c.wav", clicks(8.0, [1.0, 5.5, 6.25]))
    packed = tmp_path / "c.mp3"
    ffmpeg("-i", file, "-b:a", "192k", packed)
    line = timeline(60, voice=[Gap(15), Sound("c", 45, "c", source_start=150)])
    for path in (file, packed):
        found = mixed(line, media(c=path), tmp_path)
        assert onsets(found) == pytest.approx([1.0, 1.75], abs=0.003)


def test_a_cut_inside_one_recording_cannot_be_heard(tmp_path: Path) -> None:
    file = wav(tmp_path / "n.wav", noise(4.0, 0.5), rate=44_100)
    whole = timeline(105, voice=[Sound("n", 105, "n")])
    cut = timeline(105, voice=[Sound("a", 47, "n"), Sound("b", 58, "n", source_start=47)])
    one, two = (mixed(line, media(n=file), tmp_path) for line in (whole, cut))
    assert np.abs(one - two).max() < 1e-4


def test_fades_take_the_frames_they_say(tmp_path: Path) -> None:
    file = wav(tmp_path / "t.wav", tone(4.0))
    sound = Sound("t", 90, "t", gain_db=-6.0, fade_in=30, fade_out=15)
    found = mixed(timeline(90, music=[sound]), media(t=file), tmp_path)

    def level(second: float) -> float:
        at = round(second * RATE)
        return level_db(found[:, at - 240 : at + 240]) - level_db(tone(1.0)) + 6.0

    assert level(1.5) == pytest.approx(0, abs=0.1)
    assert level(0.5) == pytest.approx(-3.0, abs=0.2)  # equal power: half-way is -3 dB
    assert level(2.75) == pytest.approx(-3.0, abs=0.2)
    assert level(0.05) < -20 and level(2.97) < -15


def test_a_loop_keeps_time_and_does_not_click(tmp_path: Path) -> None:
    file = wav(tmp_path / "l.wav", tone(1.1, 87.5, 0.2))
    beats = wav(tmp_path / "b.wav", clicks(1.1, [0.5]))
    files = media(l=file, b=beats)
    one, two = (Sound(n, 300, n, loop=True, source_start=6) for n in ("l", "b"))
    assert onsets(unmastered(timeline(300, music=[two]), files)) == pytest.approx(
        [0.3 + 1.1 * n for n in range(9)], abs=0.0001
    )
    found = unmastered(timeline(300, music=[one]), files)
    steps, worst = np.abs(np.diff(found[0])), 0.2 * 2 * np.pi * 87.5 / RATE
    # The tone breaks off in the middle of a wave; hard, that is a step of a tenth and more.
    broken = abs(tone(1.1, 87.5, 0.2)[-1])
    assert broken > 0.1 and steps[RATE : 9 * RATE].max() < broken / 100 + worst
    levels = [level_db(found[:, at * RATE : (at + 1) * RATE]) for at in range(1, 9)]
    assert levels == pytest.approx([levels[0]] * 8, abs=0.3)


def test_a_loop_may_start_beyond_its_end(tmp_path: Path) -> None:
    file = wav(tmp_path / "l.wav", clicks(1.0, [0.5]))
    line = timeline(60, music=[Sound("l", 60, "l", loop=True, source_start=30 * 7 + 9)])
    assert onsets(mixed(line, media(l=file), tmp_path)) == pytest.approx([0.2, 1.2], abs=0.002)


def test_music_steps_back_before_the_voice_and_comes_back_after_it(tmp_path: Path) -> None:
    music = wav(tmp_path / "m.wav", tone(8.0, 3000.0))
    voice = wav(tmp_path / "v.wav", tone(2.0, 200.0, 0.2))
    ducking = Ducking(depth_db=-12.0, attack_ms=60, hold_ms=250, release_ms=400)
    line = timeline(
        240,
        voice=[Gap(90), Sound("v", 60, "v")],
        music=[Sound("m", 240, "m")],
        mix=Mix(ducking, loudness=None),
    )
    found = mixed(line, media(m=music, v=voice), tmp_path)[0]

    def depth(second: float) -> float:
        at = round(second * RATE)
        window = found[at - 960 : at + 960] * np.hanning(1920)
        spectrum = np.abs(np.fft.rfft(window))
        return float(20 * np.log10(spectrum[round(3000 / 25)] / (0.25 * 480)))

    assert depth(2.5) == pytest.approx(0, abs=0.3)
    assert depth(3.005) < -9  # down when the first syllable comes
    assert depth(4.0) == pytest.approx(-12, abs=0.5)
    assert depth(5.2) == pytest.approx(-12, abs=0.5)  # held
    assert -10 < depth(5.45) < -2  # on its way
    assert depth(6.0) == pytest.approx(0, abs=0.3)


def test_constant_noise_in_a_clip_is_no_voice(tmp_path: Path) -> None:
    sea = wav(tmp_path / "sea.wav", noise(12.0, 0.3, 2))
    film = tmp_path / "film.mkv"
    picture = ("-f", "lavfi", "-i", "color=s=32x32:r=30:d=12")
    ffmpeg(*picture, "-i", sea, "-c:a", "pcm_s16le", "-shortest", film)
    talk = tmp_path / "talk.mkv"
    ffmpeg(*picture, "-i", wav(tmp_path / "s.wav", speech_like(12)), "-c:a", "pcm_s16le", talk)
    music = media(m=wav(tmp_path / "m.wav", tone(12.0, 15_000.0, 0.1)))
    depths = []
    for path in (film, talk):
        files = music | media(AssetKind.VIDEO, f=path)
        line = timeline(360, clips=[video_clip("f", "f", 360)], music=[Sound("m", 360, "m")])
        found = mixed(replace(line, mix=Mix(loudness=None)), files, tmp_path)[0]
        spectrum = np.abs(np.fft.rfft(found[9 * RATE : 10 * RATE] * np.hanning(RATE)))
        depths.append(float(20 * np.log10(spectrum[15_000] / (0.1 * RATE / 4))))
    assert depths == pytest.approx([0, -12], abs=1.0)


@pytest.fixture(scope="module")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, MediaFile]:
    """Two short films with a low and a high tone, one with syllables, one without sound."""
    folder = tmp_path_factory.mktemp("films")
    found = {}
    picture = ("-f", "lavfi", "-i", "color=s=32x32:r=30:d=4")
    coded = ("-c:v", "mpeg4", "-c:a", "aac", "-b:a", "192k")
    made = {
        "low": tone(4.0, 500.0),
        "high": tone(4.0, 4000.0),
        "talk": tone(4.0) * (np.arange(4 * RATE) % RATE < RATE // 5),
    }
    for name, sound in made.items():
        path = folder / f"{name}.mp4"
        ffmpeg(*picture, "-i", wav(folder / f"{name}.wav", sound, sound), *coded, path)
        found |= media(AssetKind.VIDEO, **{name: path})
    ffmpeg(*picture, "-c:v", "mpeg4", folder / "mute.mp4")
    return found | media(AssetKind.VIDEO, mute=folder / "mute.mp4")


def share(found: Array, second: float, hertz: int) -> float:
    """How loud a tone is in 40 ms around a second, against the quarter it was made with."""
    at = round(second * RATE)
    window = found[0, max(0, at - 960) : at + 960] * np.hanning(1920)
    return float(np.abs(np.fft.rfft(window))[hertz // 25] / (0.25 * 480))


def test_clips_cross_fade_their_sound_with_their_pictures(
    films: dict[str, MediaFile], tmp_path: Path
) -> None:
    over = Transition(length=30)
    clips = [
        video_clip("a", "low", 60),
        video_clip("b", "high", 60, source_start=15, transition=over),
    ]
    found = mixed(timeline(120, clips=clips), films, tmp_path)
    assert [round(share(found, at, 500), 1) for at in (1.4, 2.0, 2.6)] == [1.0, 0.7, 0.0]
    assert [round(share(found, at, 4000), 1) for at in (1.4, 2.0, 2.6)] == [0.0, 0.7, 1.0]


def test_a_muted_clip_and_one_without_sound_are_silent(
    films: dict[str, MediaFile], tmp_path: Path
) -> None:
    clips = [
        video_clip("a", "low", 30, gain_db=None),
        video_clip("b", "high", 30, gain_db=-6.0),
        video_clip("c", "mute", 30, name="The sea"),
    ]
    line = timeline(90, clips=clips)
    found = mixed(line, films, tmp_path)
    assert np.abs(found[:, :44_000]).max() < 0.01 and np.abs(found[:, -44_000:]).max() < 0.01
    assert share(found, 1.5, 4000) == pytest.approx(0.5, abs=0.02)
    result = mix(line, films, tmp_path / "again.m4a", 128, Running())
    assert result.notes == ("clip The sea holds no sound; it is silent",)


@pytest.mark.parametrize("speed", [Ratio(1, 2), Ratio(3, 4), Ratio(3, 2), Ratio(2)])
def test_a_changed_speed_keeps_the_pitch_and_the_place(
    speed: Ratio, films: dict[str, MediaFile], tmp_path: Path
) -> None:
    frames = int(60 / speed.fraction)
    talk = video_clip("t", "talk", frames, source_start=15)
    talk = replace(talk, panes=(replace(talk.panes[0], speed=speed),))
    low = replace(talk, panes=(Pane(films_pane("low"), speed=speed),))
    times = onsets(mixed(timeline(frames, clips=[talk]), films, tmp_path), 0.1, 0.25)
    wanted = [float(Fraction(at) / speed.fraction) for at in (0.5, 1.5)]
    assert times == pytest.approx(wanted, abs=1 / 30)
    found = mixed(timeline(frames, clips=[low]), films, tmp_path)
    spectrum = np.abs(np.fft.rfft(found[0, 9600:19_200] * np.hanning(9600)))
    assert int(np.argmax(spectrum)) * 5 == pytest.approx(500, abs=10)


def films_pane(name: str):  # type: ignore[no-untyped-def]
    return video_clip(name, name, 1).panes[0].media


def test_a_muted_track_and_what_lies_behind_the_picture_do_not_sound(tmp_path: Path) -> None:
    files = media(t=wav(tmp_path / "t.wav", tone(4.0)))
    sound = Sound("t", 30, "t")
    muted = timeline(30)
    muted = replace(muted, music=(SoundTrack((sound,), muted=True), SoundTrack((Gap(30), sound))))
    assert sound_key(muted, files, 192) == ""
    louder = replace(muted, music=(SoundTrack((sound,), gain_db=-6.0),))
    found = mixed(louder, files, tmp_path)
    assert level_db(found[:, 9600:38_400]) == pytest.approx(level_db(tone(1.0)) - 6, abs=0.1)


def test_the_key_changes_with_what_is_heard_and_with_nothing_else(tmp_path: Path) -> None:
    files = media(a=tmp_path / "a.wav", b=tmp_path / "b.wav")
    music = [Sound("2", 60, "b", loop=True)]
    line = timeline(60, voice=[Sound("1", 30, "a")], music=music)
    key = sound_key(line, files, 192)
    said = Sound("9", 30, "a", name="x", text="Hi")
    renamed = timeline(60, voice=[said], music=music)
    moved = {name: replace(file, path=tmp_path / "else") for name, file in files.items()}
    assert sound_key(renamed, moved, 192) == key
    others = [
        sound_key(line, files, 128),
        sound_key(replace(line, mix=replace(AS_IS, loudness=-16.0)), files, 192),
        sound_key(timeline(61, voice=[said], music=music), files, 192),
        sound_key(replace(line, rate=RATES["29.97"]), files, 192),
        sound_key(replace(line, music=()), files, 192),
        sound_key(line, {**files, "b": replace(files["b"], sha256="other")}, 192),
    ]
    assert len({key, *others}) == 7 and all(others)


def test_memory_does_not_grow_with_the_length(tmp_path: Path) -> None:
    files = media(
        a=wav(tmp_path / "a.wav", speech_like(8.0)), b=wav(tmp_path / "b.wav", noise(6.0))
    )
    peaks = []
    for seconds in (6, 32):
        frames = seconds * 30
        line = timeline(
            frames,
            voice=[Sound(str(n), 240, "a") for n in range(frames // 240)],
            music=[Sound("b", frames, "b", loop=True)],
            mix=Mix(),
        )
        tracemalloc.start()
        mix(line, files, tmp_path / "out.m4a", 128, Running())
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < 1.15 * peaks[0]
