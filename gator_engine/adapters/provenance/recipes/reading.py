"""Numbers, words and JSON out of texts that anybody may have written."""

from __future__ import annotations

import json
import math
from typing import Any

LONGEST_PROMPT = 20_000
MOST_JSON = 2 * 2**20
_LARGEST = 2**64


def loaded(text: str) -> Any:
    """The JSON value, or None when it is none, too large or nested too deeply."""
    if len(text) > MOST_JSON:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def whole(value: object) -> int | None:
    """A whole number of at most 64 bits, or None."""
    found = decimal(value)
    if found is None or not found.is_integer():
        return None
    exact = int(str(value)) if str(value).lstrip("+-").isdecimal() else int(found)
    return exact if abs(exact) < _LARGEST else None


def decimal(value: object) -> float | None:
    """A finite number, or None."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    if isinstance(value, str) and len(value) > 40:
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None


def words(value: object, most: int = 500) -> str:
    """A text of bounded length; "" for anything that is no text."""
    return value[:most] if isinstance(value, str) else ""
