"""The same weights as another pipeline: image to image and repainting of a warm model cost no load.

A pipeline is little more than its parts; another one is built around the parts of the first. One of
blocks does several tasks as it is, and lends its parts for the others.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import diffusers

from gator_engine.adapters.generators._diffusers.families import (
    Family,
    families_for,
    family_of,
)
from gator_engine.adapters.generators._diffusers.models import LoadedModel
from gator_engine.domain.capabilities import Task
from gator_engine.errors import CapabilityError

_WORDS = {
    Task.TEXT_TO_IMAGE: "pictures from words alone",
    Task.IMAGE_TO_IMAGE: "variations of pictures",
    Task.INPAINT: "repainting",
    Task.EDIT: "editing in words",
    Task.TEXT_TO_VIDEO: "videos from words alone",
    Task.IMAGE_TO_VIDEO: "videos from a picture",
}
# U-Nets that repaint take the picture and its mask beside the noise: 4 + 4 + 1 channels.
_INPAINTING_CHANNELS = 9


def for_task(model: LoadedModel, task: Task) -> LoadedModel:
    """The model as a pipeline for the task. Raises CapabilityError where its family has none."""
    pipe = model.pipe
    family = family_of(type(pipe).__name__)
    if family is None:
        if task is Task.TEXT_TO_IMAGE:
            return model  # It was loaded as one; its call says what it takes.
        raise _cannot(model, task)
    if task in family.blocks.get(type(pipe).__name__, ()):
        return model
    if task not in family.pipelines:
        raise _cannot(model, task, family)
    repaints = getattr(getattr(pipe, "unet", None), "config", {}).get("in_channels")
    if repaints == _INPAINTING_CHANNELS and task is not Task.INPAINT:
        raise _cannot(model, task, family)
    return as_pipeline(model, family.pipelines[task])


def as_pipeline(model: LoadedModel, name: str, **more: Any) -> LoadedModel:
    """The model's parts, and `more`, in the pipeline class of this name."""
    kind = getattr(diffusers, name)
    if type(model.pipe) is kind and not more:
        return model
    parts, options = kind._get_signature_keys(kind)
    given = {**dict(model.pipe.config), **model.pipe.components, **more}
    pipe = kind(**{key: given[key] for key in (*parts, *options) if key in given})
    pipe.set_progress_bar_config(disable=True)
    return replace(model, pipe=pipe)


def _cannot(model: LoadedModel, task: Task, family: Family | None = None) -> CapabilityError:
    named = family.name if family else type(model.pipe).__name__
    return CapabilityError(f"{named} ({model.name})", _WORDS[task], families_for(task))
