"""How long a piece of work will still take, from how it has gone since its first step."""

from __future__ import annotations

# Share of the work that has to be done before its speed says when it will end.
SMALLEST_STRETCH = 0.04


class Pace:
    """Told how far the work is (0–1) and when, in seconds; says how many are left.

    What comes before the first step (loading a model, say) happens once and tells nothing of the
    others, so that the clock starts there.
    """

    def __init__(self) -> None:
        self._first: tuple[float, float] | None = None

    def left(self, fraction: float, now: float) -> float | None:
        """Seconds left if it goes on as it went; None too early to tell."""
        if fraction <= 0:
            self._first = None
            return None
        if self._first is None:
            self._first = (now, fraction)
        since, at = self._first
        done = fraction - at
        return (now - since) * (1.0 - fraction) / done if done >= SMALLEST_STRETCH else None
