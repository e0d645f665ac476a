"""Finding models on disk: detected with family and trigger words, or refused with the reason."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest

from gator_engine.adapters.shelf.shelf import DiskShelf
from gator_engine.domain.models.installed import InstalledModel, Layout, Place
from gator_engine.domain.models.kinds import Family, ModelKind
from gator_engine.errors import InvalidInput
from tests.unit.shelf.weights import BASES, LORAS, OTHERS, pipeline, write


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / "models"
    path.mkdir()
    return path


@pytest.fixture
def shelf(folder: Path, tmp_path: Path) -> DiskShelf:
    return DiskShelf(folder, tmp_path / "hub")


def only(shelf: DiskShelf) -> InstalledModel:
    (model,) = shelf.found()
    return model


def test_an_empty_shelf_is_empty(shelf: DiskShelf, tmp_path: Path) -> None:
    assert shelf.found() == []
    assert DiskShelf(tmp_path / "absent", tmp_path / "hub").found() == []


@pytest.mark.parametrize("family", list(BASES))
def test_single_files_of_each_family(shelf: DiskShelf, folder: Path, family: str) -> None:
    write(folder / "checkpoints" / "a.safetensors", BASES[family])
    model = only(shelf)
    assert (model.kind, model.family, model.problem) == (ModelKind.BASE, Family(family), "")
    assert (model.layout, model.place) == (Layout.SINGLE_FILE, Place.FOLDER)
    assert model.id == "folder:checkpoints/a.safetensors"


@pytest.mark.parametrize("name", list(LORAS))
def test_loras_in_the_names_of_each_trainer(shelf: DiskShelf, folder: Path, name: str) -> None:
    family, shapes = LORAS[name]
    write(folder / f"{name}.safetensors", shapes)
    model = only(shelf)
    assert (model.kind, model.family) == (ModelKind.LORA, Family(family))


@pytest.mark.parametrize("name", list(OTHERS))
def test_adapters_and_upscalers(shelf: DiskShelf, folder: Path, name: str) -> None:
    kind, family, shapes = OTHERS[name]
    write(folder / f"{name}.safetensors", shapes)
    model = only(shelf)
    assert (model.kind, model.family) == (ModelKind(kind), Family(family))
    assert bool(model.problem) == (kind == "unknown")


def test_what_a_trainer_declares_decides_where_names_do_not(shelf: DiskShelf, folder: Path) -> None:
    shapes = {"lora_unet_mid_block_attn1.lora_down.weight": (2, 4)}
    write(folder / "a.safetensors", shapes, ss_base_model_version="sdxl_base_v1-0")
    assert only(shelf).family is Family.SDXL


@pytest.mark.parametrize(
    ("metadata", "words"),
    [
        ({"modelspec.trigger_phrase": "ohwx, red coat"}, ("ohwx", "red coat")),
        ({"trigger_word": "lenaface"}, ("lenaface",)),
        (
            {"ss_tag_frequency": json.dumps({"10_x": {"lena": 20, "smile": 7, " portrait": 20}})},
            ("lena", "portrait"),
        ),
        ({"ss_tag_frequency": json.dumps({"10_x": {"a": 1, "b": 1}})}, ()),
        ({"ss_tag_frequency": "not json"}, ()),
        ({"ss_tag_frequency": "[1]"}, ()),
        ({}, ()),
    ],
)
def test_trigger_words(
    shelf: DiskShelf, folder: Path, metadata: dict[str, str], words: tuple[str, ...]
) -> None:
    write(folder / "a.safetensors", LORAS["kohya-sd15"][1], **metadata)
    assert only(shelf).trigger_words == words


def test_title_and_licence_come_from_the_file(shelf: DiskShelf, folder: Path) -> None:
    said = {"modelspec.title": "Lena", "modelspec.license": "CreativeML Open RAIL++-M"}
    write(folder / "a.safetensors", BASES["sdxl"], **said)
    model = only(shelf)
    assert (model.name, model.licence, model.licence_from) == (
        "Lena",
        "CreativeML Open RAIL++-M",
        "the file",
    )


def test_a_diffusers_folder_is_one_model(shelf: DiskShelf, folder: Path) -> None:
    pipeline(folder / "mine" / "portraits", licence="openrail++")
    model = only(shelf)
    assert (model.name, model.family, model.problem) == ("portraits", Family.SDXL, "")
    assert dict(model.parts) == {"unet": 4096, "vae": 16}
    assert (model.licence, model.licence_from) == ("openrail++", "its model card")


def test_a_controlnet_folder_is_one_too(shelf: DiskShelf, folder: Path) -> None:
    write(folder / "pose" / "diffusion_pytorch_model.safetensors", OTHERS["controlnet-sd15"][2])
    config = {"_class_name": "ControlNetModel", "cross_attention_dim": 768}
    (folder / "pose" / "config.json").write_text(json.dumps(config))
    model = only(shelf)
    assert (model.kind, model.family, model.layout) == (
        ModelKind.CONTROLNET,
        Family.SD15,
        Layout.PART,
    )


def test_a_folder_with_a_part_or_a_shard_missing_says_which(shelf: DiskShelf, folder: Path) -> None:
    whole = pipeline(folder / "a")
    (whole / "vae" / "diffusion_pytorch_model.safetensors").unlink()
    assert only(shelf).problem == "vae: has no weights"
    index = {"weight_map": {"x": "model-00001-of-00002.safetensors"}}
    (whole / "vae" / "model.safetensors.index.json").write_text(json.dumps(index))
    assert only(shelf).problem == "vae: model-00001-of-00002.safetensors is missing"
    (whole / "vae" / "config.json").unlink()
    (whole / "vae" / "model.safetensors.index.json").unlink()
    (whole / "vae").rmdir()
    assert only(shelf).problem == "the part vae is missing"


def test_a_folder_of_pickled_weights_is_refused(shelf: DiskShelf, folder: Path) -> None:
    whole = pipeline(folder / "a")
    weights = whole / "unet" / "diffusion_pytorch_model.safetensors"
    weights.rename(weights.with_suffix(".bin"))
    assert "pickled weights, which are refused" in only(shelf).problem


class _Runs:
    """Would write a file if anybody unpickled it."""

    def __init__(self, mark: Path) -> None:
        self._mark = mark

    def __reduce__(self) -> tuple[object, tuple[Path]]:
        return (Path.touch, (self._mark,))


@pytest.mark.parametrize("name", ["a.ckpt", "a.pt", "a.pth", "a.bin", "a.safetensors", "a.sft"])
def test_a_pickle_is_refused_unopened_whatever_its_name(
    shelf: DiskShelf, folder: Path, tmp_path: Path, name: str
) -> None:
    mark = tmp_path / "ran"
    (folder / name).write_bytes(pickle.dumps(_Runs(mark), protocol=2))
    model = only(shelf)
    assert not model.usable
    assert "run code" in model.problem
    assert not mark.exists()


def test_a_truncated_file_says_by_how_much(shelf: DiskShelf, folder: Path) -> None:
    path = write(folder / "a.safetensors", BASES["sdxl"])
    whole = path.stat().st_size
    with path.open("r+b") as file:
        file.truncate(whole - 100)
    assert f"is truncated: {whole - 100} bytes instead of {whole}" in only(shelf).problem
    with path.open("r+b") as file:
        file.truncate(40)
    assert "is truncated" in only(shelf).problem


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is no safetensors"),
        (b"<!doctype html>", "a web page"),
        (b"GGUF" + bytes(40), "a GGUF file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(40), "a picture"),
        (b"PK\x03\x04" + bytes(40), "pickled checkpoint"),
        (b"\x10\x00\x00\x00\x00\x00\x00\x00" + b"not json at all!", "a damaged header"),
        (b"\xff" * 16, "is no safetensors"),
    ],
)
def test_other_files_with_that_ending_are_told_apart(
    shelf: DiskShelf, folder: Path, data: bytes, said: str
) -> None:
    (folder / "a.safetensors").write_bytes(data)
    assert said in only(shelf).problem


def test_a_header_whose_sizes_do_not_agree_is_refused(shelf: DiskShelf, folder: Path) -> None:
    tensors = {"x": {"dtype": "F16", "shape": [10], "data_offsets": [0, 4]}}
    raw = json.dumps(tensors).encode()
    (folder / "a.safetensors").write_bytes(len(raw).to_bytes(8, "little") + raw + bytes(4))
    assert "sizes and shapes do not agree" in only(shelf).problem


@pytest.mark.parametrize("name", ["a.bin", "a.model", "a"])
def test_safetensors_under_a_wrong_name_say_so(shelf: DiskShelf, folder: Path, name: str) -> None:
    write(folder / "x.safetensors", BASES["sdxl"]).rename(folder / name)
    assert "rename it" in only(shelf).problem


def test_what_lies_beside_weights_is_left_alone(shelf: DiskShelf, folder: Path) -> None:
    for name in ("a.txt", "preview.png", ".hidden", "half.part", "notes", "b.zip"):
        (folder / name).write_bytes(b"PK\x03\x04 something")
    assert shelf.found() == []


def in_cache(cache: Path, repo_id: str, *, commit: str = "a" * 40) -> Path:
    repo = cache / f"models--{repo_id.replace('/', '--')}"
    (repo / "refs").mkdir(parents=True)
    (repo / "refs" / "main").write_text(commit)
    return repo / "snapshots" / commit


def test_the_hubs_cache_is_read_with_the_catalogues_words(shelf: DiskShelf, tmp_path: Path) -> None:
    repo_id = "stabilityai/stable-diffusion-xl-base-1.0"
    pipeline(in_cache(tmp_path / "hub", repo_id), licence="other")
    write(in_cache(tmp_path / "hub", "me/face") / "lora.safetensors", LORAS["diffusers-sdxl"][1])
    write(in_cache(tmp_path / "hub", "other/text") / "model.safetensors", {"layer.weight": (2, 2)})
    base, lora = shelf.found()
    assert (base.path, base.name, base.repo_id) == (repo_id, "Stable Diffusion XL", repo_id)
    assert (base.licence, base.licence_from) == ("OpenRAIL++-M", "the catalogue")
    assert (base.id, lora.id) == (f"cache:{repo_id}", "cache:me/face:lora.safetensors")
    assert lora.kind is ModelKind.LORA


def test_a_single_checkpoint_says_that_its_folder_is_needed(shelf: DiskShelf, folder: Path) -> None:
    write(folder / "a.safetensors", BASES["sdxl"])
    assert "Stable Diffusion XL cannot be used by itself" in shelf.loading_needs(only(shelf))
    write(folder / "a.safetensors", LORAS["kohya-sdxl"][1])
    assert shelf.loading_needs(only(shelf)) == ""


def test_removing_frees_what_it_says_and_nothing_else(
    shelf: DiskShelf, folder: Path, tmp_path: Path
) -> None:
    pipeline(folder / "a")
    kept = write(folder / "keep.safetensors", BASES["sdxl"])
    snapshot = in_cache(tmp_path / "hub", "me/face")
    write(snapshot / "lora.safetensors", LORAS["diffusers-sdxl"][1])
    models = {model.id: model for model in shelf.found()}
    assert shelf.remove(models["folder:a"]) == models["folder:a"].size_bytes > 8192
    assert shelf.remove(models["cache:me/face:lora.safetensors"]) > 0
    assert not snapshot.exists()
    assert kept.exists()
    assert [model.id for model in shelf.found()] == ["folder:keep.safetensors"]


def test_nothing_outside_the_shelf_is_removed(shelf: DiskShelf, folder: Path) -> None:
    write(folder.parent / "mine.safetensors", BASES["sdxl"])
    write(folder / "a.safetensors", BASES["sdxl"])
    from dataclasses import replace

    for path in (folder.parent / "mine.safetensors", folder, folder / ".." / "mine.safetensors"):
        with pytest.raises(InvalidInput, match="does not lie"):
            shelf.remove(replace(only(shelf), path=str(path)))
    assert (folder.parent / "mine.safetensors").exists()
