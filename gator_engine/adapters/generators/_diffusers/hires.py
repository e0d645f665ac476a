"""The hires fix in latents: what was composed at the model's own size is enlarged before it is
decoded, and denoised once more for detail.

As "Latent" in the AUTOMATIC1111 web UI. Pictures of more pixels than a model knows repeat what they
show when they are made in one pass; made in two, the first decides what is where. Enlarging a
picture that is decoded already is a task of its own (`tasks.upscale`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from gator_engine.adapters.generators._diffusers.families import FAMILIES, Family, family_of
from gator_engine.adapters.generators._diffusers.latents import channels_of, grid_of
from gator_engine.adapters.generators._diffusers.models import LoadedModel
from gator_engine.adapters.generators._diffusers.pictures import Size
from gator_engine.adapters.generators._diffusers.shaping import as_pipeline
from gator_engine.domain.capabilities import Task
from gator_engine.errors import CapabilityError, Rejected


@dataclass(frozen=True)
class SecondPass:
    """A pass over enlarged latents: its size, its pipeline, and how much it may change."""

    size: Size
    pipeline: str
    strength: float


def first_pass(model: LoadedModel) -> LoadedModel:
    """The model as a pipeline that can leave its pictures undecoded. Raises CapabilityError for a
    family that has no second pass."""
    return as_pipeline(model, _family(model).pipelines[Task.TEXT_TO_IMAGE])


def second_pass(
    model: LoadedModel, size: Size, scale: float, grid: int, strength: float
) -> SecondPass:
    """The pass after one at `size`, on the same grid. Raises CapabilityError as `first_pass`."""
    width, height = (round(edge * scale / grid) * grid for edge in size)
    return SecondPass((width, height), _family(model).pipelines[Task.IMAGE_TO_IMAGE], strength)


def _family(model: LoadedModel) -> Family:
    family = family_of(type(model.pipe).__name__)
    if family is None or not _has_both(family):
        named = family.name if family else type(model.pipe).__name__
        allowed = ", ".join(one.name for one in FAMILIES if _has_both(one))
        raise CapabilityError(f"{named} ({model.name})", "the hires fix in latents", allowed)
    return family


def _has_both(family: Family) -> bool:
    return {Task.TEXT_TO_IMAGE, Task.IMAGE_TO_IMAGE} <= set(family.pipelines) and family.hires


def in_second_pipeline(model: LoadedModel, second: SecondPass) -> LoadedModel:
    """What is loaded and attached now, in a pipeline that takes latents for a picture."""
    again = as_pipeline(model, second.pipeline)
    # By this number it tells latents from pictures; most pipelines leave it at 4.
    again.pipe.image_processor.register_to_config(vae_latent_channels=channels_of(model.pipe.vae))
    return again


def enlarged_latents(latents: Any, model: LoadedModel, size: Size, second: SecondPass) -> Any:
    """Latents of pictures of `size` as those of the second pass. Raises Rejected for a layout that
    is not known."""
    grid = grid_of(latents, model.pipe, size)
    if grid is None:
        raise Rejected("diffusers", "generate", "The latents of this model cannot be enlarged.")
    scale = second.size[0] / size[0], second.size[1] / size[1]
    height, width = round(grid.shape[2] * scale[1]), round(grid.shape[3] * scale[0])
    return torch.nn.functional.interpolate(grid.float(), (height, width), mode="bilinear").to(
        grid.dtype
    )
