"""What a picture model does with reference pictures, told without loading it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from gator_engine.adapters.generators._diffusers.choosing import (
    class_named_in,
    installed_choice,
    installed_models,
)
from gator_engine.adapters.generators._diffusers.families import References, family_of
from gator_engine.adapters.shelf.pipelines import family_of_pipeline
from gator_engine.config import Settings
from gator_engine.domain.capabilities import Task
from gator_engine.domain.identity_routes import MOST_SHOWN, ReferenceUse, ReferenceWay
from gator_engine.domain.models.catalogue import known
from gator_engine.domain.models.installed import InstalledModel
from gator_engine.domain.models.kinds import Family, ModelKind

# Where the encoder lies: beside the weights, or as in the repository h94/IP-Adapter.
ENCODERS = ("image_encoder", "../models/image_encoder")
_STEERED = (Family.SD15, Family.SDXL)
# It reads one picture: in its own pipeline several would be one each of a batch.
_READS_ONE = "FluxKontextPipeline"


def reference_use(settings: Settings, task: Task, model: str, adapter: str) -> ReferenceUse:
    """How references reach a model (a folder, file or hub id) in a task; `adapter` is the
    IP-Adapter that a brief names, "" for one that is installed.
    """
    installed = installed_models(settings)
    here = next((one for one in installed if one.path == model), None)
    listed = known(model)
    label = listed.label if listed else here.name if here else Path(model).name or "No model"
    named = class_named_in(model)
    family = _family(model, named, here)
    if _shown_pictures(named, family, model, task):
        most = 1 if named == _READS_ONE and task is not Task.EDIT else MOST_SHOWN
        return ReferenceUse(model, label, ReferenceWay.PICTURES, most)
    if family not in _STEERED:
        unknown = family is Family.UNKNOWN and not named
        lacks = f"It is not known here whether {label} takes pictures." if unknown else ""
        return ReferenceUse(model, label, ReferenceWay.NONE, lacks=lacks)
    found = adapter.strip() or _installed_adapter(installed, family)
    lacks = "" if found else f"No IP-Adapter for {family.label} is installed."
    more = {"reference_adapter": found} if found else {}
    return ReferenceUse(model, label, ReferenceWay.ADAPTER, lacks=lacks, settings=more)


def editing_model(settings: Settings) -> ReferenceUse | None:
    """The editing model of the settings, else an installed one, if it makes whole pictures."""
    model = settings.edit_model or installed_choice(settings, Task.EDIT)
    use = reference_use(settings, Task.TEXT_TO_IMAGE, model, "") if model else None
    return use if use is not None and use.way is ReferenceWay.PICTURES else None


def _shown_pictures(pipeline: str, family: Family, model: str, task: Task) -> bool:
    """Whether a model does a task with other pictures before its eyes."""
    of_class = family_of(pipeline)
    if of_class is not None:
        return of_class.references is References.PICTURES and task in of_class.pipelines
    if task is Task.INPAINT:
        return family is Family.FLUX2
    listed = known(model)
    if listed is not None:
        return Task.EDIT in listed.tasks and task in listed.tasks
    return family is Family.FLUX2


def _family(model: str, pipeline: str, here: InstalledModel | None) -> Family:
    if pipeline:
        return family_of_pipeline(Path(model).expanduser(), pipeline)
    listed = known(model)
    if listed is not None:
        return listed.family
    return here.family if here else Family.UNKNOWN


def _installed_adapter(installed: Sequence[InstalledModel], family: Family) -> str:
    """The file of an IP-Adapter for a family with its encoder beside it; one for faces first."""
    able = [
        one.path
        for one in installed
        if one.kind is ModelKind.IP_ADAPTER and one.usable and one.family is family
        if any((Path(one.path).parent / name / "config.json").is_file() for name in ENCODERS)
    ]
    return min(able, key=lambda path: ("face" not in Path(path).name.casefold(), path), default="")
