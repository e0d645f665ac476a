"""The generator that hands workflows to a ComfyUI server, against a local one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.adapters.generators._comfyui.following import preview_in
from gator_engine.adapters.generators._comfyui.workflows import BUILT_IN, load, names
from gator_engine.adapters.generators.comfyui import ComfyUi
from gator_engine.config import Settings
from gator_engine.domain.briefs import BriefKind, CompiledPrompt, Fragment
from gator_engine.errors import (
    Cancelled,
    CapabilityError,
    ExternalError,
    InvalidInput,
    Rejected,
    Transient,
)
from gator_engine.ports import GenerateRequest, GenerateResult
from tests.media.diffusers.conftest import PROFILE, PROMPT, RecordingRun
from tests.services.comfyui_server import MODEL, Comfy, comfyui
from tests.services.image_api_server import picture


@pytest.fixture
def comfy() -> Iterator[Comfy]:
    with comfyui() as running:
        yield running


def request(**more: Any) -> GenerateRequest:
    given: dict[str, Any] = {"kind": BriefKind.IMAGE, "compiled": PROMPT, "profile": PROFILE}
    return GenerateRequest(**{**given, "size": (512, 512), "count": 1, "seed": 5, **more})


def make(
    comfy: Comfy, asked: GenerateRequest | None = None, run: RecordingRun | None = None, **more: Any
) -> GenerateResult:
    return ComfyUi(comfy.settings(**more)).generate(asked or request(), run or RecordingRun())


def own(home: Path, graph: object, name: str = "mine") -> str:
    """Store a workflow file, and say its name."""
    folder = home / "workflows"
    folder.mkdir(exist_ok=True)
    (folder / f"{name}.json").write_text(graph if isinstance(graph, str) else json.dumps(graph))
    return name


def graph(**nodes: dict[str, Any]) -> dict[str, Any]:
    """A workflow of the nodes given and one that saves."""
    made = {key: {"class_type": cls, "inputs": node} for key, (cls, node) in nodes.items()}
    return {**made, "9": {"class_type": "SaveImage", "inputs": {"images": ["1", 0]}}}


def test_the_built_in_workflow_gets_typed_values(comfy: Comfy) -> None:
    make(comfy, request(settings={"steps": 3, "guidance": 5}))
    told = {node["class_type"]: node["inputs"] for node in comfy.graphs[0].values()}
    assert told["CheckpointLoaderSimple"]["ckpt_name"] == MODEL
    assert told["EmptyLatentImage"] == {"width": 512, "height": 512, "batch_size": 1}
    sampler = told["KSampler"]
    assert (sampler["seed"], sampler["steps"], sampler["cfg"]) == (5, 3, 5.0)
    assert isinstance(sampler["cfg"], float)
    texts = [n["inputs"]["text"] for n in comfy.graphs[0].values() if "text" in n["inputs"]]
    assert texts == ["31-year-old adult, a red chair", "gore"]


def test_weights_and_brackets_are_put_in_its_notation(comfy: Comfy) -> None:
    compiled = CompiledPrompt(
        (Fragment("a (red) chair", "brief.prompt", 1.3), Fragment("rain", "brief.prompt"))
    )
    make(comfy, request(compiled=compiled))
    assert comfy.graphs[0]["2"]["inputs"]["text"] == r"(a \(red\) chair:1.3), rain"


def test_progress_and_previews_come_live(comfy: Comfy) -> None:
    for event in (1, 4):
        comfy.preview_event = event
        run = RecordingRun()
        make(comfy, request(settings={"steps": 4}), run)
        stages = [stage for _, stage, _ in run.told]
        assert "Picture 1 of 1: step 4 of 4" in stages
        previews = [preview for _, _, preview in run.told if preview]
        assert previews and all(preview.startswith(b"\xff\xd8") for preview in previews)


def test_cancelling_interrupts_within_a_step(comfy: Comfy) -> None:
    comfy.step_s = 0.1
    run = RecordingRun(stop_when=lambda stage: "step 2" in stage)
    with pytest.raises(Cancelled):
        make(comfy, request(settings={"steps": 50}), run)
    [(_, steps)] = comfy.interrupts
    assert steps <= 4
    assert len(comfy.deleted) == 1


def test_a_broken_line_is_mended(comfy: Comfy) -> None:
    comfy.step_s, comfy.drop_at_step, comfy.refuse_sockets = 0.05, 2, 1
    run = RecordingRun()
    result = make(comfy, request(settings={"steps": 12}), run)
    assert len(result.files) == 1
    assert comfy.connections >= 3
    assert any("connecting again" in stage for _, stage, _ in run.told)
    assert len(comfy.graphs) == 1


def test_a_result_that_came_while_nobody_listened_is_found(comfy: Comfy) -> None:
    comfy.drop_at_step = 4
    assert make(comfy, request(settings={"steps": 4})).files


def test_a_server_that_forgot_the_work_is_transient(comfy: Comfy) -> None:
    comfy.forget_at_step = 2
    with pytest.raises(Transient, match="restarted"):
        make(comfy, request(settings={"steps": 4}))


def test_a_silent_server_is_asked(comfy: Comfy, monkeypatch: pytest.MonkeyPatch) -> None:
    from gator_engine.adapters.generators._comfyui import following

    monkeypatch.setattr(following, "ASK_AFTER_SILENCE_S", 0.3)
    comfy.silent = True
    assert make(comfy, request(settings={"steps": 2})).files


# ---------------------------------------------------------------------- what it lacks


def test_a_missing_node_is_named_with_what_to_do(comfy: Comfy) -> None:
    comfy.lacks = {"KSampler"}
    with pytest.raises(Rejected, match=r"lacks the node KSampler.*Install") as caught:
        make(comfy)
    assert caught.value.code == "missing_node"
    assert comfy.graphs == []


def test_a_missing_model_is_named_with_its_folder(comfy: Comfy) -> None:
    with pytest.raises(Rejected, match=r"'gone.safetensors'.*models/checkpoints.*tiny") as caught:
        make(comfy, request(settings={"model": "gone.safetensors"}))
    assert caught.value.code == "missing_model"


def test_a_server_without_models_says_so(comfy: Comfy) -> None:
    comfy.models = []
    with pytest.raises(Rejected, match="no model yet"):
        make(comfy)


def test_an_unknown_sampler_is_refused_with_those_it_has(comfy: Comfy) -> None:
    with pytest.raises(Rejected, match=r"'heun'.*euler, dpmpp_2m"):
        make(comfy, request(settings={"sampler": "heun"}))


# ---------------------------------------------------------------------- faults


@pytest.mark.parametrize(
    ("fault", "expected", "words"),
    [
        ({"fail_with": "CUDA out of memory"}, Rejected, "KSampler failed: CUDA out of memory"),
        ({"save_as": ""}, Rejected, "without a picture"),
        ({"wrong_bytes": b"<html>"}, Rejected, "no whole PNG"),
    ],
)
def test_each_fault_has_its_error(
    comfy: Comfy, fault: dict[str, Any], expected: type[ExternalError], words: str
) -> None:
    for name, value in fault.items():
        setattr(comfy, name, value)
    with pytest.raises(expected, match=words):
        make(comfy, request(settings={"steps": 2}))


def test_nobody_there_is_transient() -> None:
    generator = ComfyUi(Settings(comfyui_url="http://127.0.0.1:9", http_timeout_s=1))
    with pytest.raises(Transient, match="not reached"):
        generator.generate(request(), RecordingRun())


def test_the_token_is_passed_on_and_not_told(comfy: Comfy) -> None:
    result = make(comfy, comfyui_key="hush-hush")
    assert comfy.tokens == ["Bearer hush-hush"]
    assert "hush-hush" not in repr(result)


def test_what_is_missing_is_named() -> None:
    assert "GATOR_COMFYUI_URL" in ComfyUi(Settings()).missing()
    assert "not a web address" in ComfyUi(Settings(comfyui_url="localhost:8188")).missing()
    with pytest.raises(InvalidInput):
        ComfyUi(Settings()).generate(request(), RecordingRun())


# ---------------------------------------------------------------------- workflows


def test_an_own_workflow_uses_a_picture(comfy: Comfy, gator_home: Path) -> None:
    nodes = {"1": ("LoadImage", {"image": "{{image}}"}), "2": ("CLIPTextEncode", {"text": "x"})}
    name = own(gator_home, graph(**nodes))  # type: ignore[arg-type]
    asked = request(settings={"workflow": name}, pictures={"source": picture(32, 32, 2)})
    result = make(comfy, asked)
    [uploaded] = comfy.uploads
    assert comfy.graphs[0]["1"]["inputs"]["image"] == uploaded
    assert comfy.uploads[uploaded] == picture(32, 32, 2)
    assert any("no {{seed}}" in note for note in result.notes)
    assert any("no {{negative}}" in note for note in result.notes)


def test_pictures_and_their_place_belong_together(comfy: Comfy, gator_home: Path) -> None:
    name = own(gator_home, graph(**{"1": ("LoadImage", {"image": "{{image}}"})}))  # type: ignore[arg-type]
    with pytest.raises(InvalidInput, match=r"settings\.source"):
        make(comfy, request(settings={"workflow": name}))
    with pytest.raises(InvalidInput, match=r"has no \{\{mask\}\}"):
        make(comfy, request(pictures={"mask": picture(8, 8, 1)}))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({"nodes": [], "links": []}, "Export"),
        ("{", "cannot be read"),
        ("[" * 100_000, "cannot be read"),
        ({}, "no workflow"),
        ({"1": {"class_type": "X"}}, "no workflow"),
        ({"1": {"class_type": "X", "inputs": {"a": "{{colour}}"}}}, "unknown slot"),
        ("x" * 2_100_000, "too large"),
    ],
)
def test_files_that_are_no_workflow_are_refused(
    comfy: Comfy, gator_home: Path, content: object, words: str
) -> None:
    name = own(gator_home, content)
    with pytest.raises(InvalidInput, match=words) as caught:
        make(comfy, request(settings={"workflow": name}))
    assert caught.value.field == "settings.workflow"


def test_only_files_of_the_folder_are_read(comfy: Comfy, gator_home: Path) -> None:
    own(gator_home, {}, "mine")
    assert names(gator_home / "workflows") == (BUILT_IN, "mine")
    with pytest.raises((InvalidInput, CapabilityError)):
        make(comfy, request(settings={"workflow": "../../etc/passwd"}))
    with pytest.raises(InvalidInput, match="there is no workflow"):
        load(gator_home / "workflows", "../secret")


def test_a_slots_value_is_never_read_as_a_slot(comfy: Comfy, gator_home: Path) -> None:
    nodes = {"1": ("CLIPTextEncode", {"text": "say {{prompt}} to {{seed}}"})}
    name = own(gator_home, graph(**nodes))  # type: ignore[arg-type]
    compiled = CompiledPrompt((Fragment("{{model}} {{prompt}}", "brief.prompt"),))
    make(comfy, request(settings={"workflow": name}, compiled=compiled))
    assert comfy.graphs[0]["1"]["inputs"]["text"] == "say {{model}} {{prompt}} to 5"


@given(st.binary(max_size=64))
def test_a_strange_frame_is_only_a_frame(frame: bytes) -> None:
    found = preview_in(frame)
    assert found is None or frame.endswith(found)
