"""A picture of the library set in motion, by a diffusion model on this machine."""

from __future__ import annotations

from gator_engine.adapters.generators._diffusers.options import SOURCE_PICTURE
from gator_engine.adapters.generators._films.generator import FILM, FilmGenerator
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import (
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
    Task,
)


class DiffusersImageToVideo(FilmGenerator):
    """Wan, CogVideoX or Stable Video Diffusion."""

    can = GeneratorCapabilities(
        slug="diffusers_motion",
        label="AI motion",
        description="A picture of the library set in motion, by a model on this machine.",
        kinds=(BriefKind.VIDEO,),
        ratios=tuple(AspectRatio),
        options=(
            SOURCE_PICTURE,
            Option(
                "last", "Last picture", OptionKind.PICTURE, "",
                help="Where the video arrives; only some models take one (Wan).",
            ),
            *FILM,
        ),
        max_count=4,
        origin="ai_edited",
        task=Task.IMAGE_TO_VIDEO,
        size_from=SizeFrom.SOURCE,
    )  # fmt: skip


GENERATOR = DiffusersImageToVideo
