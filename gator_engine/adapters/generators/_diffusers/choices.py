"""Turning options into what a pipeline understands: scheduler, steps, guidance, negative prompt."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel
from gator_engine.domain.briefs import CompiledPrompt, Fragment
from gator_engine.errors import CapabilityError, InvalidInput

MODELS_OWN = -1.0


@dataclass(frozen=True)
class Choices:
    """What the request comes to for one model. `applies_negative`: the model will look at it."""

    scheduler: Any
    scheduler_name: str
    steps: int
    guidance_name: str
    guidance: float
    applies_negative: bool
    compiled: CompiledPrompt
    notes: tuple[str, ...]


def choices_for(
    model: LoadedModel, compiled: CompiledPrompt, options: Mapping[str, Any]
) -> Choices:
    """Raises CapabilityError or InvalidInput for what the model cannot do."""
    parameters = inspect.signature(type(model.pipe).__call__).parameters
    name, guidance = _guidance(model, parameters, float(options["guidance"]))
    typed = str(options["negative_prompt"]).strip()
    takes = _takes_negative(parameters)
    if typed and not takes:
        allowed = "a model with classifier-free guidance, or an empty negative prompt"
        raise CapabilityError(type(model.pipe).__name__, "a negative prompt", allowed)
    if typed and guidance <= 1:
        raise InvalidInput(
            "settings.negative_prompt", f"does nothing at guidance {guidance:g}", "guidance above 1"
        )
    applies = takes and guidance > 1
    if typed:
        more = Fragment(typed, "settings.negative_prompt")
        compiled = CompiledPrompt(compiled.fragments, (*compiled.negative, more))
    scheduler = _scheduler(model, str(options["scheduler"]).strip())
    return Choices(
        scheduler=scheduler,
        scheduler_name=type(scheduler).__name__,
        steps=int(options["steps"]) or int(parameters["num_inference_steps"].default),
        guidance_name=name,
        guidance=guidance,
        applies_negative=applies,
        compiled=compiled,
        notes=() if applies or not compiled.negative else (_not_applied(compiled),),
    )


def _not_applied(compiled: CompiledPrompt) -> str:
    return f"This model takes no negative prompt; not applied: {compiled.negative_text}."


def _guidance(model: LoadedModel, parameters: Mapping[str, Any], asked: float) -> tuple[str, float]:
    """The parameter that guides (true_cfg_scale where it is on by default), and its value."""
    true_cfg = parameters.get("true_cfg_scale")
    by_true_cfg = true_cfg is not None and float(true_cfg.default) > 1
    name = "true_cfg_scale" if by_true_cfg else "guidance_scale"
    if name not in parameters:
        if asked != MODELS_OWN:
            raise CapabilityError(type(model.pipe).__name__, "guidance", "the model's own")
        return "", 0.0
    return name, float(parameters[name].default) if asked == MODELS_OWN else asked


def _takes_negative(parameters: Mapping[str, Any]) -> bool:
    """False also where it only works with a second, unguided pass that is off (FLUX)."""
    true_cfg = parameters.get("true_cfg_scale")
    return "negative_prompt" in parameters and (true_cfg is None or float(true_cfg.default) > 1)


def _scheduler(model: LoadedModel, wanted: str) -> Any:
    """A fresh scheduler (they keep state) of the wanted sort, else of the model's own."""
    own = type(model.scheduler)
    if not wanted:
        return own.from_config(model.scheduler.config)
    known = {own.__name__: own, **{kind.__name__: kind for kind in model.scheduler.compatibles}}
    short = {_short(name): kind for name, kind in known.items()}
    chosen = short.get(_short(wanted))
    if chosen is None:
        raise CapabilityError(
            f"{PROVIDER} {type(model.pipe).__name__}",
            f"the scheduler {wanted!r}",
            ", ".join(sorted(known)),
        )
    return chosen.from_config(model.scheduler.config)


def _short(name: str) -> str:
    """ "EulerDiscreteScheduler", "Euler" and "euler" are the same."""
    return name.casefold().replace("scheduler", "").replace("discrete", "").strip()
