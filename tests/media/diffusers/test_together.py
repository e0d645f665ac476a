"""Several requests in one pass: the same pictures as alone, and nobody suffers for another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from gator_engine.adapters.generators import discover
from gator_engine.config import Settings
from gator_engine.domain.briefs import CompiledPrompt, Fragment
from gator_engine.errors import Cancelled, GatorError, InvalidInput, Rejected
from gator_engine.ports import Batching, GenerateRequest, GenerateResult, Member
from tests.media.diffusers.conftest import PROMPT, RecordingRun, alike, ask

Folder = Callable[[str], Path]
KINDS = ("sd15", "sdxl", "flux", "pixart")


@pytest.fixture
def generator(tiny_model: Folder) -> Iterator[Callable[..., Any]]:
    from gator_engine.adapters.generators._diffusers.policy import Policy, adopt

    def made(kind: str, batch: int = 8) -> Any:
        settings = Settings(image_model=str(tiny_model(kind)), device="cpu", batch=batch)
        return discover(settings)["diffusers"]

    yield made
    adopt(Policy())


def wish(text: str, **more: Any) -> GenerateRequest:
    words = CompiledPrompt((*PROMPT.fragments[:1], Fragment(text, "brief.prompt")), PROMPT.negative)
    return ask(compiled=words, **more)


def together(
    generator: Batching, *requests: GenerateRequest, runs: list[RecordingRun] | None = None
) -> list[GenerateResult | GatorError]:
    runs = runs or [RecordingRun() for _ in requests]
    ended: dict[int, GenerateResult | GatorError] = {}

    def done(number: int, outcome: GenerateResult | GatorError) -> None:
        assert number not in ended
        ended[number] = outcome

    members = [Member(request, run) for request, run in zip(requests, runs, strict=True)]
    generator.generate_together(members, done)
    return [ended[number] for number in range(len(requests))]


class Width:
    """The widest pass of a denoiser."""

    def __init__(self, folder: Path) -> None:
        from gator_engine.adapters.generators._diffusers.models import warm_model

        self.model, _ = warm_model(str(folder), "cpu", "auto")
        self.rows: list[int] = []

    def __enter__(self) -> Width:
        def look(_: object, given: tuple[Any, ...], named: dict[str, Any]) -> None:
            self.rows.append(len(given[0] if given else named["hidden_states"]))

        self._hook = self.model.denoiser.register_forward_pre_hook(look, with_kwargs=True)
        return self

    def __exit__(self, *_: object) -> None:
        self._hook.remove()


@pytest.mark.parametrize("kind", KINDS)
def test_each_picture_is_the_one_it_would_be_alone(
    generator: Callable[..., Any], tiny_model: Folder, kind: str
) -> None:
    requests = [wish("a red chair", seed=7), wish("a blue boat", seed=11, count=2)]
    alone = [generator(kind, 1).generate(request, RecordingRun()) for request in requests]
    with Width(tiny_model(kind)) as width:
        found = together(generator(kind), *requests)
    assert max(width.rows) >= 3
    for one, other in zip(found, alone, strict=True):
        assert isinstance(one, GenerateResult)
        assert alike(one.files, other.files)


def test_prompts_of_other_length_come_through_too(generator: Callable[..., Any]) -> None:
    requests = [wish("a chair"), wish("a chair " * 30)]
    alone = [generator("sd15", 1).generate(request, RecordingRun()) for request in requests]
    found = together(generator("sd15"), *requests)
    for one, other in zip(found, alone, strict=True):
        assert isinstance(one, GenerateResult)
        assert alike(one.files, other.files)


@pytest.mark.parametrize("kind", ["sd15", "pixart"])
def test_one_that_is_cancelled_leaves_and_the_others_go_on(
    generator: Callable[..., Any], kind: str
) -> None:
    requests = [wish("a red chair", settings={"steps": 6}), wish("a boat", settings={"steps": 6})]
    alone = generator(kind, 1).generate(requests[1], RecordingRun())
    runs = [RecordingRun(stop_when=lambda stage: "step 2 of" in stage), RecordingRun()]
    gone, kept = together(generator(kind), *requests, runs=runs)
    assert isinstance(gone, Cancelled)
    assert not [stage for _, stage, _ in runs[0].told if "step 3" in stage]
    assert isinstance(kept, GenerateResult)
    assert alike(kept.files, alone.files)


def test_the_pass_ends_when_nobody_follows_it(
    generator: Callable[..., Any], tiny_model: Folder
) -> None:
    requests = [wish("a chair", settings={"steps": 6}), wish("a boat", settings={"steps": 6})]
    runs = [
        RecordingRun(stop_when=lambda stage, n=n: f"step {n} of" in stage)  # type: ignore[misc]
        for n in (2, 3)
    ]
    with Width(tiny_model("flux")) as width:
        found = together(generator("flux"), *requests, runs=runs)
    assert all(isinstance(one, Cancelled) for one in found)
    assert len(width.rows) == 3


def test_one_that_is_refused_hurts_no_other(generator: Callable[..., Any]) -> None:
    bad = wish("a chair", settings={"negative_prompt": "hats", "guidance": 0.0})
    good = wish("a boat", settings={"guidance": 0.0})
    refused, made = together(generator("sd15"), bad, good)
    assert isinstance(refused, InvalidInput)
    assert isinstance(made, GenerateResult)


def test_a_pass_too_large_is_made_in_halves_and_one_too_large_is_said(
    generator: Callable[..., Any], tiny_model: Folder
) -> None:
    import torch

    from gator_engine.adapters.generators._diffusers.models import warm_model

    model, _ = warm_model(str(tiny_model("sd15")), "cpu", "auto")
    room = 4

    def crowded(_: object, given: tuple[Any, ...]) -> None:
        if len(given[0]) > room:
            raise torch.OutOfMemoryError("CUDA out of memory")

    requests = [wish(text, seed=n) for n, text in enumerate(("a", "b", "c", "d"))]
    alone = [generator("sd15", 1).generate(request, RecordingRun()).files for request in requests]
    hook = model.pipe.unet.register_forward_pre_hook(crowded)
    try:
        found = together(generator("sd15"), *requests)
        for one, other in zip(found, alone, strict=True):
            assert isinstance(one, GenerateResult)
            assert alike(one.files, other)
        room = 1
        for one in together(generator("sd15"), *requests):
            assert isinstance(one, Rejected)
            assert "Choose a smaller size" in str(one)
    finally:
        hook.remove()


def test_a_fault_in_a_shared_pass_ends_only_the_one_at_fault(
    generator: Callable[..., Any], tiny_model: Folder
) -> None:
    from gator_engine.adapters.generators._diffusers.models import warm_model

    model, _ = warm_model(str(tiny_model("sd15")), "cpu", "auto")
    alone = generator("sd15", 1).generate(wish("a boat", seed=5), RecordingRun())
    broken = {"left": 2}

    def fault(_: object, given: tuple[Any, ...]) -> None:
        if broken["left"]:
            broken["left"] -= 1
            raise RuntimeError("the kernel gave up")

    hook = model.pipe.unet.register_forward_pre_hook(fault)
    try:
        ended, kept = together(generator("sd15"), wish("a chair"), wish("a boat", seed=5))
    finally:
        hook.remove()
    assert isinstance(ended, Rejected)
    assert "the kernel gave up" in str(ended)
    assert isinstance(kept, GenerateResult)
    assert alike(kept.files, alone.files)


def test_only_what_agrees_goes_together(generator: Callable[..., Any]) -> None:
    made = generator("sd15")
    key = made.batch_key(wish("a chair"))
    assert key
    assert made.batch_key(wish("a boat", seed=3, count=2, settings={"negative_prompt": "x"})) == key
    for other in (
        wish("a chair", settings={"steps": 4}),
        wish("a chair", settings={"scheduler": "euler"}),
        wish("a chair", settings={"guidance": 3.0}),
        wish("a chair", size=(128, 64)),
    ):
        assert made.batch_key(other) not in ("", key)
    assert made.batch_key(replace(wish("a chair"), references=(b"picture",))) == ""
    assert made.batch_key(wish("a chair", settings={"loras": [["/nowhere.safetensors", 1]]})) == ""
    assert made.batch_room(wish("a chair")) == 8
    assert generator("sd15", 0).batch_room(wish("a chair")) == 1


def test_models_stay_as_long_as_they_fit(tiny_model: Folder) -> None:
    from gator_engine.adapters.generators._diffusers.cache import MIB
    from gator_engine.adapters.generators._diffusers.models import WARM, warm_model
    from gator_engine.adapters.generators._diffusers.policy import Policy, adopt

    WARM.clear()
    for kind in ("sd15", "sdxl", "flux"):
        assert not warm_model(str(tiny_model(kind)), "cpu", "auto")[1]
    assert all(warm_model(str(tiny_model(k)), "cpu", "auto")[1] for k in ("sd15", "sdxl", "flux"))
    sizes = {Path(key.name).name: model.weights_bytes for key, model in WARM.kept()}
    WARM.clear()
    adopt(Policy(cache_mb=-(-(sizes["sdxl"] + sizes["flux"]) // MIB)))
    try:
        for kind in ("sd15", "sdxl", "flux"):
            warm_model(str(tiny_model(kind)), "cpu", "auto")
        assert [Path(key.name).name for key, _ in WARM.kept()] == ["sdxl", "flux"]
        adopt(Policy(cache_mb=1))
        warm_model(str(tiny_model("sd15")), "cpu", "auto")
        assert [Path(key.name).name for key, _ in WARM.kept()] == ["sd15"]
    finally:
        adopt(Policy())
        WARM.clear()


def test_what_is_loaded_is_told(generator: Callable[..., Any], tiny_model: Folder) -> None:
    from gator_engine.adapters.generators._diffusers.models import WARM

    WARM.clear()
    made = generator("sd15")
    made.generate(wish("a chair"), RecordingRun())
    load = made.load()
    assert load.device == "cpu"
    assert [model.label for model in load.models] == ["sd15"]
    assert load.models[0].affinity == made.affinity({})
    assert made.affinity({"model": "other/model"}) != made.affinity({})
