"""Settings found in a file, and how they fit the settings of Gator."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.generation_rules import LARGEST_SEED

# Names of samplers in A1111, ComfyUI and InvokeAI → diffusers classes, after the table "Schedulers"
# of the diffusers documentation (api/schedulers/overview). Compared without case and punctuation.
_SCHEDULERS = {
    "euler": "EulerDiscrete",
    "eulera": "EulerAncestralDiscrete",
    "eulerancestral": "EulerAncestralDiscrete",
    "heun": "HeunDiscrete",
    "dpm2": "KDPM2Discrete",
    "kdpm2": "KDPM2Discrete",
    "dpm2a": "KDPM2AncestralDiscrete",
    "kdpm2a": "KDPM2AncestralDiscrete",
    "dpm2ancestral": "KDPM2AncestralDiscrete",
    "lms": "LMSDiscrete",
    "dpmpp2m": "DPMSolverMultistep",
    "dpmppsde": "DPMSolverSinglestep",
    "dpmpp2s": "DPMSolverSinglestep",
    "ddim": "DDIM",
    "ddpm": "DDPM",
    "plms": "PNDM",
    "pndm": "PNDM",
    "unipc": "UniPCMultistep",
    "deis": "DEISMultistep",
    "lcm": "LCM",
    "tcd": "TCD",
}
_SIGMAS = ("karras", "exponential", "sgmuniform", "beta")
MOST_STEPS, MOST_GUIDANCE, LARGEST_EDGE = 150, 30.0, 4096
# Those of the options `hires` and `hires_strength`.
MOST_HIRES, LEAST_HIRES_CHANGE = 2.0, 0.3


@dataclass(frozen=True)
class RecalledLora:
    """A LoRA that a file names."""

    name: str
    weight: float = 1.0
    hash: str = ""


@dataclass(frozen=True)
class Recipe:
    """What a file says it was made with. `sampler` is the tool's own name for it.

    `others` are settings the tool wrote down that have no place in Gator.
    """

    tool: str
    prompt: str = ""
    negative_prompt: str = ""
    seed: int | None = None
    steps: int | None = None
    sampler: str = ""
    guidance: float | None = None
    width: int | None = None
    height: int | None = None
    model: str = ""
    model_hash: str = ""
    loras: tuple[RecalledLora, ...] = ()
    others: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recalled:
    """A recipe turned into a brief: `settings` are options of a picture generator.

    Fill a form with `prompt`, `seed`, `format` and `settings`; show `notes`, one line for each
    thing that was read and could not be taken over.
    """

    recipe: Recipe
    prompt: str
    seed: int | None
    format: AspectRatio | None
    settings: Mapping[str, object]
    notes: tuple[str, ...]


def recalled(recipe: Recipe) -> Recalled:
    """The recipe as settings of ours; whatever does not fit is named, never dropped silently."""
    notes = list(recipe.problems)
    settings: dict[str, object] = {}
    if recipe.negative_prompt:
        settings["negative_prompt"] = recipe.negative_prompt
    _number(settings, notes, "steps", recipe.steps, 1, MOST_STEPS)
    _number(settings, notes, "guidance", recipe.guidance, 0, MOST_GUIDANCE)
    _sampler(settings, notes, recipe.sampler)
    shape = _size(settings, notes, recipe)
    seed = recipe.seed
    if seed is not None and not 0 <= seed <= LARGEST_SEED:
        notes.append(f"Seed {seed} is outside 0–{LARGEST_SEED}.")
        seed = None
    if recipe.model:
        known = f" (hash {recipe.model_hash})" if recipe.model_hash else ""
        notes.append(f"It was made with the model {recipe.model}{known}; choose it if you have it.")
    notes += [
        f"It used the LoRA {lora.name} at {lora.weight:g}; attach it if you have it."
        for lora in recipe.loras
    ]
    others = _second_pass(settings, notes, recipe.others)
    notes += [f"{name} ({value[:80]}) has no place here." for name, value in others.items()]
    return Recalled(recipe, recipe.prompt, seed, shape, settings, tuple(notes))


def _second_pass(
    settings: dict[str, object], notes: list[str], others: Mapping[str, str]
) -> dict[str, str]:
    """The hires fix in latents, in the words of A1111; gives what is left over."""
    if not others.get("Hires upscaler", "").startswith("Latent"):
        return dict(others)
    names = {"Hires upscale": "hires", "Denoising strength": "hires_strength"}
    bounds = {"hires": (1.0, MOST_HIRES), "hires_strength": (LEAST_HIRES_CHANGE, 1.0)}
    left = {name: value for name, value in others.items() if name != "Hires upscaler"}
    for name, ours in names.items():
        try:
            value = float(left.get(name, ""))
        except ValueError:
            continue  # It stays among those that have no place.
        del left[name]
        _number(settings, notes, ours, value, *bounds[ours])
    return left


def scheduler_of(sampler: str) -> tuple[str, str]:
    """(diffusers name, what could not be kept) of a sampler as other tools call it.

    Both are "" for an unknown one.
    """
    name = sampler.casefold().replace("++", "pp")
    name = re.sub(r"[^a-z0-9]", "", name)
    lost = next((sigmas for sigmas in _SIGMAS if name.endswith(sigmas)), "")
    name = name.removesuffix(lost) if lost else name
    if name.endswith("k") and name[:-1] in _SCHEDULERS:  # InvokeAI: "euler_k" is euler + karras
        name, lost = name[:-1], "karras"
    for ending in ("scheduler", "discrete", "normal", "simple", "gpu", "sde"):
        shorter = name.removesuffix(ending)
        if name not in _SCHEDULERS and shorter:
            if ending == "sde" and shorter != name:
                lost = f"{lost} and sde" if lost else "sde"
            name = shorter
    by_class = {kind.casefold(): kind for kind in _SCHEDULERS.values()}
    by_class |= {kind.casefold().removesuffix("discrete"): kind for kind in _SCHEDULERS.values()}
    return _SCHEDULERS.get(name) or by_class.get(name, ""), lost


def nearest_format(width: int, height: int) -> AspectRatio:
    """The format whose shape is nearest, by the ratio of the ratios."""
    return min(
        AspectRatio,
        key=lambda ratio: abs(math.log(width / height / (ratio.size[0] / ratio.size[1]))),
    )


def _number(
    settings: dict[str, object],
    notes: list[str],
    name: str,
    value: float | None,
    least: float,
    most: float,
) -> None:
    if value is None:
        return
    if least <= value <= most:
        settings[name] = value
    else:
        notes.append(f"{name.capitalize()} {value:g} is outside {least:g}–{most:g}.")


def _sampler(settings: dict[str, object], notes: list[str], sampler: str) -> None:
    if not sampler:
        return
    ours, lost = scheduler_of(sampler)
    if not ours:
        notes.append(f"The sampler {sampler[:80]} is not known here; the model's own is used.")
        return
    settings["scheduler"] = ours
    if lost:
        notes.append(f"The sampler {sampler[:80]} becomes {ours}, without its {lost} variant.")


def _size(settings: dict[str, object], notes: list[str], recipe: Recipe) -> AspectRatio | None:
    width, height = recipe.width, recipe.height
    if width is None or height is None or width <= 0 or height <= 0:
        return None
    if max(width, height) > LARGEST_EDGE:
        notes.append(f"{width} × {height} pixels are more than {LARGEST_EDGE} an edge.")
    else:
        settings |= {"width": width, "height": height}
    return nearest_format(width, height)
