"""Setting words as a block of centred or flush lines: fonts, direction, line ends, sizes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gator_engine.adapters.render.text import bidi
from gator_engine.adapters.render.text.fonts import (
    EMOJI,
    Voice,
    advance,
    cap_height,
    clean,
    files,
    ink,
)
from gator_engine.adapters.typefaces.files import clusters
from gator_engine.adapters.typefaces.linebreak import Unit, break_units
from gator_engine.domain.video.linebreaks import pieces

DESCENT = 0.22
"""Ems kept free below every baseline, so that lines with and without tails stand alike."""
_NEARLY = 1e-6


@dataclass(frozen=True)
class Segment:
    """Text of one word in one font and direction; x and baseline in pixels of the block."""

    word: int
    text: str
    font: str
    rtl: bool
    x: float
    baseline: float
    width: float


@dataclass(frozen=True)
class Block:
    """Set lines. Its origin is the left end of the widest line, at the top of its capitals.

    `above` and `below` are how far ink reaches over the first and under the last line's baseline.
    """

    voice: Voice
    size: float
    segments: tuple[Segment, ...]
    baselines: tuple[float, ...]
    width: float
    above: float
    below: float

    @property
    def top(self) -> float:
        """Where the highest ink of the first line is (at most 0)."""
        return min(0.0, self.baselines[0] - self.above)

    @property
    def bottom(self) -> float:
        """The lowest ink, tails always counted."""
        return self.baselines[-1] + max(self.below, DESCENT * self.size)

    @property
    def height(self) -> float:
        """From the highest ink to the lowest."""
        return self.bottom - self.top

    def extent(self, word: int) -> tuple[float, float, float] | None:
        """Left, right and baseline of a word; None when nothing of it is seen."""
        own = [segment for segment in self.segments if segment.word == word]
        if not own:
            return None
        right = max(segment.x + segment.width for segment in own)
        return min(segment.x for segment in own), right, own[0].baseline


@dataclass(frozen=True)
class Text:
    """Cleaned words in one string, with the word each character belongs to (-1: a space)."""

    string: str
    owners: tuple[int, ...]
    direction: str

    @classmethod
    def of(cls, words: Sequence[tuple[str, bool]], direction: str = "auto") -> Text:
        """From (word, joined to the one before)."""
        string = ""
        owners: list[int] = []
        for place, (word, joined) in enumerate(words):
            shown = clean(word)
            if string and shown and not joined:
                string, owners = string + " ", [*owners, -1]
            string, owners = string + shown, [*owners, *[place] * len(shown)]
        if direction not in ("ltr", "rtl"):
            direction = bidi.direction_of(string)
        return cls(string, tuple(owners), direction)


def _ranges(text: Text, whole: bool) -> list[tuple[int, int, bool]]:
    """(start, end, spaced) of what stays on one line; every cluster by itself unless `whole`."""
    found, at = [], 0
    for piece, spaced in pieces(text.string):
        at += 1 if spaced else 0
        for number, part in enumerate((piece,) if whole else clusters(piece)):
            found.append((at, at + len(part), spaced and number == 0))
            at += len(part)
    return found


def measure(string: str, voice: Voice) -> float:
    """Width in ems of a text on one line."""
    levels = bidi.levels(string, bidi.direction_of(string))
    total, at = 0.0, 0
    current, font, odd = "", "", False
    for cluster, stem in files(string, voice):
        rtl = bool(levels[at] % 2)
        if current and (stem, rtl) != (font, odd):
            total += advance(current, font, voice, odd)
            current = ""
        current, font, odd, at = current + cluster, stem, rtl, at + len(cluster)
    return total + (advance(current, font, voice, odd) if current else 0.0)


def line_ranges(
    text: Text, voice: Voice, size: float, width: float, whole: bool = True
) -> list[tuple[int, int]] | None:
    """Start and end in the string of every line at a size; None when a piece is too wide."""
    parts = _ranges(text, whole)
    units = [Unit(text.string[start:end], spaced) for start, end, spaced in parts]

    def em(string: str) -> float:
        return measure(string, voice) * size

    found = break_units(units, em, width)
    if found is None:
        return None
    starts = [0, *found[0][:-1]]
    return [(parts[a][0], parts[b - 1][1]) for a, b in zip(starts, found[0], strict=True)]


def _line(text: Text, levels: Sequence[int], span: tuple[int, int], voice: Voice) -> list[Segment]:
    """The segments of one line from left to right; x and width in ems."""
    string, at = text.string[slice(*span)], span[0]
    found: list[tuple[int, int, str, str]] = []  # word, level, font, text
    for cluster, stem in files(string, voice):
        key = (text.owners[at], levels[at], stem)
        if found and found[-1][:3] == key:
            found[-1] = (*key, found[-1][3] + cluster)
        else:
            found.append((*key, cluster))
        at += len(cluster)
    x, line = 0.0, []
    for place in bidi.visual_order([level for _, level, _, _ in found]):
        word, level, stem, part = found[place]
        wide = advance(part, stem, voice, bool(level % 2))
        if word >= 0:
            line.append(Segment(word, part, stem, bool(level % 2), x, 0.0, wide))
        x += wide
    return line


def _reach(line: Sequence[Segment], voice: Voice) -> tuple[float, float]:
    """Ink of a line above and below its baseline in ems."""
    inks = [ink(s.text, s.font, voice, s.rtl) for s in line] or [(0.0, 0.0)]
    return max(above for above, _ in inks), max(below for _, below in inks)


def place_lines(
    text: Text,
    spans: Sequence[tuple[int, int]],
    voice: Voice,
    size: float,
    leading: float,
    align: str = "centre",
) -> Block:
    """The block of lines at a size; `leading` in ems, `align` "centre", "left" or "right".

    Lines move apart where stacked marks would touch.
    """
    levels = bidi.levels(text.string, text.direction)
    lines = [_line(text, levels, span, voice) for span in spans]
    reaches = [_reach(line, voice) for line in lines]
    widths = [max((s.x + s.width for s in line), default=0.0) for line in lines]
    widest, baseline = max(widths), cap_height(voice)
    segments, baselines = [], []
    for number, line in enumerate(lines):
        if number:
            needed = reaches[number - 1][1] + reaches[number][0] + 0.06
            baseline += max(leading, needed)
        shift = {"centre": (widest - widths[number]) / 2, "left": 0.0}
        x = shift.get(align, widest - widths[number])
        baselines.append(baseline * size)
        segments += [
            replace(s, x=(s.x + x) * size, baseline=baseline * size, width=s.width * size)
            for s in line
        ]
    above, below = reaches[0][0] * size, reaches[-1][1] * size
    return Block(voice, size, tuple(segments), tuple(baselines), widest * size, above, below)


@dataclass(frozen=True)
class Room:
    """What a block may take: pixels, and lines at most while it is not made smaller."""

    width: float
    height: float
    lines: int
    leading: float = 1.14
    align: str = "centre"
    smallest: float = 0.3
    """The share of the wanted size below which nothing is read any more."""


def fit(text: Text, voice: Voice, size: float, room: Room) -> Block | None:
    """The block as large as it fits, `size` at most; None when even the smallest does not.

    A text that is too long first becomes a little smaller, then takes more lines than asked for,
    and only a piece that is too wide for a line is broken inside.
    """
    tries: list[tuple[float, int, bool]] = []
    tries += [(share, room.lines, True) for share in (1.0, 0.94, 0.88, 0.82, 0.76, 0.7)]
    tries += [(share, room.lines + 1, True) for share in (0.82, 0.76, 0.7, 0.64)]
    tries += [(share, 99, True) for share in (0.7, 0.6, 0.5)]
    tries += [(share, 99, False) for share in (0.7, 0.6, 0.5, 0.4, 0.3)]
    total = measure(text.string, voice) * size
    for share, most, whole in tries:
        fewest = total * share / room.width
        if share < room.smallest or fewest > most:
            continue
        if (fewest - 1) * room.leading * size * share > room.height:
            continue  # hopeless; looking for the best line ends would only take time
        spans = line_ranges(text, voice, size * share, room.width - _NEARLY, whole)
        if spans is None or len(spans) > most:
            continue
        block = place_lines(text, spans, voice, size * share, room.leading, room.align)
        if block.width <= room.width and block.height <= room.height:
            return block
    return None


def seen(block: Block, chosen: Callable[[int], bool]) -> tuple[Segment, ...]:
    """The segments of the words that are chosen by number."""
    return tuple(segment for segment in block.segments if chosen(segment.word))


def is_picture(segment: Segment) -> bool:
    """Whether it is drawn as colour emoji."""
    return segment.font == EMOJI
