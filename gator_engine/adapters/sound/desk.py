"""The sound desk: listens to files for beats, waveforms and speech, a second at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.sound.beat_tracking import track
from gator_engine.adapters.sound.reading import Samples, SoundReader
from gator_engine.domain.video.sound import SAMPLE_RATE, Beats
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import MediaFile

MOST_POINTS = 100_000
_BLOCK = SAMPLE_RATE
_HOP = SAMPLE_RATE // 100
_QUIET_DB = -50.0
"""Nothing below this is speech, however quiet the rest is."""
_ABOVE_FLOOR_DB = 12.0
_PAUSE_S, _SHORTEST_S, _EDGE_S = 0.3, 0.12, 0.03
"""Shorter pauses belong to the speech, shorter speech is a noise; a little is kept around it."""


class FileSoundDesk:
    """See `SoundDesk`. Memory: some hundred bytes a second of sound."""

    def beats(self, file: MediaFile) -> Beats:
        """See `SoundDesk`."""
        return track(_blocks(file))

    def waveform(self, file: MediaFile, points: int) -> Sequence[float]:
        """See `SoundDesk`. Raises InvalidInput also for `points` out of 1–100 000."""
        if not 1 <= points <= MOST_POINTS:
            raise InvalidInput("points", f"is {points}", f"1–{MOST_POINTS}")
        loud = (np.abs(block).max(axis=0) for block in _blocks(file))
        peaks = np.concatenate([_by_hop(values, np.maximum) for values in loud])
        edges = np.linspace(0, peaks.size, points + 1)
        starts = np.minimum(edges[:-1].astype(int), max(0, peaks.size - 1))
        ends = np.maximum(starts + 1, np.ceil(edges[1:]).astype(int))
        return [float(min(1.0, peaks[a:b].max())) for a, b in zip(starts, ends, strict=True)]

    def speech(self, file: MediaFile) -> Sequence[tuple[float, float]]:
        """See `SoundDesk`. By energy: what stands out from the quietest tenth of the file."""
        powers = (np.mean(block.astype(np.float64) ** 2, axis=0) for block in _blocks(file))
        summed = np.concatenate([_by_hop(power, np.add) for power in powers])
        level = 10 * np.log10(summed / _HOP + 1e-12)
        floor = float(np.percentile(level, 10))
        loud = float(np.percentile(level, 95))
        # Speech that never pauses has no floor: then its own level is the measure.
        threshold = max(_QUIET_DB, min(floor + _ABOVE_FLOOR_DB, loud - _ABOVE_FLOOR_DB))
        return _stretches(level > threshold, level.size * _HOP / SAMPLE_RATE)


def _blocks(file: MediaFile) -> Iterator[Samples]:
    with SoundReader(file.path, "file") as reader:
        while (block := reader.read(_BLOCK)).shape[1]:
            yield block


def _by_hop(values: NDArray[Any], reduce: np.ufunc) -> NDArray[np.float64]:
    """Values of every 10 ms put into one."""
    starts = np.arange(0, values.size, _HOP)
    return np.asarray(reduce.reduceat(values, starts), dtype=np.float64)


def _stretches(speaks: NDArray[np.bool_], length_s: float) -> list[tuple[float, float]]:
    """Runs of speech in seconds, over short pauses and without mere noises."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], speaks, [False]]).astype(int)))
    found: list[list[float]] = []
    for first, last in edges.reshape(-1, 2) * (_HOP / SAMPLE_RATE):
        if found and first - found[-1][1] < _PAUSE_S:
            found[-1][1] = last
        else:
            found.append([first, last])
    return [
        (float(max(0.0, first - _EDGE_S)), float(min(length_s, last + _EDGE_S)))
        for first, last in found
        if last - first >= _SHORTEST_S
    ]
