"""Captions as layers: what is seen at a frame, and its pixels."""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import astuple, dataclass, replace
from math import ceil

from PIL import Image

from gator_engine.adapters.render.text.drawing import Canvas, readable, rgb, soft
from gator_engine.adapters.render.text.fonts import cap_height, files
from gator_engine.adapters.render.text.layer import Layer
from gator_engine.adapters.render.text.looks import (
    BOX_RADIUS,
    DENSE,
    LEADING,
    MARK_ABOVE,
    MARK_BELOW,
    MARK_RADIUS,
    MARK_SIDE,
    REFERENCE_EDGE,
    SHADOW_BLUR,
    SHADOW_DOWN,
    SHADOW_OPACITY,
    SPARE,
    UNSAID,
    WIDEST,
    boxed,
    margins,
    outline_of,
    voice_of,
)
from gator_engine.adapters.render.text.setting import Block, Room, Segment, Text, fit, seen
from gator_engine.domain.video.captions import Captions, Cue, Highlight, Place
from gator_engine.domain.video.casing import uppercase
from gator_engine.domain.video.safe_zones import zone_for
from gator_engine.errors import InvalidInput

REVISION = "captions-1"
"""Part of every key; another drawing of the same words gets another one."""
_KEPT_BLOCKS, _KEPT_LAYERS = 6, 12


@dataclass(frozen=True)
class _Seen:
    """What is visible: (text, joined) of the words that are set, and which one is spoken."""

    words: tuple[tuple[str, bool], ...]
    active: int


@dataclass
class _Set:
    """A block in its place: pixels of the layer, and the block's origin and box on it."""

    block: Block
    place: tuple[int, int]
    size: tuple[int, int]
    offset: tuple[float, float]
    box: tuple[float, float, float, float]
    shadow: Image.Image | None = None


class CaptionPainter:
    """Draws captions for one frame size.

    `state` names what is visible at a frame and is cheap to ask for every frame; `layer` draws it
    when first asked. Raises CapabilityError naming characters that no shipped font has.
    """

    def __init__(self, captions: Captions, frame: tuple[int, int]) -> None:
        self._captions, self._style = captions, captions.style
        self._frame = frame
        self._scale = min(frame) / REFERENCE_EDGE
        self._voice = voice_of(captions.style, captions.language)
        self._area = self._areas()
        self._cues = sorted(captions.cues, key=lambda cue: cue.start)
        self._starts = [cue.start for cue in self._cues]
        self._seen: dict[str, _Seen] = {}
        self._changes = [list(self._states(cue)) for cue in self._cues]
        self._sets: OrderedDict[tuple[tuple[str, bool], ...], _Set] = OrderedDict()
        self._layers: OrderedDict[str, Layer] = OrderedDict()

    def state(self, frame_number: int) -> str | None:
        """A key for exactly what is seen at a frame; None for nothing."""
        place = bisect_right(self._starts, frame_number) - 1
        if place < 0 or not self._cues[place].span.holds(frame_number):
            return None
        changes = self._changes[place]
        at = bisect_right(changes, frame_number, key=lambda change: change[0]) - 1
        return changes[at][1] if at >= 0 else None

    def layer(self, key: str) -> Layer:
        """The pixels of a key of `state`; the same key always gives the same.

        Raises KeyError for a key of other captions, InvalidInput for words that do not fit.
        """
        found = self._layers.get(key)
        if found is None:
            found = self._layers[key] = self._paint(self._seen[key])
            if len(self._layers) > _KEPT_LAYERS:
                self._layers.popitem(last=False)
        else:
            self._layers.move_to_end(key)
        return found

    def _areas(self) -> tuple[float, float, float, float]:
        """Left, top, right, bottom at the reference edge: the safe zone, even about the middle."""
        zone = zone_for(self._captions.safe_zone, self._frame)
        width, height = (edge / self._scale for edge in self._frame)
        half = min(width * (0.5 - max(zone.left, zone.right)), WIDEST / 2)
        return width / 2 - half, zone.top * height, width / 2 + half, (1 - zone.bottom) * height

    def _states(self, cue: Cue) -> Iterator[tuple[int, str | None]]:
        """(first frame, key) for every change inside a cue."""
        shown = tuple((self._cased(word.text), word.joined) for word in cue.words)
        files(Text.of(shown).string, self._voice)  # refuses characters before work begins
        if not Text.of(shown).string:
            yield cue.start, None
            return
        highlight = self._style.highlight
        if highlight is Highlight.NONE:
            yield cue.start, self._key(_Seen(shown, -1))
            return
        if highlight is not Highlight.SINGLE and cue.words[0].start > cue.start:
            yield cue.start, self._key(_Seen(shown, -1))
        for place, word in enumerate(cue.words):
            start = cue.start if highlight is Highlight.SINGLE and not place else word.start
            if highlight is Highlight.SINGLE:
                alone = Text.of(shown[place : place + 1]).string
                yield start, self._key(_Seen(((alone, False),), 0)) if alone else None
            else:
                yield start, self._key(_Seen(shown, place))

    def _cased(self, text: str) -> str:
        return uppercase(text, self._captions.language) if self._style.uppercase else text

    def _key(self, wanted: _Seen) -> str:
        style = (*astuple(self._style)[2:], self._captions.language, self._captions.direction)
        told = repr((REVISION, style, self._area, self._frame, wanted.words, wanted.active))
        key = hashlib.blake2b(told.encode(), digest_size=16).hexdigest()
        self._seen[key] = wanted
        return key

    def _set(self, words: tuple[tuple[str, bool], ...]) -> _Set:
        """The block of some words in its place on the frame."""
        found = self._sets.get(words)
        if found is None:
            block = self._fitted(words)
            found = self._sets[words] = self._placed(block)
            if len(self._sets) > _KEPT_BLOCKS:
                self._sets.popitem(last=False)
        return found

    def _fitted(self, words: tuple[tuple[str, bool], ...]) -> Block:
        left, top, right, bottom = self._area
        size = self._style.size * REFERENCE_EDGE
        around = margins(self._style, size)
        width = right - left - 2 * (around.side + SPARE)
        height = bottom - top - around.above - around.below - 2 * SPARE
        text = Text.of(words, self._captions.direction)
        leading = LEADING + 2 * outline_of(self._style) / size * 0.5
        room = Room(width, height, self._style.most_lines, leading)
        block = fit(text, self._voice, size, room) if min(width, height) > 0 else None
        if block is None:
            shown = text.string if len(text.string) < 40 else f"{text.string[:39]}…"
            limit = f"{round(width * self._scale)} × {round(height * self._scale)} pixels"
            raise InvalidInput("captions.cues", f"“{shown}” does not fit the safe area", limit)
        return block

    def _placed(self, block: Block) -> _Set:
        around = margins(self._style, block.size)
        left, top, right, bottom = self._area
        x = (left + right - block.width) / 2
        caps, last = cap_height(self._voice) * block.size, block.baselines[-1]
        over, under = min(0.0, block.top), block.bottom
        if boxed(self._style):  # padding is measured from capitals and baseline, unless ink is more
            over, under = min(0.0, block.top + 0.3 * caps), max(last, block.bottom - 0.3 * caps)
        match self._style.place:
            case Place.TOP:
                y = top + around.above + SPARE - over
            case Place.MIDDLE:
                y = (top + bottom - last) / 2
            case _:
                y = bottom - around.below - SPARE - under
        y = min(max(y, top + around.above + SPARE - over), bottom - around.below - SPARE - under)
        edges = (
            (x - around.side - SPARE) * self._scale,
            (y + over - around.above - SPARE) * self._scale,
            (x + block.width + around.side + SPARE) * self._scale,
            (y + under + around.below + SPARE) * self._scale,
        )
        # Rounded inwards on a small frame, never out of the safe zone.
        inside = zone_for(self._captions.safe_zone, self._frame).box(self._frame)
        place = (max(inside[0], int(edges[0])), max(inside[1], int(edges[1])))
        ends = (min(inside[2], ceil(edges[2])), min(inside[3], ceil(edges[3])))
        size = (max(1, ends[0] - place[0]), max(1, ends[1] - place[1]))
        offset = (x - place[0] / self._scale, y - place[1] / self._scale)
        box = (
            offset[0] - around.side,
            offset[1] + over - around.above,
            offset[0] + block.width + around.side,
            offset[1] + under + around.below,
        )
        return _Set(block, place, size, offset, box)

    def _paint(self, wanted: _Seen) -> Layer:
        found, highlight = self._set(wanted.words), self._style.highlight
        block, active = _moved(found), wanted.active
        canvas = Canvas(found.size, self._scale)
        marked = highlight is Highlight.BOX and active >= 0
        coloured = marked or highlight is Highlight.COLOUR
        lit = seen(block, lambda word: coloured and word == active)
        plain = seen(block, lambda word: not coloured or word != active)
        self._ground(canvas, found, block)
        if marked:
            self._mark(canvas, block, active)
        self._outline(canvas, block, plain if marked else block.segments)
        ink, accent = rgb(self._style.ink), rgb(self._style.accent)
        if highlight is Highlight.REVEAL:
            unsaid = seen(block, lambda word: word > active)
            canvas.fill(canvas.mask(unsaid, self._voice, block.size), ink, UNSAID)
            canvas.emoji(unsaid, block.size, UNSAID)
            plain = seen(block, lambda word: word <= active)
        canvas.fill(canvas.mask(plain, self._voice, block.size), ink)
        colour = readable(ink, accent, 3.0) if marked else accent
        canvas.fill(canvas.mask(lit, self._voice, block.size), colour)
        canvas.emoji((*plain, *lit), block.size)
        return Layer(*found.place, canvas.pixels())

    def _ground(self, canvas: Canvas, found: _Set, block: Block) -> None:
        """The box behind the block, and the soft shadow under letters that need one."""
        size = block.size
        if boxed(self._style):
            mask = canvas.box(found.box, BOX_RADIUS * size)
            canvas.fill(mask, rgb(self._style.box), self._style.box_opacity)
        if self._style.box_opacity >= DENSE:
            return
        if found.shadow is None:
            outline = outline_of(self._style) * self._scale
            mask = canvas.mask(block.segments, self._voice, size, outline)
            blur, down = SHADOW_BLUR * size * self._scale, SHADOW_DOWN * size * self._scale
            found.shadow = soft(mask, blur, down)
        canvas.fill(found.shadow, (0, 0, 0), SHADOW_OPACITY)

    def _mark(self, canvas: Canvas, block: Block, word: int) -> None:
        extent = block.extent(word)
        if extent is None:
            return
        left, right, baseline = extent
        size, caps = block.size, cap_height(self._voice) * block.size
        bounds = (
            left - MARK_SIDE * size,
            baseline - caps - MARK_ABOVE * size,
            right + MARK_SIDE * size,
            baseline + MARK_BELOW * size,
        )
        canvas.fill(canvas.box(bounds, MARK_RADIUS * size), rgb(self._style.accent))

    def _outline(self, canvas: Canvas, block: Block, words: tuple[Segment, ...]) -> None:
        width = outline_of(self._style) * self._scale
        if width > 0:
            mask = canvas.mask(words, self._voice, block.size, width)
            canvas.fill(mask, rgb(self._style.outline_colour))


def _moved(found: _Set) -> Block:
    """The block with its segments where they are drawn on the layer."""
    x, y = found.offset
    segments = tuple(replace(s, x=s.x + x, baseline=s.baseline + y) for s in found.block.segments)
    return replace(found.block, segments=segments)
