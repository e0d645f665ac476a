"""Pictures that a task starts from: opened, fitted whole, cut into tiles, put together again.

Sizes and boxes are in pixels, (width, height) and (left, top, right, bottom).
"""

from __future__ import annotations

import io
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageFilter, ImageOps, UnidentifiedImageError

from gator_engine.errors import InvalidInput

Size = tuple[int, int]
Box = tuple[int, int, int, int]
SAME_SHAPE = 0.02
# The narrowest part that models still draw well: twice as long as wide.
_MOST_STRETCHED = 2.0


def opened(data: bytes, option: str) -> Image.Image:
    """A picture as RGB, upright, on white where it is transparent. Raises InvalidInput."""
    try:
        image: Image.Image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
        if image.has_transparency_data:
            image = image.convert("RGBA")
            paper = Image.new("RGBA", image.size, "white")
            image = Image.alpha_composite(paper, image)
        return image.convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise InvalidInput(f"settings.{option}", "holds what is no picture") from error


def opened_mask(data: bytes, of: Size) -> Image.Image:
    """A mask (L: 255 is painted anew) at the size of the picture it belongs to.

    Raises InvalidInput for one of another shape, or that marks nothing.
    """
    mask = opened(data, "mask").convert("L")
    if abs(mask.width * of[1] / (mask.height * of[0]) - 1) > SAME_SHAPE:
        shapes = f"is {mask.width} × {mask.height}, the picture {of[0]} × {of[1]}"
        raise InvalidInput("settings.mask", shapes, "the same shape as the picture")
    if mask.size != of:
        mask = mask.resize(of, Image.Resampling.BILINEAR)
    mask = mask.point(lambda value: 255 if value >= 128 else 0)
    if mask.getbbox() is None:
        raise InvalidInput("settings.mask", "marks nothing", "white where to paint anew")
    return mask


def resized(image: Image.Image, size: Size) -> Image.Image:
    """The picture at exactly this size; itself when it already is."""
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def fitted(image: Image.Image, size: Size) -> Image.Image:
    """The whole picture inside `size`, with black borders where the shapes differ."""
    if abs(image.width * size[1] / (image.height * size[0]) - 1) <= SAME_SHAPE:
        return resized(image, size)
    return ImageOps.pad(image, size, Image.Resampling.LANCZOS, color="black")


def side_by_side(pictures: Sequence[Image.Image]) -> Image.Image:
    """Pictures in a row at the height of the first."""
    height = pictures[0].height
    row = [resized(p, (max(1, round(p.width * height / p.height)), height)) for p in pictures]
    joined = Image.new("RGB", (sum(p.width for p in row), height))
    left = 0
    for picture in row:
        joined.paste(picture, (left, 0))
        left += picture.width
    return joined


def around(mask: Image.Image, padding: int) -> Box:
    """The box of what a mask marks and `padding` pixels around it, never thinner than 1:2."""
    left, top, right, bottom = mask.getbbox() or (0, 0, *mask.size)
    width = min(mask.width, right - left + 2 * padding)
    height = min(mask.height, bottom - top + 2 * padding)
    width = min(mask.width, max(width, round(height / _MOST_STRETCHED)))
    height = min(mask.height, max(height, round(width / _MOST_STRETCHED)))
    across = _within((left + right - width) // 2, width, mask.width)
    down = _within((top + bottom - height) // 2, height, mask.height)
    return across, down, across + width, down + height


def _within(start: int, length: int, whole: int) -> int:
    return max(0, min(start, whole - length))


def soft(mask: Image.Image, feather: int) -> Image.Image:
    """The mask with an edge that fades over `feather` pixels inwards: black stays black."""
    if feather == 0:
        return mask
    # Shrink, then blur by as much: what fades lies inside what was marked.
    shrunk = _shrunk(mask, feather)
    faded = shrunk.filter(ImageFilter.BoxBlur(feather / 2))
    return Image.composite(faded, Image.new("L", mask.size), mask)


def _shrunk(mask: Image.Image, feather: int) -> Image.Image:
    shrunk = mask
    for _ in range(max(1, feather // 2)):
        shrunk = shrunk.filter(ImageFilter.MinFilter(3))
    # A mask thinner than its edge would vanish.
    return shrunk if shrunk.getbbox() else mask


def tiles_of(size: Size, tile: Size, overlap: float) -> list[Box]:
    """Boxes of `tile` pixels that cover `size`, neighbours sharing `overlap` of their edge."""
    columns = _starts(size[0], tile[0], overlap)
    rows = _starts(size[1], tile[1], overlap)
    width, height = min(tile[0], size[0]), min(tile[1], size[1])
    return [(left, top, left + width, top + height) for top in rows for left in columns]


def _starts(whole: int, tile: int, overlap: float) -> list[int]:
    if tile >= whole:
        return [0]
    step = max(1, int(tile * (1 - overlap)))
    count = -(-(whole - tile) // step) + 1
    return [round(number * (whole - tile) / (count - 1)) for number in range(count)]


def melted(tiles: Sequence[Image.Image], boxes: Sequence[Box], size: Size) -> Image.Image:
    """The tiles in one picture; where they overlap, each counts less towards its own edge."""
    total = np.zeros((size[1], size[0], 3), np.float32)
    weights = np.zeros((size[1], size[0], 1), np.float32)
    for tile, (left, top, right, bottom) in zip(tiles, boxes, strict=True):
        weight = np.outer(_ramp(bottom - top), _ramp(right - left))[..., None]
        pixels = np.asarray(resized(tile, (right - left, bottom - top)), np.float32)
        total[top:bottom, left:right] += pixels * weight
        weights[top:bottom, left:right] += weight
    return Image.fromarray(np.rint(total / weights).astype(np.uint8))


def _ramp(length: int) -> np.ndarray:
    near = np.minimum(np.arange(1, length + 1), np.arange(length, 0, -1))
    ramp: np.ndarray = near.astype(np.float32)
    return ramp
