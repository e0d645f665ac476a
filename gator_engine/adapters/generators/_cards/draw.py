"""Putting a plan's shapes and letters on the finished ground."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

from gator_engine.adapters.generators._cards.avatars import AvatarSpec, avatar_image
from gator_engine.adapters.generators._cards.blocks import Line
from gator_engine.adapters.generators._cards.colour import RGB8, Array
from gator_engine.adapters.generators._cards.geometry import Box
from gator_engine.adapters.generators._cards.plan import Disc, Panel
from gator_engine.adapters.generators._cards.typeset import draw_line

_SMOOTH = 4  # shapes are drawn this much larger and reduced


def shape_mask(
    box: Box, radius: float, size: tuple[int, int]
) -> tuple[Image.Image, tuple[int, int]]:
    """An antialiased rounded rectangle as an "L" mask, and where its top left corner belongs."""
    left, top, right, bottom = box.inset(-1).pixels(*size)
    wide, tall = right - left, bottom - top
    zoom = _SMOOTH if wide * tall < 400_000 else 2
    mask = Image.new("L", (wide * zoom, tall * zoom), 0)
    corners = [
        (box.x - left) * zoom,
        (box.y - top) * zoom,
        (box.right - left) * zoom - 1,
        (box.bottom - top) * zoom - 1,
    ]
    ImageDraw.Draw(mask).rounded_rectangle(corners, radius=radius * zoom, fill=255)
    return mask.resize((wide, tall), Image.Resampling.BOX), (left, top)


def fill(image: Image.Image, box: Box, radius: float, colour: RGB8) -> None:
    """Fill a rounded rectangle."""
    mask, corner = shape_mask(box, radius, image.size)
    image.paste(
        colour, (corner[0], corner[1], corner[0] + mask.width, corner[1] + mask.height), mask
    )


def lay_panel(canvas: Array, panel: Panel, colour: Array, shadow: Array) -> None:
    """Lay a sheet with a soft shadow on the float canvas, in place."""
    height, width, _ = canvas.shape
    depth = max(6.0, 0.018 * min(width, height))
    dark = Image.new("L", (width // 4, height // 4), 0)
    box = panel.box
    corners = [box.x / 4, (box.y + depth * 0.8) / 4, box.right / 4, (box.bottom + depth * 0.8) / 4]
    ImageDraw.Draw(dark).rounded_rectangle(corners, radius=panel.radius / 4, fill=255)
    soft = dark.filter(ImageFilter.GaussianBlur(depth / 4)).resize(
        (width, height), Image.Resampling.BICUBIC
    )
    shade: NDArray[np.float32] = np.asarray(soft, np.float32) * np.float32(0.34 / 255)
    canvas += (shadow - canvas) * shade[..., None]
    mask, (left, top) = shape_mask(box, panel.radius, (width, height))
    cover = np.asarray(mask, np.float32)[..., None] / 255
    region = canvas[top : top + mask.height, left : left + mask.width]
    region += (colour - region) * cover


def draw_avatar(
    image: Image.Image, disc: Disc, spec: AvatarSpec, colours: tuple[RGB8, RGB8]
) -> None:
    """The avatar in a filled circle with a thin ring; `colours` are (fill, ring)."""
    whole = Box(
        disc.x - disc.diameter / 2, disc.y - disc.diameter / 2, disc.diameter, disc.diameter
    )
    ring = max(2.0, disc.diameter * 0.028)
    fill(image, whole, disc.diameter / 2, colours[1])
    inner = whole.inset(ring)
    fill(image, inner, inner.w / 2, colours[0])
    # Half-length figures are brought closer, so that the face can be seen at this size.
    zoom = {"notionists": 1.42, "lorelei": 1.06}.get(spec.style, 1.0)
    side = round(inner.w * zoom)
    figure = avatar_image(spec, max(16, side))
    mask, corner = shape_mask(inner, inner.w / 2, image.size)
    shift = (
        round(corner[0] + (mask.width - side) / 2),
        round(corner[1] + mask.height * 1.02 - side),
    )
    if zoom > 1.2:
        shift = (shift[0], round(corner[1] + mask.height * 0.02))
    layer = Image.new("RGBA", mask.size, (0, 0, 0, 0))
    layer.paste(figure, (shift[0] - corner[0], shift[1] - corner[1]))
    alpha = Image.composite(layer.getchannel("A"), Image.new("L", mask.size, 0), mask)
    image.paste(layer.convert("RGB"), corner, alpha)


def draw_text(image: Image.Image, lines: list[tuple[Line, RGB8]]) -> None:
    """Draw lines in their colours; lines of one colour share a mask."""
    for colour in dict.fromkeys(colour for _, colour in lines):
        mask = Image.new("L", image.size, 0)
        for line, own in lines:
            if own == colour:
                draw_line(mask, line.text, line.style, line.size, line.x, line.baseline)
        image.paste(colour, (0, 0, *image.size), mask)
