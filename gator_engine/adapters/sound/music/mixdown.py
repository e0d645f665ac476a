"""From notes to stereo: every note in its place and at its side of the room, then the room itself.

What rings on past the end of a piece of whole bars comes back at its beginning, so that it can be
repeated without a seam.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.sound.music.instruments import INSTRUMENTS, Wave
from gator_engine.adapters.sound.reading import Samples, silence
from gator_engine.domain.video.sound import SAMPLE_RATE

TAIL = 4 * SAMPLE_RATE
_BLOCK = 1 << 16
_LEVEL = 0.12
"""RMS a bed leaves with (-18.4 dBFS): there is room above it, and it compares with voices."""
_KNEE = 0.6
"""Above this the sum is bent, softly, and never reaches full scale."""
_CEILING = 0.85


@dataclass(frozen=True)
class Note:
    """One note: when it starts and how long it is (seconds), what plays it, how loud, and where.

    `pan` goes from -1 (left) to 1 (right); `room` is how much of it the room gives back.
    """

    start: float
    length: float
    pitch: int
    instrument: str
    level: float
    pan: float = 0.0
    room: float = 0.15


def mixed(notes: Iterable[Note], samples: int, *, wraps: bool) -> Samples:
    """The notes as sound of that length; `wraps` brings the end's ringing to the beginning."""
    out, room = silence(samples + TAIL), np.zeros(samples + TAIL, dtype=np.float32)
    played: dict[tuple[str, int, int], Wave] = {}
    for note in notes:
        key = (note.instrument, note.pitch, round(note.length * 1000))
        if key not in played:
            played[key] = INSTRUMENTS[note.instrument](note.pitch, key[2] / 1000)
        wave = played[key]
        at = round(note.start * SAMPLE_RATE)
        if not 0 <= at < samples:
            continue
        wave = wave[: samples + TAIL - at] * np.float32(note.level)
        angle = (note.pan + 1) * np.pi / 4
        out[0, at : at + wave.size] += wave * np.float32(np.cos(angle) * np.sqrt(2))
        out[1, at : at + wave.size] += wave * np.float32(np.sin(angle) * np.sqrt(2))
        room[at : at + wave.size] += wave * np.float32(note.room)
    _add_room(out, room)
    if wraps:
        # A short piece rings on for longer than it lasts: it wraps as often as that takes.
        for start in range(samples, samples + TAIL, samples):
            part = out[:, start : start + samples]
            out[:, : part.shape[1]] += part
    return _levelled(out[:, :samples])


@lru_cache(maxsize=1)
def _reverberation() -> NDArray[np.complex64]:
    """Spectra of a room's two impulse responses: noise that dies away in 1.3 s, sooner on top."""
    count = round(1.3 * SAMPLE_RATE)
    chance, at = np.random.default_rng(11), np.arange(count) / SAMPLE_RATE
    frequency = np.fft.rfftfreq(count, 1 / SAMPLE_RATE) + 1e-9
    made = []
    for _ in range(2):
        bands = []
        for low, high, fall in ((180, 1200, 4.2), (1200, 7000, 7.0)):
            spectrum = np.fft.rfft(chance.standard_normal(count))
            spectrum *= 1 / (1 + (low / frequency) ** 4) / (1 + (frequency / high) ** 4)
            bands.append(np.fft.irfft(spectrum, count) * np.exp(-fall * at))
        response = np.concatenate([np.zeros(SAMPLE_RATE * 18 // 1000), sum(bands)])
        response *= np.clip((count / SAMPLE_RATE - np.arange(response.size) / SAMPLE_RATE), 0, 1)
        made.append(response / np.sqrt((response**2).sum()))
    return np.fft.rfft(np.stack(made), _BLOCK * 2).astype(np.complex64)


def _add_room(out: Samples, sent: Wave) -> None:
    """Convolve in blocks (overlap-add) and add to both channels."""
    response, size = _reverberation(), out.shape[1]
    for start in range(0, size, _BLOCK):
        block = np.fft.rfft(sent[start : start + _BLOCK], _BLOCK * 2)
        echo = np.fft.irfft(block * response, _BLOCK * 2)[:, : size - start]
        out[:, start : start + echo.shape[1]] += echo.astype(np.float32)


def _levelled(out: Samples) -> Samples:
    """At the common level, peaks bent softly, a second at a time."""
    power = float(np.mean([np.square(channel, dtype=np.float64).mean() for channel in out]))
    gain = np.float32(_LEVEL / np.sqrt(power + 1e-12))
    for start in range(0, out.shape[1], SAMPLE_RATE):
        block = out[:, start : start + SAMPLE_RATE]
        block *= gain
        size = np.abs(block)
        room = np.float32(_CEILING - _KNEE)
        bent = np.sign(block) * (_KNEE + room * np.tanh((size - _KNEE) / room))
        np.copyto(block, bent, where=size > _KNEE)
    return out
