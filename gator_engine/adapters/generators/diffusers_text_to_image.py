"""Pictures from a diffusion model: any text-to-image pipeline that diffusers knows.

The model is a local folder (as `save_pretrained` writes it) or a hub id. It stays warm in the
process between requests. torch and diffusers are imported on the first picture, not before.
"""

from __future__ import annotations

from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import (
    ATTACHED,
    DRAWING,
    HIRES,
    MODEL,
    SIZE,
)
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities


class DiffusersTextToImage(DiffusersGenerator):
    """One file per seed; the same seed, size and options give the same bytes on one machine."""

    can = GeneratorCapabilities(
        slug="diffusers",
        label="AI picture",
        description="A picture of the persona from a diffusion model that runs on this machine.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(*DRAWING, *SIZE, *HIRES, *MODEL, *ATTACHED),
    )
    plan = "text_to_image"


GENERATOR = DiffusersTextToImage
