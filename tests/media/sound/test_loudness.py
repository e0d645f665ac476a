"""Loudness and true peak of the finished file, by the program ffmpeg and by pyloudnorm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from gator_engine.adapters.render.sound import mix
from gator_engine.adapters.render.sound.limiter import LOOK_AHEAD, Limiter
from gator_engine.domain.timeline import Sound
from gator_engine.domain.video.sound import Mix
from tests.media.sound.signals import (
    AS_IS,
    RATE,
    Array,
    Running,
    clicks,
    heard,
    judged,
    level_db,
    media,
    noise,
    speech_like,
    timeline,
    tone,
    wav,
)

LONG = 8.0
MUSIC = noise(LONG, 0.5)
INPUTS: dict[str, tuple[Array, ...]] = {
    "quiet music": (MUSIC * 0.03, np.roll(MUSIC, 9) * 0.03),
    "hot music, clipped": (np.clip(MUSIC * 8, -1, 1), np.clip(np.roll(MUSIC, 9) * 8, -1, 1)),
    "silence and a voice": (speech_like(LONG),),
    "a voice at 8 kHz": (speech_like(LONG)[::6],),
    "5.1": tuple(np.roll(MUSIC, n * 991) * 0.4 for n in range(6)),
    "a voice with cracks": (speech_like(LONG, 0.1) + clicks(LONG, [1, 2.2, 3.3, 5, 6.6]),),
    "noise far beyond full scale": (MUSIC * 2, np.roll(MUSIC, 9) * 2),
    "peaks between samples": (tone(LONG, 12_000.0, 0.7) * np.sqrt(2) + 0.1 * MUSIC,),
}


@pytest.mark.parametrize("name", INPUTS)
def test_every_input_leaves_at_the_wanted_loudness(name: str, tmp_path: Path) -> None:
    channels = INPUTS[name]
    file = wav(tmp_path / "in.wav", *channels, rate=round(channels[0].size / LONG))
    gain = 36.0 if "beyond" in name else 0.0
    line = timeline(240, voice=[Sound("s", 240, "s", gain_db=gain)], mix=Mix())
    path = tmp_path / "out.m4a"
    result = mix(line, media(s=file), path, 192, Running())
    loudness, peak = judged(path)
    independent = pyloudnorm.Meter(RATE).integrated_loudness(heard(path).T)
    assert loudness == pytest.approx(-14.0, abs=0.5)
    assert independent == pytest.approx(-14.0, abs=0.5)
    assert peak <= -1.0
    assert result.loudness_lufs == pytest.approx(loudness, abs=0.15)
    assert result.true_peak_db == pytest.approx(peak, abs=0.15)
    assert result.notes == ()


def test_another_loudness_is_met_too(tmp_path: Path) -> None:
    file = wav(tmp_path / "in.wav", MUSIC)
    wanted = Mix(loudness=-23.0, true_peak=-6.0)
    line = timeline(240, music=[Sound("s", 240, "s")], mix=wanted)
    mix(line, media(s=file), tmp_path / "out.m4a", 128, Running())
    loudness, peak = judged(tmp_path / "out.m4a")
    assert loudness == pytest.approx(-23.0, abs=0.5) and peak <= -6.0


def test_without_a_loudness_only_peaks_are_kept_down(tmp_path: Path) -> None:
    file = wav(tmp_path / "in.wav", tone(2.0, 997.0, 0.05), tone(2.0, 997.0, 0.05))
    for gain, expected in ((0.0, 20 * np.log10(0.05)), (40.0, -1.0)):
        line = timeline(60, music=[Sound("s", 60, "s", gain_db=gain)], mix=AS_IS)
        mix(line, media(s=file), tmp_path / "out.m4a", 192, Running())
        assert judged(tmp_path / "out.m4a")[1] == pytest.approx(expected, abs=1.5)
    assert judged(tmp_path / "out.m4a")[1] <= -1.0


def test_silence_has_no_loudness_and_a_short_sound_says_so(tmp_path: Path) -> None:
    files = media(z=wav(tmp_path / "z.wav", tone(1.0) * 0), s=wav(tmp_path / "s.wav", tone(0.2)))
    silent = timeline(30, voice=[Sound("z", 30, "z")], mix=Mix())
    result = mix(silent, files, tmp_path / "out.m4a", 96, Running())
    assert (result.loudness_lufs, result.true_peak_db, result.notes) == (None, None, ())
    assert heard(tmp_path / "out.m4a").shape[1] >= RATE
    short = timeline(6, voice=[Sound("s", 6, "s")], mix=Mix())
    result = mix(short, files, tmp_path / "out.m4a", 96, Running())
    assert result.loudness_lufs is None and "too short" in result.notes[0]


def test_what_is_nearly_silent_is_not_blown_up(tmp_path: Path) -> None:
    file = wav(tmp_path / "in.wav", noise(4.0, 0.003))
    line = timeline(120, voice=[Sound("s", 120, "s")], mix=Mix())
    result = mix(line, media(s=file), tmp_path / "out.m4a", 192, Running())
    assert result.loudness_lufs is not None and result.loudness_lufs < -14.5
    assert "LUFS" in result.notes[0]


@pytest.mark.parametrize("size", [64, 1000, 48_000])
def test_the_limiter_holds_its_ceiling_and_its_place(size: int) -> None:
    made = np.stack([tone(1.0, 500.0, 0.2), tone(1.0, 700.0, 0.2)]).astype(np.float32)
    made[:, 20_000:20_200] *= 6
    made[:, :100] += 0.8
    limiter = Limiter(-3.0)
    parts = [limiter.push(made[:, at : at + size]) for at in range(0, RATE, size)]
    found = np.concatenate([*parts, limiter.flush()], axis=1)
    assert found.shape == made.shape
    assert np.abs(found).max() <= 10 ** (-3.0 / 20) + 1e-6
    untouched = slice(10_000, 20_000 - LOOK_AHEAD - 16)
    assert np.array_equal(found[:, untouched], made[:, untouched])
    assert level_db(found[:, 40_000:]) == pytest.approx(level_db(made[:, 40_000:]), abs=0.01)
