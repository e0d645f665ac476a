"""Music steps back while somebody speaks: when that is, and how far, in steps of 10 ms.

The lines are straight in decibels. They fall before the voice begins, by looking ahead, so that
its first syllable is not masked; they stay down over the pauses between words.
"""

from __future__ import annotations

from math import ceil

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.sound.reading import Samples
from gator_engine.domain.video.sound import SAMPLE_RATE, Ducking

HOP = SAMPLE_RATE // 100
_VOICE_DB = -45.0
"""RMS of 10 ms above which a voice track speaks; synthetic voices pause at digital silence."""
_ABOVE_FLOOR_DB = 9.0
"""A clip's own sound speaks while it stands this far above what never goes silent in it."""
_FLOOR_RISE_DB = 0.06
"""How quickly that floor follows upwards, per hop (6 dB/s): speech pauses more often than that."""

Levels = NDArray[np.float64]


def levels_db(samples: Samples) -> Levels:
    """RMS in dBFS of every 10 ms; the last may be shorter."""
    power = np.mean(samples.astype(np.float64) ** 2, axis=0)
    starts = np.arange(0, power.size, HOP)
    if not starts.size:
        return np.empty(0)
    lengths = np.minimum(HOP, power.size - starts)
    return np.asarray(10 * np.log10(np.add.reduceat(power, starts) / lengths + 1e-12))


def descending(targets: Levels, before: float, rise: float) -> Levels:
    """The highest line under `targets` that begins at `before` and rises by `rise` a step at most.

    min over k of target[n-k] + k·rise, by one running minimum.
    """
    slope = rise * np.arange(1, targets.size + 1)
    return np.asarray(np.minimum(np.minimum.accumulate(targets - slope), before) + slope)


class Ducker:
    """Takes the voices block by block, and gives the music's gain for blocks already taken."""

    def __init__(self, ducking: Ducking) -> None:
        self._depth = min(0.0, ducking.depth_db) if ducking.on else 0.0
        self._ahead = max(1, ceil(ducking.attack_ms / 10))
        self._hold = max(0, ceil(ducking.hold_ms / 10))
        self._release = max(1, ceil(ducking.release_ms / 10))
        self._floor = -60.0
        self._held, self._line = 0, 0.0
        self._waiting: Levels = np.empty(0)
        self._last = 0.0

    @property
    def ahead(self) -> int:
        """Samples of voice beyond a block that its gains depend on."""
        return (self._ahead + 1) * HOP

    def listen(self, voice: Samples, clips: Samples) -> None:
        """Take the next block of both; all blocks but the last are whole hops."""
        level = levels_db(clips)
        floor = descending(level, self._floor, _FLOOR_RISE_DB)
        if floor.size:
            self._floor = float(floor[-1])
        speaks = (levels_db(voice) > _VOICE_DB) | (
            (level > _VOICE_DB) & (level > floor + _ABOVE_FLOOR_DB)
        )
        wanted = np.where(self._kept(speaks), self._depth, 0.0)
        line = descending(wanted, self._line, -self._depth / self._release)
        if line.size:
            self._line = float(line[-1])
        self._waiting = np.concatenate([self._waiting, line])

    def gains(self, samples: int) -> NDArray[np.float32]:
        """Factors for the next samples of music; past what was listened to nobody speaks."""
        hops = ceil(samples / HOP)
        line = np.zeros(hops + self._ahead + 1)
        known = min(line.size, self._waiting.size)
        line[:known] = self._waiting[:known]
        falling = descending(line[::-1], 0.0, -self._depth / self._ahead)[::-1]
        points = np.concatenate([[self._last], falling[:hops]])
        # The gain of a hop is reached at its end, so it falls one hop early, and is low in time.
        points[1:] = np.minimum(falling[:hops], falling[1 : hops + 1])
        self._waiting, self._last = self._waiting[hops:], float(points[-1])
        at = np.arange(1, samples + 1) / HOP
        decibels = np.interp(at, np.arange(hops + 1), points)
        return np.asarray(10 ** (decibels / 20), dtype=np.float32)

    def _kept(self, speaks: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Speech, and the time of holding after it."""
        steps = np.arange(speaks.size)
        last = np.maximum.accumulate(np.where(speaks, steps, self._held - self._hold - 1))
        kept = steps - last <= self._hold
        if last.size:
            self._held = max(0, int(last[-1]) + self._hold + 1 - speaks.size)
        return np.asarray(kept)
