"""Which model makes a picture where the brief names none: the settings', else one on this disk.

Importing this loads no model library, and neither does choosing.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from gator_engine.adapters.generators._diffusers.families import family_of
from gator_engine.adapters.shelf.device import MachineProbe
from gator_engine.adapters.shelf.pipelines import class_in, index_of
from gator_engine.adapters.shelf.shelf import DiskShelf, hub_cache
from gator_engine.config import Settings
from gator_engine.domain.capabilities import Task
from gator_engine.domain.models.catalogue import CatalogueModel, known
from gator_engine.domain.models.installed import InstalledModel
from gator_engine.domain.models.presets import default_model, installed_default

# Pages ask each generator again and again; reading a large disk takes longer than drawing a page.
FRESH_S = 3.0


def installed_choice(settings: Settings, task: Task) -> str:
    """The folder or hub id of the licence-clean model on disk to use; "" where there is none."""
    found = installed_models(settings)
    chosen = installed_default(MachineProbe(settings).device(), task, found) if found else None
    return chosen.path if chosen else ""


def installed_models(settings: Settings) -> Sequence[InstalledModel]:
    """What lies on this disk, read again every few seconds."""
    return _found(settings.models_folder, hub_cache(), int(time.monotonic() / FRESH_S))


@lru_cache(maxsize=2)
def _found(folder: Path, cache: Path, _moment: int) -> Sequence[InstalledModel]:
    return DiskShelf(folder, cache).found()


def what_to_download(settings: Settings, task: Task, setting: str) -> str:
    """What to say where there is no model: the machine's own, its size and its licence."""
    model = default_model(MachineProbe(settings).device(), task)
    sort = "video" if task.films else "picture"
    return (
        f"No {sort} model is chosen or installed. Download {model.label} ({_size(model)},"
        f" {model.licence.name}) in Settings → Models, or set {setting} to a diffusers folder or a"
        " hub id."
    )


def _size(model: CatalogueModel) -> str:
    if model.download_gb is not None:
        return f"{model.download_gb:g} GB"
    weights = model.known_weights_gb
    if weights is not None:
        return f"{weights:g} GB of weights"
    if model.vram_gb:
        return f"size not stated, takes {max(model.vram_gb.values()):g} GB of memory"
    return "size not stated"


def can_edit(model: str) -> bool:
    """Whether a model edits in words, as far as its name or folder tells; else it may try."""
    listed = known(model)
    if listed is not None:
        return Task.EDIT in listed.tasks
    family = family_of(class_named_in(model))
    return family is None or family.does(Task.EDIT)


def class_named_in(model: str) -> str:
    """The pipeline class that a local folder names; "" for a hub id or a damaged folder, of which
    loading will complain."""
    index = index_of(Path(model).expanduser())
    return class_in(index) if index is not None else ""


def pads_by_torchvision(model: str) -> bool:
    """Whether a folder's transformer is one of Cosmos (as Anima's) that resizes a padding mask;
    diffusers 0.42 does that with torchvision."""
    try:
        file = Path(model).expanduser() / "transformer" / "config.json"
        config = json.loads(file.read_text("utf-8"))
        named = str(config.get("_class_name", ""))
        return named == "CosmosTransformer3DModel" and config.get("concat_padding_mask", True)
    except (OSError, ValueError, AttributeError):
        return False  # A hub id, or a folder that loading will complain of.
