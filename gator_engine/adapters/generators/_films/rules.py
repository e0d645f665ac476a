"""How long, how fast and how large each family of video models works.

Frames, rates and sizes are those of the model cards and of the examples in diffusers' documentation
(0.42).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from gator_engine.adapters.generators._diffusers.families import family_of

SIZES = {"480": 480 * 832, "720": 704 * 1280}


@dataclass(frozen=True)
class FilmRule:
    """`frames` at `fps` are the model's own; their number is k · `step` + 1, or any where `step`
    is 0. `most` is the longest it was taught (0: no bound); `area` its pixels."""

    frames: int
    fps: int
    area: int
    step: int = 0
    most: int = 0


_RULES = {
    "Wan": FilmRule(81, 16, SIZES["480"], 4),
    "CogVideoX": FilmRule(49, 8, 480 * 720, 8, 49),
    "AnimateDiff": FilmRule(16, 8, 512 * 512, 0, 32),
    "Stable Video Diffusion": FilmRule(25, 7, 576 * 1024),
}
# Wan 2.2 TI2V-5B is told by its VAE, which makes one of 16 × 16 pixels.
_FIVE_B, _FIVE_B_FACTOR = FilmRule(121, 24, SIZES["720"], 4), 16
_OTHERS = FilmRule(16, 8, SIZES["480"])


def rule_of(pipe: Any) -> FilmRule:
    """The rule of a pipeline."""
    family = family_of(type(pipe).__name__)
    if family is not None and family.name == "Wan" and factor_of(pipe) == _FIVE_B_FACTOR:
        return _FIVE_B
    found = _RULES.get(family.name, _OTHERS) if family else _OTHERS
    unet = getattr(pipe, "unet", None)
    own = getattr(unet.config, "num_frames", None) if unet is not None else None
    sample = getattr(unet.config, "sample_size", None) if unet is not None else None
    area = (sample * factor_of(pipe)) ** 2 if isinstance(sample, int) else found.area
    if family is not None and family.name == "Stable Video Diffusion":
        # Its sample size is that of pictures before it learnt to move.
        area = found.area
    frames = own if isinstance(own, int) else found.frames
    return FilmRule(frames, found.fps, area, found.step, found.most)


def factor_of(pipe: Any) -> int:
    """Pixels along an edge that one latent pixel stands for."""
    names = ("vae_scale_factor_spatial", "vae_scale_factor")
    return next((int(found) for name in names if (found := getattr(pipe, name, None))), 8)


def grid_of_film(pipe: Any) -> int:
    """Width and height must be multiples of this."""
    family = family_of(type(pipe).__name__)
    return max(8, factor_of(pipe) * (family.patch if family else 2))


def frames_for(rule: FilmRule, wanted: int) -> tuple[int, tuple[str, ...]]:
    """How many frames to make of those asked for (0: the model's own), and what to say of it."""
    asked = wanted or rule.frames
    made = max(1, round((asked - 1) / rule.step)) * rule.step + 1 if rule.step else asked
    notes = []
    if made != asked:
        notes.append(f"This model makes {rule.step}·k + 1 frames: {made} instead of {asked}.")
    if rule.most and made > rule.most:
        notes.append(f"This model was taught {rule.most} frames; {made} may fall apart.")
    return made, tuple(notes)
