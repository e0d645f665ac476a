"""How long to wait before trying again."""

from __future__ import annotations

import random

FIRST_WAIT_S = 2.0
LONGEST_WAIT_S = 900.0


def backoff_s(
    attempt: int, *, first_s: float = FIRST_WAIT_S, longest_s: float = LONGEST_WAIT_S
) -> float:
    """Seconds to wait after the `attempt`-th failed try (counted from 1).

    Doubles with every try up to `longest_s`, half of it at random, so that many things that failed
    together do not come back together ("equal jitter": AWS Architecture Blog, "Exponential Backoff
    And Jitter", 2015). Raises ValueError for an attempt below 1.
    """
    if attempt < 1:
        raise ValueError(f"attempts are counted from 1, got {attempt}")
    # The exponent is capped before the power is taken: attempt 5000 must not overflow.
    full = min(longest_s, first_s * 2.0 ** min(attempt - 1, 64))
    return full * random.uniform(0.5, 1.0)
