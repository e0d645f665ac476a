"""Weights in prompts, as the AUTOMATIC1111 web UI writes them.

    (word)        1.1 times as strong; ((word)) 1.21 times
    (word:1.3)    1.3 times
    [word]        1.1 times weaker
    \\( \\) \\[ \\] \\\\  the signs themselves

Weights of nested brackets multiply. Every text is a prompt: a bracket without its partner is only a
sign. Reading is one pass over signs with a stack, which no generated parser would make shorter,
because there is no text that it may refuse.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

STEP = 1.1
_SIGNS = re.compile(
    r"\\[\\()\[\]]|[(\[\])]|:\s*(?P<weight>\d+(?:\.\d*)?|\.\d+)\s*\)|[^\\()\[\]:]+|.", re.DOTALL
)
_CLOSES = {")": "(", "]": "["}


@dataclass(frozen=True)
class Span:
    """A stretch of text of one weight."""

    text: str
    weight: float = 1.0


@dataclass
class _Part:
    text: str
    weight: float = 1.0


def parse_weights(text: str, *, bare: bool = True) -> tuple[Span, ...]:
    """The spans of a text in order, neighbours of equal weight joined; () for an empty text.

    With `bare` False only "(word:1.3)" weighs, and brackets without a number stay what they are in
    prose. Never raises.
    """
    parts: list[_Part] = []
    opened: list[tuple[str, int]] = []
    for match in _SIGNS.finditer(text):
        sign, weight = match[0], match["weight"]
        if weight is not None:
            if _close(parts, opened, "(", float(weight)):
                continue
            # No bracket is open: only a colon, a number and a sign.
            parts.append(_Part(sign))
        elif sign in _CLOSES:
            by = STEP if sign == ")" else 1 / STEP
            if not bare or not _close(parts, opened, _CLOSES[sign], by):
                _forget(opened, _CLOSES[sign])
                parts.append(_Part(sign))
        else:
            if sign in ("(", "["):
                opened.append((sign, len(parts)))
            escaped = len(sign) == 2 and sign[0] == "\\" and sign[1] in "\\()[]"
            parts.append(_Part(sign[1:] if escaped else sign))
    return tuple(_joined(parts))


def render_weights(spans: Sequence[Span]) -> str:
    """The spans as text that `parse_weights` reads back to the same."""
    return "".join(
        escaped(span.text) if span.weight == 1.0 else f"({escaped(span.text)}:{_number(span)})"
        for span in spans
        if span.text
    )


def escaped(text: str) -> str:
    """The text with every sign of this notation taken as itself."""
    return re.sub(r"[\\()\[\]]", r"\\\g<0>", text)


def _close(parts: list[_Part], opened: list[tuple[str, int]], sign: str, by: float) -> bool:
    """Weigh everything since the newest `sign` that is open; whether there was one."""
    if all(kind != sign for kind, _ in opened):
        return False
    while True:
        kind, at = opened.pop()
        if kind == sign:
            break
    parts[at].text = ""
    for part in parts[at + 1 :]:
        part.weight *= by
    return True


def _forget(opened: list[tuple[str, int]], sign: str) -> None:
    """Let a pair of plain brackets be prose."""
    for number in range(len(opened) - 1, -1, -1):
        if opened[number][0] == sign:
            del opened[number:]
            return


def _joined(parts: Sequence[_Part]) -> Iterator[Span]:
    text, weight = "", 1.0
    for part in parts:
        if not part.text:
            continue
        heavy = round(part.weight, 4)
        if heavy != weight and text:
            yield Span(text, weight)
            text = ""
        text, weight = text + part.text, heavy
    if text:
        yield Span(text, weight)


def _number(span: Span) -> str:
    """The shortest decimal notation of a weight; exponents are not part of the grammar."""
    return format(span.weight, "f") if "e" in repr(span.weight) else repr(span.weight)
