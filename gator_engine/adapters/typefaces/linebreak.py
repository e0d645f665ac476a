"""Where lines end: as few lines as fit, then the most even ones, without widows."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

# A unit never breaks; breaks are allowed at spaces and after hyphens, dashes and slashes.
_AFTER = re.compile(r"(?<=[\w.])([-–—/]+)(?=\w)")
_NO_BREAK = "\u00a0"
# Words that point forward read badly at a line's end.
_FORWARD_WORDS = (
    "a an the of to in on at by for and or but my your our is it as if no i der die das ein le la "
    "el un une de du des et y o w z i na do"
)
_FORWARD = frozenset(_FORWARD_WORDS.split())
_EAST_ASIAN_MARKS = "。、，！？；："


def _is_hiragana(char: str) -> bool:
    return "\u3041" <= char <= "\u309f"


@dataclass(frozen=True)
class Unit:
    """A piece of text that stays together, and whether a space comes before it."""

    text: str
    spaced: bool


def units(paragraph: str) -> list[Unit]:
    """The unbreakable pieces of one paragraph, in order."""
    found: list[Unit] = []
    for word in paragraph.split(" "):
        if not word:
            continue
        pieces = [p for p in _AFTER.sub(r"\1" + "\n", word).split("\n") if p]
        found += [Unit(piece, place == 0) for place, piece in enumerate(pieces)]
    return found


def join(pieces: Sequence[Unit]) -> str:
    """Text of a line made of `pieces`."""
    text = "".join((" " if unit.spaced else "") + unit.text for unit in pieces)
    return text.strip(" ")


def _widths(pieces: Sequence[Unit], measure: Callable[[str], float]) -> list[float]:
    """Running width after each piece; the width of a line is a difference of two of them."""
    space = measure("n n") - 2 * measure("n")
    total, found = 0.0, [0.0]
    for unit in pieces:
        total += measure(unit.text) + (space if unit.spaced else 0.0)
        found.append(total)
    return found


def _greedy_count(pieces: Sequence[Unit], sums: list[float], space: float, width: float) -> int:
    """Fewest lines at `width`; 0 when a single piece is wider than that."""
    lines, start = 1, 0
    for end in range(1, len(pieces) + 1):
        lead = space if pieces[start].spaced else 0.0
        if sums[end] - sums[start] - lead > width:
            if end - 1 == start:
                return 0
            lines, start = lines + 1, end - 1
            lead = space if pieces[start].spaced else 0.0
            if sums[end] - sums[start] - lead > width:
                return 0
    return lines


def _penalty(pieces: Sequence[Unit], start: int, end: int, last: bool, used: float) -> float:
    """Cost, in shares of the squared ideal width, of setting pieces start..end as one line."""
    cost = 0.0
    final = pieces[end - 1].text
    if last and end - start == 1 and start > 0:
        cost += 0.5 if len(final) < 9 else 0.15
    if last and start > 0 and used < 0.4:
        cost += 0.2
    if not last and start == 0 and len(final) < 5 and end == 1:
        cost += 0.25
    if not last:
        if final.lower().strip("“‘\"'(") in _FORWARD:
            cost += 0.09
        if final[-1] in ".!?:;,…":
            cost -= 0.03 if final[-1] in ".!?:…" else 0.012
        if final[-1] in _EAST_ASIAN_MARKS:
            cost -= 0.15
        elif not pieces[end].spaced:
            # Hiragana goes on with the word before it more often than it begins one.
            cost += 0.3 if _is_hiragana(pieces[end].text[0]) else 0.12
        if end - 2 >= start and pieces[end - 2].text[-1] in ".!?:":
            cost += 0.1  # a sentence that starts with one lonely word at the line's end
    return cost


def break_lines(
    paragraph: str, measure: Callable[[str], float], width: float
) -> tuple[tuple[str, ...], float] | None:
    """Break one paragraph at `width` pixels into balanced lines.

    `measure` gives the width of a text in pixels. The number of lines is the fewest possible; among
    those breakings the one with the most even lines wins (squared slack, as in Knuth and Plass,
    "Breaking paragraphs into lines", 1981), with extra cost for widows and for lines that end on a
    word pointing forward. Returns the lines and their cost (0 is perfect), or None when one
    piece alone is wider than `width`.
    """
    pieces = units(paragraph)
    if not pieces:
        return ("",), 0.0
    found = break_units(pieces, measure, width)
    if found is None:
        return None
    ends, cost = found
    starts = [0, *ends[:-1]]
    return tuple(join(pieces[a:b]) for a, b in zip(starts, ends, strict=True)), cost


def break_units(
    pieces: Sequence[Unit], measure: Callable[[str], float], width: float
) -> tuple[list[int], float] | None:
    """As `break_lines`, for pieces cut by any script's rules.

    Returns the index after the last piece of every line, and the cost.
    """
    sums = _widths(pieces, measure)
    space = measure("n n") - 2 * measure("n")
    count = _greedy_count(pieces, sums, space, width)
    if count == 0:
        return None
    ideal = max(min(width, sums[-1] / count), 1e-6)
    return _best_ends(pieces, sums, space, count, (width, ideal))


def _best_ends(
    pieces: Sequence[Unit],
    sums: list[float],
    space: float,
    count: int,
    widths: tuple[float, float],
) -> tuple[list[int], float]:
    """Index after the last piece of each of `count` lines at least total cost, and that cost."""
    width, ideal = widths
    total = len(pieces)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for line in range(1, count + 1):
        row: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in best[-1].items():
            lead = space if start < total and pieces[start].spaced else 0.0
            for end in range(start + 1, total + 1):
                used = sums[end] - sums[start] - lead
                if used > width:
                    break
                last = line == count
                if last != (end == total):
                    continue
                slack = (used - ideal) / max(ideal, 1.0)
                spent = cost + slack**2 + _penalty(pieces, start, end, last, used / ideal)
                if end not in row or spent < row[end][0]:
                    row[end] = (spent, start)
        best.append(row)
    ends, at = [], total
    for line in range(count, 0, -1):
        ends.append(at)
        at = best[line][at][1]
    return ends[::-1], best[count][total][0]
