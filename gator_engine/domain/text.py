"""Counting text as platforms count it: grapheme clusters, UTF-8 bytes, and ranges between them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

import regex

_CLUSTER = regex.compile(r"\X")


def graphemes(text: str) -> int:
    """How many characters a person sees: extended grapheme clusters (UAX #29).

    A family emoji, a flag or a letter with accents is one.
    """
    return len(_CLUSTER.findall(text))


def utf8_bytes(text: str) -> int:
    """Length in UTF-8 bytes."""
    return len(text.encode())


def utf8_range(text: str, start: int, end: int) -> tuple[int, int]:
    """The byte range in UTF-8 of the code points [start, end)."""
    before = utf8_bytes(text[:start])
    return before, before + utf8_bytes(text[start:end])


def code_point_range(text: str, start: int, end: int) -> tuple[int, int]:
    """The code point range of the UTF-8 bytes [start, end).

    Raises ValueError when a bound is outside the text or inside a character.
    """
    data = text.encode()
    if not 0 <= start <= end <= len(data):
        raise ValueError(f"bytes {start}–{end} are outside a text of {len(data)} bytes")
    # A bound inside a character makes decoding fail with UnicodeDecodeError, a ValueError.
    return len(data[:start].decode()), len(data[:end].decode())


def substituted(text: str, replacements: Iterable[tuple[int, int, str]]) -> str:
    """The text with each code point range [start, end) replaced; ranges must not overlap."""
    parts, done = [], 0
    for start, end, replacement in sorted(replacements):
        parts += [text[done:start], replacement]
        done = end
    return "".join([*parts, text[done:]])


def mentions(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words, whatever the case or blanks."""
    return next(mention_spans(text, phrase), None) is not None


def mention_spans(text: str, phrase: str) -> Iterator[tuple[int, int]]:
    """Every place [start, end) where the phrase stands as whole words."""
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    if words:
        for found in re.finditer(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE):
            yield found.span()


def collapsed(text: str) -> str:
    """The text in NFC with every run of blank space as one space, to compare what was posted."""
    return " ".join(unicodedata.normalize("NFC", text).split())
