"""A look-ahead limiter for true peaks: what stands between two samples counts too.

Gains are in decibels. Where a peak is too high the gain falls over 5 ms before it, and comes back
at `RELEASE_DB_S`. The delay is taken out: sample n comes out as sample n.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.render.sound.ducking import descending
from gator_engine.adapters.sound.reading import Samples, silence
from gator_engine.domain.video.sound import SAMPLE_RATE

LOOK_AHEAD = SAMPLE_RATE * 5 // 1000
RELEASE_DB_S = 60.0
_TAPS, _PHASES = 16, 4
"""Four-fold oversampling, as ITU-R BS.1770-4 annex 2 measures true peaks."""
_REACH = _TAPS // 2
_SAFE = 0.5
"""Below this share of the ceiling no sound that is not test noise peaks between samples."""


def _kernels() -> list[NDArray[np.float32]]:
    """One windowed sinc per position between two samples."""
    kernels = []
    for phase in range(1, _PHASES):
        at = np.arange(_TAPS) - (_REACH - 1) - phase / _PHASES
        kernel = np.sinc(at) * np.cos(np.pi * at / (_TAPS + 2)) ** 2
        kernels.append((kernel / kernel.sum())[::-1].astype(np.float32))
    return kernels


_KERNELS = _kernels()


def peaks(samples: Samples) -> NDArray[np.float64]:
    """The true peak from each sample to the next, over both channels; n - 15 values.

    Value i belongs to sample i + 7.
    """
    count = samples.shape[1] - _TAPS + 1
    found = np.abs(samples[:, _REACH - 1 : _REACH - 1 + count]).max(axis=0)
    for channel in samples:
        for kernel in _KERNELS:
            np.maximum(found, np.abs(np.convolve(channel, kernel, "valid")), out=found)
    return np.asarray(found, dtype=np.float64)


class Limiter:
    """Keeps true peaks at or under `ceiling_db` (dBTP), block by block."""

    def __init__(self, ceiling_db: float) -> None:
        self._ceiling_db, self._ceiling = ceiling_db, 10 ** (ceiling_db / 20)
        self._line = 0.0
        self._samples = silence(_REACH - 1)
        self._lead = _REACH - 1
        self._wanted: NDArray[np.float64] = np.empty(0)
        self._ago: NDArray[np.float64] | None = None
        self.deepest_db = 0.0
        """The most that was taken away so far."""

    def push(self, samples: Samples) -> Samples:
        """What is ready after these samples."""
        self._samples = np.concatenate([self._samples, samples], axis=1)
        new = self._samples[:, self._wanted.size :]
        if new.shape[1] >= _TAPS:
            self._wanted = np.concatenate([self._wanted, self._needed(new)])
        ready = self._wanted.size - LOOK_AHEAD
        return self._limited(ready) if ready > 0 else silence(0)

    def flush(self) -> Samples:
        """The rest."""
        left = self._samples.shape[1] - self._lead
        return self.push(silence(LOOK_AHEAD + _REACH))[:, :left]

    def _needed(self, samples: Samples) -> NDArray[np.float64]:
        """The gain that each sample needs by itself, at most 0 dB."""
        if np.abs(samples).max() < self._ceiling * _SAFE:
            return np.zeros(samples.shape[1] - _TAPS + 1)
        over = np.maximum(peaks(samples), 1e-9)
        needed = np.minimum(0.0, self._ceiling_db - 20 * np.log10(over))
        # A peak between two samples is kept down by the gain of both.
        needed[1:] = np.minimum(needed[1:], needed[:-1])
        return np.asarray(needed)

    def _limited(self, ready: int) -> Samples:
        lowest = _lowest_ahead(self._wanted, LOOK_AHEAD)[:ready]
        line = descending(lowest, self._line, RELEASE_DB_S / SAMPLE_RATE)
        self._line = float(min(0.0, line[-1]))
        line = np.minimum(line, 0.0)
        # Before the first sample there was nothing to hear: the gain may have fallen already.
        ago = np.full(LOOK_AHEAD, line[0]) if self._ago is None else self._ago
        both = np.concatenate([ago, line])
        total = np.concatenate([[0.0], np.cumsum(both)])
        smooth = (total[LOOK_AHEAD + 1 :] - total[: -LOOK_AHEAD - 1]) / (LOOK_AHEAD + 1)
        self._ago = both[-LOOK_AHEAD:]
        self.deepest_db = min(self.deepest_db, float(smooth.min()))
        gain = (10 ** (smooth / 20)).astype(np.float32)
        out = self._samples[:, self._lead : self._lead + ready] * gain
        self._samples, self._wanted = self._samples[:, ready:], self._wanted[ready:]
        return np.asarray(out)


def _lowest_ahead(values: NDArray[np.float64], reach: int) -> NDArray[np.float64]:
    """The lowest of each value and the `reach` after it, where they are all there (doubling)."""
    lowest, covered = values, 1
    while covered < reach + 1:
        step = min(covered, reach + 1 - covered)
        lowest = np.minimum(lowest[:-step], lowest[step:])
        covered += step
    return lowest
