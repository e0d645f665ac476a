"""Tiny real models on disk, requests for them, and a Run that remembers what it was told."""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gator_engine.config import Settings
from gator_engine.domain.briefs import BriefKind, CompiledPrompt, Fragment
from gator_engine.domain.personas import Identity, PersonaProfile
from gator_engine.errors import Cancelled
from gator_engine.ports import GeneratedFile, GenerateRequest, Generator

PROFILE = PersonaProfile(Identity(name="Ada Stone", handle="ada", age=31))
PROMPT = CompiledPrompt(
    (Fragment("31-year-old adult", "identity.age"), Fragment("a red chair", "brief.prompt")),
    (Fragment("gore", "boundaries.rating"),),
)


class RecordingRun:
    """Keeps all progress; asks to stop once `stop_when` says so."""

    def __init__(self, stop_when: Callable[[str], bool] = lambda stage: False) -> None:
        self.told: list[tuple[float, str, bytes | None]] = []
        self.checks = 0
        self._stop_when = stop_when
        self._stopping = False

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.told.append((fraction, stage, preview))
        self._stopping = self._stopping or self._stop_when(stage)
        self.check()

    def check(self) -> None:
        self.checks += 1
        if self._stopping:
            raise Cancelled("Cancelled.")


@pytest.fixture(scope="session")
def tiny_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model by kind, built once per session."""
    import torch

    from tests.media.tiny_models import save_tiny

    torch.set_num_threads(1)
    home, made = tmp_path_factory.mktemp("models"), dict[str, Path]()

    def folder(kind: str) -> Path:
        if kind not in made:
            made[kind] = save_tiny(kind, home)
        return made[kind]

    return folder


@pytest.fixture
def generator(tiny_model: Callable[[str], Path]) -> Callable[[str], Generator]:
    """A generator whose settings name the tiny model of that kind."""
    from gator_engine.adapters.generators import discover

    def made(kind: str) -> Generator:
        return discover(Settings(image_model=str(tiny_model(kind)), device="cpu"))["diffusers"]

    return made


def ask(
    count: int = 1, seed: int = 7, size: tuple[int, int] = (64, 64), **more: Any
) -> GenerateRequest:
    """A request of three steps unless its settings say otherwise."""
    settings = {"steps": 3, **more.pop("settings", {})}
    asked = {"kind": BriefKind.IMAGE, "compiled": PROMPT, "profile": PROFILE, **more}
    return GenerateRequest(size=size, count=count, seed=seed, settings=settings, **asked)


def alike(one: Sequence[GeneratedFile], other: Sequence[GeneratedFile]) -> bool:
    """Whether files show the same pictures, made with the same parameters.

    Kernels for more rows round otherwise in the last bits, so a pixel may differ by one level.
    """
    return len(one) == len(other) and all(
        (a.seed, a.parameters, a.alt_text) == (b.seed, b.parameters, b.alt_text)
        and abs(_levels(a) - _levels(b)).max() <= 1
        for a, b in zip(one, other, strict=True)
    )


def _levels(file: GeneratedFile) -> Any:
    import numpy

    return numpy.asarray(Image.open(io.BytesIO(file.data)), dtype="int16")
