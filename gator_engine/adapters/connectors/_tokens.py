"""Expiry of JSON Web Tokens, read without verifying: they are ours to present, not to trust."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import UTC, datetime

RENEW_AT = 0.8


def lifetime(token: str) -> tuple[datetime, datetime] | None:
    """When a token was issued and when it ends; None for a token that does not say."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        claims = json.loads(base64.urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        issued, ends = float(claims["iat"]), float(claims["exp"])
    except (binascii.Error, ValueError, KeyError, TypeError):
        return None
    return datetime.fromtimestamp(issued, UTC), datetime.fromtimestamp(ends, UTC)


def near_end(token: str, now: datetime) -> bool:
    """Whether four fifths of the token's life are over."""
    span = lifetime(token)
    return span is not None and now >= span[0] + (span[1] - span[0]) * RENEW_AT


def expiry(token: str) -> datetime | None:
    """When a token ends, if it says."""
    span = lifetime(token)
    return span[1] if span else None
