"""Train a LoRA on a tiny real model, draw with it, take it off again."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from safetensors import safe_open
from safetensors.torch import load_file, save_file

from gator_engine.adapters.generators._diffusers.adapters import MOST_KEPT
from gator_engine.adapters.generators._diffusers.models import warm_model
from gator_engine.adapters.training.lora import DiffusersLoraTrainer
from gator_engine.config import Settings
from gator_engine.errors import Cancelled, CapabilityError, InvalidInput
from gator_engine.ports import (
    WEIGHTS_NAME,
    Generator,
    LoraOptions,
    LoraRequest,
    TrainedLora,
    TrainingPicture,
)
from tests.media.diffusers.conftest import RecordingRun, alike, ask
from tests.media.identity.conftest import picture

Make = Callable[[str], Generator]
Model = Callable[[str], Path]
# Large, so that ten steps are seen in the picture.
STRONG = LoraOptions(steps=10, rank=4, learning_rate=0.05, seed=3)
LESSONS = (
    TrainingPicture(picture("red"), "gtrada, person, close-up"),
    TrainingPicture(picture("blue", (96, 64)), "gtrada, person, walking, " + "wide street " * 12),
)


def train(base: Path, folder: Path, run: RecordingRun | None = None, **more: object) -> TrainedLora:
    given = {"base_model": str(base), "pictures": LESSONS, "options": STRONG, **more}
    request = LoraRequest(**given)  # type: ignore[arg-type]
    return DiffusersLoraTrainer(Settings(device="cpu")).train(
        request, folder, run or RecordingRun()
    )


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_a_lora_changes_the_picture_and_leaves_no_trace(
    generator: Make, tiny_model: Model, tmp_path: Path, kind: str
) -> None:
    made = train(tiny_model(kind), tmp_path / "lora")
    plain = generator(kind).generate(ask(), RecordingRun()).files[0]
    settings = {"loras": [[str(made.path), 1.0]]}
    taught = generator(kind).generate(ask(settings=settings), RecordingRun()).files[0]
    again = generator(kind).generate(ask(), RecordingRun()).files[0]
    assert taught.data != plain.data
    assert again == plain
    assert taught.parameters["loras"] == [[str(made.path), 1.0]]
    assert "loras" not in plain.parameters


def test_the_weight_counts_and_two_loras_add_up(
    generator: Make, tiny_model: Model, tmp_path: Path
) -> None:
    one = str(train(tiny_model("sd15"), tmp_path / "one").path)
    other = LoraOptions(steps=10, rank=4, learning_rate=0.05, seed=4)
    two = str(train(tiny_model("sd15"), tmp_path / "two", options=other).path)
    asked = ([[one, 1.0]], [[one, 0.3]], [[one, 1.0], [two, 1.0]], [[one, 0.0]])
    files = [
        generator("sd15").generate(ask(settings={"loras": loras}), RecordingRun()).files[0].data
        for loras in asked
    ]
    assert len(set(files)) == len(asked)


def as_kohya(trained: TrainedLora, path: Path) -> Path:
    """The same LoRA under the names of kohya's sd-scripts, each layer with its alpha."""
    import torch

    renamed: dict[str, torch.Tensor] = {}
    with safe_open(trained.path, "pt") as file:
        about = json.loads((file.metadata() or {}).get("lora_adapter_metadata", "{}"))
    alpha = float(about.get("unet.lora_alpha", STRONG.rank))
    for name, tensor in load_file(trained.path).items():
        layer, _, side = name.removesuffix(".weight").rpartition(".")
        base = layer.removesuffix(".lora").replace("unet.", "lora_unet_", 1).replace(".", "_")
        word = {"lora_A": "lora_down", "lora_B": "lora_up"}.get(side, f"lora_{side}")
        renamed[f"{base}.{word}.weight"] = tensor
        renamed[f"{base}.alpha"] = torch.tensor(alpha)
    save_file(renamed, path)
    return path


def test_a_lora_of_kohya_draws_what_ours_draws(
    generator: Make, tiny_model: Model, tmp_path: Path
) -> None:
    trained = train(tiny_model("sd15"), tmp_path / "ours")
    theirs = as_kohya(trained, tmp_path / "theirs.safetensors")
    assert all(name.startswith("lora_unet_") for name in load_file(theirs))
    plain, ours, kohya = (
        generator("sd15").generate(ask(settings={"loras": loras}), RecordingRun()).files
        for loras in ([], [[str(trained.path), 0.8]], [[str(theirs), 0.8]])
    )
    assert ours[0].data != plain[0].data
    same = [replace(file, parameters=ours[0].parameters) for file in kohya]
    assert alike(same, ours)


def test_a_lora_is_read_once_and_again_when_its_file_changes(
    generator: Make, tiny_model: Model, tmp_path: Path
) -> None:
    path = train(tiny_model("sd15"), tmp_path / "lora").path
    settings = {"loras": [[str(path), 1.0]]}
    first = generator("sd15").generate(ask(settings=settings), RecordingRun()).files
    before = path.stat()
    # The same file to all appearances, yet nothing of it could be read any more.
    path.write_bytes(b"x" * before.st_size)
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert generator("sd15").generate(ask(settings=settings), RecordingRun()).files == first
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns + 1))
    with pytest.raises(InvalidInput, match="does not fit"):
        generator("sd15").generate(ask(settings=settings), RecordingRun())


def test_a_handful_of_loras_stays_and_a_switch_leaves_no_trace(
    generator: Make, tiny_model: Model, tmp_path: Path
) -> None:
    made = train(tiny_model("sd15"), tmp_path / "lora").path
    plain = generator("sd15").generate(ask(), RecordingRun()).files
    names = [tmp_path / f"{number}.safetensors" for number in range(MOST_KEPT + 2)]
    files = []
    for path in names:
        shutil.copy(made, path)
        settings = {"loras": [[str(path), 1.0]]}
        files.append(generator("sd15").generate(ask(settings=settings), RecordingRun()).files[0])
    assert len({file.data for file in files}) == 1
    assert files[0].data != plain[0].data
    model, _ = warm_model(str(tiny_model("sd15")), "cpu", "auto")
    kept = {name for part in model.pipe.get_list_adapters().values() for name in part}
    assert kept == set(model.loras.names.values()) and len(kept) == MOST_KEPT
    assert generator("sd15").generate(ask(), RecordingRun()).files == plain


def test_the_file_tells_its_story(tiny_model: Model, tmp_path: Path) -> None:
    facts = {"trigger_word": "gtrada", "persona_revision": "r7"}
    made = train(tiny_model("sd15"), tmp_path / "lora", facts=facts)
    assert made.path == tmp_path / "lora" / WEIGHTS_NAME
    assert [path.name for path in made.path.parent.iterdir()] == [WEIGHTS_NAME]
    with safe_open(made.path, "pt") as opened:
        told, names = opened.metadata(), list(opened.keys())
    assert told["base_model"] == str(tiny_model("sd15"))
    assert (told["trigger_word"], told["persona_revision"]) == ("gtrada", "r7")
    assert (told["steps"], told["rank"], told["pictures"]) == ("10", "4", "2")
    assert names and all(name.startswith("unet.") and ".lora" in name for name in names)


def test_the_same_request_gives_the_same_weights(tiny_model: Model, tmp_path: Path) -> None:
    first = train(tiny_model("sd15"), tmp_path / "a")
    second = train(tiny_model("sd15"), tmp_path / "b")
    one, two = load_file(first.path), load_file(second.path)
    assert one.keys() == two.keys()
    assert all(bool((one[name] == two[name]).all()) for name in one)
    assert first.loss == second.loss


def test_training_lowers_the_loss(tiny_model: Model, tmp_path: Path) -> None:
    """Random weights explain no noise; a hundred steps on one picture explain some of it."""
    lessons = LESSONS[:1]
    few = LoraOptions(steps=10, rank=8, learning_rate=0.02, seed=1)
    many = LoraOptions(steps=200, rank=8, learning_rate=0.02, seed=1)
    before = train(tiny_model("sd15"), tmp_path / "a", pictures=lessons, options=few)
    after = train(tiny_model("sd15"), tmp_path / "b", pictures=lessons, options=many)
    assert after.loss < before.loss


def test_progress_rises_and_a_cancel_leaves_no_file(tiny_model: Model, tmp_path: Path) -> None:
    run = RecordingRun()
    train(tiny_model("sd15"), tmp_path / "a", run)
    fractions = [fraction for fraction, _, _ in run.told]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0
    assert "Step 10 of 10" in run.told[-2][1]
    stopping = RecordingRun(lambda stage: stage.startswith("Step 4"))
    with pytest.raises(Cancelled):
        train(tiny_model("sd15"), tmp_path / "b", stopping)
    assert len([stage for _, stage, _ in stopping.told if stage.startswith("Step")]) == 4
    assert not (tmp_path / "b").exists()


def test_what_cannot_be_trained_is_refused(tiny_model: Model, tmp_path: Path) -> None:
    with pytest.raises(CapabilityError, match="FluxPipeline"):
        train(tiny_model("flux"), tmp_path)
    with pytest.raises(InvalidInput, match="nothing to learn"):
        train(tiny_model("sd15"), tmp_path, pictures=())
    with pytest.raises(InvalidInput, match="no picture"):
        train(tiny_model("sd15"), tmp_path, pictures=(TrainingPicture(b"x", "y"),))


def test_a_lora_of_another_model_is_refused_not_ignored(
    generator: Make, tiny_model: Model, tmp_path: Path
) -> None:
    made = train(tiny_model("sd15"), tmp_path / "lora")
    settings = {"loras": [[str(made.path), 1.0]]}
    for kind in ("sdxl", "flux"):
        plain = generator(kind).generate(ask(), RecordingRun()).files
        with pytest.raises(InvalidInput, match="does not fit"):
            generator(kind).generate(ask(settings=settings), RecordingRun())
        assert generator(kind).generate(ask(), RecordingRun()).files == plain


def test_a_pipeline_without_loras_says_so(
    generator: Make, tiny_model: Model, tmp_path: Path
) -> None:
    made = train(tiny_model("sd15"), tmp_path / "lora")
    settings = {"loras": [[str(made.path), 1.0]]}
    with pytest.raises(CapabilityError, match="LoRAs"):
        generator("pixart").generate(ask(settings=settings), RecordingRun())


def test_a_file_that_is_not_there_is_named(generator: Make, tmp_path: Path) -> None:
    pickle = tmp_path / "weights.bin"
    pickle.write_bytes(b"x")
    for named in ("nothing.safetensors", str(pickle), "../../etc/passwd"):
        with pytest.raises(InvalidInput, match="no file") as caught:
            generator("sd15").generate(ask(settings={"loras": [[named, 1.0]]}), RecordingRun())
        assert caught.value.field == "settings.loras"


def test_a_hub_id_is_looked_for_on_the_hub(generator: Make) -> None:
    with pytest.raises(InvalidInput, match="nothing does not fit"):
        generator("sd15").generate(
            ask(settings={"loras": [["nobody/nothing", 1.0]]}), RecordingRun()
        )
