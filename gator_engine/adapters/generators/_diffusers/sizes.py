"""At which size a picture is made: near what the model was trained on, in the shape asked for."""

from __future__ import annotations

from math import sqrt
from typing import Any

from gator_engine.adapters.generators._diffusers.families import family_of
from gator_engine.errors import InvalidInput

GRID = 8
MOST_DISTORTION = 0.02


def pixel_grid(pipe: Any) -> int:
    """Width and height must be multiples of this: the VAE's factor, times the patch of its family
    (1 for U-Nets and 2 for transformers that are not listed)."""
    scale = int(getattr(pipe, "vae_scale_factor", GRID) or GRID)
    family = family_of(type(pipe).__name__)
    own = 1 if getattr(pipe, "unet", None) is not None else 2
    return max(GRID, scale * (family.patch if family else own))


def native_area(pipe: Any) -> int:
    """Pixels of the pictures the model was trained on (1024² where it does not say)."""
    scale = int(getattr(pipe, "vae_scale_factor", GRID) or GRID)
    denoiser = getattr(pipe, "unet", None) or pipe.transformer
    sample = getattr(denoiser.config, "sample_size", None) or getattr(
        pipe, "default_sample_size", None
    )
    return (sample * scale) ** 2 if isinstance(sample, int) else 1024 * 1024


def working_size(wanted: tuple[int, int], grid: int, area: int) -> tuple[int, int]:
    """The size to make a picture at that will be shown at `wanted` (width, height) in pixels.

    `wanted` itself where it lies on the grid and is not larger than the model's own; otherwise the
    size of (nearly) the same shape that is closest to the model's own. Raises InvalidInput when no
    shape comes within 2 %.
    """
    width, height = wanted
    if width < 1 or height < 1:
        raise InvalidInput("size", f"is {width} × {height}", "at least 64 × 64")
    if width % grid == 0 and height % grid == 0 and width * height <= area * 1.1:
        return wanted
    return _nearest(wanted, grid, width * min(1.0, sqrt(area / (width * height))))


def source_size(
    source: tuple[int, int], grid: int, area: int, *, enlarge: bool = False
) -> tuple[int, int]:
    """The size to work on a source picture at: as `working_size`, and for `enlarge` (a part that
    was cut out for detail) near the model's own size also where it is smaller.

    Raises InvalidInput for a picture too small or too stretched for the model.
    """
    width, height = source
    target = width * sqrt(area / (width * height))
    try:
        if enlarge and target > width:
            return _nearest(source, grid, target)
        return working_size(source, grid, area)
    except InvalidInput:
        # Few small sizes lie near an odd shape; the model's own size offers more.
        return _nearest(source, grid, target)


def _nearest(wanted: tuple[int, int], grid: int, target: float) -> tuple[int, int]:
    """The size on the grid with nearly the shape of `wanted` that is closest to `target` wide."""
    width, height = wanted
    shapes = [
        (across, max(grid, round(across * height / width / grid) * grid))
        for across in range(grid, int(target * 1.15) + 1, grid)
        if across >= target * 0.5
    ]
    shape = min(
        shapes, key=lambda s: (round(_distortion(s, wanted), 3), abs(s[0] - target)), default=None
    )
    if shape is None or _distortion(shape, wanted) > MOST_DISTORTION:
        raise InvalidInput(
            "size", f"{width} × {height} cannot be made", f"multiples of {grid} pixels"
        )
    return shape


def _distortion(shape: tuple[int, int], wanted: tuple[int, int]) -> float:
    return abs(shape[0] * wanted[1] / (shape[1] * wanted[0]) - 1)


def exact_size(width: int, height: int, grid: int) -> tuple[int, int]:
    """A size that a person typed. Raises InvalidInput naming the edge and the grid."""
    for name, value in (("settings.width", width), ("settings.height", height)):
        if value < 64 or value % grid:
            raise InvalidInput(name, f"is {value}", f"multiples of {grid}, from 64")
    return width, height
