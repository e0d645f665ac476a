"""The first look at a timeline file: bounded, well-formed, and a timeline at all."""

from __future__ import annotations

import json
import re
from typing import Any

from gator_engine.errors import InvalidInput

FIELD = "file"
MOST_BYTES = 32 * 2**20
DEEPEST = 64
_STRINGS = re.compile(rb'"(?:[^"\\]|\\.)*"', re.DOTALL)
_BRACKETS = re.compile(rb"[\[{\]}]")


def parsed(data: bytes) -> dict[str, Any]:
    """The JSON of an .otio file.

    Raises InvalidInput for one that is empty, too large or too deep, is no JSON, holds numbers that
    are not finite, or no timeline.
    """
    if not data.strip():
        raise InvalidInput(FIELD, "is empty")
    if len(data) > MOST_BYTES:
        size = f"has {len(data) / 2**20:.1f} MiB"
        raise InvalidInput(FIELD, size, f"{MOST_BYTES // 2**20} MiB")
    _refuse_depth(data)
    try:
        found = json.loads(data.decode("utf-8-sig"), parse_constant=_refuse, parse_float=_finite)
    except (ValueError, RecursionError) as error:
        raise InvalidInput(FIELD, "is no OpenTimelineIO JSON", ".otio") from error
    kind = found.get("OTIO_SCHEMA") if isinstance(found, dict) else None
    if not (isinstance(kind, str) and re.fullmatch(r"Timeline\.\d{1,4}", kind)):
        shown = str(kind)[:40] if kind else "JSON of another kind"
        raise InvalidInput(FIELD, f"holds no timeline but {shown}", ".otio with a Timeline")
    return dict(found)


def _refuse_depth(data: bytes) -> None:
    """Counted before any parser recurses into it; brackets inside strings do not nest."""
    depth = 0
    for bracket in _BRACKETS.findall(_STRINGS.sub(b"", data)):
        depth += 1 if bracket in b"[{" else -1
        if depth > DEEPEST:
            raise InvalidInput(FIELD, "is nested too deeply", f"{DEEPEST} levels")


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is not finite")


def _finite(text: str) -> float:
    number = float(text)
    if number - number != 0:
        raise ValueError(f"{text[:20]} is not finite")
    return number
