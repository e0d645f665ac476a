"""The real clock and the real maker of identifiers."""

from __future__ import annotations

import secrets
import threading
import time
from datetime import UTC, datetime

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
_RANDOM_BITS = 80
_LENGTH = 26


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The current instant, timezone-aware, in UTC."""
        return datetime.now(UTC)


class SortableIds:
    """ULIDs: 48 bits of milliseconds and 80 random bits as 26 letters and digits.

    Text order is creation order: within one process strictly (the random part counts up inside a
    millisecond and when the clock steps back), between processes to the millisecond.
    Format: https://github.com/ulid/spec
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def new(self) -> str:
        """A fresh identifier."""
        fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            same_or_earlier = fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS
            self._last = self._last + 1 if same_or_earlier else fresh
            return _crockford(self._last)


def _crockford(number: int) -> str:
    """Crockford's base 32 (no I, L, O, U), most significant first, fixed length."""
    return "".join(_ALPHABET[number >> shift & 31] for shift in range(5 * (_LENGTH - 1), -1, -5))
