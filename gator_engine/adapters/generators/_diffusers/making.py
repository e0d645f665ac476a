"""Running a pipeline for a request: batches, memory, timings, and the finished files."""

from __future__ import annotations

import inspect
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import torch
from PIL import Image

from gator_engine.adapters.generators._diffusers.attaching import attached, why_not
from gator_engine.adapters.generators._diffusers.choices import Choices, choices_for
from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel, warm_model
from gator_engine.adapters.generators._diffusers.sizes import (
    exact_size,
    native_area,
    pixel_grid,
    working_size,
)
from gator_engine.adapters.generators._diffusers.watching import StepWatcher, watched
from gator_engine.adapters.generators._diffusers.words import Words, words_for
from gator_engine.adapters.provenance import MADE_BY_AI, parameters_text, png_bytes, xmp_packet
from gator_engine.errors import Rejected
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

LARGEST_BATCH = 4
ENLARGED_NOTE_FROM = 1.25


@dataclass
class _Session:
    """One request on one model."""

    model: LoadedModel
    request: GenerateRequest
    choices: Choices
    size: tuple[int, int]
    shown: tuple[int, int]
    run: Run
    timings: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    notes: list[str] = field(default_factory=list)
    more: Mapping[str, Any] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)


def make_pictures(
    name: str, device: str, request: GenerateRequest, options: Mapping[str, Any], run: Run
) -> GenerateResult:
    """Load (or reuse) the model and make `request.count` pictures, seed by seed."""
    run.progress(0.0, f"Loading {name} (a model from the hub is downloaded the first time)")
    model, was_warm = warm_model(name, device, str(options["precision"]))
    run.check()
    request, without = _able(model, request, options)
    with model.lock, attached(model, options, request.references) as more:
        session = _session(model, request, options, run)
        session.more, session.identity = more, _identity(options, request, more)
        if request.references and "ip_adapter_image" not in more:
            session.notes += _unweighted(request)
        session.timings["load_s"] = 0.0 if was_warm else model.load_s
        model.pipe.scheduler = session.choices.scheduler
        files = _all(session)
    run.progress(1.0, "Done")
    notes = tuple(dict.fromkeys([*without, *session.choices.notes, *session.notes]))
    return GenerateResult(
        tuple(files), name, dict(session.timings), _software(), notes, bool(without)
    )


def _able(
    model: LoadedModel, request: GenerateRequest, options: Mapping[str, Any]
) -> tuple[GenerateRequest, list[str]]:
    """The request without references that were only offered and that the model cannot use."""
    lacks = why_not(model.pipe, options) if request.references_offered else ""
    if not lacks:
        return request, []
    note = f"The persona's reference pictures were not used: {lacks}."
    return replace(request, references=()), [note]


def _session(
    model: LoadedModel, request: GenerateRequest, options: Mapping[str, Any], run: Run
) -> _Session:
    grid = pixel_grid(model.pipe)
    width, height = int(options["width"]), int(options["height"])
    if width or height:
        shown = size = exact_size(width, height, grid)
    else:
        shown, size = request.size, working_size(request.size, grid, native_area(model.pipe))
    session = _Session(
        model, request, choices_for(model, request.compiled, options), size, shown, run
    )
    if shown[0] / size[0] >= ENLARGED_NOTE_FROM:
        session.notes.append(
            f"Made at {size[0]} × {size[1]} (the model's own size) and enlarged to"
            f" {shown[0]} × {shown[1]}."
        )
    return session


def _all(session: _Session) -> list[GeneratedFile]:
    """Every picture, in batches that shrink when memory runs out."""
    request = session.request
    batch = min(LARGEST_BATCH, request.count) if session.model.device.startswith("cuda") else 1
    files: list[GeneratedFile] = []
    made = 0
    while made < request.count:
        now = min(batch, request.count - made)
        seeds = range(request.seed + made, request.seed + made + now)
        try:
            files += _batch(session, seeds, made)
        except (torch.OutOfMemoryError, RuntimeError, ValueError) as error:
            if not _out_of_memory(error):
                raise Rejected(PROVIDER, "generate", f"{type(error).__name__}: {error}") from error
            if now == 1:
                raise _too_big(session) from error
            batch = now // 2
            continue
        made += now
    if not files:
        raise Rejected(PROVIDER, "generate", "The model's safety checker withheld every picture.")
    return files


def _out_of_memory(error: Exception) -> bool:
    said = str(error).lower()
    return (
        isinstance(error, torch.OutOfMemoryError)
        or "out of memory" in said
        or ("can't allocate memory" in said)
    )


def _too_big(session: _Session) -> Rejected:
    width, height = session.size
    return Rejected(
        PROVIDER,
        "generate",
        f"Not enough memory on {session.model.device} for one picture of {width} × {height}."
        " Choose a smaller size or a smaller model.",
    )


def _batch(session: _Session, seeds: range, made: int) -> list[GeneratedFile]:
    model, choices = session.model, session.choices
    started = time.perf_counter()
    by_bar = "callback_on_step_end" not in inspect.signature(type(model.pipe).__call__).parameters
    watcher = StepWatcher(model, session.run, session.size, made, len(seeds), session.request.count)
    with watched(model, watcher, by_bar=by_bar):
        words = words_for(
            model.pipe, choices.compiled, negative=choices.applies_negative, batch=len(seeds)
        )
        arguments = _arguments(session, seeds, words)
        if not by_bar:
            arguments["callback_on_step_end"] = watcher.on_step_end
        result = model.pipe(**arguments)
    ended = time.perf_counter()
    session.timings["encode_s"] += watcher.began_at - started
    session.timings["denoise_s"] += watcher.ended_at - watcher.began_at
    session.timings["decode_s"] += ended - watcher.ended_at
    session.notes += words.notes
    return _files(session, seeds, result)


def _arguments(session: _Session, seeds: range, words: Words) -> dict[str, Any]:
    choices = session.choices
    more: dict[str, Any] = {}
    if choices.guidance_name:
        more[choices.guidance_name] = choices.guidance
    if "use_resolution_binning" in inspect.signature(type(session.model.pipe).__call__).parameters:
        more["use_resolution_binning"] = False  # It would crop the picture to another shape.
    return {
        **words.arguments,
        **session.more,
        **more,
        "num_inference_steps": choices.steps,
        "width": session.size[0],
        "height": session.size[1],
        # On the CPU whatever the device, so that a seed means the same picture everywhere.
        "generator": [torch.Generator("cpu").manual_seed(seed) for seed in seeds],
    }


def _files(session: _Session, seeds: range, result: Any) -> list[GeneratedFile]:
    withheld = getattr(result, "nsfw_content_detected", None) or [False] * len(seeds)
    files = []
    for seed, image, hidden in zip(seeds, result.images, withheld, strict=True):
        if hidden:
            session.notes.append(f"The model's safety checker withheld the picture of seed {seed}.")
            continue
        if image.getextrema() == ((0, 0),) * 3:
            raise Rejected(
                PROVIDER, "generate", "The model gave a black picture. Try precision float32."
            )
        files.append(_file(session, seed, image))
    return files


def _file(session: _Session, seed: int, image: Image.Image) -> GeneratedFile:
    parameters = _parameters(session, seed)
    compiled = session.choices.compiled
    negative = compiled.negative_text if session.choices.applies_negative else ""
    shown = (
        image
        if image.size == session.shown
        else image.resize(session.shown, Image.Resampling.LANCZOS)
    )
    text = parameters_text(compiled.text, negative, _tool_words(parameters))
    data = png_bytes(shown, parameters=text, xmp=xmp_packet(MADE_BY_AI, "Gator"))
    return GeneratedFile(data, seed, _alt_text(session.request), parameters)


def _parameters(session: _Session, seed: int) -> dict[str, Any]:
    choices, model = session.choices, session.model
    return {
        "model": model.name,
        "pipeline": type(model.pipe).__name__,
        "scheduler": choices.scheduler_name,
        "steps": choices.steps,
        "guidance": choices.guidance,
        "seed": seed,
        "width": session.size[0],
        "height": session.size[1],
        "shown_width": session.shown[0],
        "shown_height": session.shown[1],
        "prompt": choices.compiled.text,
        "negative_prompt": choices.compiled.negative_text if choices.applies_negative else "",
        "precision": model.dtype,
        "device": model.device,
        **session.identity,
    }


def _identity(
    options: Mapping[str, Any], request: GenerateRequest, more: Mapping[str, Any]
) -> dict[str, Any]:
    """What was attached to make the picture show the persona; nothing when nothing was."""
    found: dict[str, Any] = {}
    if options["loras"]:
        found["loras"] = [[str(path), weight] for path, weight in options["loras"]]
    if request.references:
        found["references"] = list(options["references"])
    if "ip_adapter_image" in more:
        found["reference_strength"] = options["reference_strength"]
        found["reference_adapter"] = options["reference_adapter"]
    return found


def _unweighted(request: GenerateRequest) -> list[str]:
    if "reference_strength" not in request.settings:
        return []
    return ["This model follows references by itself: their strength is not applied."]


def _tool_words(parameters: Mapping[str, Any]) -> dict[str, object]:
    """The same in the words of the exchange convention."""
    return {
        "Steps": parameters["steps"],
        "Sampler": parameters["scheduler"],
        "CFG scale": parameters["guidance"],
        "Seed": parameters["seed"],
        "Size": f"{parameters['width']}x{parameters['height']}",
        "Model": parameters["model"],
        "Version": f"Gator {_version('gator')}".strip(),
    }


def _alt_text(request: GenerateRequest) -> str:
    """A suggestion from the scene of the brief; a person completes it."""
    parts = [part.text for part in request.compiled.fragments if part.source == "brief.prompt"]
    scene = ", ".join(parts)
    subject = f"AI-generated picture of {request.profile.identity.name}"
    return f"{subject}: {scene}" if scene and len(scene) <= 1000 else subject


def _software() -> dict[str, str]:
    names = ("torch", "diffusers", "transformers", "gator")
    return {name: found for name in names if (found := _version(name))}


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
