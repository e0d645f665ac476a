"""Stacks of text fitted into a box: the largest sizes at which everything still has room."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gator_engine.adapters.generators._cards.faces import TypeStyle
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.typeset import (
    advance,
    cap_height,
    hang,
    line_box,
    prepare,
)
from gator_engine.adapters.typefaces.linebreak import break_lines
from gator_engine.errors import InvalidInput

_STEPS = 48  # sizes tried between the smallest and the biggest; searched by bisection
_HEADLINE = 5  # more lines than these are running text, where size matters more than sense
_LOSS = 0.55  # cost of giving up all of the size, against the cost of badly broken lines


@dataclass(frozen=True)
class Part:
    """One text of a stack.

    `biggest` and `smallest` are its font sizes in pixels; `gap` is the distance in pixels from the
    last baseline above to the top of its capitals; `role` names the colour ("ink", "muted" or
    "accent"); `measure` is the share of the box's width it may take. `marker` stands in a column of
    `indent` pixels before the text; `ruled` draws a hairline above.
    """

    field: str
    text: str
    style: TypeStyle
    biggest: float
    smallest: float
    gap: float = 0.0
    role: str = "ink"
    measure: float = 1.0
    marker: str = ""
    marker_style: TypeStyle | None = None
    indent: float = 0.0
    ruled: bool = False


@dataclass(frozen=True)
class Line:
    """A line of text with its place: left edge and baseline in pixels."""

    field: str
    text: str
    style: TypeStyle
    size: int
    x: float
    baseline: float
    role: str = "ink"
    surface: str = "ground"

    @property
    def box(self) -> Box:
        """Where its ink lies."""
        return line_box(self.text, self.style, self.size, self.x, self.baseline)

    def moved(self, dx: float, dy: float) -> Line:
        """The same line somewhere else."""
        return replace(self, x=self.x + dx, baseline=self.baseline + dy)


@dataclass(frozen=True)
class Rule:
    """A thin filled rectangle."""

    box: Box
    role: str = "line"
    surface: str = "ground"


@dataclass(frozen=True)
class Stack:
    """A fitted stack: its lines, hairlines and total height in pixels."""

    lines: tuple[Line, ...]
    rules: tuple[Rule, ...]
    height: float
    box: Box
    cost: float = 0.0

    @property
    def bottom(self) -> float:
        """The lowest baseline."""
        return max(line.baseline for line in self.lines)

    @property
    def top(self) -> float:
        """The top of the capitals of the first line."""
        first = self.lines[0]
        return first.baseline - cap_height(first.style, first.size)


def _set_part(part: Part, share: float, width: float) -> tuple[int, list[str], float] | None:
    """Font size, lines and cost of the line breaks at size `share` (0 smallest, 1 biggest).

    None when a piece is too wide.
    """
    size = max(1, round(part.smallest + (part.biggest - part.smallest) * share))
    room = (width - part.indent) * part.measure - 2

    def measure(text: str) -> float:
        return advance(text, part.style, size)

    lines: list[str] = []
    cost = 0.0
    for paragraph in part.text.split("\n"):
        broken = break_lines(paragraph, measure, room)
        # Kerning at spaces makes a real line differ from the sum of its words by some pixels.
        over = max(map(measure, broken[0])) - room - 2 if broken else 0.0
        if over > 0:
            broken = break_lines(paragraph, measure, room - over - 2)
        if broken is None or max(map(measure, broken[0])) > room + 2:
            return None
        lines += broken[0]
        cost += broken[1]
    return size, lines, cost


def _stacked(parts: Sequence[Part], share: float, box: Box, align: str) -> Stack | None:
    """All parts from the top of `box` at one size share; None when it does not fit."""
    y = box.y
    lines: list[Line] = []
    rules: list[Rule] = []
    cost = 0.0
    for place, part in enumerate(parts):
        found = _set_part(part, share, box.w)
        if found is None:
            return None
        size, texts, own = found
        cost += own if place == 0 else 0.0
        # Gaps shrink with the text, but not to nothing.
        gap = part.gap * (0.62 + 0.38 * share) if place else 0.0
        if part.ruled and place:  # the hairline keeps to its row, however much air is above it
            last_gap = (parts[-1].gap or gap) * (0.62 + 0.38 * share)
            rules.append(Rule(Box(box.x, y + gap - 31 / 66 * min(gap, last_gap), box.w, 2)))
        y += gap + cap_height(part.style, size)
        if part.marker:
            style = part.marker_style or part.style
            lines.append(Line(part.field, part.marker, style, size, box.x, y, "accent"))
        for number, text in enumerate(texts):
            if number:
                y += part.style.leading * size * (1.0 if text else 0.5)
            if text:
                x = _start(text, part, size, box, align)
                lines.append(Line(part.field, text, part.style, size, x, y, part.role))
    height = y - box.y
    if height > box.h:
        return None
    return Stack(tuple(lines), tuple(rules), height, box, cost)


def _start(text: str, part: Part, size: int, box: Box, align: str) -> float:
    """Left edge of a line: flush with the box (hanging punctuation outside) or centred in it."""
    if align == "centre":
        return box.x + (box.w - advance(text, part.style, size)) / 2
    return box.x + part.indent - hang(text, part.style, size)


def fit(parts: Sequence[Part], box: Box, align: str = "left", valign: str = "top") -> Stack:
    """Set `parts` into `box` at the largest common size share that fits.

    `align` is "left" or "centre", `valign` "top", "middle" or "bottom" (where the last baseline
    sits on the bottom edge). Raises InvalidInput naming the longest field, with the number of
    characters that would fit, when even the smallest sizes need more room; and as `prepare` does.
    """
    ready = [replace(part, text=prepare(part.field, part.text, part.style)) for part in parts]
    best = _stacked(ready, 0.0, box, align)
    if best is None:
        raise _too_long(ready, box, align)
    low, high = 0, _STEPS
    while low < high:
        middle = (low + high + 1) // 2
        tried = _stacked(ready, middle / _STEPS, box, align)
        if tried is None:
            high = middle - 1
        else:
            low, best = middle, tried
    best = _better_broken(ready, low, best, (box, align))
    spare = box.h - best.height
    down = {"top": 0.0, "middle": spare * 0.47, "bottom": spare}[valign]
    return Stack(
        tuple(line.moved(0, down) for line in best.lines),
        tuple(replace(rule, box=replace(rule.box, y=rule.box.y + down)) for rule in best.rules),
        best.height,
        box,
    )


def _better_broken(
    parts: Sequence[Part], largest: int, best: Stack, place: tuple[Box, str]
) -> Stack:
    """A slightly smaller stack when its first text breaks into better lines, else `best`.

    Of two ways to set a headline, a reader prefers the one whose lines make sense to the one that
    is a few pixels larger.
    """
    box, align = place
    if sum(line.field == parts[0].field for line in best.lines) > _HEADLINE:
        return best
    score = best.cost
    for step in range(largest - 1, int(largest * 0.72) - 1, -1):
        tried = _stacked(parts, step / _STEPS, box, align)
        if tried is None:
            continue
        lost = tried.cost + _LOSS * (largest - step) / _STEPS
        if lost < score - 0.02:
            best, score = tried, lost
    return best


def _too_long(parts: Sequence[Part], box: Box, align: str) -> InvalidInput:
    """The error for a stack that does not fit: which field to shorten, and to what length."""
    place = max(range(len(parts)), key=lambda index: len(parts[index].text))
    longest = parts[place]
    low, high = 0, len(longest.text)
    while low < high:
        middle = (low + high + 1) // 2
        cut = longest.text[:middle].rsplit(" ", 1)[0] if middle < len(longest.text) else ""
        tried = [*parts[:place], replace(longest, text=cut or "n"), *parts[place + 1 :]]
        if _stacked(tried, 0.0, box, align) is None:
            high = middle - 1
        else:
            low = middle
    if low == 0:
        return InvalidInput(
            longest.field, "has no room beside the other texts", "shorten all texts of the card"
        )
    return InvalidInput(
        longest.field,
        f"is too long to stay readable on this card ({len(longest.text)} characters)",
        f"about {low} characters at this format",
    )
