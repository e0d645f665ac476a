"""The sound desk on real files: beats of a click track, peaks of a waveform, spoken stretches."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from gator_engine.adapters.sound.desk import FileSoundDesk
from gator_engine.domain.assets import AssetKind
from gator_engine.errors import InvalidInput
from tests.media.sound.signals import clicks, ffmpeg, media, noise, tone, wav

DESK = FileSoundDesk()


@pytest.mark.parametrize("bpm", [60, 90, 112.3, 128, 150])
def test_clicks_are_found_where_they_are(bpm: float, tmp_path: Path) -> None:
    times = np.arange(0.37, 19.9, 60 / bpm)
    file = wav(tmp_path / "k.wav", clicks(20, list(times)) + noise(20, 0.02))
    found = DESK.beats(media(k=file)["k"])
    assert found.bpm == pytest.approx(bpm, rel=0.005) and not found.exact
    off = [np.abs(np.asarray(found.times_s) - time).min() for time in times]
    assert np.mean(np.asarray(off) < 0.02) >= 0.94
    assert set(found.downbeats_s) <= set(found.times_s)


def test_the_low_drum_begins_the_bar(tmp_path: Path) -> None:
    hits = np.arange(0.5, 19, 0.5)
    made = clicks(20, list(hits)) * 0.5
    fall = tone(0.2, 60, 0.8) * np.linspace(1, 0, 9600)
    for time in hits[2::4]:
        at = round(time * 48_000)
        made[at : at + fall.size] += fall
    found = DESK.beats(media(k=wav(tmp_path / "k.wav", made))["k"])
    for time in found.downbeats_s[1:-1]:
        assert np.abs(hits[2::4] - time).min() < 0.07


@pytest.mark.parametrize("sound", [np.zeros(96_000), tone(5.0), tone(0.3)])
def test_what_has_no_rhythm_has_no_beats(sound: np.ndarray, tmp_path: Path) -> None:
    assert DESK.beats(media(s=wav(tmp_path / "s.wav", sound))["s"]).times_s == ()


@pytest.mark.parametrize("points", [1, 7, 400, 5000])
def test_a_waveform_shows_the_peaks(points: int, tmp_path: Path) -> None:
    made = tone(4.0, 440, 0.1)
    made[: made.size // 2] *= 8
    found = DESK.waveform(media(w=wav(tmp_path / "w.wav", made))["w"], points)
    assert len(found) == points and max(found) == pytest.approx(0.8, abs=0.01)
    if points > 1:
        assert found[0] == pytest.approx(0.8, abs=0.01)
        assert found[-1] == pytest.approx(0.1, abs=0.01)


def test_speech_is_found_in_noise(tmp_path: Path) -> None:
    made = noise(9.0, 0.01)
    for first, last in ((1.0, 2.5), (2.7, 4.0), (6.0, 7.5)):
        made[round(first * 48_000) : round(last * 48_000)] += noise(last - first, 0.4, 3)
    made[8 * 48_000 : 8 * 48_000 + 2400] += 0.4
    found = DESK.speech(media(s=wav(tmp_path / "s.wav", made))["s"])
    assert np.asarray(found) == pytest.approx(np.asarray([(1.0, 4.0), (6.0, 7.5)]), abs=0.08)


def test_speech_without_a_pause_is_speech(tmp_path: Path) -> None:
    file = wav(tmp_path / "s.wav", noise(3.0, 0.4))
    assert DESK.speech(media(s=file)["s"]) == [(0.0, pytest.approx(3.0, abs=0.02))]
    silent = wav(tmp_path / "z.wav", tone(1.0) * 0)
    assert DESK.speech(media(s=silent)["s"]) == []


def test_files_without_sound_are_named(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=s=32x32:d=1", "-c:v", "mpeg4", film)
    mute = media(AssetKind.VIDEO, f=film)["f"]
    for listen in (DESK.beats, DESK.speech, lambda file: DESK.waveform(file, 10)):
        with pytest.raises(InvalidInput, match="file: holds no sound"):
            listen(mute)
    with pytest.raises(InvalidInput, match=r"points: is 0 \(limit: 1–100000\)"):
        DESK.waveform(mute, 0)
