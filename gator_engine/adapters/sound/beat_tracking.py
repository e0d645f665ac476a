"""Beats of recorded music: spectral flux, its own rhythm, and the best chain of beats.

After D. P. W. Ellis, "Beat Tracking by Dynamic Programming", Journal of New Music Research 36 (1),
2007. It hears neither key nor metre: bars of four are assumed, and where they begin is the best
guess from the strength of low notes. Music without onsets has no beats.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from gator_engine.adapters.sound.reading import Samples
from gator_engine.domain.video.sound import SAMPLE_RATE, Beats

HOP = 512
FRAMES_S = SAMPLE_RATE / HOP
_WINDOW = 2048
_BANDS = 40
_LOW_BANDS = 6
_MOST_RISE_DB = 15.0
"""From silence to anything is a beginning like others, not one of a hundred decibels."""
_USUAL_BPM, _OCTAVES = 120.0, 1.1
"""People tap near 120 beats a minute: a log-normal weight (Ellis, section 3; he takes 0.9)."""
_SLOWEST_BPM, _FASTEST_BPM = 50.0, 210.0
_TIGHT = 400.0
"""How much an uneven step between beats costs (Ellis calls it alpha)."""
_LATE_S = 0.008
"""The flux of a window is highest before an onset is in its middle: by 11 ms for clicks, by 3 ms
for softer sounds (measured)."""
_PLAIN = 1.5
"""An onset curve whose highest points are not this many deviations high has no onsets."""

Curve = NDArray[np.float64]


class Onsets:
    """Listens block by block; keeps a hundred numbers a second: onset strength, all and low."""

    def __init__(self) -> None:
        frequency = np.fft.rfftfreq(_WINDOW, 1 / SAMPLE_RATE)
        edges = np.geomspace(30, 16_000, _BANDS + 1)
        self._starts = np.unique(np.searchsorted(frequency, edges))
        self._window = np.hanning(_WINDOW)
        self._rest = np.zeros(_WINDOW // 2)
        self._before: Curve | None = None
        self._bass = 0.0
        self._found: list[NDArray[np.float64]] = []

    def push(self, samples: Samples) -> None:
        """Listen to the next block."""
        mono = np.concatenate([self._rest, samples.mean(axis=0, dtype=np.float64)])
        count = (mono.size - _WINDOW) // HOP + 1 if mono.size >= _WINDOW else 0
        self._rest = mono[count * HOP :]
        if count <= 0:
            return
        frames = np.lib.stride_tricks.sliding_window_view(mono, _WINDOW)[: count * HOP : HOP]
        power = np.abs(np.fft.rfft(frames * self._window)) ** 2
        bands = np.add.reduceat(power, self._starts[:-1], axis=1)
        loud = 10 * np.log10(bands + 1e-4)
        before = np.full((1, loud.shape[1]), -40.0) if self._before is None else self._before
        rise = np.clip(np.diff(np.concatenate([before, loud]), axis=0), 0.0, _MOST_RISE_DB)
        bass = np.cbrt(bands[:, :_LOW_BANDS].sum(axis=1))
        grown = np.maximum(0.0, np.diff(bass, prepend=self._bass))
        self._before, self._bass = loud[-1:], float(bass[-1])
        self._found.append(np.stack([rise.sum(axis=1), grown]))

    def curves(self) -> tuple[Curve, Curve]:
        """Onset strength at every hop: of everything, and of low notes alone."""
        if not self._found:
            return np.zeros(0), np.zeros(0)
        both = np.concatenate(self._found, axis=1)
        return _sharpened(both[0]), _sharpened(both[1])


def _sharpened(curve: Curve) -> Curve:
    """Less what is there all the time (a second around), in deviations."""
    width = min(round(FRAMES_S), curve.size)
    level = np.convolve(curve, np.ones(width) / width, "same")
    over = np.maximum(0.0, curve - level)
    return np.asarray(over / (over.std() + 1e-9))


def tempo(curve: Curve) -> float:
    """Beats a minute: the strongest period of the onset curve, weighed by what people tap."""
    shortest, longest = (round(60 * FRAMES_S / bpm) for bpm in (_FASTEST_BPM, _SLOWEST_BPM))
    if curve.size < 2 * longest:
        longest = max(shortest + 2, curve.size // 2)
    # Without this a period between two whole hops would count for less.
    smooth = np.convolve(curve - curve.mean(), np.hanning(9) / 4, "same")
    size = 1 << (2 * curve.size - 1).bit_length()
    same = np.fft.irfft(np.abs(np.fft.rfft(smooth, size)) ** 2, size)[: 4 * longest + 2]
    same /= np.maximum(1, curve.size - np.arange(same.size))
    lags = np.arange(shortest, longest, 0.25)
    # Four beats are a bar, after which most comes again: other periods do not fit into it.
    once, twice, bar = (np.interp(times * lags, np.arange(same.size), same) for times in (1, 2, 4))
    usual = 60 * FRAMES_S / _USUAL_BPM
    likely = np.exp(-0.5 * (np.log2(lags / usual) / _OCTAVES) ** 2)
    score = np.maximum(1.5 * once + twice + bar, 0) * likely
    return float(60 * FRAMES_S / lags[int(np.argmax(score))])


def chain(curve: Curve, bpm: float) -> NDArray[np.int64]:
    """Hops of the beats: the chain with the strongest onsets and the most even steps."""
    period = 60 * FRAMES_S / bpm
    soft = np.exp(-0.5 * (np.arange(-round(period), round(period) + 1) * 32 / period) ** 2)
    local = np.convolve(curve, soft, "same")
    steps = np.arange(-round(2 * period), -round(period / 2) + 1)
    cost = -_TIGHT * np.log(-steps / period) ** 2
    score, back = local.copy(), np.full(local.size, -1)
    for at in range(-int(steps[0]), local.size):
        choices = score[at + steps] + cost
        best = int(np.argmax(choices))
        score[at] = local[at] + choices[best]
        back[at] = at + steps[best]
    last = max(0, local.size - round(1.5 * period))
    beats = [last + int(np.argmax(score[last:]))]
    while back[beats[-1]] >= 0:
        beats.append(int(back[beats[-1]]))
    return np.asarray(beats[::-1])


def track(blocks: Iterable[Samples]) -> Beats:
    """Beats of a piece of music, streamed; none where nothing begins."""
    onsets = Onsets()
    for block in blocks:
        onsets.push(block)
    curve, low = onsets.curves()
    if curve.size < FRAMES_S or curve.max() < _PLAIN:
        return Beats(())
    bpm = tempo(curve)
    # Low notes count more: what lies between the beats is often louder, and seldom lower.
    hops = _trimmed(chain(curve + 0.4 * low, bpm), curve)
    if hops.size < 4:
        return Beats(())
    steady = float(60 * FRAMES_S / np.median(np.diff(hops)))
    times = _refined(hops, curve)
    strength = [float(low[hops[start::4]].mean()) for start in range(4)]
    first = int(np.argmax(strength))
    exact_bpm = 60 * (times.size - 1) / (times[-1] - times[0]) if times.size > 4 else steady
    said = tuple(round(float(time), 4) for time in times)
    return Beats(said, said[first::4], round(float(exact_bpm), 2))


def _trimmed(hops: NDArray[np.int64], curve: Curve) -> NDArray[np.int64]:
    """Without the beats before the first and after the last that anything is heard at."""
    heard = np.flatnonzero([curve[max(0, at - 3) : at + 4].max() > 0.5 for at in hops])
    return hops[heard[0] : heard[-1] + 1] if heard.size else hops[:0]


def _refined(hops: NDArray[np.int64], curve: Curve) -> Curve:
    """Seconds of the beats; the strongest of the neighbouring hops counts, between the two."""
    times = []
    for at in hops:
        around = curve[max(0, at - 1) : at + 2]
        weight = around.sum()
        centre = float((around * np.arange(around.size)).sum() / weight) if weight > 0 else 1.0
        times.append((max(0, at - 1) + centre) * HOP / SAMPLE_RATE)
    return np.maximum(0.0, np.asarray(times) + _LATE_S)
