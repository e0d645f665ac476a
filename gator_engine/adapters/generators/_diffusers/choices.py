"""Turning options into what a pipeline understands: scheduler, steps, guidance, negative prompt."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gator_engine.adapters.generators._diffusers.families import Family, Variant, family_of
from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel
from gator_engine.adapters.generators._diffusers.modular import GUIDANCE, is_modular
from gator_engine.adapters.generators._diffusers.signature import taken_by
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
    model: LoadedModel,
    compiled: CompiledPrompt,
    options: Mapping[str, Any],
    least_steps: int = 1,
) -> Choices:
    """What the family of the model proposes, and the options where they say otherwise.

    Raises CapabilityError or InvalidInput for what the model cannot do.
    """
    parameters = taken_by(model.pipe)
    family = family_of(type(model.pipe).__name__)
    variant = family.variant(model.name) if family else _by_call(parameters)
    name, guidance = _guidance(model, parameters, family, variant, float(options["guidance"]))
    typed = str(options["negative_prompt"]).strip()
    takes = _takes_negative(parameters, family)
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
    scheduler = _scheduler(model, str(options["scheduler"]).strip(), trailing=variant.trailing)
    return Choices(
        scheduler=scheduler,
        scheduler_name=type(scheduler).__name__,
        steps=max(int(options["steps"]) or variant.steps, least_steps),
        guidance_name=name,
        guidance=guidance,
        applies_negative=applies,
        compiled=compiled,
        notes=() if applies or not compiled.negative else (_not_applied(compiled),),
    )


def _not_applied(compiled: CompiledPrompt) -> str:
    return f"This model takes no negative prompt; not applied: {compiled.negative_text}."


def _by_call(parameters: Mapping[str, Any]) -> Variant:
    """The defaults of a pipeline's own call, for families that are not listed."""
    guide = parameters.get(_guide_of(parameters))
    guidance = float(guide.default or 0.0) if guide is not None else 0.0
    return Variant("", int(parameters["num_inference_steps"].default), guidance)


def _guide_of(parameters: Mapping[str, Any]) -> str:
    """true_cfg_scale where it is on by default."""
    true_cfg = parameters.get("true_cfg_scale")
    by_true_cfg = true_cfg is not None and float(true_cfg.default) > 1
    return "true_cfg_scale" if by_true_cfg else "guidance_scale"


def _guidance(
    model: LoadedModel,
    parameters: Mapping[str, Any],
    family: Family | None,
    variant: Variant,
    asked: float,
) -> tuple[str, float]:
    """The parameter that guides, and its value."""
    name = family.guidance_name if family else _guide_of(parameters)
    if is_modular(model.pipe):
        name = GUIDANCE  # Whatever the same model calls it elsewhere.
    if name not in parameters:
        if asked != MODELS_OWN:
            raise CapabilityError(type(model.pipe).__name__, "guidance", "the model's own")
        return "", 0.0
    return name, variant.guidance if asked == MODELS_OWN else asked


def _takes_negative(parameters: Mapping[str, Any], family: Family | None) -> bool:
    """False also where it only works with a second, unguided pass that is off (FLUX)."""
    if family is not None:
        return family.negative and "negative_prompt" in parameters
    true_cfg = parameters.get("true_cfg_scale")
    return "negative_prompt" in parameters and (true_cfg is None or float(true_cfg.default) > 1)


def _scheduler(model: LoadedModel, wanted: str, *, trailing: bool) -> Any:
    """A fresh scheduler (they keep state) of the wanted sort, else of the model's own."""
    own = type(model.scheduler)
    config = dict(model.scheduler.config)
    if trailing and "timestep_spacing" in config:
        config["timestep_spacing"] = "trailing"
    if not wanted:
        return own.from_config(config)
    known = {own.__name__: own, **{kind.__name__: kind for kind in model.scheduler.compatibles}}
    short = {_short(name): kind for name, kind in known.items()}
    chosen = short.get(_short(wanted))
    if chosen is None:
        raise CapabilityError(
            f"{PROVIDER} {type(model.pipe).__name__}",
            f"the scheduler {wanted!r}",
            ", ".join(sorted(known)),
        )
    return chosen.from_config(config)


def _short(name: str) -> str:
    """ "EulerDiscreteScheduler", "Euler" and "euler" are the same."""
    return name.casefold().replace("scheduler", "").replace("discrete", "").strip()
