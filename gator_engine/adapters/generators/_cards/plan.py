"""The stage a card is laid out on, and the plan a layout family makes of it."""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace

from gator_engine.adapters.generators._cards.blocks import Line, Part, Rule, Stack, fit
from gator_engine.adapters.generators._cards.faces import PAIRINGS, Pairing, TypeStyle
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.spec import CardSpec
from gator_engine.adapters.generators._cards.typeset import advance, cap_height, prepare
from gator_engine.errors import InvalidInput


@dataclass(frozen=True)
class Disc:
    """The avatar in a circle: centre and diameter in pixels."""

    x: float
    y: float
    diameter: float

    @property
    def box(self) -> Box:
        """The square around it."""
        half = self.diameter / 2
        return Box(self.x - half, self.y - half, self.diameter, self.diameter)


@dataclass(frozen=True)
class Dot:
    """One mark of the slide counter: its box, and whether it is the current slide."""

    box: Box
    current: bool


@dataclass(frozen=True)
class Panel:
    """A sheet of paper over the ground: its box and corner radius in pixels."""

    box: Box
    radius: float


@dataclass
class Plan:
    """Everything to draw, in pixels. `art` is where the ground is painted in full colour."""

    lines: list[Line] = field(default_factory=list)
    rules: list[Rule] = field(default_factory=list)
    discs: list[Disc] = field(default_factory=list)
    dots: list[Dot] = field(default_factory=list)
    panel: Panel | None = None
    art: Box | None = None

    def add(self, stack: Stack) -> Stack:
        """Take over the lines and hairlines of a fitted stack."""
        self.lines += stack.lines
        self.rules += stack.rules
        return stack

    def occupied(self) -> tuple[Box, ...]:
        """Where ornaments of the ground would disturb: texts, avatars, slide marks, rules."""
        boxes = [line.box.inset(-18) for line in self.lines]
        boxes += [disc.box.inset(-10) for disc in self.discs]
        boxes += [dot.box.inset(-24) for dot in self.dots]
        boxes += [rule.box for rule in self.rules]
        return tuple(boxes)

    def on_panel(self) -> None:
        """Declare that every text and hairline stands on the panel."""
        self.lines = [replace(line, surface="panel") for line in self.lines]
        self.rules = [replace(rule, surface="panel") for rule in self.rules]


@dataclass(frozen=True)
class Stage:
    """The format: sizes, safe area and type of one card."""

    spec: CardSpec

    @property
    def width(self) -> int:
        """Pixels across."""
        return self.spec.size[0]

    @property
    def height(self) -> int:
        """Pixels down."""
        return self.spec.size[1]

    @property
    def u(self) -> float:
        """The unit of type sizes: 1 on a 1080 square, a little more on larger formats."""
        short = min(self.width, self.height)
        return (short + math.sqrt(self.width * self.height)) / 2160

    @property
    def wide(self) -> bool:
        """Whether two columns suit the format better than one."""
        return self.width >= 1.3 * self.height

    @property
    def tall(self) -> bool:
        """Whether the format is a full-screen story, where apps cover top and bottom."""
        return self.height >= 1.6 * self.width

    @property
    def safe(self) -> Box:
        """Where text may stand: margins, and on stories the zones that apps leave free."""
        side = 0.085 * min(self.width, self.height)
        whole = Box(0, 0, self.width, self.height)
        if self.tall:
            return whole.cut(
                left=side, right=side, top=0.132 * self.height, bottom=0.178 * self.height
            )
        return whole.inset(side * (1.12 if self.wide else 1.0), side)

    @property
    def type(self) -> Pairing:
        """The styles of the chosen pairing."""
        return PAIRINGS[self.spec.typeface]

    def text(self, name: str) -> str:
        """A text field of the spec."""
        return str(getattr(self.spec, name))


def single(
    stage: Stage, name: str, text: str, style: TypeStyle, sizes: tuple[float, float], width: float
) -> Line:
    """One unbroken line at the largest size within `sizes` (biggest, smallest) and `width` pixels.

    It starts at (0, 0): move it. Raises InvalidInput naming the field when it is too long.
    """
    ready = prepare(name, text, style)
    biggest, smallest = round(sizes[0]), round(sizes[1])
    for size in range(biggest, min(smallest, biggest) - 1, -1):
        if advance(ready, style, size) <= width:
            return Line(name, ready, style, size, 0, 0)
    fits = int(len(ready) * width / advance(ready, style, smallest))
    raise InvalidInput(
        name, f"is too long for one line ({len(ready)} characters)", f"about {fits} characters"
    )


def kicker(stage: Stage, plan: Plan, box: Box, align: str = "left") -> float:
    """Set the kicker on the top edge of `box`; returns the height used (0 without a kicker)."""
    if not stage.spec.kicker:
        return 0.0
    style, u = stage.type.label, stage.u
    lead = 64 * u if align == "left" else 0.0
    line = single(stage, "kicker", stage.spec.kicker, style, (27 * u, 21 * u), box.w - lead)
    tall = cap_height(style, line.size)
    wide = advance(line.text, style, line.size)
    if align == "left":
        plan.rules.append(Rule(Box(box.x, box.y + tall / 2 - 1.5, 44 * u, 3), "accent"))
        plan.lines.append(line.moved(box.x + lead, box.y + tall))
    else:
        plan.lines.append(line.moved(box.x + (box.w - wide) / 2, box.y + tall))
    return tall


def signature(stage: Stage, plan: Plan, box: Box, align: str = "left") -> float:
    """Set avatar, name and handle on the bottom edge of `box`; returns the height used."""
    spec, u = stage.spec, stage.u
    disc = 104 * u if spec.avatar else 0.0
    lead = disc + 24 * u if disc else 0.0
    lines = []
    room = box.w - (lead if align == "left" else 0.0)
    if spec.display_name:
        style, sizes = stage.type.strong, (33 * u, 25 * u)
        lines.append(single(stage, "display_name", spec.display_name, style, sizes, room))
    if spec.handle:
        style, sizes = stage.type.text, (28 * u, 23 * u)
        line = single(stage, "handle", handle(spec), style, sizes, room)
        lines.append(replace(line, role="muted"))
    step = 41 * u
    caps = cap_height(lines[0].style, lines[0].size)
    texts = caps + step * (len(lines) - 1)
    if align == "centre" and stage.wide and disc:  # height is scarce: one row, centred as a whole
        widest = max(advance(line.text, line.style, line.size) for line in lines)
        box = replace(box, x=box.x + (box.w - lead - widest) / 2)
    elif align == "centre":
        y = box.bottom - step * (len(lines) - 1)
        for number, line in enumerate(lines):
            wide = advance(line.text, line.style, line.size)
            plan.lines.append(line.moved(box.x + (box.w - wide) / 2, y + number * step))
        if not disc:
            return texts
        plan.discs.append(Disc(box.x + box.w / 2, y - caps - 26 * u - disc / 2, disc))
        return texts + 26 * u + disc
    used = max(disc, texts)
    middle = box.bottom - used / 2
    if disc:
        plan.discs.append(Disc(box.x + disc / 2, middle, disc))
    for number, line in enumerate(lines):
        plan.lines.append(line.moved(box.x + lead, middle - texts / 2 + caps + number * step))
    return used


def handle(spec: CardSpec) -> str:
    """The handle with its at sign."""
    return spec.handle if spec.handle.startswith("@") else f"@{spec.handle}"


def counter(stage: Stage, plan: Plan, box: Box, middle: float) -> float:
    """Slide marks at the right of `box`, centred on height `middle`; returns the width used."""
    spec, u = stage.spec, stage.u
    if spec.slide_count < 2:
        return 0.0
    dot, gap, long = 11 * u, 11 * u, 38 * u
    wide = (dot + gap) * (spec.slide_count - 1) + long
    x = box.right - wide
    for number in range(1, spec.slide_count + 1):
        current = number == spec.slide_index
        own = long if current else dot
        plan.dots.append(Dot(Box(x, middle - dot / 2, own, dot), current))
        x += own + gap
    return wide


def story(stage: Stage, big: float = 1.0) -> list[Part]:
    """The main texts of the card as parts; `big` scales the display size of the layout."""
    spec, u, kind = stage.spec, stage.u, stage.type
    if spec.kind == "quote":
        # A few words may shout.
        big *= 1.45 if len(spec.body) <= 24 else 1.2 if len(spec.body) <= 48 else 1.0
        parts = [Part("body", spec.body, kind.quote, 124 * u * big, 40 * u)]
        if spec.attribution:
            text = f"— {spec.attribution}"
            parts.append(Part("attribution", text, kind.strong, 34 * u, 27 * u, 68 * u, "muted"))
        return parts
    top, low = {
        "announcement": (148, 50),
        "list": (112, 60),
        "carousel_cover": (160, 54),
        "carousel_slide": (104, 44),
        "carousel_end": (124, 48),
    }[spec.kind]
    parts = [Part("title", spec.title, kind.display, top * u * big, low * u)]
    if spec.body:
        size = 50 if len(spec.body) < 70 else 45
        parts.append(Part("body", spec.body, kind.text, size * u, 29 * u, 84 * u, measure=0.96))
    for place, item in enumerate(spec.items, start=1):
        parts.append(
            Part(
                "items",
                item,
                kind.strong if len(max(spec.items, key=len)) < 60 else kind.text,
                46 * u,
                29 * u,
                (96 if place == 1 else 66) * u,
                marker=f"{place:02d}" if len(spec.items) > 9 else str(place),
                marker_style=kind.numeral,
                indent=78 * u,
                ruled=True,
            )
        )
    return parts


__all__ = ["Disc", "Dot", "Panel", "Plan", "Stage", "counter", "fit", "handle", "kicker"]
__all__ += ["signature", "single", "story"]
