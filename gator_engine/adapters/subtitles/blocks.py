"""SubRip and WebVTT: blocks of a timing line and text.

Read here rather than by pysubs2, which takes notes, names of cues and a last line of digits for
text, and cannot say in which line something is wrong.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence

from gator_engine.adapters.subtitles.cues import FileCue, Part, checked, joined_lines, refuse
from gator_engine.errors import InvalidInput

_STAMP = r"(-?)(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"^\s*{_STAMP}\s*-->\s*{_STAMP}(?:\s+\S.*)?$")
_LIKE_TIMING = re.compile(r"^\s*[-\d:.,]*\d[-\d:.,\s]*-->")
_INLINE = re.compile(rf"<{_STAMP}>")
_TAG = re.compile(r"</?(?:i|b|u|s|font|c|v|lang|ruby|rt|span)(?:[\s.][^<>]*)?/?>", re.IGNORECASE)
_OVERRIDE = re.compile(r"\{\\[a-zA-Z0-9][^{}]*\}")
_BLOCKS = ("NOTE", "STYLE", "REGION", "WEBVTT")
JOINER = "\u2060"
"""Stands behind a sign of a format where that is meant as text: unseen, and taken away again."""


def srt_text(text: str) -> str:
    """A text as it is written into SubRip, which has no way to say that a tag is none."""
    text = _TAG.sub(lambda found: f"<{JOINER}{found[0][1:]}", text.replace("\\", f"\\{JOINER}"))
    return text.replace("-->", f"--{JOINER}>")


def read(text: str, vtt: bool) -> list[FileCue]:
    """The cues of a file in its order. Raises InvalidInput naming the line."""
    lines = text.split("\n")
    found = []
    for at, block in _blocks(lines):
        cue = _cue(at, block, vtt)
        if cue is not None:
            found.append(cue)
    return found


def _blocks(lines: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    """(number of the first line, lines) between empty lines.

    A block also begins at a timing line that follows text without an empty line between.
    """
    block: list[str] = []
    first = 1
    for number, line in enumerate([*lines, ""], 1):
        has_timing = any(map(_LIKE_TIMING.match, block))
        if block and (not line.strip() or (has_timing and _LIKE_TIMING.match(line))):
            follows = block[-1:] if line.strip() and block[-1].strip().isdecimal() else []
            yield first, block[: len(block) - len(follows)]
            block, first = follows, number - len(follows)
        if line.strip():
            first = first if block else number
            block = [*block, line]


def _cue(at: int, block: Sequence[str], vtt: bool) -> FileCue | None:
    """The cue of a block; None for notes, styles and headers."""
    place = next((n for n, line in enumerate(block) if _LIKE_TIMING.match(line)), None)
    if place is None:
        if vtt or block[0].split()[0].rstrip(":") in _BLOCKS:
            return None
        if len(block) == 1 and block[0].strip().isdecimal():
            return None  # the number of a cue that was left empty
        for number, line in enumerate(block, at):
            if "-->" in line:
                raise _unreadable(number, line)
        shown = block[0].strip()[:40]
        raise refuse(at, f"has text without a time: {shown!r}", "hh:mm:ss,mmm --> hh:mm:ss,mmm")
    number, line = at + place, block[place]
    timing = _TIMING.match(line)
    if timing is None:
        raise _unreadable(number, line)
    parts = timing.groups()
    start, end = (_ms(number, *parts[n : n + 5]) for n in (0, 5))
    body = "\n".join(block[place + 1 :])
    return checked(FileCue(number, start, end, _vtt_parts(body) if vtt else _srt_parts(body)))


def _unreadable(number: int, line: str) -> InvalidInput:
    return refuse(number, f"has no times one can read: {line.strip()[:60]!r}", "hh:mm:ss,mmm")


def _ms(line: int, sign: str, hours: str | None, minutes: str, secs: str, rest: str) -> int:
    if sign:
        raise refuse(line, "has a time before the beginning", "0 or later")
    if int(minutes) > 59 or int(secs) > 59:
        raise refuse(line, f"has {minutes} minutes and {secs} seconds", "59 of each")
    whole = (int(hours or 0) * 60 + int(minutes)) * 60 + int(secs)
    return whole * 1000 + int(rest.ljust(3, "0"))


def _srt_parts(body: str) -> tuple[Part, ...]:
    text = _TAG.sub("", _OVERRIDE.sub("", body))
    for sign in ("\\", "<", "--"):
        text = text.replace(f"{sign}{JOINER}", sign)
    return (Part(joined_lines(text.split("\n"))),)


def _vtt_parts(body: str) -> tuple[Part, ...]:
    """Text between the times inside a cue; entities become the characters they stand for."""
    found, at, start = [], 0, None
    flat = joined_lines(body.split("\n"))
    for stamp in [*_INLINE.finditer(flat), None]:
        until = stamp.start() if stamp else len(flat)
        text = html.unescape(re.sub(r"<[^<>]*>", "", flat[at:until]))
        found.append(Part(text.replace(f"\\{JOINER}", "\\"), start))
        if stamp is not None:
            at, start = stamp.end(), _ms(0, *stamp.groups())
    return tuple(found) if found[0].text or len(found) == 1 else tuple(found[1:])
