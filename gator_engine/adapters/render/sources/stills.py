"""Still pictures as planes, converted once."""

from __future__ import annotations

import struct
import zlib
from fractions import Fraction
from io import BytesIO
from pathlib import Path
from types import TracebackType
from typing import Self

import cv2
import numpy as np
from PIL import Image, ImageCms, ImageOps, UnidentifiedImageError

from gator_engine.adapters.media._formats import FORMATS, eight_bit
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.sources._sizes import covering
from gator_engine.errors import InvalidInput

Pixels = np.ndarray
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
# Rec. ITU-R BT.709-6, 3.2–3.5: luma weights, colour differences, and 8-bit limited range.
_RED, _GREEN, _BLUE = 0.2126, 0.7152, 0.0722
_LUMA = np.array([_RED, _GREEN, _BLUE]) * 219 / 255
_BLUE_DIFFERENCE = np.array([-_RED, -_GREEN, 1 - _BLUE]) / (2 * (1 - _BLUE)) * 224 / 255
_RED_DIFFERENCE = np.array([1 - _RED, -_GREEN, -_BLUE]) / (2 * (1 - _RED)) * 224 / 255


class StillSource:
    """A PNG, JPEG, WebP or the first picture of a GIF: one set of planes for every second."""

    duration_s: float | None = None
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path, within: tuple[int, int], background: str = "#000000") -> None:
        rgba, self.original_size = read_rgba(path, within)
        self._planes = planes_of(over(rgba, background))
        height, width = self._planes.y.shape
        self.size: tuple[int, int] = (width, height)

    def planes(self, second: Fraction) -> Planes:
        """The picture, whatever the second."""
        return self._planes

    def close(self) -> None:
        """Nothing is open: the file was read at once."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def read_rgba(path: Path, within: tuple[int, int]) -> tuple[Pixels, tuple[int, int]]:
    """(upright sRGB picture (h, w, 4) uint8 with straight alpha, its original upright size).

    Even-sized and shrunk as `open_source` says. Raises InvalidInput for what cannot be read.
    """
    try:
        with Image.open(path, formats=tuple(FORMATS.values())) as image:
            stored = image.size
            upright = ImageOps.exif_transpose(image)
            original = upright.size
            turned = original != stored
            if image.format == "JPEG" and not turned and "exif" not in image.info:
                # JPEG can be decoded at 1/2, 1/4 or 1/8 of its size; the rest is shrunk below.
                image.draft(image.mode, covering(original, within))
                upright = image
            picture = _srgb(upright).convert("RGBA")
    except Image.DecompressionBombError as error:
        raise InvalidInput("media", "the picture has far too many pixels") from error
    except (UnidentifiedImageError, *_BROKEN) as error:
        raise InvalidInput("media", "the picture is truncated or damaged") from error
    return _resized(np.asarray(picture), covering(original, within)), original


def over(rgba: Pixels, background: str) -> Pixels:
    """(h, w, 3) uint8: the picture over a plain colour (#rrggbb)."""
    alpha = rgba[..., 3:]
    if alpha.min() == 255:
        return np.ascontiguousarray(rgba[..., :3])
    ground = np.array([int(background[at : at + 2], 16) for at in (1, 3, 5)], np.uint16)
    mixed = rgba[..., :3].astype(np.uint16) * alpha + ground * (255 - alpha.astype(np.uint16))
    return np.asarray((mixed + 127) // 255, np.uint8)


def planes_of(rgb: Pixels) -> Planes:
    """BT.709 limited planes of an (h, w, 3) uint8 sRGB picture; h and w even.

    sRGB's code values are taken as BT.709's, as players and editors do: both share primaries, and a
    display decodes both alike. Colour is averaged over 2 × 2 pixels.
    """
    height, width = rgb.shape[:2]
    luma = cv2.transform(rgb, np.array([[*_LUMA, 16]], np.float32))
    small = cv2.resize(rgb, (width // 2, height // 2), interpolation=cv2.INTER_AREA)
    matrix = np.array([[*_BLUE_DIFFERENCE, 128], [*_RED_DIFFERENCE, 128]], np.float32)
    colour = cv2.transform(small, matrix)
    return Planes(
        np.ascontiguousarray(luma.reshape(height, width)),
        np.ascontiguousarray(colour[..., 0]),
        np.ascontiguousarray(colour[..., 1]),
    )


def _srgb(image: Image.Image) -> Image.Image:
    """8 bits a channel in sRGB; a profile that cannot be used is left out, as browsers do."""
    flat = eight_bit(image)
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in {"RGB", "RGBA", "P", "PA"}:
        return flat
    try:
        converted = ImageCms.profileToProfile(
            flat, ImageCms.ImageCmsProfile(BytesIO(profile)), ImageCms.createProfile("sRGB")
        )
    except (ImageCms.PyCMSError, OSError):
        return flat
    return converted or flat


def _resized(rgba: Pixels, size: tuple[int, int]) -> Pixels:
    height, width = rgba.shape[:2]
    if (width, height) == size:
        return np.ascontiguousarray(rgba)
    shrinks = size[0] <= width and size[1] <= height
    how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
    if rgba[..., 3].min() == 255:
        return cv2.resize(rgba, size, interpolation=how)
    # Colours of see-through pixels must not bleed into their neighbours: they count by their alpha.
    alpha = rgba[..., 3:].astype(np.float32) / 255
    premultiplied = np.concatenate([rgba[..., :3] * alpha, rgba[..., 3:]], axis=2)
    small = cv2.resize(premultiplied.astype(np.float32), size, interpolation=how)
    straight = small[..., :3] / np.maximum(small[..., 3:] / 255, 1 / 255)
    whole = np.rint(np.concatenate([straight, small[..., 3:]], axis=2))
    return np.asarray(np.clip(whole, 0, 255), np.uint8)
