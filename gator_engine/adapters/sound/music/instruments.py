"""Instruments: each makes one note, mono, at 48 kHz. Nothing in them is recorded.

Tones are wave tables without harmonics above 16 kHz (so nothing folds back), or partials that die
away each at its own pace, as struck things do. Drums are swept tones and filtered noise.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.sound.music.harmony import hertz
from gator_engine.domain.video.sound import SAMPLE_RATE

Wave = NDArray[np.float32]
_TABLE = 2048
_HIGHEST_HZ = 16_000.0


def _seconds(length: float) -> Wave:
    made = np.arange(round(length * SAMPLE_RATE), dtype=np.float32) / np.float32(SAMPLE_RATE)
    return np.asarray(made)


def _envelope(length: float, attack: float, release: float) -> Wave:
    """Up in `attack`, level, and down to nothing in `release` seconds after `length`."""
    at = _seconds(length + release)
    down = np.clip((length + release - at) / release, 0, 1) ** 2
    up = np.sin(np.clip(at / attack, 0, 1) * np.float32(np.pi / 2)) ** 2
    return np.asarray(up * down, dtype=np.float32)


@lru_cache(maxsize=256)
def _table(harmonics: int, darkness: float) -> Wave:
    """One period of a saw whose harmonics fall off by `darkness` beyond 1/k."""
    phase = 2 * np.pi * np.arange(_TABLE + 1) / _TABLE
    number = np.arange(1, harmonics + 1)[:, None]
    made = (np.sin(number * phase) * np.exp(-darkness * (number - 1)) / number).sum(axis=0)
    return np.asarray(made / np.abs(made).max(), dtype=np.float32)


def _oscillator(pitch: float, samples: int, darkness: float, start: float = 0.0) -> Wave:
    """A wave-table oscillator with linear interpolation."""
    frequency = hertz(pitch)
    table = _table(max(1, min(40, int(_HIGHEST_HZ / frequency))), darkness)
    place = (start + frequency / SAMPLE_RATE * np.arange(samples)) % 1.0 * _TABLE
    index = place.astype(np.int32)
    share = (place - index).astype(np.float32)
    return np.asarray(table[index] * (1 - share) + table[index + 1] * share)


def pad(pitch: int, length: float) -> Wave:
    """Three slightly mistuned saws behind a soft filter, slow to come and go."""
    shape = _envelope(length, min(0.5, length / 2), 0.9)
    voices = [
        _oscillator(pitch + cents / 100, shape.size, 0.2, start)
        for cents, start in ((-7, 0.1), (0, 0.45), (6, 0.8))
    ]
    return np.asarray(sum(voices) * shape / 3, dtype=np.float32)


def strings(pitch: int, length: float) -> Wave:
    """A section of bowed strings: five saws, each with its own vibrato and time of entry."""
    shape = _envelope(length, min(0.7, length / 2), 1.1)
    at, made = _seconds(length + 1.1), np.zeros(shape.size, dtype=np.float32)
    for number in range(5):
        wobble = 0.004 * np.sin(2 * np.pi * (4.6 + 0.23 * number) * at + number)
        stretched = at + wobble / (2 * np.pi * 5) + number * 0.003
        frequency = hertz(pitch + (number - 2) * 0.05)
        table = _table(max(1, min(40, int(_HIGHEST_HZ / frequency))), 0.16)
        made += table[((stretched * frequency) % 1.0 * _TABLE).astype(np.int32)]
    return np.asarray(made * shape / 5, dtype=np.float32)


def bass(pitch: int, length: float) -> Wave:
    """A round electric bass: few harmonics, a firm start, a little saturation."""
    shape = _envelope(length * 0.92, 0.008, 0.06)
    decay = 0.45 + 0.55 * np.exp(-3.0 * _seconds(length * 0.92 + 0.06))
    made = _oscillator(pitch, shape.size, 0.8) + 0.5 * _oscillator(pitch, shape.size, 6.0)
    return np.asarray(np.tanh(1.4 * made) * decay * shape * 0.7, dtype=np.float32)


def pulse_bass(pitch: int, length: float) -> Wave:
    """A synthesiser's bass for running notes: brighter at its start."""
    shape = _envelope(length * 0.7, 0.004, 0.05)
    bright = np.exp(-14.0 * _seconds(length * 0.7 + 0.05))
    dark = _oscillator(pitch, shape.size, 0.9)
    made = dark + (_oscillator(pitch, shape.size, 0.15) - dark) * bright
    return np.asarray(np.tanh(1.5 * made) * shape * 0.65, dtype=np.float32)


def _struck(
    pitch: int, length: float, partials: tuple[tuple[float, float, float], ...], release: float
) -> Wave:
    """Partials of (ratio, level, decay per second) under one short attack."""
    at, shape = _seconds(length + release), _envelope(length, 0.003, release)
    made = np.zeros(at.size, dtype=np.float32)
    for ratio, level, decay in partials:
        frequency = hertz(pitch) * ratio
        if frequency < _HIGHEST_HZ:
            turn = np.float32(2 * np.pi * frequency)
            made += np.float32(level) * np.exp(-np.float32(decay) * at) * np.sin(turn * at)
    return np.asarray(made * shape * np.float32(0.5))


def keys(pitch: int, length: float) -> Wave:
    """An electric piano: a warm tone, and a tine that rings shortly above it."""
    partials = (
        (1.0, 1.0, 1.6),
        (2.0, 0.28, 2.6),
        (3.0, 0.12, 4.0),
        (7.0, 0.16, 9.0),
        (14.0, 0.07, 16.0),
    )
    return _struck(pitch, length, partials, 0.35)


def piano(pitch: int, length: float) -> Wave:
    """A felted piano: stretched partials, the higher the sooner gone."""
    partials = tuple(
        (k * (1 + 0.0004 * k * k) ** 0.5, 0.98**k / k, 1.1 + 0.7 * k) for k in range(1, 13)
    )
    return _struck(pitch, length, partials, 0.4)


def pluck(pitch: int, length: float) -> Wave:
    """A bright, short string."""
    partials = tuple((float(k), 1 / k, 3.5 + 1.1 * k) for k in range(1, 17))
    return _struck(pitch, length, partials, 0.15)


def bell(pitch: int, length: float) -> Wave:
    """A small bell."""
    partials = ((1.0, 0.8, 2.4), (2.76, 0.35, 4.5), (5.4, 0.14, 8.0), (2.0, 0.2, 3.0))
    return _struck(pitch, length, partials, 0.7)


def marimba(pitch: int, length: float) -> Wave:
    """Wooden bars: the fundamental and its fourth harmonic."""
    partials = ((1.0, 1.0, 6.5), (3.93, 0.35, 14.0), (9.2, 0.12, 32.0))
    return _struck(pitch, max(length, 0.3), partials, 0.15)


@lru_cache(maxsize=32)
def _noise(seed: int, length: float, low: float, high: float) -> Wave:
    """Noise between two frequencies, with soft edges; the same seed gives the same noise."""
    count = round(length * SAMPLE_RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).standard_normal(count))
    frequency = np.fft.rfftfreq(count, 1 / SAMPLE_RATE) + 1e-9
    spectrum *= 1 / (1 + (low / frequency) ** 4) / (1 + (frequency / high) ** 4)
    made = np.fft.irfft(spectrum, count)
    return np.asarray(made / np.abs(made).max(), dtype=np.float32)


def kick(pitch: int, length: float) -> Wave:
    """A tone that falls from 170 Hz to `pitch`, with a short beater."""
    at, floor = _seconds(0.34), hertz(pitch)
    turns = floor * at + (170 - floor) / 26 * (1 - np.exp(-26 * at))
    body = np.sin(2 * np.pi * turns) * np.exp(-9 * at)
    beater = _noise(1, 0.34, 1500, 6000) * np.exp(-300 * at) * 0.25
    made = (body + beater) * _envelope(0.24, 0.001, 0.1)
    return np.asarray(made - made.mean() * np.hanning(made.size) * 2, dtype=np.float32)


def drum(pitch: int, length: float) -> Wave:
    """A large skin drum: two falling tones and a low rumble."""
    at, floor = _seconds(1.1), hertz(pitch)
    turns = floor * at + floor * 0.9 / 12 * (1 - np.exp(-12 * at))
    skin = np.sin(2 * np.pi * turns) * np.exp(-4.2 * at)
    skin += 0.4 * np.sin(2 * np.pi * 1.59 * turns) * np.exp(-8 * at)
    made = (skin + _noise(2, 1.1, 60, 900) * np.exp(-18 * at) * 0.5) * _envelope(0.8, 0.002, 0.3)
    return np.asarray(made * 0.7, dtype=np.float32)


def snare(pitch: int, length: float) -> Wave:
    """A snare: a short skin, and wires."""
    at = _seconds(0.24)
    wires = _noise(3, 0.24, 900, 9000) * np.exp(-17 * at)
    skin = np.sin(2 * np.pi * 190 * at) * np.exp(-28 * at)
    return np.asarray((0.7 * wires + 0.5 * skin) * _envelope(0.15, 0.001, 0.09), dtype=np.float32)


def clap(pitch: int, length: float) -> Wave:
    """Hands: three bursts within 25 ms, then the room."""
    at = _seconds(0.26)
    bursts = sum(
        np.where(at >= late, np.exp(-fall * (at - late)), 0)
        for late, fall in ((0, 180), (0.011, 180), (0.023, 22))
    )
    made = _noise(4, 0.26, 800, 5200) * bursts * _envelope(0.16, 0.001, 0.1)
    return np.asarray(made * 0.6, dtype=np.float32)


def snap(pitch: int, length: float) -> Wave:
    """Fingers."""
    at = _seconds(0.12)
    made = _noise(5, 0.12, 1500, 4200) * np.exp(-55 * at) * _envelope(0.05, 0.001, 0.07)
    return np.asarray(made * 0.8, dtype=np.float32)


def hat(pitch: int, length: float) -> Wave:
    """A closed hi-hat; the higher the pitch, the shorter."""
    at = _seconds(0.09)
    made = _noise(6, 0.09, 6500, 13_000) * np.exp(-70 * at) * _envelope(0.03, 0.001, 0.06)
    return np.asarray(made * 0.5, dtype=np.float32)


def open_hat(pitch: int, length: float) -> Wave:
    """An open hi-hat."""
    at = _seconds(0.3)
    made = _noise(7, 0.3, 6000, 13_000) * np.exp(-13 * at) * _envelope(0.15, 0.002, 0.15)
    return np.asarray(made * 0.45, dtype=np.float32)


def shaker(pitch: int, length: float) -> Wave:
    """Seeds: softer at its start than a hi-hat."""
    shape = _envelope(0.02, 0.018, 0.07)
    return np.asarray(_noise(8, shape.size / SAMPLE_RATE, 4500, 11_000) * shape * 0.45)


def crackle(pitch: int, length: float) -> Wave:
    """The surface of an old record, for a bar."""
    count = round(length * SAMPLE_RATE)
    chance = np.random.default_rng(pitch)
    made = np.zeros(count, dtype=np.float32)
    spots = chance.integers(0, count - 200, max(1, round(9 * length)))
    click = np.exp(-np.arange(160) / 14) * np.sin(np.arange(160) * 0.55)
    for spot in spots:
        made[spot : spot + 160] += (click * chance.uniform(0.1, 1.0)).astype(np.float32)
    hiss = _noise(9, 1.0, 700, 7000) * 0.05
    made += np.resize(hiss, count)
    return made * _envelope(max(0.1, length - 0.2), 0.1, 0.2)[:count] * np.float32(0.3)


_ALL: tuple[Callable[[int, float], Wave], ...] = (
    *(pad, strings, bass, pulse_bass, keys, piano, pluck, bell, marimba),
    *(kick, drum, snare, clap, snap, hat, open_hat, shaker, crackle),
)
INSTRUMENTS = {made.__name__: made for made in _ALL}
"""By name; each takes a MIDI pitch and a length in seconds."""
