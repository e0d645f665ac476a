"""Variations: a picture drawn anew from another one, as near to it as asked."""

from __future__ import annotations

from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import SHARED, SOURCE_PICTURE, strength
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, SizeFrom, Task


class DiffusersImageToImage(DiffusersGenerator):
    """Starts from the source with some noise over it; shares the weights of text to image."""

    can = GeneratorCapabilities(
        slug="diffusers_variation",
        label="AI variation",
        description="A picture drawn anew from one of the library, as near to it as you like.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(
            SOURCE_PICTURE,
            strength(
                0.6, "0.3 keeps the scene, 0.6 varies it, 0.9 keeps little more than colours."
            ),
            *SHARED,
        ),
        origin="ai_edited",
        task=Task.IMAGE_TO_IMAGE,
        size_from=SizeFrom.SOURCE,
    )
    plan = "image_to_image"


GENERATOR = DiffusersImageToImage
