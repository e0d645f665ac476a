"""Cuts a timeline into segments, each named by everything that reaches its pixels."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise

from gator_engine.adapters.render.shots import FramePlan, Shots

LONGEST_S, PIECE_S = 5, 4
"""A stretch without a border is divided: pieces of four seconds, the last of at most five."""


@dataclass(frozen=True)
class Segment:
    """Frames [start, start + length) of the video, and the name of their encoded form."""

    start: int
    length: int
    key: str

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.length


def segments(
    shots: Shots, settings: str, check: Callable[[], None] = lambda: None
) -> tuple[Segment, ...]:
    """The segments of a video in order; `settings` says how they are drawn and encoded.

    Borders lie where clips and transitions begin and end. A key is the SHA-256 of the settings and
    of the plans of the segment's own frames, so nothing outside it can change it. `check` is called
    between segments and may raise to stop.
    """
    found = []
    for start, end in _stretches(shots):
        check()
        found.append(Segment(start, end - start, _key(shots, start, end, settings)))
    return tuple(found)


def _stretches(shots: Shots) -> Iterator[tuple[int, int]]:
    rate = shots.timeline.rate.fraction
    longest, piece = max(1, int(LONGEST_S * rate)), max(1, int(PIECE_S * rate))
    borders = shots.borders()
    for start, end in pairwise(borders):
        while end - start > longest:
            yield start, start + piece
            start += piece
        yield start, end


def _key(shots: Shots, start: int, end: int, settings: str) -> str:
    digest = hashlib.sha256(settings.encode())
    last: FramePlan | None = None
    for number in range(start, end):
        plan = shots.at(number)
        # A frame like the one before is the shorter word; both are told apart from any plan.
        digest.update(b"=\n" if plan == last else f"{plan!r}\n".encode())
        last = plan
    return digest.hexdigest()
