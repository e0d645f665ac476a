"""What each class of machine starts with: its picture model and the way to keep a face.

Tiers and choices follow the survey of 22 November 2026. Only licence-clean models are defaults; a
person may always choose another.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from enum import StrEnum

from gator_engine.domain.models.catalogue import CatalogueModel, catalogue, for_task, known
from gator_engine.domain.models.installed import InstalledModel, Layout
from gator_engine.domain.models.kinds import Family, ModelKind, Task
from gator_engine.domain.models.licences import KNOWN_NAMES
from gator_engine.domain.models.memory import GIB, Device


class Tier(StrEnum):
    """Classes of machines, by the memory of their GPU."""

    DRAFT = "draft"
    GB8 = "8gb"
    GB16 = "16gb"
    GB24 = "24gb"
    GB80 = "80gb"


class IdentityRoute(StrEnum):
    """How a persona's face is kept from picture to picture."""

    SEED = "seed"
    IP_ADAPTER = "ip_adapter"
    REFERENCES = "references"
    REFERENCES_AND_LORA = "references_and_lora"

    @property
    def label(self) -> str:
        """For people."""
        return _ROUTES[self]


_ROUTES = {
    IdentityRoute.SEED: "A drawn avatar and a fixed seed",
    IdentityRoute.IP_ADAPTER: "References through an IP-Adapter",
    IdentityRoute.REFERENCES: "References straight to the model",
    IdentityRoute.REFERENCES_AND_LORA: "References, and a LoRA of the persona",
}


@dataclass(frozen=True)
class DevicePreset:
    """What a tier starts with; `models` are picture models in order of preference (repo ids).

    `editor` is the model that takes reference pictures, "" where an IP-Adapter does.
    """

    tier: Tier
    label: str
    models: tuple[str, ...]
    editor: str
    identity: IdentityRoute
    note: str


_KLEIN, _Z = "black-forest-labs/FLUX.2-klein-4B", "Tongyi-MAI/Z-Image-Turbo"
_SDXL, _SD15 = (
    "stabilityai/stable-diffusion-xl-base-1.0",
    "stable-diffusion-v1-5/stable-diffusion-v1-5",
)
_QWEN, _EDIT = "Qwen/Qwen-Image-2512", "Qwen/Qwen-Image-Edit-2511"

PRESETS: dict[Tier, DevicePreset] = {
    preset.tier: preset
    for preset in (
        DevicePreset(
            Tier.DRAFT,
            "No GPU, or a small one",
            (_SD15,),
            "",
            IdentityRoute.SEED,
            "Designed cards need no model. Stable Diffusion 1.5 takes minutes a picture.",
        ),
        DevicePreset(
            Tier.GB8,
            "GPU with 8 GB",
            (_KLEIN, _SDXL),
            _KLEIN,
            IdentityRoute.REFERENCES,
            "In 4 bits where bitsandbytes is installed, else with parts waiting in main memory.",
        ),
        DevicePreset(
            Tier.GB16,
            "GPU with 16 GB",
            (_KLEIN, _Z),
            _KLEIN,
            IdentityRoute.REFERENCES_AND_LORA,
            "Both fit in 16 bits.",
        ),
        DevicePreset(
            Tier.GB24,
            "GPU with 24 GB",
            (_Z, _KLEIN, _QWEN),
            _KLEIN,
            IdentityRoute.REFERENCES_AND_LORA,
            "Qwen-Image fits in 4 bits.",
        ),
        DevicePreset(
            Tier.GB80,
            "GPU with 80 GB or more",
            (_QWEN, _Z, _KLEIN),
            _EDIT,
            IdentityRoute.REFERENCES_AND_LORA,
            "Everything in 16 bits.",
        ),
    )
}
_SMALL, _FIVE = "Wan-AI/Wan2.1-T2V-1.3B-Diffusers", "Wan-AI/Wan2.2-TI2V-5B-Diffusers"
_LARGE = ("Wan-AI/Wan2.2-T2V-A14B-Diffusers", "Wan-AI/Wan2.2-I2V-A14B-Diffusers")
# Video models in order of preference: of each task the first that does it.
_FILMS: dict[Tier, tuple[str, ...]] = {
    Tier.DRAFT: (_SMALL, _FIVE),
    Tier.GB8: (_SMALL, _FIVE),
    Tier.GB16: (_FIVE,),
    Tier.GB24: (_FIVE,),
    Tier.GB80: (*_LARGE, _FIVE),
}
# Cards report a little less than the number on their box.
_LEAST_GIB = ((Tier.GB80, 75), (Tier.GB24, 22), (Tier.GB16, 14.5), (Tier.GB8, 7))


def tier_of(device: Device) -> Tier:
    """The class a device belongs to. Memory that could not be read counts as little."""
    if not device.is_gpu or device.total_bytes is None:
        return Tier.DRAFT
    for tier, least in _LEAST_GIB:
        if device.total_bytes >= least * GIB:
            return tier
    return Tier.DRAFT


def preset_for(device: Device) -> DevicePreset:
    """What this device starts with."""
    return PRESETS[tier_of(device)]


def default_model(
    device: Device, task: Task = Task.TEXT_TO_IMAGE, installed: Collection[str] = ()
) -> CatalogueModel:
    """The licence-clean model to start with: the first of `installed` (repo ids), else the best.

    Raises LookupError when no licence-clean model does the task.
    """
    preset = preset_for(device)
    order: Sequence[str] = (preset.editor, *preset.models) if task is Task.EDIT else preset.models
    if task.films:
        order = _FILMS[preset.tier]
    able = [one for one in for_task(task) if not one.opt_in]
    preferred = [
        one for repo_id in order if (one := known(repo_id)) is not None and one in able
    ] or able
    if not preferred:
        raise LookupError(task)
    here = {repo_id.casefold() for repo_id in installed}
    return next((one for one in preferred if one.repo_id.casefold() in here), preferred[0])


def installed_default(
    device: Device, task: Task, installed: Sequence[InstalledModel]
) -> InstalledModel | None:
    """The model on disk to use where nobody chose one; None when no licence-clean one does the
    task.

    The machine's own models come first, then the catalogue's in its order, then the smallest.
    """
    able = [
        one
        for one in installed
        if one.usable and one.layout is Layout.PIPELINE and does(one, task) and _is_clean(one)
    ]
    ids = [default_model(device, task, [one.repo_id for one in able]).repo_id.casefold()]
    ids += [one.repo_id.casefold() for one in catalogue()]
    place = {repo_id: number for number, repo_id in reversed(list(enumerate(ids)))}
    return min(
        able,
        key=lambda one: (place.get(one.repo_id.casefold(), len(ids)), one.size_bytes, one.name),
        default=None,
    )


def does(model: InstalledModel, task: Task) -> bool:
    """Whether a model on disk is for a task; of unlisted ones only families are known."""
    if model.kind is not ModelKind.BASE:
        return False
    listed = known(model.repo_id)
    if listed is not None:
        return task in listed.tasks
    if task.films or model.family in _VIDEO:
        # What an unlisted one starts from, words or a picture, only its pipeline knows.
        return task in _VIDEO.get(model.family, ())
    return task is not Task.EDIT or model.family is Family.FLUX2


_VIDEO: dict[Family, tuple[Task, ...]] = {
    Family.WAN: (),
    Family.LTX: (),
    Family.SVD: (Task.IMAGE_TO_VIDEO,),
    Family.COGVIDEOX: (),
    Family.ANIMATEDIFF: (Task.TEXT_TO_VIDEO,),
}


def _is_clean(model: InstalledModel) -> bool:
    """Whether the catalogue, or the model's own card, names a licence that allows any use."""
    listed = known(model.repo_id)
    if listed is not None:
        return not listed.opt_in
    named = KNOWN_NAMES.get(model.licence.casefold())
    return named is not None and not named.needs_consent
