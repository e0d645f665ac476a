"""Editing in words: a picture changed as a sentence says, the persona kept by references."""

from __future__ import annotations

from gator_engine.adapters.generators._diffusers.choosing import can_edit
from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import (
    DRAWING,
    LORAS,
    MODEL,
    REFERENCES,
    SOURCE_PICTURE,
)
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, SizeFrom, Task


class DiffusersEdit(DiffusersGenerator):
    """For models that take pictures beside the prompt: FLUX.2 klein, Kontext, Qwen-Image-Edit."""

    can = GeneratorCapabilities(
        slug="diffusers_edit",
        label="AI edit",
        description="Changes a picture as your words say; reference pictures keep the persona.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(SOURCE_PICTURE, *DRAWING, *MODEL, LORAS, REFERENCES),
        origin="ai_edited",
        task=Task.EDIT,
        size_from=SizeFrom.SOURCE,
    )
    plan = "edit"

    def _choice(self, settings: Settings) -> tuple[str, str]:
        picture_model = settings.image_model
        if not settings.edit_model and picture_model and can_edit(picture_model):
            return "GATOR_IMAGE_MODEL", picture_model
        return "GATOR_EDIT_MODEL", settings.edit_model


GENERATOR = DiffusersEdit
