"""What text search compares: the terms of a text, and what a search asks of them.

Both databases index the terms made here, so that they find the same. A word is found from its
beginning ("glaz" finds "Glazing", "lazing" does not), whatever its case, its width or the accents
on its Latin letters. Scripts that do not part words by spaces (Han, kana, Thai, Lao, Khmer,
Myanmar) are cut into overlapping pairs of characters, so that any part of a sentence is found, from
one character on. Symbols such as emoji are terms of their own; punctuation is no term at all.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import blake2b
from itertools import islice

import regex

LONGEST_TERM = 40
MOST_TERMS = 4000
MOST_ASKED = 20

_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}\u30fc\p{Thai}\p{Lao}\p{Khmer}\p{Myanmar}"
# ASCII beyond letters and digits never becomes a term: no term can hold a database's syntax.
_WORD = regex.compile(r"[\p{L}\p{N}\p{M}]+|[^\x00-\x7f\p{P}\p{Z}\p{C}]")
_RUN = regex.compile(rf"([{_UNSPACED}][{_UNSPACED}\p{{M}}]*)|[^{_UNSPACED}]+")
_LATIN_MARKS = regex.compile(r"([a-z])\p{Mn}+")
_VARIATION_SELECTORS = regex.compile(r"[\ufe00-\ufe0f]")


@dataclass(frozen=True)
class TextQuery:
    """Terms that must all be there: `whole` exactly so, `beginnings` as the start of a term.

    A query without terms (nothing but punctuation) finds nothing.
    """

    whole: tuple[str, ...] = ()
    beginnings: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.whole or self.beginnings)


def terms_of(*texts: str) -> tuple[str, ...]:
    """The different terms of some texts, in order of appearance, MOST_TERMS at most."""
    return tuple(islice(dict.fromkeys(_all_terms("\n".join(texts))), MOST_TERMS))


def filter_term(name: str, value: str) -> str:
    """A property as one more term, so that the same index answers filters and words together.

    It begins with a private-use character, which no word of a text can hold.
    """
    return "\ue000" + blake2b(f"{name}={value}".encode(), digest_size=6).hexdigest()


def text_query(text: str) -> TextQuery:
    """What a search for `text` asks; of a very long one the first MOST_ASKED words."""
    whole: dict[str, None] = {}
    beginnings: dict[str, None] = {}
    for unspaced, run in islice(_runs(text), MOST_ASKED):
        if unspaced and len(run) > 1:
            whole |= dict.fromkeys(run[at : at + 2] for at in range(len(run) - 1))
        else:
            beginnings[run[:LONGEST_TERM]] = None
    return TextQuery(tuple(whole), tuple(beginnings))


def folded(text: str) -> str:
    """The text without differences of case, of compatibility forms and of Latin accents.

    Folding: Unicode 17, section 3.13 (caseless matching) and UAX #15 (NFKC).
    """
    plain = unicodedata.normalize("NFKC", _VARIATION_SELECTORS.sub("", text)).casefold()
    bare = _LATIN_MARKS.sub(r"\1", unicodedata.normalize("NFD", plain))
    return unicodedata.normalize("NFKC", bare)


def _all_terms(text: str) -> Iterator[str]:
    for unspaced, run in _runs(text):
        if unspaced:
            yield from (run[at : at + 2] for at in range(len(run)))
        else:
            yield run[:LONGEST_TERM]


def _runs(text: str) -> Iterator[tuple[bool, str]]:
    """Words, cut where a script without spaces begins or ends; the flag says which it is."""
    for word in _WORD.finditer(folded(text)):
        for run in _RUN.finditer(word[0]):
            yield run[1] is not None, run[0]
