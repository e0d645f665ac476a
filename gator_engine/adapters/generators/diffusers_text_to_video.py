"""Videos from words alone, by a diffusion model on this machine."""

from __future__ import annotations

from gator_engine.adapters.generators._films.generator import FILM, FilmGenerator
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Task


class DiffusersTextToVideo(FilmGenerator):
    """Wan, CogVideoX or AnimateDiff."""

    can = GeneratorCapabilities(
        slug="diffusers_video",
        label="AI video",
        description="A few seconds of video from words, by a model on this machine.",
        kinds=(BriefKind.VIDEO,),
        ratios=tuple(AspectRatio),
        options=FILM,
        max_count=4,
        task=Task.TEXT_TO_VIDEO,
    )


GENERATOR = DiffusersTextToVideo
