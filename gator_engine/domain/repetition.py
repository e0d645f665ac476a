"""How much of a text stands in earlier texts: containment of word shingles.

A. Broder, "On the resemblance and containment of documents", 1997: the share of a text's runs of w
words that also stand in another.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from gator_engine.domain.text import mention_spans

SHINGLE = 4
MOST_SHARED = 0.3

_WORD = re.compile(r"\w+(?:[’'-]\w+)*")


@dataclass(frozen=True)
class Repetition:
    """The earlier text that shares most: its index, the share (0–1), the longest run of words."""

    post: int
    share: float
    span: tuple[int, int]


def repetition(text: str, earlier: Sequence[str], allowed: Sequence[str]) -> Repetition | None:
    """The strongest repetition of at least 30 %; None when there is none.

    Phrases in `allowed` (a persona's own) do not count. Texts of fewer than four words count as one
    run.
    """
    words = _words(text, allowed)
    mine = _shingles(words)
    best: Repetition | None = None
    for number, old in enumerate(earlier):
        theirs = set(_shingles(_words(old, allowed)))
        shared = [shingle in theirs for shingle in mine]
        share = sum(shared) / len(shared) if shared else 0.0
        if share >= MOST_SHARED and (best is None or share > best.share):
            best = Repetition(number, share, _longest(words, shared))
    return best


def _words(text: str, allowed: Sequence[str]) -> list[tuple[str, int, int]]:
    own = [span for phrase in allowed for span in mention_spans(text, phrase)]
    return [
        (found[0].casefold(), found.start(), found.end())
        for found in _WORD.finditer(text)
        if not any(start <= found.start() < end for start, end in own)
    ]


def _shingles(words: list[tuple[str, int, int]]) -> list[tuple[str, ...]]:
    bare = [word for word, _, _ in words]
    if not bare:
        return []
    width = min(SHINGLE, len(bare))
    return [tuple(bare[begin : begin + width]) for begin in range(len(bare) - width + 1)]


def _longest(words: list[tuple[str, int, int]], shared: list[bool]) -> tuple[int, int]:
    """Code points of the longest run of shared shingles."""
    best, length = (0, 0), 0
    for number, hit in enumerate(shared):
        length = length + 1 if hit else 0
        if length > best[1] - best[0]:
            best = (number - length + 1, number + 1)
    first, after = best
    return words[first][1], words[min(after - 1 + SHINGLE, len(words)) - 1][2]
