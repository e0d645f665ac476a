"""The order in which mixed left-to-right and right-to-left text is shown.

The implicit part of the Unicode Bidirectional Algorithm (UAX #9: W1–W7, N0–N2, I1–I2, L1, L2).
Explicit embeddings, overrides and isolates are passed over: captions and titles have none.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_PASSED_OVER = {"BN", "LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
_STRONG = {"L", "R", "AL"}
_NEUTRAL = {"B", "S", "WS", "ON"}
_BRACKETS = dict(zip("([{«‹⟨「『【《〈（［｛", ")]}»›⟩」』】》〉）］｝", strict=True))
_SIDE = {"L": "L", "R": "R", "EN": "R", "AN": "R"}


def direction_of(text: str) -> str:
    """ "rtl" when the first strong character is a right-to-left one, else "ltr" (P2, P3)."""
    for char in text:
        kind = unicodedata.bidirectional(char)
        if kind in _STRONG:
            return "ltr" if kind == "L" else "rtl"
    return "ltr"


def _weak(kinds: list[str], base: str) -> None:
    """W1–W7: numbers, their separators and signs, and marks on letters."""
    before, strong = base, base
    for place, kind in enumerate(kinds):
        if kind == "NSM":
            kind = before
        if kind == "EN" and strong == "AL":
            kind = "AN"
        if kind in _STRONG:
            strong = kind
        kinds[place] = before = kind
    kinds[:] = ["R" if kind == "AL" else kind for kind in kinds]
    for place in range(1, len(kinds) - 1):
        left, kind, right = kinds[place - 1 : place + 2]
        if left == right and (
            (left == "EN" and kind in ("ES", "CS")) or (left == "AN" and kind == "CS")
        ):
            kinds[place] = left
    for places in (range(1, len(kinds)), range(len(kinds) - 2, -1, -1)):
        for place in places:
            near = kinds[place - places.step]
            if kinds[place] == "ET" and near == "EN":
                kinds[place] = "EN"
    strong = base
    for place, kind in enumerate(kinds):
        if kind in ("ES", "ET", "CS"):
            kinds[place] = "ON"
        elif kind in ("L", "R"):
            strong = kind
        elif kind == "EN" and strong == "L":
            kinds[place] = "L"


def _pairs(text: str, kinds: Sequence[str]) -> list[tuple[int, int]]:
    """Matching brackets that are still neutral, by the place of the opening one (BD16)."""
    stack: list[tuple[str, int]] = []
    found = []
    for place, char in enumerate(text):
        if kinds[place] != "ON":
            continue
        if char in _BRACKETS:
            stack.append((_BRACKETS[char], place))
        for depth in range(len(stack) - 1, -1, -1):
            if stack[depth][0] == char:
                found.append((stack[depth][1], place))
                del stack[depth:]
                break
    return sorted(found)


def _brackets(text: str, kinds: list[str], base: str) -> None:
    """N0: a pair of brackets takes the direction of what is inside, or of what is before it."""
    for opening, closing in _pairs(text, kinds):
        inside = {_SIDE[kind] for kind in kinds[opening + 1 : closing] if kind in _SIDE}
        if not inside:
            continue
        side = base
        if base not in inside:
            earlier = (_SIDE[k] for k in reversed(kinds[:opening]) if k in _SIDE)
            before = next(earlier, base)
            side = before if before in inside else base
        kinds[opening] = kinds[closing] = side


def _neutrals(kinds: list[str], base: str) -> None:
    """N1, N2: what stands between two texts of one direction goes with them."""
    place = 0
    while place < len(kinds):
        if kinds[place] not in _NEUTRAL:
            place += 1
            continue
        end = place
        while end < len(kinds) and kinds[end] in _NEUTRAL:
            end += 1
        left = _SIDE[kinds[place - 1]] if place else base
        right = _SIDE[kinds[end]] if end < len(kinds) else base
        kinds[place:end] = [left if left == right else base] * (end - place)
        place = end


def levels(text: str, direction: str) -> list[int]:
    """The embedding level of every character of a paragraph; odd levels run right to left."""
    base, floor = ("R", 1) if direction == "rtl" else ("L", 0)
    kinds = [unicodedata.bidirectional(char) or "L" for char in text]
    kept = [place for place, kind in enumerate(kinds) if kind not in _PASSED_OVER]
    found = [kinds[place] for place in kept]
    _weak(found, base)
    _brackets("".join(text[place] for place in kept), found, base)
    _neutrals(found, base)
    own = {"L": floor + floor % 2, "R": 1, "EN": 2, "AN": 2}
    result, last = [], floor
    by_place = dict(zip(kept, found, strict=True))
    for place in range(len(text)):
        last = own[by_place[place]] if place in by_place else last
        result.append(last)
    return result


def visual_order(line_levels: Sequence[int]) -> list[int]:
    """The places of a line's parts from left to right, by their levels (L2)."""
    order = list(range(len(line_levels)))
    for level in range(max(line_levels, default=0), 0, -1):
        place = 0
        while place < len(order):
            end = place
            while end < len(order) and line_levels[order[end]] >= level:
                end += 1
            order[place:end] = reversed(order[place:end])
            place = max(end, place + 1)
    return order
