"""How sound is mixed: levels, ducking, and the loudness it leaves with."""

from __future__ import annotations

from dataclasses import dataclass

LOUDNESS_LUFS = -14.0
"""Integrated loudness most platforms normalise to (ITU-R BS.1770-4, measured gated)."""
TRUE_PEAK_DB = -1.0
SAMPLE_RATE = 48_000


@dataclass(frozen=True)
class Ducking:
    """Music steps back by `depth_db` while a voice speaks (a side-chained compressor's effect).

    It falls within `attack_ms` of the voice, and comes back within `release_ms` after `hold_ms`.
    """

    on: bool = True
    depth_db: float = -12.0
    attack_ms: int = 60
    hold_ms: int = 250
    release_ms: int = 400


@dataclass(frozen=True)
class Mix:
    """The whole mix; `loudness` None leaves the level as it comes out."""

    ducking: Ducking = Ducking()
    loudness: float | None = LOUDNESS_LUFS
    true_peak: float = TRUE_PEAK_DB


@dataclass(frozen=True)
class Beats:
    """Beats of a piece of music, in seconds from its beginning; `exact` when it was made by code.

    `downbeats` are those that begin a bar. `offset_s` is a person's correction of the phase.
    """

    times_s: tuple[float, ...]
    downbeats_s: tuple[float, ...] = ()
    bpm: float = 0.0
    exact: bool = False
    offset_s: float = 0.0
