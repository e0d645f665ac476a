"""Reading a folder as diffusers writes it: its parts, their sizes, and what is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from gator_engine.adapters.shelf.header import read_header
from gator_engine.domain.models.kinds import Family, ModelKind
from gator_engine.errors import InvalidInput

INDEX = "model_index.json"
# That of a pipeline built of blocks: its parts may lie in other repositories.
MODULAR_INDEX = "modular_model_index.json"
# A card is text; more than this is somebody's mistake.
_LARGEST_CARD = 2_000_000

_CLASSES = (
    ("StableDiffusionXL", Family.SDXL),
    ("StableDiffusion3", Family.SD3),
    ("Flux3", Family.FLUX3),
    ("Flux2", Family.FLUX2),
    ("Flux", Family.FLUX1),
    ("QwenImage", Family.QWEN_IMAGE),
    ("ZImage", Family.Z_IMAGE),
    ("Chroma", Family.CHROMA),
    ("Sana", Family.SANA),
    ("Anima", Family.ANIMA),
    ("Krea2", Family.KREA2),
    ("ErnieImage", Family.ERNIE_IMAGE),
    ("Ideogram4", Family.IDEOGRAM4),
    ("Wan", Family.WAN),
    ("LTX", Family.LTX),
    ("StableVideoDiffusion", Family.SVD),
    ("CogVideoX", Family.COGVIDEOX),
    ("AnimateDiff", Family.ANIMATEDIFF),
)
_COMPONENTS = (
    ("ControlNet", ModelKind.CONTROLNET),
    ("Autoencoder", ModelKind.VAE),
)


@dataclass(frozen=True)
class Folder:
    """What a diffusers folder holds. `parts` are numbers of weights; `problem` what is wrong."""

    kind: ModelKind
    family: Family
    parts: Mapping[str, int] = field(default_factory=dict)
    problem: str = ""


def index_of(folder: Path) -> Path | None:
    """The index of a pipeline's folder; None for a folder without one."""
    found = (folder / name for name in (INDEX, MODULAR_INDEX))
    return next((index for index in found if index.is_file()), None)


def class_in(index: Path) -> str:
    """The pipeline class that an index names; "" for one that cannot be read."""
    return str((_json(index) or {}).get("_class_name", ""))


def read_folder(path: Path) -> Folder | None:
    """The pipeline or single part in a folder; None when it is neither."""
    index = index_of(path)
    if index is not None:
        return _pipeline(path, index)
    config = _json(path / "config.json")
    name = str(config.get("_class_name", "")) if config else ""
    for part, kind in _COMPONENTS:
        if part in name:
            counts, problem = _weights(path)
            return Folder(kind, _component_family(name, config), {kind.value: counts}, problem)
    return None


def licence_of(path: Path) -> str:
    """The licence that a model card's front matter names; "" when there is none."""
    card = path / "README.md"
    if not card.is_file() or card.stat().st_size > _LARGEST_CARD:
        return ""
    text = card.read_text("utf-8", errors="replace")
    if not text.startswith("---"):
        return ""
    try:
        front: Any = yaml.safe_load(text.split("---", 2)[1])
    except yaml.YAMLError:
        return ""
    if not isinstance(front, dict):
        return ""
    named = str(front.get("license") or "")
    return str(front.get("license_name") or named) if named in {"", "other"} else named


def _pipeline(path: Path, file: Path) -> Folder:
    index = _json(file)
    if index is None:
        return Folder(ModelKind.BASE, Family.UNKNOWN, problem=f"{file.name} cannot be read")
    family = family_of_pipeline(path, str(index.get("_class_name", "")))
    parts: dict[str, int] = {}
    for name, made_of in index.items():
        if name.startswith("_") or not isinstance(made_of, list) or made_of[:1] == [None]:
            continue
        folder = path / name
        if not folder.is_dir() and _lies_elsewhere(made_of):
            continue
        if not folder.is_dir():
            return Folder(ModelKind.BASE, family, parts, f"the part {name} is missing")
        if not (folder / "config.json").is_file():
            continue  # A tokenizer, scheduler or processor: no weights.
        parts[name], problem = _weights(folder)
        if problem:
            return Folder(ModelKind.BASE, family, parts, f"{name}: {problem}")
    return Folder(ModelKind.BASE, family, {name: n for name, n in parts.items() if n})


def _lies_elsewhere(made_of: list[Any]) -> bool:
    """Whether a part of a modular pipeline comes from a repository of the hub, or is optional."""
    about = made_of[2] if len(made_of) > 2 and isinstance(made_of[2], dict) else None
    if about is None:
        return False
    place = about.get("pretrained_model_name_or_path")
    return place is None or not Path(str(place)).is_absolute()


def family_of_pipeline(path: Path, pipeline: str) -> Family:
    """The family that a pipeline class belongs to; the U-Net of the folder settles the rest."""
    for prefix, family in _CLASSES:
        if pipeline.startswith(prefix):
            return family
    if not pipeline.startswith("StableDiffusion"):
        return Family.UNKNOWN
    unet = _json(path / "unet" / "config.json") or {}
    return Family.SD2 if unet.get("cross_attention_dim") == 1024 else Family.SD15


def _component_family(name: str, config: Mapping[str, Any] | None) -> Family:
    for prefix, family in _CLASSES:
        if name.startswith(prefix):
            return family
    width = (config or {}).get("cross_attention_dim")
    known = {768: Family.SD15, 1024: Family.SD2, 2048: Family.SDXL}
    return known.get(width, Family.UNKNOWN) if isinstance(width, int) else Family.UNKNOWN


def _weights(folder: Path) -> tuple[int, str]:
    """Number of weights in a part, and what is wrong with its files."""
    files = {file.name: file for file in folder.glob("*.safetensors")}
    wanted: set[str] = set()
    for index in folder.glob("*.safetensors.index.json"):
        listed = (_json(index) or {}).get("weight_map", {})
        wanted |= set(map(str, listed.values())) if isinstance(listed, dict) else set()
    missing = sorted(wanted - files.keys())
    if missing:
        return 0, f"{missing[0]} is missing"
    # Beside the full weights there may be a variant, as in model.fp16.safetensors.
    plain = [file for name, file in sorted(files.items()) if name.count(".") == 1] or [
        *files.values()
    ]
    if not plain:
        pickled = any(file.suffix in {".bin", ".pt", ".ckpt"} for file in folder.iterdir())
        return 0, "has only pickled weights, which are refused" if pickled else "has no weights"
    total = 0
    for file in plain:
        try:
            total += sum(
                tensor.count for tensor in read_header(file, field=file.name).tensors.values()
            )
        except InvalidInput as error:
            return 0, str(error)
        except OSError as error:
            return 0, f"{file.name} cannot be read ({error.strerror})"
    return total, ""


def _json(path: Path) -> dict[str, Any] | None:
    try:
        data = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return None
    return data if isinstance(data, dict) else None
