"""Titles, lower thirds, quotes and corner labels as layers, in a brand's typefaces and colours."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from gator_engine.adapters.render.text import bidi
from gator_engine.adapters.render.text.drawing import (
    RGB,
    Canvas,
    contrast,
    readable,
    rgb,
    soft,
)
from gator_engine.adapters.render.text.fonts import Voice, cap_height
from gator_engine.adapters.render.text.layer import Layer
from gator_engine.adapters.render.text.looks import REFERENCE_EDGE
from gator_engine.adapters.render.text.setting import Block, Room, Text, fit
from gator_engine.adapters.typefaces.pairings import PAIRINGS, Pairing, TypeStyle
from gator_engine.domain.video.safe_zones import zone_for
from gator_engine.domain.video.titles import Title, TitleDesign
from gator_engine.errors import InvalidInput

ZONE = "everywhere"
CAPTION_ROOM = 250.0
"""Pixels at the reference edge that a lower third leaves to two lines of captions below it."""
_SHADOW = 0.6


@dataclass(frozen=True)
class _Area:
    """Edges in pixels at the reference edge."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        return self.right - self.left

    def even(self, middle: float) -> _Area:
        """The part of it that is as wide to both sides of the frame's middle."""
        half = min(middle - self.left, self.right - middle)
        return replace(self, left=middle - half, right=middle + half)


@dataclass(frozen=True)
class _Text:
    """A block and where its origin stands; role is "ink" or "accent"."""

    block: Block
    x: float
    y: float
    role: str = "ink"


@dataclass(frozen=True)
class _Bar:
    """A filled rounded rectangle in the accent colour."""

    bounds: tuple[float, float, float, float]
    radius: float = 0.0


_Part = _Text | _Bar


@dataclass(frozen=True)
class _Page:
    """What a design works with."""

    title: Title
    pairing: Pairing
    area: _Area
    middle: float
    rtl: bool

    def set(
        self, field: str, text: str, style: TypeStyle, size: float, room: Room
    ) -> tuple[Block, float]:
        """A block of a text, and the height from the top of its capitals to its last baseline."""
        voice = Voice(style.face, style.weight, size, style.tracking)
        block = fit(Text.of([(text, False)]), voice, size, room)
        if block is None:
            limit = f"{round(room.width)} × {round(room.height)} pixels at 1080"
            raise InvalidInput(f"title.{field}", "does not fit the safe area", limit)
        return block, block.baselines[-1]

    def flush(self, block: Block, indent: float = 0.0) -> float:
        """The x of a block at the edge where reading starts."""
        if self.rtl:
            return self.area.right - indent - block.width
        return self.area.left + indent

    @property
    def plain(self) -> TypeStyle:
        """The text style, a little bolder than on a page: pictures move behind it."""
        return replace(self.pairing.text, weight=max(540, self.pairing.text.weight))

    @property
    def align(self) -> str:
        return "right" if self.rtl else "left"


def paint_title(title: Title, frame: tuple[int, int]) -> Layer:
    """Draw a title for a frame size.

    It keeps to the area that every platform leaves free. Colours that cannot be told from the
    ground behind them give way to black or white. Raises InvalidInput naming a text that is empty
    or does not fit, and CapabilityError naming characters that no shipped font has.
    """
    if not f"{title.heading}{title.line}".strip():
        raise InvalidInput("title.heading", "is empty", "write a heading or a line")
    scale = min(frame) / REFERENCE_EDGE
    left, top, right, bottom = (e / scale for e in zone_for(ZONE, frame).box(frame))
    spare = 1.5 / scale
    area = _Area(left + spare, top + spare, right - spare, bottom - spare)
    rtl = bidi.direction_of(title.heading or title.line) == "rtl"
    pairing = PAIRINGS.get(title.typeface, PAIRINGS["neutral"])
    middle = frame[0] / scale / 2
    parts = _DESIGNS[title.design](_Page(title, pairing, area, middle, rtl))
    return _painted(title, parts, scale, frame)


def _title(page: _Page) -> Sequence[_Part]:
    """Large in the middle, a short bar between heading and line."""
    area, title = page.area.even(page.middle), page.title
    pad = _padding(title)
    width, height = area.width - 2 * pad, area.bottom - area.top - 2 * pad
    style = page.pairing.display
    parts: list[_Part] = []
    y, last = 0.0, 0.0
    if title.heading.strip():
        room = Room(width, height * 0.62, 3, max(1.06, style.leading))
        block, last = page.set("heading", title.heading, style, 122.0, room)
        parts.append(_Text(block, page.middle - block.width / 2, 0.0))
        y = last + max(block.below, 0.16 * block.size)
    if title.line.strip():
        if parts:
            bar = (page.middle - 44, y + 34, page.middle + 44, y + 42)
            parts.append(_Bar(bar, 4))
            y += 42 + 40
        block, tall = page.set(
            "line", title.line, page.plain, 50.0, Room(width * 0.92, height * 0.3, 3, 1.34)
        )
        parts.append(_Text(block, page.middle - block.width / 2, y))
        last = y + tall
    return _down(parts, (area.top + area.bottom - last) / 2)


def _lower_third(page: _Page) -> Sequence[_Part]:
    """A name and a line beside an upright bar, above where captions stand."""
    area, title = page.area, page.title
    pad, indent = _padding(title), 34.0
    room = Room(area.width - indent - 2 * pad, 320.0, 2, 1.14, page.align)
    parts: list[_Part] = []
    y = last = 0.0
    if title.heading.strip():
        block, last = page.set("heading", title.heading, page.pairing.quote, 72.0, room)
        parts.append(_Text(block, page.flush(block, indent + pad), 0.0))
        y = last + max(0.34 * block.size, block.below + 12) + 6
    if title.line.strip():
        small = replace(room, leading=1.3)
        block, tall = page.set("line", title.line, page.plain, 42.0, small)
        parts.append(_Text(block, page.flush(block, indent + pad), y))
        last = y + tall
    edge = area.right - pad if page.rtl else area.left + pad
    bar = (edge - 10, -6.0, edge, last + 6) if page.rtl else (edge, -6.0, edge + 10, last + 6)
    parts.append(_Bar(bar, 5))
    bottom = area.bottom - pad - 0.25 * 72
    if bottom - CAPTION_ROOM - last > area.top:
        bottom -= CAPTION_ROOM
    return _down(parts, bottom - last)


def _quote(page: _Page) -> Sequence[_Part]:
    """A large quotation mark over the words, and who said them after a short rule."""
    area, title = page.area.even(page.middle), page.title
    page = replace(page, area=area)
    pad = _padding(title)
    style, mark_style = page.pairing.quote, page.pairing.numeral
    width, height = area.width - 2 * pad, area.bottom - area.top - 2 * pad
    sign = "”" if page.rtl else "“"
    mark, _ = page.set("heading", sign, mark_style, 260.0, Room(width, 400, 1))
    # The mark's ink hangs from its capitals; what is below it on its line is empty.
    parts: list[_Part] = [_Text(mark, page.flush(mark, pad), 0.0, "accent")]
    y = -mark.below + 0.16 * 260 + mark.baselines[0] - 96
    room = Room(width, height * 0.6, 6, max(1.16, style.leading), page.align)
    block, tall = page.set("heading", title.heading or title.line, style, 92.0, room)
    parts.append(_Text(block, page.flush(block, pad), y))
    last = y + tall
    if title.heading.strip() and title.line.strip():
        y = last + max(0.3 * block.size, block.below) + 46
        small = Room(width - 76, height * 0.2, 2, 1.3, page.align)
        line, tall = page.set("line", title.line, page.plain, 42.0, small)
        caps = cap_height(line.voice) * line.size
        parts.append(_Text(line, page.flush(line, pad + 76), y))
        edge = area.right - pad if page.rtl else area.left + pad
        ends = (edge - 52, edge) if page.rtl else (edge, edge + 52)
        parts.append(_Bar((ends[0], y + caps / 2 - 3, ends[1], y + caps / 2 + 3), 3))
        last = y + tall
    left, top, right, _ = _bounds(parts)
    aside = (area.left + area.right - left - right) / 2
    return _shifted(parts, aside, (area.top + area.bottom - top - last) / 2)


def _corner(page: _Page) -> Sequence[_Part]:
    """A small label at the top, where reading starts."""
    area, title = page.area, page.title
    pad, indent = _padding(title), 30.0
    room = Room(area.width * 0.7 - 2 * pad, 200.0, 2, 1.2, page.align)
    parts: list[_Part] = []
    y = last = 0.0
    if title.heading.strip():
        block, last = page.set("heading", title.heading, page.pairing.strong, 46.0, room)
        parts.append(_Text(block, page.flush(block, indent + pad), 0.0))
        y = last + max(0.4 * block.size, block.below + 10)
    first = cap_height(block.voice) * block.size if parts else 26.0
    if title.line.strip():
        line, tall = page.set("line", title.line, page.plain, 36.0, room)
        parts.append(_Text(line, page.flush(line, indent + pad), y))
        last = y + tall
    edge = area.right - pad if page.rtl else area.left + pad
    ends = (edge - 16, edge) if page.rtl else (edge, edge + 16)
    parts.append(_Bar((ends[0], first / 2 - 8, ends[1], first / 2 + 8), 8))
    return _down(parts, area.top + pad + 10)


_DESIGNS: dict[TitleDesign, Callable[[_Page], Sequence[_Part]]] = {
    TitleDesign.TITLE: _title,
    TitleDesign.LOWER_THIRD: _lower_third,
    TitleDesign.QUOTE: _quote,
    TitleDesign.CORNER: _corner,
}


def _padding(title: Title) -> float:
    """Pixels of ground around the words, at the reference edge."""
    if title.ground_opacity <= 0:
        return 0.0
    return {TitleDesign.CORNER: 24.0, TitleDesign.LOWER_THIRD: 34.0}.get(title.design, 56.0)


def _down(parts: Sequence[_Part], by: float) -> Sequence[_Part]:
    return _shifted(parts, 0.0, by)


def _shifted(parts: Sequence[_Part], dx: float, dy: float) -> Sequence[_Part]:
    moved: list[_Part] = []
    for part in parts:
        if isinstance(part, _Text):
            moved.append(replace(part, x=part.x + dx, y=part.y + dy))
        else:
            left, top, right, bottom = part.bounds
            moved.append(replace(part, bounds=(left + dx, top + dy, right + dx, bottom + dy)))
    return moved


def _bounds(parts: Sequence[_Part]) -> tuple[float, float, float, float]:
    """The ink of all parts."""
    found = []
    for part in parts:
        if isinstance(part, _Text):
            block = part.block
            below = part.y + block.baselines[-1] + block.below
            found.append((part.x, part.y + block.top, part.x + block.width, below))
        else:
            found.append(part.bounds)
    lefts, tops, rights, bottoms = zip(*found, strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _colours(title: Title) -> dict[str, RGB]:
    """The colours by role, told apart from the ground where there is one."""
    ink, accent = rgb(title.ink), rgb(title.accent)
    if title.ground_opacity >= 0.5:
        ground = rgb(title.ground)
        ink = readable(ink, ground)
        accent = accent if contrast(accent, ground) >= 3 else ink
    return {"ink": ink, "accent": accent}


def _painted(title: Title, parts: Sequence[_Part], scale: float, frame: tuple[int, int]) -> Layer:
    colours, pad = _colours(title), _padding(title)
    left, top, right, bottom = _bounds(parts)
    ground = (left - pad, top - pad, right + pad, bottom + pad)
    reach = 0.0 if title.ground_opacity >= 0.5 else 30.0
    place = [max(0, int((edge - reach) * scale) - 1) for edge in ground[:2]]
    ends = [
        min(limit, int((edge + reach) * scale) + 2)
        for edge, limit in zip(ground[2:], frame, strict=True)
    ]
    canvas = Canvas((ends[0] - place[0], ends[1] - place[1]), scale)
    dx, dy = place[0] / scale, place[1] / scale
    if title.ground_opacity > 0:
        at = (ground[0] - dx, ground[1] - dy, ground[2] - dx, ground[3] - dy)
        canvas.fill(canvas.box(at, 22.0), rgb(title.ground), min(1.0, title.ground_opacity))
    drawn = [_moved(part, -dx, -dy) for part in parts]
    if reach:
        _cast_shadow(canvas, drawn, colours["ink"])
    for part in drawn:
        if isinstance(part, _Bar):
            canvas.fill(canvas.box(part.bounds, part.radius), colours["accent"])
        else:
            block = part.block
            mask = canvas.mask(block.segments, block.voice, block.size)
            canvas.fill(mask, colours[part.role])
            canvas.emoji(block.segments, block.size)
    return Layer(place[0], place[1], canvas.pixels())


def _moved(part: _Part, dx: float, dy: float) -> _Part:
    """A part with all places on the canvas."""
    if isinstance(part, _Bar):
        left, top, right, bottom = part.bounds
        return replace(part, bounds=(left + dx, top + dy, right + dx, bottom + dy))
    block = part.block
    segments = tuple(
        replace(s, x=s.x + part.x + dx, baseline=s.baseline + part.y + dy) for s in block.segments
    )
    return replace(part, block=replace(block, segments=segments))


def _cast_shadow(canvas: Canvas, parts: Sequence[_Part], ink: RGB) -> None:
    """A wide soft shadow and a near one, dark under light words and light under dark ones."""
    dark = contrast(ink, (0, 0, 0)) >= contrast(ink, (255, 255, 255))
    colour = (0, 0, 0) if dark else (255, 255, 255)
    for blur, opacity in ((11.0, _SHADOW), (3.0, _SHADOW)):
        for part in parts:
            if isinstance(part, _Bar):
                mask = canvas.box(part.bounds, part.radius)
            else:
                block = part.block
                mask = canvas.mask(block.segments, block.voice, block.size)
            canvas.fill(soft(mask, blur * canvas.scale, 3 * canvas.scale), colour, opacity)
