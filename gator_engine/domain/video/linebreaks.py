"""Where a line of text may end, in any script.

The pair rules of Unicode Standard Annex 14 that captions meet, over its line breaking classes:
never before closing punctuation or small kana (kinsoku), never after an opening bracket, between
any two ideographs, and at spaces and hyphens. Thai, Lao and Khmer need a dictionary to find their
words; here they break at spaces only.
"""

from __future__ import annotations

import unicodedata
from functools import lru_cache

import regex

_CLUSTER = regex.compile(r"\X")
_BLANK = regex.compile(r"[ \t\n\u3000\u200b]+")
_CLASSES = {
    # Never first on a line: closing, exclamation, infix, non-starters, small kana, glue, combining.
    "closing": regex.compile(r"[\p{lb=CL}\p{lb=CP}\p{lb=EX}\p{lb=IS}\p{lb=NS}\p{lb=CJ}\p{lb=SY}]"),
    "glue": regex.compile(r"[\p{lb=GL}\p{lb=WJ}\p{lb=ZWJ}\p{lb=CM}]"),
    "opening": regex.compile(r"[\p{lb=OP}\p{lb=PR}]"),
    "quote": regex.compile(r"\p{lb=QU}"),
    "inseparable": regex.compile(r"\p{lb=IN}"),
    "ideograph": regex.compile(
        r"[\p{lb=ID}\p{lb=H2}\p{lb=H3}\p{lb=EB}\p{lb=EM}\p{Extended_Pictographic}\p{lb=RI}]"
    ),
    "hyphen": regex.compile(r"[\p{lb=HY}\p{lb=BA}\p{lb=B2}]"),
}
_HANGUL = regex.compile(r"\p{Hangul}")
_KANA = regex.compile(r"[\p{Hiragana}\p{Katakana}ー々〻]")
_DOUBLE = regex.compile(r"\p{Emoji_Presentation}|\p{RI}")


@lru_cache(maxsize=4096)
def _class(cluster: str) -> str:
    # Small kana and the long-vowel mark count as ideographs behind, as non-starters in front.
    for name, pattern in _CLASSES.items():
        if pattern.match(cluster):
            return name
    return "letter"


def _wide(name: str, cluster: str) -> bool:
    """Whether a line may end right after a cluster of such a text."""
    ideograph = name == "ideograph" and not _HANGUL.match(cluster)
    return ideograph or _KANA.match(cluster) is not None


def may_break(before: str, after: str) -> bool:
    """Whether a line may end between two neighbouring grapheme clusters without a space.

    Korean breaks at its spaces, as its captions do. Quotation marks stay with both neighbours, but
    those that show their side leave their outer one where it is an ideograph.
    """
    first, second = _class(before), _class(after)
    if second in ("closing", "glue", "inseparable") or first in ("glue", "opening"):
        return False
    if second == "quote":
        opens = unicodedata.category(after[0]) == "Pi"
        return opens and (_wide(first, before) or first == "closing")
    if first == "quote":
        return unicodedata.category(before[0]) == "Pf" and _wide(second, after)
    if first == "hyphen":
        # A hyphen opens numbers and options ("-5"); behind a letter it ends a part of a word.
        return second == "letter" and not after[0].isdigit()
    if second == "hyphen":
        return False
    if first in ("closing", "inseparable"):
        return _wide(second, after)
    return _wide(first, before) or _wide(second, after)


def pieces(text: str) -> tuple[tuple[str, bool], ...]:
    """The parts of a text that stay on one line, and whether a space came before each.

    Joined again, with the spaces, they are the text with every run of blanks as one space.
    """
    found: list[tuple[str, bool]] = []
    for number, run in enumerate(part for part in _BLANK.split(text) if part):
        current, last, spaced = "", "", number > 0
        for cluster in _CLUSTER.findall(run):
            word_and_mark = last and _class(last) == "hyphen" and len(current) < 2
            if last and not word_and_mark and may_break(last, cluster):
                found.append((current, spaced))
                current, spaced = "", False
            current += cluster
            last = cluster
        found.append((current, spaced))
    return tuple(found)


def columns(text: str) -> int:
    """How many Latin letters wide a text is: ideographs and emoji count two (UAX #11)."""
    total = 0
    for cluster in _CLUSTER.findall(text):
        wide = unicodedata.east_asian_width(cluster[0]) in "WF"
        total += 2 if wide or _DOUBLE.match(cluster) else 1
    return total
