"""One request at work on a loaded model, and the files that come out of it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version
from typing import Any

from PIL import Image

from gator_engine.adapters.generators._diffusers.choices import Choices
from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel
from gator_engine.adapters.provenance import MADE_BY_AI, parameters_text, png_bytes, xmp_packet
from gator_engine.errors import Rejected
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run


@dataclass(eq=False)
class Session:
    """One request on one model; `files` are those made so far."""

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
    files: list[GeneratedFile] = field(default_factory=list)
    made: int = 0
    references_unused: bool = False

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
            _software(),
            tuple(dict.fromkeys([*self.choices.notes, *self.notes])),
            self.references_unused,
        )

    def keep(self, seed: int, image: Image.Image, *, hidden: bool) -> None:
        """Make a file of a finished picture. Raises Rejected for one that is no picture."""
        self.made += 1
        if hidden:
            self.notes.append(f"The model's safety checker withheld the picture of seed {seed}.")
            return
        if image.getextrema() == ((0, 0),) * 3:
            raise Rejected(
                PROVIDER, "generate", "The model gave a black picture. Try precision float32."
            )
        self.files.append(_file(self, seed, image))


def _file(session: Session, seed: int, image: Image.Image) -> GeneratedFile:
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
        "shown_width": session.shown[0],
        "shown_height": session.shown[1],
        "prompt": choices.compiled.text,
        "negative_prompt": choices.compiled.negative_text if choices.applies_negative else "",
        "precision": model.dtype,
        "device": model.device,
        **session.identity,
    }


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
