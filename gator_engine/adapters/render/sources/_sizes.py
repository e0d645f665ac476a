"""The size in which a source is worth keeping."""

from __future__ import annotations

from fractions import Fraction


def even(value: Fraction | int) -> int:
    """The smallest even number that is not less: 4:2:0 has one colour sample for 2 × 2 pixels."""
    return max(2, -(-value // 2) * 2)


def covering(original: tuple[int, int], within: tuple[int, int]) -> tuple[int, int]:
    """The smallest even size of the original's shape that covers `within`; never larger than it.

    An odd original grows by one row or column, so that none is cut off.
    """
    scale = max(Fraction(want, have) for want, have in zip(within, original, strict=True))
    scale = min(Fraction(1), scale)
    width, height = (even(edge * scale) for edge in original)
    return width, height
