"""Grounds made of geometry: shaded discs, layered hills and a grid of tiles."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw

from gator_engine.adapters.generators._cards.colour import Array, Lab, from_oklab, mix, rgb_of
from gator_engine.adapters.generators._cards.grounds.frame import Frame, over, random_of


def _rgb(lab: Lab) -> Array:
    return from_oklab(np.array(lab, dtype=np.float32))


def _ramp(first: Lab, last: Lab, count: int = 64) -> Array:
    """`count` sRGB colours (count, 3) from `first` to `last`, even in Oklab."""
    share = np.linspace(0, 1, count, dtype=np.float32)[:, None]
    start, stop = np.array(first, np.float32), np.array(last, np.float32)
    return from_oklab(start + (stop - start) * share)


def _disc(
    canvas: Array, centre: tuple[float, float], radius: float, look: tuple[Array, float]
) -> None:
    """Paint a disc shaded along an angle; `look` is (colour ramp, angle in radians)."""
    ramp, angle = look
    height, width, _ = canvas.shape
    cx, cy = centre
    top, bottom = max(0, int(cy - radius - 2)), min(height, int(cy + radius + 2))
    left, right = max(0, int(cx - radius - 2)), min(width, int(cx + radius + 2))
    if top >= bottom or left >= right:
        return
    ys, xs = np.mgrid[top:bottom, left:right].astype(np.float32)
    dx, dy = xs + 0.5 - cx, ys + 0.5 - cy
    cover = np.clip(radius - np.hypot(dx, dy) + 0.5, 0, 1)
    along = (dx * math.cos(angle) + dy * math.sin(angle)) / radius * 0.5 + 0.5
    index = np.clip(along * (len(ramp) - 1), 0, len(ramp) - 1)
    low = np.floor(index).astype(np.int32)
    share = (index - low)[..., None]
    shaded = ramp[low] * (1 - share) + ramp[np.minimum(low + 1, len(ramp) - 1)] * share
    over(canvas[top:bottom, left:right], shaded, cover)


def paint_orbs(frame: Frame) -> Array:
    """Large discs that fade into a plain ground: sRGB floats (height, width, 3)."""
    rng = random_of(frame.seed, "orbs")
    base = frame.scheme.base if not frame.vivid else frame.scheme.art[int(rng.integers(2))]
    canvas = np.empty((frame.height, frame.width, 3), np.float32)
    canvas[:] = _rgb(base)
    others = [c for c in frame.colours if math.dist(c, base) > 0.03] or list(frame.colours)
    side = frame.height if frame.height < frame.width else (frame.width + frame.height) / 2
    count = max(2, round(frame.span / frame.height * 2.4))
    angle = float(rng.uniform(0, 2 * math.pi))
    for place in range(count):
        colour = others[place % len(others)]
        x = (place + 0.5 + rng.uniform(-0.35, 0.35)) / count * frame.span - frame.left
        y = frame.height * float(rng.choice([0.12, 0.3, 0.72, 0.92]) + rng.uniform(-0.08, 0.08))
        radius = side * float(rng.choice([0.2, 0.34, 0.46]) * rng.uniform(0.85, 1.15))
        turn = angle + float(rng.uniform(-0.5, 0.5))
        # The far side ends in the ground colour, so that a disc rises out of the dark.
        _disc(canvas, (x, y), radius, (_ramp(base, colour), turn))
    return canvas


def paint_waves(frame: Frame) -> Array:
    """Hills, one behind the other, in the lower part: sRGB floats (height, width, 3)."""
    rng = random_of(frame.seed, "waves")
    colours = sorted(frame.colours)
    if frame.scheme.tone != "deep":
        colours = colours[::-1]
    sky_top, sky_low = (colours[0], mix(colours[0], colours[1], 0.8))
    rows = np.linspace(0, 1, frame.height, dtype=np.float32)[:, None]
    sky = from_oklab(
        np.array(sky_top, np.float32) * (1 - rows) + np.array(sky_low, np.float32) * rows
    )
    canvas = np.repeat(sky[:, None, :], frame.width, axis=1)
    xs = (frame.left + np.arange(frame.width, dtype=np.float32)) / frame.height
    layers, start = 6, float(rng.uniform(0.42, 0.6))
    ys = np.arange(frame.height, dtype=np.float32)[:, None] + 0.5
    for layer in range(layers):
        depth = layer / (layers - 1)
        edge = np.full(frame.width, start + (1.0 - start) * depth * 0.86, np.float32)
        for wave, high in ((0.45, 0.075), (1.1, 0.035), (2.3, 0.011)):
            edge += high * np.sin(2 * math.pi * (wave * xs + rng.uniform()) * rng.uniform(0.8, 1.2))
        place = depth * (len(colours) - 1)
        low = min(int(place), len(colours) - 2)
        colour = mix(colours[low], colours[low + 1], place - low)
        crest, foot = mix(colour, colours[-1], 0.28), mix(colour, colours[0], 0.2)
        pixels = edge * frame.height
        first = max(0, int(pixels.min()) - 2)
        below = np.clip((ys[first:] - pixels) / (0.3 * frame.height), 0, 1)
        ramp = _ramp(crest, foot, 128)
        shaded = ramp[(below * 127).astype(np.int32)]
        over(canvas[first:], shaded, np.clip(ys[first:] - pixels + 0.5, 0, 1))
    return canvas


def paint_tiles(frame: Frame) -> Array:
    """A grid of simple figures in flat colours: sRGB floats (height, width, 3)."""
    across = 4 if frame.width <= frame.height else 7
    whole = max(2, round(frame.span / (frame.width / across)))
    edge = frame.span / whole
    edge = max(edge, frame.height / 12)
    first, last = int(frame.left // edge), int((frame.left + frame.width) // edge)
    down = math.ceil(frame.height / edge)
    image = Image.new("RGB", (frame.width, frame.height))
    before = ""
    for column in range(first, last + 1):
        for row in range(down):
            rng = random_of(frame.seed, f"tile {column} {row}")
            side = math.ceil(edge) + 1
            tile, before = _tile(frame, rng, side, before)
            image.paste(tile, (round(column * edge - frame.left), round(row * edge)))
    return np.asarray(image, dtype=np.float32) * np.float32(1 / 255)


def _tile(
    frame: Frame, rng: np.random.Generator, side: int, before: str
) -> tuple[Image.Image, str]:
    """One tile of `side` pixels, and the name of its figure (no two alike in a row)."""
    colours = [rgb_of(c) for c in (*frame.colours, frame.scheme.paper)]
    back, front, third = (colours[i] for i in rng.permutation(len(colours))[:3])
    figures = ["quarter", "half", "disc", "ring", "leaf", "bars", "plain", "arch"]
    figure = str(rng.choice([name for name in figures if name != before]))
    big = side * 3
    image = Image.new("RGB", (big, big), back)
    draw = ImageDraw.Draw(image)
    half = big / 2
    if figure == "quarter":
        draw.ellipse((-big, -big, big, big), fill=front)
        draw.ellipse((-half, -half, half, half), fill=third)
    elif figure == "half":
        draw.ellipse((0, half, big, half + big), fill=front)
        draw.ellipse((big / 4, -big / 4, big * 3 / 4, big / 4), fill=third)
    elif figure == "disc":
        draw.ellipse((big * 0.14, big * 0.14, big * 0.86, big * 0.86), fill=front)
    elif figure == "ring":
        for share, colour in ((0.06, front), (0.24, back), (0.38, third)):
            draw.ellipse(
                (big * share, big * share, big * (1 - share), big * (1 - share)), fill=colour
            )
    elif figure == "leaf":
        draw.pieslice((0, 0, 2 * big, 2 * big), 180, 270, fill=front)
        draw.pieslice((-big, -big, big, big), 0, 90, fill=front)
        mask = Image.new("L", (big, big), 0)
        ImageDraw.Draw(mask).ellipse((0, 0, 2 * big, 2 * big), fill=255)
        other = Image.new("L", (big, big), 0)
        ImageDraw.Draw(other).ellipse((-big, -big, big, big), fill=255)
        image.paste(back, (0, 0, big, big))
        image.paste(front, (0, 0), Image.composite(other, Image.new("L", (big, big), 0), mask))
    elif figure == "bars":
        for bar in range(4):
            draw.rectangle((0, bar * big / 4, big, bar * big / 4 + big / 8), fill=front)
    elif figure == "arch":
        draw.ellipse((big * 0.1, 0, big * 0.9, big * 0.8), fill=front)
        draw.rectangle((big * 0.1, big * 0.4, big * 0.9, big), fill=front)
        draw.ellipse((big * 0.32, big * 0.26, big * 0.68, big * 0.62), fill=third)
    turned = image.rotate(90 * int(rng.integers(4)))
    return turned.resize((side, side), Image.Resampling.BOX), figure
