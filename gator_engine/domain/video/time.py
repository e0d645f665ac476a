"""Rational time: whole frames at an exact rate, so that nothing drifts however long a video is."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from math import floor


@dataclass(frozen=True)
class Ratio:
    """An exact positive number as two whole ones; reads back from JSON unchanged."""

    numerator: int
    denominator: int = 1

    @property
    def fraction(self) -> Fraction:
        """The number for arithmetic. Raises ZeroDivisionError for a denominator of 0."""
        return Fraction(self.numerator, self.denominator)

    @classmethod
    def of(cls, value: Fraction | int) -> Ratio:
        """The ratio of an exact number, in lowest terms."""
        exact = Fraction(value)
        return cls(exact.numerator, exact.denominator)

    def __str__(self) -> str:
        return f"{float(self.fraction):g}"


RATES: dict[str, Ratio] = {
    "24": Ratio(24),
    "25": Ratio(25),
    "30": Ratio(30),
    "29.97": Ratio(30_000, 1001),
    "50": Ratio(50),
    "60": Ratio(60),
}
"""Frame rates a project may have, as people name them."""
ONE = Ratio(1)


@dataclass(frozen=True)
class Span:
    """Frames [start, start + length) of a track."""

    start: int
    length: int

    @property
    def end(self) -> int:
        """The first frame after it."""
        return self.start + self.length

    def holds(self, frame: int) -> bool:
        """Whether the frame lies inside."""
        return self.start <= frame < self.end

    def meets(self, other: Span) -> bool:
        """Whether both share a frame."""
        return self.start < other.end and other.start < self.end


def seconds(frames: int, rate: Ratio) -> float:
    """How long that many frames last."""
    return float(frames / rate.fraction)


def frames(duration_s: float, rate: Ratio) -> int:
    """The nearest whole number of frames (halves go up)."""
    return floor(Fraction(duration_s) * rate.fraction + Fraction(1, 2))


def source_second(source_start: int, offset: int, speed: Ratio, rate: Ratio) -> Fraction:
    """Where in its source a clip stands after `offset` of its own frames, exact in seconds.

    A source is read `speed` times as quickly as the timeline runs, from `source_start` (counted in
    timeline frames, whatever the source's own rate is).
    """
    return (source_start + offset * speed.fraction) / rate.fraction


def timecode(frame: int, rate: Ratio) -> str:
    """h:mm:ss.ff for people: minutes and seconds, then the frame within the second."""
    whole = floor(frame / rate.fraction)
    first = -(-whole * rate.numerator // rate.denominator)
    hours, rest = divmod(whole, 3600)
    minutes, secs = divmod(rest, 60)
    lead = f"{hours}:{minutes:02d}" if hours else f"{minutes}"
    return f"{lead}:{secs:02d}.{frame - first:02d}"
