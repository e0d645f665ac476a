"""Paper with a tooth, and cut-out shapes laid on it where no text stands."""

from __future__ import annotations

import math

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from gator_engine.adapters.generators._cards.colour import Array, from_oklab
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.grounds.frame import (
    Frame,
    enlarge,
    random_of,
)


def _sheet(frame: Frame) -> Array:
    """The bare paper: a warm white (or the deep base) with mottling and short fibres."""
    rng = random_of(frame.seed + frame.left, "paper")
    base = frame.scheme.base if frame.scheme.tone == "deep" else frame.scheme.paper
    canvas = np.empty((frame.height, frame.width, 3), np.float32)
    canvas[:] = from_oklab(np.array(base, np.float32))
    rough = rng.standard_normal((frame.height // 6 + 1, frame.width // 6 + 1)).astype(np.float32)
    canvas += (enlarge(rough, frame.width, frame.height) * 0.0045)[..., None]
    fibres = Image.new("L", (frame.width, frame.height), 128)
    draw = ImageDraw.Draw(fibres)
    for _ in range(int(frame.width * frame.height / 5200)):
        x, y = rng.uniform(0, frame.width), rng.uniform(0, frame.height)
        angle, length = rng.uniform(0, 2 * math.pi), rng.uniform(6, 26) * frame.unit
        shade = 128 + int(rng.choice([-34, -20, 26]))
        end = (x + math.cos(angle) * length, y + math.sin(angle) * length)
        draw.line((x, y, *end), fill=shade, width=1)
    soft = np.asarray(fibres.filter(ImageFilter.GaussianBlur(0.8)), np.float32) / 255 - 128 / 255
    canvas += (soft * 0.11)[..., None]
    return canvas


def _outline(rng: np.random.Generator, kind: str, radius: float) -> list[tuple[float, float]]:
    """Points of one cut-out around (0, 0): a pebble, a leaf or a wavy flower."""
    points = []
    phase, lobes = rng.uniform(0, 2 * math.pi), int(rng.integers(6, 10))
    soft = [(rng.uniform(0.05, 0.13), k, rng.uniform(0, 2 * math.pi)) for k in (2, 3, 4)]
    for place in range(360):
        angle = place / 360 * 2 * math.pi
        if kind == "flower":
            # Round petals meeting in sharp notches, not a sine wave.
            reach = radius * (0.66 + 0.34 * abs(math.cos(lobes * angle / 2 + phase)) ** 0.8)
        else:
            reach = radius * (0.9 + sum(a * math.sin(k * angle + p) for a, k, p in soft))
        x, y = reach * math.cos(angle), reach * math.sin(angle)
        if kind == "leaf":
            y *= 0.46 * (1 + 0.18 * math.cos(angle * 2 + phase))
            x, y = (
                x * math.cos(phase) - y * math.sin(phase),
                x * math.sin(phase) + y * math.cos(phase),
            )
        points.append((x, y))
    return points


def _free_place(
    frame: Frame, rng: np.random.Generator, radius: float, placed: list[Box]
) -> tuple[float, float]:
    """A centre near the border, the one of many tries that covers least text and fewest shapes."""
    best, found = math.inf, (0.0, 0.0)
    for _ in range(48):
        side = int(rng.integers(4))
        along, depth = rng.uniform(0, 1), rng.uniform(-0.25, 0.75) * radius
        x = (depth, frame.width - depth, along * frame.width, along * frame.width)[side]
        y = (along * frame.height, along * frame.height, depth, frame.height - depth)[side]
        own = Box(x - radius, y - radius, 2 * radius, 2 * radius)
        cost = sum(own.overlap(box) for box in frame.quiet) * 6
        cost += sum(own.overlap(box) for box in placed) * 0.7
        if cost < best:
            best, found = cost, (x, y)
    return found


def paint_paper(frame: Frame) -> Array:
    """Paper with cut-outs printed on it: sRGB floats (height, width, 3).

    The cut-outs keep off `frame.quiet`; they overprint each other like inks do (multiplied) on
    light paper. In a panorama every slide gets its own cut-outs, none crosses a seam.
    """
    canvas = _sheet(frame)
    rng = random_of(frame.seed + frame.left, "cut-outs")
    colours = frame.scheme.nodes if frame.scheme.tone == "deep" else frame.scheme.art
    order = [int(i) for i in rng.permutation(len(colours))]
    placed: list[Box] = []
    short = min(frame.width, frame.height)
    for place in range(3 if frame.width <= frame.height else 4):
        kind = str(rng.choice(["pebble", "leaf", "flower"]))
        radius = short * float(rng.uniform(0.13, 0.3))
        x, y = _free_place(frame, rng, radius, placed)
        own = Box(x - radius, y - radius, 2 * radius, 2 * radius)
        while any(own.overlap(box) > 0 for box in frame.quiet) and radius > short * 0.05:
            radius *= 0.9
            own = Box(x - radius, y - radius, 2 * radius, 2 * radius)
        if any(own.overlap(box) > 0 for box in frame.quiet):
            continue
        placed.append(own)
        mask = Image.new("L", (frame.width * 2, frame.height * 2), 0)
        outline = [((x + px) * 2, (y + py) * 2) for px, py in _outline(rng, kind, radius)]
        ImageDraw.Draw(mask).polygon(outline, fill=255)
        cover = np.asarray(
            mask.resize((frame.width, frame.height), Image.Resampling.BOX), np.float32
        )
        tone = from_oklab(np.array(colours[order[place % len(order)]], np.float32))
        ink = canvas * tone if frame.scheme.tone != "deep" else np.broadcast_to(tone, canvas.shape)
        canvas += (ink - canvas) * (cover / 255 * 0.94)[..., None]
    return np.clip(canvas, 0, 1)
