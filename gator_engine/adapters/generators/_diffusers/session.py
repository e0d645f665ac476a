"""One request at work on a loaded model, and the files that come out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from PIL import Image

from gator_engine.adapters.generators._diffusers.choices import Choices
from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel
from gator_engine.adapters.generators._diffusers.tasks import Work
from gator_engine.adapters.provenance import (
    COMPOSITE_WITH_AI,
    MADE_BY_AI,
    parameters_text,
    png_bytes,
    xmp_packet,
)
from gator_engine.errors import Rejected
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run


@dataclass(eq=False)
class Session:
    """One request on one model; `files` are those made so far."""

    work: Work
    request: GenerateRequest
    choices: Choices
    run: Run
    timings: defaultdict[str, float] = field(default_factory=lambda: defaultdict(float))
    notes: list[str] = field(default_factory=list)
    more: Mapping[str, Any] = field(default_factory=dict)
    identity: Mapping[str, Any] = field(default_factory=dict)
    files: list[GeneratedFile] = field(default_factory=list)
    made: int = 0
    references_unused: bool = False

    @property
    def model(self) -> LoadedModel:
        """The loaded model, as the pipeline of the task."""
        return self.work.model

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels at which the pipeline works."""
        return self.work.size

    def result(self) -> GenerateResult:
        """What came out of it. Raises Rejected when every picture was withheld."""
        if not self.files:
            raise Rejected(
                PROVIDER, "generate", "The model's safety checker withheld every picture."
            )
        return GenerateResult(
            tuple(self.files),
            self.model.name,
            dict(self.timings),
            software(),
            tuple(dict.fromkeys([*self.choices.notes, *self.work.notes, *self.notes])),
            self.references_unused,
        )

    def keep(self, seed: int, images: Sequence[Image.Image], *, hidden: bool) -> None:
        """Make a file of what the rounds gave. Raises Rejected for what is no picture."""
        self.made += 1
        if hidden:
            self.notes.append(f"The model's safety checker withheld the picture of seed {seed}.")
            return
        if any(image.getextrema() == ((0, 0),) * 3 for image in images):
            raise Rejected(
                PROVIDER, "generate", "The model gave a black picture. Try precision float32."
            )
        self.files.append(_file(self, seed, self.work.finish(images)))


def _file(session: Session, seed: int, shown: Image.Image) -> GeneratedFile:
    parameters = _parameters(session, seed)
    compiled = session.choices.compiled
    negative = compiled.negative_text if session.choices.applies_negative else ""
    text = parameters_text(compiled.text, negative, _tool_words(parameters))
    source = COMPOSITE_WITH_AI if session.request.pictures else MADE_BY_AI
    data = png_bytes(shown, parameters=text, xmp=xmp_packet(source, "Gator"))
    return GeneratedFile(data, seed, _alt_text(session.request), parameters)


def _parameters(session: Session, seed: int) -> dict[str, Any]:
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
        "shown_width": session.work.shown[0],
        "shown_height": session.work.shown[1],
        "prompt": choices.compiled.text,
        "negative_prompt": choices.compiled.negative_text if choices.applies_negative else "",
        "precision": model.dtype,
        "device": model.device,
        **({"speed": list(model.speed)} if model.speed else {}),
        **session.identity,
        **session.work.parameters,
    }


def _tool_words(parameters: Mapping[str, Any]) -> dict[str, object]:
    """The same in the words of the exchange convention."""
    return {
        "Steps": parameters["steps"],
        "Sampler": parameters["scheduler"],
        "CFG scale": parameters["guidance"],
        "Seed": parameters["seed"],
        "Size": f"{parameters['width']}x{parameters['height']}",
        **_hires_words(parameters),
        "Model": parameters["model"],
        "Version": f"Gator {_version('gator')}".strip(),
    }


def _hires_words(parameters: Mapping[str, Any]) -> dict[str, object]:
    if "hires" not in parameters:
        return {}
    return {
        "Denoising strength": parameters["hires_strength"],
        "Hires upscale": parameters["hires"],
        "Hires upscaler": "Latent",
    }


def _alt_text(request: GenerateRequest) -> str:
    """A suggestion from the scene of the brief; a person completes it."""
    parts = [part.text for part in request.compiled.fragments if part.source == "brief.prompt"]
    scene = ", ".join(parts)
    subject = f"AI-generated picture of {request.profile.identity.name}"
    return f"{subject}: {scene}" if scene and len(scene) <= 1000 else subject


@cache
def software() -> dict[str, str]:
    """The libraries at work, with their versions."""
    names = ("torch", "diffusers", "transformers", "gator")
    return {name: found for name in names if (found := _version(name))}


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
