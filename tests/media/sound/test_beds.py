"""Music made by code: exact beats, sound levels, no clicks, the same for the same seed."""

from __future__ import annotations

import io
import wave
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyloudnorm
import pytest

from gator_engine.adapters.sound.beds import SynthesisedBeds
from gator_engine.adapters.sound.desk import FileSoundDesk
from gator_engine.adapters.sound.music.harmony import MAJOR, MINOR, chord, led
from gator_engine.config import load_settings
from gator_engine.domain.video.sound import Beats
from gator_engine.errors import InvalidInput
from gator_engine.wiring import Adapters
from tests.media.sound.signals import RATE, Array, media

BEDS = SynthesisedBeds()
SLUGS = [bed.slug for bed in BEDS.beds()]


def test_a_studio_has_beds_and_a_desk() -> None:
    adapters = Adapters(load_settings())
    assert [bed.slug for bed in adapters.music_beds.beds()] == SLUGS
    assert isinstance(adapters.sound_desk, FileSoundDesk)


def made(slug: str, duration_s: float = 16.0, seed: int = 7) -> tuple[Array, Beats]:
    data, beats = BEDS.make(slug, duration_s, seed)
    with wave.open(io.BytesIO(data)) as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (2, 2, RATE)
        assert file.getnframes() == round(duration_s * RATE)
        raw = file.readframes(file.getnframes())
    return np.frombuffer(raw, "<i2").reshape(-1, 2).T / 32768, beats


def test_there_are_beds_for_several_moods_free_for_any_use() -> None:
    beds = BEDS.beds()
    assert len({bed.mood for bed in beds}) == len(beds) >= 5
    assert all(bed.licence.startswith("CC0 1.0") and bed.label and bed.bpm > 0 for bed in beds)


@pytest.mark.parametrize("slug", SLUGS)
def test_a_bed_is_well_balanced(slug: str) -> None:
    found, _ = made(slug)
    peak, level = np.abs(found).max(), np.sqrt((found**2).mean())
    assert 0.3 < peak < 0.9
    assert 10 < 20 * np.log10(peak / level) < 20  # neither squashed nor spiky
    assert np.abs(found.mean(axis=1)).max() < 2e-3
    loudness = pyloudnorm.Meter(RATE).integrated_loudness(found.T)
    assert loudness == pytest.approx(-17.0, abs=1.5)
    power = np.abs(np.fft.rfft(found.mean(axis=0))) ** 2
    hertz = np.fft.rfftfreq(found.shape[1], 1 / RATE)
    shares = [power[(hertz >= a) & (hertz < b)].sum() / power.sum() for a, b in BANDS]
    decibels = [10 * np.log10(share) for share in shares]
    assert all(low < value < 0 for value, low in zip(decibels, (-14, -12, -24, -35), strict=True))
    width = np.corrcoef(found[0], found[1])[0, 1]
    assert 0.2 < width < 0.97  # stereo, and still there in mono


BANDS = ((20, 120), (120, 800), (800, 4000), (4000, 16_000))


@pytest.mark.parametrize("slug", SLUGS)
def test_nothing_clicks(slug: str) -> None:
    """A click is a step that the sound around it does not explain; a drum brings its own noise."""
    found, _ = made(slug)
    bend = np.abs(np.diff(found.mean(axis=0), 2))
    around = np.sqrt(np.convolve(bend**2, np.ones(480) / 480, "same"))
    assert (bend / (around + 1e-3)).max() < 15
    seconds = bend[RATE - 3 : -RATE : RATE]  # where levelling and the room change blocks
    assert seconds.max() < 0.1


@pytest.mark.parametrize("slug", SLUGS)
def test_the_beats_are_on_the_grid_and_in_the_sound(slug: str, tmp_path: Path) -> None:
    data, beats = BEDS.make(slug, 30.0, 3)
    bpm = next(bed.bpm for bed in BEDS.beds() if bed.slug == slug)
    assert beats.exact and beats.bpm == bpm and beats.downbeats_s == beats.times_s[::4]
    assert beats.times_s == pytest.approx([n * 60 / bpm for n in range(len(beats.times_s))])
    assert 30.0 - 60 / bpm - 1e-9 <= beats.times_s[-1] < 30.0
    file = tmp_path / "bed.wav"
    file.write_bytes(data)
    heard = np.asarray(FileSoundDesk().beats(media(bed=file)["bed"]).times_s)
    # The last bar comes to rest: there is nothing in it to find beats by.
    body = [time for time in beats.times_s if time < 30.0 - 2.2 * 240 / bpm]
    off = [np.abs(heard - time).min() for time in body]
    assert np.mean(np.asarray(off) < 0.07) >= 0.95


def test_the_same_seed_gives_the_same_sound_and_another_one_another() -> None:
    first, again, other = (BEDS.make("bright", 8.0, seed)[0] for seed in (5, 5, 6))
    assert first == again != other


def test_whole_bars_go_round_without_a_seam() -> None:
    bar = 240 / 116
    found, _ = made("bright", 8 * bar)
    seam = np.concatenate([found[:, -2400:], found[:, :2400]], axis=1).mean(axis=0)
    steps = np.abs(np.diff(seam))
    assert steps[2399] <= steps[:2300].max() + 0.01
    assert np.sqrt((found[:, -4800:] ** 2).mean()) > 0.002  # it rings into the beginning


def test_other_lengths_end_by_themselves() -> None:
    found, _ = made("calm", 17.3)
    assert np.abs(found[:, -10:]).max() < 0.01
    assert np.sqrt((found[:, -RATE * 3 : -RATE * 2] ** 2).mean()) > 0.01


@pytest.mark.parametrize("duration_s", [1.0, 2.5, 601 / 100])
def test_short_pieces_are_music_too(duration_s: float) -> None:
    for slug in SLUGS:
        found, beats = made(slug, duration_s)
        assert np.abs(found).max() > 0.1 and beats.times_s[0] == 0.0


@pytest.mark.parametrize(
    "slug,duration_s,field",
    [
        ("polka", 20, "bed"),
        ("calm", 0.5, "duration_s"),
        ("calm", 601, "duration_s"),
        ("calm", float("nan"), "duration_s"),
    ],
)
def test_what_cannot_be_made_is_refused(slug: str, duration_s: float, field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        BEDS.make(slug, duration_s, 1)
    assert caught.value.field == field and caught.value.problems[0].limit


@pytest.mark.parametrize("scale", [MAJOR, MINOR])
def test_voices_move_by_small_steps(scale: tuple[int, ...]) -> None:
    degrees = (1, 6, 4, 5, 1, 3, 4, 7, 2, 5, 1)
    chords = [chord(57, scale, degree, 4) for degree in degrees]
    voicings = led(chords, 62)
    for wanted, found in zip(chords, voicings, strict=True):
        assert {pitch % 12 for pitch in wanted} == {pitch % 12 for pitch in found}
        assert list(found) == sorted(set(found)) and found[0] > 48 and found[-1] < 78
    for before, after in pairwise(voicings):
        moves = [abs(a - b) for a, b in zip(before, after, strict=True)]
        assert max(moves) <= 5 and sum(moves) <= 10
