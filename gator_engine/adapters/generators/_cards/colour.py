"""Colour arithmetic: sRGB, Oklab and the WCAG contrast ratio.

Oklab: Björn Ottosson, "A perceptual color space for image processing" (2020), matrices of 2021.
sRGB transfer: IEC 61966-2-1. Contrast: WCAG 2.x, "relative luminance" and "contrast ratio".
Arrays are float32 with the colour on the last axis; sRGB values run from 0 to 1.
"""

from __future__ import annotations

import math
import re
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from gator_engine.errors import InvalidInput

Array: TypeAlias = NDArray[np.float32]
Lab: TypeAlias = tuple[float, float, float]
RGB8: TypeAlias = tuple[int, int, int]

_HEX = re.compile(r"#([0-9a-fA-F]{6})")
_TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    dtype=np.float32,
)
_LMS_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ],
    dtype=np.float32,
)
_LAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ],
    dtype=np.float32,
)
_FROM_LMS = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ],
    dtype=np.float32,
)
_BYTE = np.float32(1 / 255)
_LUMA = np.array([0.2126, 0.7152, 0.0722], dtype=np.float32)


def parse_hex(field: str, text: str) -> RGB8:
    """Read a colour written `#rrggbb`; raises InvalidInput naming `field` for anything else."""
    found = _HEX.fullmatch(text)
    if found is None:
        raise InvalidInput(field, f"{text!r} is not a colour", "written as #rrggbb")
    digits = found.group(1)
    return int(digits[0:2], 16), int(digits[2:4], 16), int(digits[4:6], 16)


def to_linear(srgb: Array) -> Array:
    """Undo the sRGB transfer curve: display values 0..1 to linear light 0..1."""
    low = srgb / 12.92
    high = ((np.maximum(srgb, 0.04045) + 0.055) / 1.055) ** 2.4
    return np.where(srgb <= 0.04045, low, high).astype(np.float32)


def from_linear(linear: Array) -> Array:
    """Apply the sRGB transfer curve: linear light 0..1 to display values 0..1."""
    low = linear * 12.92
    high = 1.055 * np.maximum(linear, 0.0031308) ** (1 / 2.4) - 0.055
    return np.where(linear <= 0.0031308, low, high).astype(np.float32)


def to_oklab(srgb: Array) -> Array:
    """sRGB (…, 3) to Oklab (…, 3): lightness 0..1, then the green-red and blue-yellow axes."""
    lms = np.cbrt(to_linear(srgb) @ _TO_LMS.T)
    return np.asarray(lms @ _LMS_TO_LAB.T, dtype=np.float32)


def _lab_to_linear(lab: Array) -> Array:
    lms = lab @ _LAB_TO_LMS.T
    return np.asarray((lms**3) @ _FROM_LMS.T, dtype=np.float32)


def from_oklab(lab: Array) -> Array:
    """Oklab (…, 3) to sRGB (…, 3) inside 0..1.

    Colours outside the sRGB gamut lose chroma, never lightness or hue, so that contrast computed
    from the lightness still holds and skies do not turn purple.
    """
    flat = np.array(lab, dtype=np.float32).reshape(-1, 3)
    flat[:, 0] = np.clip(flat[:, 0], 0.0, 1.0)
    linear = _lab_to_linear(flat)
    outside = ((linear < -1e-4) | (linear > 1.0001)).any(axis=1)
    if outside.any():
        low, high = np.zeros(outside.sum(), np.float32), np.ones(outside.sum(), np.float32)
        wild = flat[outside]
        for _ in range(10):  # bisection on the chroma factor: 2^-10 is below one 8-bit step
            middle = (low + high) / 2
            tried = wild * np.stack([np.ones_like(middle), middle, middle], axis=1)
            rgb = _lab_to_linear(tried.astype(np.float32))
            fits = ((rgb >= -1e-4) & (rgb <= 1.0001)).all(axis=1)
            low, high = np.where(fits, middle, low), np.where(fits, high, middle)
        flat[outside, 1:] *= low[:, None]
        linear = _lab_to_linear(flat)
    return from_linear(np.clip(linear, 0.0, 1.0)).reshape(np.shape(lab))


def lab_of(rgb: RGB8) -> Lab:
    """Oklab of one 8-bit colour."""
    values = to_oklab(np.array(rgb, dtype=np.float32) * _BYTE)
    return float(values[0]), float(values[1]), float(values[2])


def rgb_of(lab: Lab) -> RGB8:
    """Nearest 8-bit sRGB colour of one Oklab colour."""
    values = np.rint(from_oklab(np.array(lab, dtype=np.float32)) * 255).astype(int)
    return int(values[0]), int(values[1]), int(values[2])


def lch(lab: Lab) -> tuple[float, float, float]:
    """Lightness, chroma and hue (radians) of an Oklab colour."""
    return lab[0], math.hypot(lab[1], lab[2]), math.atan2(lab[2], lab[1])


def from_lch(lightness: float, chroma: float, hue: float) -> Lab:
    """Oklab colour of lightness, chroma and hue (radians)."""
    return lightness, chroma * math.cos(hue), chroma * math.sin(hue)


def mix(first: Lab, second: Lab, share: float) -> Lab:
    """Straight line in Oklab: `share` 0 gives `first`, 1 gives `second`."""
    a, b = first, second
    return (
        a[0] + (b[0] - a[0]) * share,
        a[1] + (b[1] - a[1]) * share,
        a[2] + (b[2] - a[2]) * share,
    )


def luminance(srgb: Array) -> Array:
    """WCAG relative luminance (0..1) of sRGB values (…, 3)."""
    return np.asarray(to_linear(srgb) @ _LUMA, dtype=np.float32)


def luminance_of(rgb: RGB8) -> float:
    """WCAG relative luminance of one 8-bit colour."""
    return float(luminance(np.array(rgb, dtype=np.float32) * _BYTE))


def contrast(first: float, second: float) -> float:
    """WCAG contrast ratio (1..21) of two relative luminances."""
    lighter, darker = max(first, second), min(first, second)
    return (lighter + 0.05) / (darker + 0.05)


def worst_contrast(pixels: NDArray[np.uint8], ink: RGB8) -> float:
    """Lowest WCAG contrast between `ink` and any pixel of an (h, w, 3) 8-bit image."""
    values = luminance(pixels.reshape(-1, 3).astype(np.float32) * _BYTE)
    own = luminance_of(ink)
    return min(contrast(own, float(values.min())), contrast(own, float(values.max())))
