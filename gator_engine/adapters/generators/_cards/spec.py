"""What a card is asked to be, and what comes back."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from PIL import Image

from gator_engine.adapters.generators._cards.avatars import AvatarSpec
from gator_engine.adapters.generators._cards.colour import parse_hex
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.names import (
    AVATAR_STYLES,
    BACKGROUNDS,
    KINDS,
    LAYOUTS,
    MAX_ITEMS,
    MAX_SLIDES,
    TONES,
    TYPEFACES,
)
from gator_engine.errors import FieldProblem, InvalidInput

MIN_SIDE, MAX_SIDE = 320, 4096
MAX_RATIO = 2.4
DEFAULT_PALETTE = ("#1d2b4f", "#e4715a", "#f3c98b", "#7fb5a6")

# Field that must hold text, and the other fields a kind can show.
_REQUIRED = {
    "quote": ("body",),
    "announcement": ("title",),
    "list": ("title", "items"),
    "carousel_cover": ("title",),
    "carousel_slide": ("title",),
    "carousel_end": ("title",),
}
_OPTIONAL = {
    "quote": ("kicker", "attribution"),
    "announcement": ("kicker", "body"),
    "list": ("kicker",),
    "carousel_cover": ("kicker", "body"),
    "carousel_slide": ("kicker", "body"),
    "carousel_end": ("kicker", "body"),
}


@dataclass(frozen=True)
class CardSpec:
    """One card, completely described: the same spec always gives the same pixels.

    `palette` holds 1 to 8 colours `#rrggbb`; `typeface` names a pairing; `background`, `layout`
    and `tone` may be "auto" (chosen by `seed`); `size` is (width, height) in pixels; `slide_index`
    counts from 1; `grain` runs from 0 (none) to 1 (strong). Use `checked` before rendering.
    """

    kind: str
    title: str = ""
    body: str = ""
    kicker: str = ""
    attribution: str = ""
    items: tuple[str, ...] = ()
    display_name: str = ""
    handle: str = ""
    palette: tuple[str, ...] = DEFAULT_PALETTE
    typeface: str = "editorial"
    background: str = "auto"
    layout: str = "auto"
    tone: str = "auto"
    avatar: AvatarSpec | None = None
    size: tuple[int, int] = (1080, 1350)
    seed: int = 0
    slide_index: int = 1
    slide_count: int = 1
    grain: float = 0.5

    @property
    def is_carousel(self) -> bool:
        """Whether the card is one slide of several that share a design."""
        return self.kind.startswith("carousel_")

    def checked(self) -> CardSpec:
        """The spec with surrounding blanks removed from its texts.

        Raises InvalidInput listing every field that cannot be used, with what is allowed.
        """
        clean = replace(
            self,
            **{
                name: getattr(self, name).strip()
                for name in ("title", "body", "kicker", "attribution", "display_name", "handle")
            },
            items=tuple(item.strip() for item in self.items),
        )
        problems = [*_choice_problems(clean), *_number_problems(clean)]
        if clean.kind in KINDS:
            problems += _text_problems(clean)
        if problems:
            raise InvalidInput.collect(problems)
        return clean


@dataclass(frozen=True)
class LayoutFacts:
    """What the engine decided and measured.

    Sizes are pixels by text field, contrast is the lowest WCAG ratio between the ink and any
    background pixel under the field's lines, boxes are the ink areas of the fields in pixels.
    """

    layout: str
    background: str
    tone: str
    typeface: str
    font_sizes: dict[str, float]
    contrast: dict[str, float]
    boxes: dict[str, Box]
    lines: dict[str, tuple[str, ...]]


@dataclass(frozen=True)
class CardResult:
    """A finished card: an RGB image, what was decided, and a proposal for its alt text."""

    image: Image.Image = field(repr=False)
    facts: LayoutFacts
    alt_text: str


def _choice_problems(spec: CardSpec) -> list[FieldProblem]:
    """Names that are not in the lists of kinds, pairings, backgrounds, layouts, tones, avatars."""
    choices: list[tuple[str, str, tuple[str, ...]]] = [
        ("kind", spec.kind, KINDS),
        ("typeface", spec.typeface, TYPEFACES),
        ("background", spec.background, ("auto", *BACKGROUNDS)),
        ("layout", spec.layout, ("auto", *LAYOUTS)),
        ("tone", spec.tone, ("auto", *TONES)),
    ]
    if spec.avatar is not None:
        choices.append(("avatar", spec.avatar.style, AVATAR_STYLES))
    return [
        FieldProblem(name, f"{given!r} is unknown", "one of " + ", ".join(allowed))
        for name, given, allowed in choices
        if given not in allowed
    ]


def _number_problems(spec: CardSpec) -> list[FieldProblem]:
    """Sizes, palette, grain and slide numbers outside their limits."""
    problems = []
    width, height = spec.size
    if not (MIN_SIDE <= width <= MAX_SIDE and MIN_SIDE <= height <= MAX_SIDE):
        limit = f"{MIN_SIDE} to {MAX_SIDE} pixels a side"
        problems.append(FieldProblem("size", f"{width}×{height} is out of range", limit))
    elif max(width, height) / min(width, height) > MAX_RATIO:
        limit = f"long side at most {MAX_RATIO} times the short side"
        problems.append(FieldProblem("size", f"{width}×{height} is too narrow", limit))
    if not 1 <= len(spec.palette) <= 8:
        problems.append(FieldProblem("palette", f"{len(spec.palette)} colours", "1 to 8 colours"))
    for colour in spec.palette:
        try:
            parse_hex("palette", colour)
        except InvalidInput as error:
            problems += error.problems
    if not 0.0 <= spec.grain <= 1.0:
        problems.append(FieldProblem("grain", f"{spec.grain} is out of range", "0 to 1"))
    if not 1 <= spec.slide_index <= spec.slide_count <= MAX_SLIDES:
        given = f"slide {spec.slide_index} of {spec.slide_count} does not exist"
        problems.append(FieldProblem("slide_index", given, f"1 ≤ index ≤ count ≤ {MAX_SLIDES}"))
    return problems


def _text_problems(spec: CardSpec) -> list[FieldProblem]:
    """Missing texts, empty list items, and texts the kind has no place for."""
    required, optional = _REQUIRED[spec.kind], _OPTIONAL[spec.kind]
    problems = [
        FieldProblem(name, f"is empty; a {spec.kind} needs it")
        for name in required
        if not getattr(spec, name)
    ]
    for name in ("title", "body", "kicker", "attribution", "items"):
        if getattr(spec, name) and name not in required + optional:
            allowed = ", ".join((*required, *optional))
            problems.append(FieldProblem(name, f"has no place on a {spec.kind}", f"only {allowed}"))
    if len(spec.items) > MAX_ITEMS:
        problems.append(FieldProblem("items", f"{len(spec.items)} items", f"at most {MAX_ITEMS}"))
    if spec.items and not all(spec.items):
        problems.append(FieldProblem("items", "holds an empty item"))
    if not (spec.display_name or spec.handle):
        problems.append(FieldProblem("display_name", "is empty and there is no handle either"))
    return problems
