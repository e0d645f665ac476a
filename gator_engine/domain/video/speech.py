"""Text as it is spoken, and times for its words where none are known."""

from __future__ import annotations

import re
from collections.abc import Sequence
from math import floor

import emoji
import regex

from gator_engine.domain.video.captions import Word
from gator_engine.domain.video.linebreaks import pieces
from gator_engine.domain.video.time import Span
from gator_engine.errors import InvalidInput

_URL = r"(?:https?://|www\.)[^\s<>()\[\]]*[^\s<>()\[\].,;:!?\"'”’]"
_SILENT = (
    (re.compile(r"^\s*(```|~~~).*$", re.M), ""),
    (re.compile(r"^\s*([-*_]\s*){3,}$", re.M), ""),
    (re.compile(r"^\s{0,3}(#{1,6}|>|[-*+]|\d+[.)])\s+", re.M), ""),
    (re.compile(r"!\[[^\]]*\]\([^)]*\)"), ""),
    (re.compile(r"\[([^\]]+)\]\([^)]*\)"), r"\1"),
    (re.compile(r"<[a-zA-Z/!][^<>]*>"), ""),
    (re.compile(_URL), ""),
    (re.compile(r"(\*\*|__|~~|`+)(?=\S)(.+?)(?<=\S)\1", re.S), r"\2"),
    (re.compile(r"(?<![\w*])\*(?=\S)([^*]+?)(?<=\S)\*(?![\w*])"), r"\1"),
    (re.compile(r"(?<![\w_])_(?=\S)([^_]+?)(?<=\S)_(?![\w_])"), r"\1"),
    (re.compile(r"[#@](?=\w)"), ""),
)
_VOWELS = regex.compile(r"[aeiouyæœøåäöüàáâãèéêëìíîïòóôõùúûýÿąęıаеёиоуыэюяіїєαεηιουωάέήίόύώ]+")
_ONE_EACH = regex.compile(r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Hangul}]")
_HALF_EACH = regex.compile(r"[\p{Arabic}\p{Hebrew}\p{Devanagari}\p{Thai}]")
_DIGIT = regex.compile(r"\p{Nd}")
_SENTENCE_END = regex.compile(r"[.!?…。！？؟।]+[\p{Pe}\p{Pf}\"'”’]*$")
_CLAUSE_END = regex.compile(r"[,;:、，；：،–—]+[\p{Pe}\p{Pf}\"'”’]*$")
_SENTENCE_PAUSE, _CLAUSE_PAUSE, _UNSPOKEN = 2.0, 1.0, 0.5
"""Pauses and the time of what is only shown (an emoji), in syllables."""


def spoken_text(text: str) -> str:
    """What a voice says of a text: without Markdown, tags, addresses and emoji.

    The words of links, hashtags and handles stay.
    """
    for pattern, instead in _SILENT:
        text = pattern.sub(instead, text)
    text = emoji.replace_emoji(text, "")
    return re.sub(r"\s+([.,;:!?…])", r"\1", " ".join(text.split()))


def ends_sentence(text: str) -> bool:
    """Whether a word is the last of a sentence; short forms such as "e.g." are not told apart."""
    return _SENTENCE_END.search(text) is not None


def ends_clause(text: str) -> bool:
    """Whether a comma, colon or dash follows the word."""
    return _CLAUSE_END.search(text) is not None


def syllables(word: str) -> float:
    """About how long a word takes to say, in syllables.

    Groups of vowels in alphabets; one for each ideograph, kana or Hangul block; half a syllable for
    each letter where vowels are not written; two for a digit.
    """
    spoken = spoken_text(word).lower()
    found: float = len(_VOWELS.findall(spoken)) + len(_ONE_EACH.findall(spoken))
    found += 0.5 * len(_HALF_EACH.findall(spoken)) + 2 * len(_DIGIT.findall(spoken))
    return max(found, 1.0 if any(char.isalnum() for char in spoken) else _UNSPOKEN)


def shown_words(text: str) -> tuple[tuple[str, bool], ...]:
    """The words of a text as they are shown, and whether each is joined to the one before.

    Words end at spaces; text without spaces falls into characters with their punctuation.
    """
    found: list[tuple[str, bool]] = []
    for piece, spaced in pieces(text):
        if found and not spaced and found[-1][0][-1] in "-‐–—/":
            found[-1] = (found[-1][0] + piece, found[-1][1])
        else:
            found.append((piece, bool(found) and not spaced))
    return tuple(found)


def words_from_text(text: str, span: Span, voiced: Sequence[Span] = ()) -> tuple[Word, ...]:
    """The words of a text spread over a span by their syllables, with pauses at punctuation.

    `voiced` are the parts of the span in which somebody speaks; words then lie inside them.
    Raises InvalidInput when there are more words than frames.
    """
    shown = shown_words(text)
    parts = [part for part in voiced if part.length > 0] or [span]
    total = sum(part.length for part in parts)
    if len(shown) > total:
        raise InvalidInput("text", f"has {len(shown)} words for {total} frames", "a frame each")
    weights = [syllables(word) for word, _ in shown]
    pauses = [_pause(word) for word, _ in shown]
    if pauses:
        pauses[-1] = 0.0
    whole = sum(weights) + sum(pauses)
    words, said, least = [], 0.0, 0
    for place, (word, joined) in enumerate(shown):
        first = max(least, floor(said / whole * total))
        last = floor((said + weights[place]) / whole * total)
        # Every later word still needs a frame of its own.
        first = min(first, total - (len(shown) - place))
        last = min(max(last, first + 1), total - (len(shown) - place - 1))
        said, least = said + weights[place] + pauses[place], last
        start, end = _at(first, parts), _at(last - 1, parts) + 1
        words.append(Word(word, start, end - start, joined))
    return tuple(words)


def _pause(word: str) -> float:
    if ends_sentence(word):
        return _SENTENCE_PAUSE
    return _CLAUSE_PAUSE if ends_clause(word) else 0.0


def _at(offset: int, parts: Sequence[Span]) -> int:
    """The frame that many voiced frames after the first."""
    for part in parts:
        if offset < part.length:
            return part.start + offset
        offset -= part.length
    return parts[-1].end - 1
