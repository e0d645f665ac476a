"""What every format is read into and written from: cues of texts that may be timed in parts."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import floor

from gator_engine.domain.video.captions import Cue, Word
from gator_engine.domain.video.linebreaks import may_break
from gator_engine.domain.video.speech import words_from_text
from gator_engine.domain.video.time import Ratio, Span
from gator_engine.errors import InvalidInput

LATEST_MS = 100 * 3_600_000
_BLANK = re.compile(r"\s")


@dataclass(frozen=True)
class Part:
    """Text of a cue from a time on; None goes on with the part before."""

    text: str
    start_ms: int | None = None


@dataclass(frozen=True)
class FileCue:
    """A cue of a file: milliseconds, its text in parts, and the line it stands on."""

    line: int
    start_ms: int
    end_ms: int
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """All of it."""
        return "".join(part.text for part in self.parts)


def refuse(line: int, problem: str, limit: str | None = None) -> InvalidInput:
    """The error for a line of a file."""
    return InvalidInput(f"line {line}", problem, limit)


def checked(cue: FileCue) -> FileCue:
    """The cue when its times make sense. Raises InvalidInput naming the line."""
    if cue.end_ms <= cue.start_ms:
        raise refuse(cue.line, "ends before it begins", "a later end")
    if cue.end_ms > LATEST_MS:
        raise refuse(cue.line, "ends after 100 hours", "99:59:59")
    return cue


def frame_at(ms: int, rate: Ratio) -> int:
    """The frame nearest to a time."""
    return floor(Fraction(ms, 1000) * rate.fraction + Fraction(1, 2))


def ms_at(frame: int, rate: Ratio) -> int:
    """The millisecond nearest to the beginning of a frame."""
    return floor(Fraction(frame * 1000) / rate.fraction + Fraction(1, 2))


def joined_lines(lines: Sequence[str]) -> str:
    """Lines of a cue as one: with a space between them, unless both ends are ideographs."""
    text = ""
    for line in (line.strip() for line in lines):
        if text and line and not (text[-1] > "\u2e7f" and may_break(text[-1], line[0])):
            text += " "
        text += line
    return text


def to_cues(found: Sequence[FileCue], rate: Ratio) -> tuple[Cue, ...]:
    """Cues in order of time that do not overlap; those without words are left out.

    Of two that overlap the earlier one ends where the later begins; two that begin together become
    one with both texts.
    """
    placed: list[tuple[Span, FileCue]] = []
    for cue in sorted(found, key=lambda cue: cue.start_ms):
        start, end = frame_at(cue.start_ms, rate), frame_at(cue.end_ms, rate)
        if not cue.text.strip():
            continue
        if placed and placed[-1][0].start >= start:
            earlier, other = placed[-1]
            whole = replace(other, parts=(*other.parts, Part(" "), *cue.parts))
            placed[-1] = (Span(earlier.start, max(earlier.end, end) - earlier.start), whole)
            continue
        if placed and placed[-1][0].end > start:
            earlier, other = placed[-1]
            placed[-1] = (Span(earlier.start, start - earlier.start), other)
        placed.append((Span(start, max(1, end - start)), cue))
    return tuple(
        Cue(f"c{number}", span.start, span.length, _words(cue, span, rate))
        for number, (span, cue) in enumerate(placed, 1)
    )


def _words(cue: FileCue, span: Span, rate: Ratio) -> tuple[Word, ...]:
    """The words of a cue at their own times, or spread where the file has none."""
    words: list[Word] = []
    spaced, timed = True, any(part.start_ms is not None for part in cue.parts)
    for text, start, end in _stretches(cue, span, rate):
        tokens = _tokens(text, Span(start, max(1, end - start)), timed)
        joined = bool(tokens) and bool(words) and not spaced and not _BLANK.match(text)
        if tokens:
            words += [replace(tokens[0], joined=joined), *tokens[1:]]
        if text:
            spaced = _BLANK.match(text[-1]) is not None
    return tuple(_rising(words, span))


def _stretches(cue: FileCue, span: Span, rate: Ratio) -> list[tuple[str, int, int]]:
    """(text, first frame, frame after it) of what shares a time."""
    found: list[tuple[str, int]] = []
    for part in cue.parts:
        if part.start_ms is None and found:
            found[-1] = (found[-1][0] + part.text, found[-1][1])
        else:
            at = span.start if part.start_ms is None else frame_at(part.start_ms, rate)
            found.append((part.text, min(max(at, span.start), span.end - 1)))
    ends = [*(start for _, start in found[1:]), span.end]
    return [(text, start, end) for (text, start), end in zip(found, ends, strict=True)]


def _tokens(text: str, span: Span, timed: bool) -> tuple[Word, ...]:
    bare = " ".join(text.split())
    if not bare:
        return ()
    if timed and " " not in bare:  # a part with a time of its own is one word
        return (Word(bare, span.start, span.length),)
    try:
        return words_from_text(bare, span)
    except InvalidInput:  # more words than frames: shown together, as the file shows them
        return (Word(bare, span.start, span.length),)


def _rising(words: Sequence[Word], span: Span) -> list[Word]:
    """Words inside the span, one after the other; what has no frame left joins the one before."""
    found: list[Word] = []
    for word in words:
        start = max(word.start, found[-1].span.end if found else span.start)
        end = min(max(word.span.end, start + 1), span.end)
        if start < end:
            found.append(replace(word, start=start, length=end - start))
        else:
            gap = "" if word.joined else " "
            found[-1] = replace(found[-1], text=found[-1].text + gap + word.text)
    return found
