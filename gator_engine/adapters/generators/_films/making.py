"""Making videos with a diffusers pipeline: load, denoise under watch, encode.

Sources are never cropped: they are worked on near the size the model knows, on its grid, in their
own shape within 2 %.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
import torch

from gator_engine.adapters.generators._diffusers.choices import Choices, choices_for
from gator_engine.adapters.generators._diffusers.models import (
    PROVIDER,
    LoadedModel,
    is_warm,
    warm_model,
)
from gator_engine.adapters.generators._diffusers.pictures import opened, resized
from gator_engine.adapters.generators._diffusers.session import software
from gator_engine.adapters.generators._diffusers.shaping import for_task
from gator_engine.adapters.generators._diffusers.signature import taken_by
from gator_engine.adapters.generators._diffusers.sizes import source_size, working_size
from gator_engine.adapters.generators._diffusers.watching import Follower, StepWatcher, watched
from gator_engine.adapters.generators._diffusers.words import words_for
from gator_engine.adapters.generators._films.encoding import encoded
from gator_engine.adapters.generators._films.rules import frames_for, grid_of_film, rule_of
from gator_engine.adapters.generators._films.telling import alt_text, size_note
from gator_engine.domain.capabilities import SOURCE, Task
from gator_engine.errors import CapabilityError, GatorError, Rejected
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

LAST = "last"
_FAILED = (torch.OutOfMemoryError, RuntimeError, ValueError, NameError, ImportError)


class FilmWatcher(StepWatcher):
    """Shows the middle frame of what is being made."""

    noun = "Video"

    def step(self, number: int, of: int, latents: Any = None) -> None:
        """See StepWatcher."""
        super().step(number, of, _middle(latents))


@dataclass(frozen=True)
class Shot:
    """One request on one model: its size, length, rate, and the pictures it starts from."""

    model: LoadedModel
    size: tuple[int, int]
    wanted: tuple[int, int]
    frames: int
    fps: int
    arguments: Mapping[str, Any]
    notes: tuple[str, ...]


def make_films(
    name: str,
    device: str,
    request: GenerateRequest,
    options: Mapping[str, Any],
    run: Run,
    task: Task,
) -> GenerateResult:
    """Load (or reuse) the model and make `request.count` videos, seed by seed.

    Raises InvalidInput, CapabilityError, ConfigError, Cancelled, Rejected or Transient.
    """
    precision, memory = str(options["precision"]), str(options["memory"])
    warm = is_warm(name, device, precision, memory)
    run.progress(0.0, "Reading the words" if warm else f"Loading the model {name}")
    loaded, was_warm = warm_model(name, device, precision, memory)
    with loaded.lock:
        run.check()
        shot = _shot(for_task(loaded, task), request, options)
        choices = choices_for(shot.model, request.compiled, options)
        timings = {"load_s": 0.0 if was_warm else loaded.load_s, "denoise_s": 0.0, "encode_s": 0.0}
        notes = dict.fromkeys((*choices.notes, *shot.notes, *size_note(shot.size, shot.wanted)))
        files = []
        for number in range(request.count):
            frames, said = _denoised(shot, choices, request, number, run, timings)
            notes |= dict.fromkeys(said)
            began = time.perf_counter()
            data = encoded(_eight_bit(frames, run), Fraction(shot.fps))
            timings["encode_s"] += time.perf_counter() - began
            seed = request.seed + number
            told = _parameters(shot, choices, seed, options) | {"frames": len(frames)}
            files.append(GeneratedFile(data, seed, alt_text(request), told))
    run.progress(1.0, "Done")
    return GenerateResult(tuple(files), loaded.name, timings, software(), tuple(notes))


def _shot(model: LoadedModel, request: GenerateRequest, options: Mapping[str, Any]) -> Shot:
    takes, rule, grid = taken_by(model.pipe), rule_of(model.pipe), grid_of_film(model.pipe)
    frames, notes = frames_for(rule, int(options["frames"]))
    fps = int(options["fps"]) or rule.fps
    given: dict[str, Any] = {"num_frames": frames}
    if "fps" in takes:
        given["fps"] = fps
    if SOURCE not in options:
        size = working_size(request.size, grid, rule.area)
        return Shot(model, size, request.size, frames, fps, given, notes)
    source = opened(request.pictures[SOURCE], SOURCE)
    size = source_size(source.size, grid, rule.area)
    given["image"] = resized(source, size)
    if last := request.pictures.get(LAST):
        if "last_image" not in takes:
            allowed = "a model that takes one (Wan), or no last picture"
            raise CapabilityError(type(model.pipe).__name__, "a last picture", allowed)
        given["last_image"] = resized(opened(last, LAST), size)
    if "prompt" not in takes:
        notes = (*notes, "This model reads no words: only the picture counts.")
    return Shot(model, size, source.size, frames, fps, given, notes)


def _denoised(
    shot: Shot,
    choices: Choices,
    request: GenerateRequest,
    number: int,
    run: Run,
    timings: dict[str, float],
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Frames (n, height, width, 3), 0…1, and what to say of the words."""
    pipe = shot.model.pipe
    given: dict[str, Any] = {
        **shot.arguments,
        "width": shot.size[0],
        "height": shot.size[1],
        "num_inference_steps": choices.steps,
        # On the CPU whatever the device, so that a seed means the same video everywhere.
        "generator": torch.Generator("cpu").manual_seed(request.seed + number),
        "output_type": "np",
    }
    if choices.guidance_name:
        given[choices.guidance_name] = choices.guidance
    said: tuple[str, ...] = ()
    if "prompt" in taken_by(pipe):
        words = words_for(pipe, choices.compiled, negative=choices.applies_negative, batch=1)
        given |= words.arguments
        said = words.notes
    watcher = FilmWatcher(shot.model, shot.size, [Follower(run, number, 1, request.count)], _lost)
    pipe.scheduler = choices.scheduler
    began = time.perf_counter()
    try:
        with watched(shot.model, watcher), _second_expert(pipe, watcher):
            if not watcher.by_bar:
                given["callback_on_step_end"] = watcher.on_step_end
            made = pipe(**given).frames
    except _FAILED as error:
        raise Rejected(PROVIDER, "generate", f"{type(error).__name__}: {error}") from error
    timings["denoise_s"] += time.perf_counter() - began
    frames = np.asarray(made[0])
    if not np.isfinite(frames).all():
        raise Rejected(PROVIDER, "generate", "The model gave no picture. Try precision float32.")
    return frames, said


def _lost(number: int, error: GatorError) -> None:
    """A single follower takes the pass along; nobody is left to tell."""
    raise error


@contextmanager
def _second_expert(pipe: Any, watcher: StepWatcher) -> Iterator[None]:
    """Wan 2.2 A14B denoises in two models, one after the other: a stop is heard in both."""
    second = getattr(pipe, "transformer_2", None)
    if second is None:
        yield
        return
    hook = second.register_forward_pre_hook(watcher.before_pass)
    try:
        yield
    finally:
        hook.remove()


def _middle(latents: Any) -> Any:
    """The middle frame of latents (batch, channels, frames, height, width), else as they are.

    Some families hold frames before channels; their VAEs are not known to previews, so that theirs
    are never laid out.
    """
    if latents is None or latents.ndim != 5:
        return latents
    return latents[:, :, latents.shape[2] // 2]


def _eight_bit(frames: np.ndarray, run: Run) -> Iterator[np.ndarray]:
    for frame in frames:
        run.check()
        yield np.ascontiguousarray(np.rint(np.clip(frame, 0, 1) * 255).astype(np.uint8))


def _parameters(
    shot: Shot, choices: Choices, seed: int, options: Mapping[str, Any]
) -> dict[str, Any]:
    model = shot.model
    pictures = {name: options[name] for name in (SOURCE, LAST) if options.get(name)}
    return {
        "model": model.name,
        "pipeline": type(model.pipe).__name__,
        "scheduler": choices.scheduler_name,
        "steps": choices.steps,
        "guidance": choices.guidance,
        "seed": seed,
        "width": shot.size[0],
        "height": shot.size[1],
        "fps": float(shot.fps),
        "prompt": choices.compiled.text,
        "negative_prompt": choices.compiled.negative_text if choices.applies_negative else "",
        "precision": model.dtype,
        "device": model.device,
        **pictures,
    }
