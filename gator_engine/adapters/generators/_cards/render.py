"""From a spec to a finished card."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from gator_engine.adapters.generators._cards.alt_text import describe
from gator_engine.adapters.generators._cards.blocks import Line
from gator_engine.adapters.generators._cards.choose import BUSY, resolve
from gator_engine.adapters.generators._cards.colour import (
    RGB8,
    Array,
    Lab,
    contrast,
    from_lch,
    from_oklab,
    lab_of,
    lch,
    luminance_of,
    mix,
    parse_hex,
    rgb_of,
    worst_contrast,
)
from gator_engine.adapters.generators._cards.draw import draw_avatar, draw_text, fill, lay_panel
from gator_engine.adapters.generators._cards.families import FAMILIES, end
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.grounds import PAINTERS, Frame
from gator_engine.adapters.generators._cards.grounds.finish import grain, veil
from gator_engine.adapters.generators._cards.plan import Plan, Stage
from gator_engine.adapters.generators._cards.scheme import Scheme, build_scheme, legible, tint
from gator_engine.adapters.generators._cards.spec import CardResult, CardSpec, LayoutFacts
from gator_engine.errors import InvalidInput

MIN_CONTRAST = 4.5  # WCAG 2.x level AA for text of any size
_VEILS = (0.0, 0.25, 0.45, 0.65, 0.82, 0.94, 1.0)


@dataclass(frozen=True)
class _Inks:
    """Colours of one surface: its mean, and what is drawn on it."""

    surface: Lab
    ink: RGB8
    muted: RGB8
    accent: RGB8
    line: RGB8

    def of(self, role: str) -> RGB8:
        """The colour of a role."""
        found: RGB8 = getattr(self, role)
        return found


def render_card(spec: CardSpec) -> CardResult:
    """Design and draw one card: the same spec gives the same pixels.

    Raises InvalidInput for anything that cannot be used: an unknown name, a number out of range, a
    missing text, a character no font has, or a text too long to stay readable.
    """
    spec, plan = _planned(spec.checked())
    palette = tuple(parse_hex("palette", colour) for colour in spec.palette)
    scheme = build_scheme(palette, spec.tone)
    canvas = _ground(spec, scheme, plan)
    if plan.panel is not None:
        paper = from_oklab(np.array(scheme.paper, np.float32))
        lay_panel(canvas, plan.panel, paper, from_oklab(np.array(scheme.ink_dark, np.float32)))
    image, inks = _readable(spec, scheme, plan, canvas)
    measured = _contrasts(np.asarray(image), plan.lines, inks)
    _draw(image, spec, plan, inks, scheme)
    return CardResult(image, _facts(spec, plan, measured), describe(spec))


def _planned(asked: CardSpec) -> tuple[CardSpec, Plan]:
    """Choose what was left open and lay the card out.

    When the family the seed chose has no room for the texts, the others that suit the kind are
    tried; the first family's error is raised when none has.
    """
    first: InvalidInput | None = None
    for spec in resolve(asked):
        family = FAMILIES[spec.layout]
        if spec.kind == "carousel_end" and spec.layout == "centred":
            family = end
        try:
            return spec, family(Stage(spec))
        except InvalidInput as error:
            first = first or error
    raise first or InvalidInput("layout", "no family suits this kind")


def _ground(spec: CardSpec, scheme: Scheme, plan: Plan) -> Array:
    """Paint the ground as sRGB floats (h, w, 3): everywhere, or the art on its part of it."""
    width, height = spec.size
    quiet = plan.occupied()
    left, total = (spec.slide_index - 1) * width, spec.slide_count * width
    if not spec.is_carousel:
        left, total = 0, width
    if plan.art is None:
        vivid = plan.panel is not None
        quiet = quiet if not vivid else ()
        frame = Frame(width, height, scheme, spec.seed, left, total, quiet, vivid)
        return PAINTERS[spec.background](frame)
    canvas = np.empty((height, width, 3), np.float32)
    base = scheme.base if scheme.tone == "deep" else scheme.paper
    canvas[:] = from_oklab(np.array(base, np.float32))
    x0, y0, x1, y1 = plan.art.pixels(width, height)
    art = Frame(x1 - x0, y1 - y0, scheme, spec.seed, vivid=True)
    canvas[y0:y1, x0:x1] = PAINTERS[spec.background](art)
    return canvas


def _mean(pixels: np.ndarray[tuple[int, ...], np.dtype[np.float32]], boxes: list[Box]) -> Lab:
    """Mean colour of the pixels under `boxes`."""
    height, width, _ = pixels.shape
    found = []
    for box in boxes:
        x0, y0, x1, y1 = box.pixels(width, height)
        found.append(pixels[y0:y1:3, x0:x1:3].reshape(-1, 3))
    mean = np.rint(np.concatenate(found).mean(axis=0) * 255).astype(int)
    return lab_of((int(mean[0]), int(mean[1]), int(mean[2])))


def _inks(scheme: Scheme, surface: Lab) -> _Inks:
    """Ink, quieter ink, accent and hairline for a surface colour."""
    ground = luminance_of(rgb_of(surface))
    light = contrast(luminance_of(rgb_of(scheme.ink_light)), ground)
    dark = contrast(luminance_of(rgb_of(scheme.ink_dark)), ground)
    ink = scheme.ink_light if light > dark else scheme.ink_dark
    quieter = legible(mix(ink, surface, 0.26), surface, 5.4)
    accent = legible(scheme.accent, surface, 5.3)
    return _Inks(
        surface, rgb_of(ink), rgb_of(quieter), rgb_of(accent), rgb_of(tint(surface, ink, 0.24))
    )


def _readable(
    spec: CardSpec, scheme: Scheme, plan: Plan, canvas: Array
) -> tuple[Image.Image, dict[str, _Inks]]:
    """The finished ground with grain, veiled under the text as little as contrast allows.

    Returns it with the inks per surface. Contrast is measured on the final 8-bit pixels.
    """
    inks: dict[str, _Inks] = {"panel": _inks(scheme, scheme.paper)}
    boxes = [line.box for line in plan.lines if line.surface == "ground"]
    if not boxes:
        return _finished(canvas, spec), inks
    inks["ground"] = _inks(scheme, _mean(canvas, boxes))
    light = luminance_of(inks["ground"].ink) > 0.4
    _, chroma, hue = lch(scheme.base if light else scheme.paper)
    cloth = from_lch(0.17, min(chroma, 0.05), hue) if light else scheme.paper
    colour = from_oklab(np.array(cloth, np.float32))
    start = 0.82 if spec.background in BUSY and plan.art is None else 0.0
    mask = None
    image = _finished(canvas, spec)
    for strength in (s for s in _VEILS if s >= start):
        if strength > 0:
            if mask is None:
                mask = veil(spec.size, boxes, 0.16 * min(spec.size))
            veiled = canvas + (colour - canvas) * (mask * strength)[..., None]
            image = _finished(veiled, spec)
            inks["ground"] = _inks(scheme, _mean(veiled, boxes))
        # Quiet text may still be set in full ink: that is better than a veil.
        full = [replace(line, role="ink") for line in plan.lines]
        worst = _contrasts(np.asarray(image), full, inks)
        if min(worst.values()) >= MIN_CONTRAST:
            break
    return image, _hardened(np.asarray(image), plan.lines, inks)


def _hardened(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    lines: list[Line],
    inks: dict[str, _Inks],
) -> dict[str, _Inks]:
    """The inks, with quiet or accented text in full ink where its own contrast is not enough.

    Ornaments (lines of no field) need the 3:1 that WCAG asks of graphics.
    """
    found = {}
    height, width, _ = pixels.shape
    for name, own in inks.items():
        weak = set()
        for line in lines:
            if line.surface == name and line.role in ("muted", "accent"):
                x0, y0, x1, y1 = line.box.pixels(width, height)
                worst = worst_contrast(pixels[y0:y1, x0:x1], own.of(line.role))
                if worst < (MIN_CONTRAST if line.field else 3.0):
                    weak.add(line.role)
        found[name] = replace(own, **dict.fromkeys(weak, own.ink))
    return found


def _finished(canvas: Array, spec: CardSpec) -> Image.Image:
    """Grain, then 8-bit."""
    pixels = grain(canvas, spec.grain, spec.seed + spec.slide_index)
    return Image.fromarray(np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8))


def _contrasts(
    pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]],
    lines: list[Line],
    inks: dict[str, _Inks],
) -> dict[str, float]:
    """Lowest contrast per text field between its ink and the ground under its lines.

    The accent of ornaments (no field) is not text and is not measured.
    """
    found: dict[str, float] = {}
    height, width, _ = pixels.shape
    for line in lines:
        if not line.field:
            continue
        x0, y0, x1, y1 = line.box.pixels(width, height)
        worst = worst_contrast(pixels[y0:y1, x0:x1], inks[line.surface].of(line.role))
        found[line.field] = min(worst, found.get(line.field, 21.0))
    return found


def _draw(
    image: Image.Image, spec: CardSpec, plan: Plan, inks: dict[str, _Inks], scheme: Scheme
) -> None:
    """Hairlines, slide marks, avatars and text, in this order."""
    default = inks["panel" if plan.panel is not None else "ground"]
    for rule in plan.rules:
        fill(image, rule.box, 0, inks[rule.surface].of(rule.role))
    for dot in plan.dots:
        colour = (
            default.ink if dot.current else rgb_of(mix(default.surface, lab_of(default.ink), 0.4))
        )
        fill(image, dot.box, dot.box.h / 2, colour)
    for disc in plan.discs:
        if spec.avatar is not None:
            ring = rgb_of(mix(default.surface, lab_of(default.ink), 0.85))
            back = from_lch(0.86, min(lch(scheme.accent)[1], 0.09), lch(scheme.accent)[2])
            draw_avatar(image, disc, spec.avatar, (rgb_of(back), ring))
    draw_text(image, [(line, inks[line.surface].of(line.role)) for line in plan.lines])


def _facts(spec: CardSpec, plan: Plan, measured: dict[str, float]) -> LayoutFacts:
    """What was decided and measured, by text field."""
    sizes: dict[str, float] = {}
    boxes: dict[str, Box] = {}
    texts: dict[str, tuple[str, ...]] = {}
    for line in plan.lines:
        if not line.field:
            continue
        sizes[line.field] = min(line.size, sizes.get(line.field, line.size))
        before = boxes.get(line.field)
        own = line.box
        if before is not None:
            left, top = min(own.x, before.x), min(own.y, before.y)
            own = Box(
                left, top, max(own.right, before.right) - left, max(own.bottom, before.bottom) - top
            )
        boxes[line.field] = own
        texts[line.field] = (*texts.get(line.field, ()), line.text)
    return LayoutFacts(
        spec.layout, spec.background, spec.tone, spec.typeface, sizes, measured, boxes, texts
    )
