"""Models that lie on this machine, whether they fit it, and what one may choose from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from gator_engine.domain.models.catalogue import CatalogueModel
from gator_engine.domain.models.kinds import Family, ModelKind
from gator_engine.domain.models.memory import (
    GIB,
    WORKING_BYTES,
    Device,
    MemoryMode,
    Quantisation,
    Weights,
    memory_plan,
)


class Place(StrEnum):
    """Where a model was found."""

    CACHE = "cache"
    FOLDER = "folder"


class Layout(StrEnum):
    """How a model is laid out on disk."""

    PIPELINE = "pipeline"
    PART = "part"
    SINGLE_FILE = "single_file"


@dataclass(frozen=True)
class InstalledModel:
    """A model on disk. `problem` says why it cannot be used; "" when nothing speaks against it.

    `id` names it to the studio, `path` is what generators take, `parts` are numbers of weights by
    part (not bytes: the type they are loaded in decides those). `licence` is a name, and
    `licence_from` who says so.
    """

    id: str
    name: str
    path: str
    place: Place
    layout: Layout
    kind: ModelKind
    family: Family
    size_bytes: int
    parts: Mapping[str, int] = field(default_factory=dict)
    repo_id: str = ""
    licence: str = ""
    licence_from: str = ""
    trigger_words: tuple[str, ...] = ()
    problem: str = ""

    @property
    def usable(self) -> bool:
        """Whether nothing speaks against using it."""
        return not self.problem


class Verdict(StrEnum):
    """Whether a model fits a device."""

    FITS = "fits"
    SLOWLY = "slowly"
    TOO_LARGE = "too_large"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Fit:
    """A verdict and its reason, in plain words."""

    verdict: Verdict
    why: str


_NO_GPU = "Without a GPU a picture takes many minutes."
UNKNOWN_FIT = Fit(Verdict.UNKNOWN, "How much memory it needs is not known.")


def fit_of_installed(
    model: InstalledModel, device: Device, *, can_quantise: bool, working_bytes: int
) -> Fit:
    """Whether a base model on disk fits; adapters are small beside their model."""
    if model.kind is not ModelKind.BASE or not model.parts:
        return UNKNOWN_FIT
    per_weight = 2 if device.is_gpu else 4
    weights = Weights({name: count * per_weight for name, count in model.parts.items()})
    return _judge(weights, device, can_quantise=can_quantise, working_bytes=working_bytes)


def fit_of_known(
    model: CatalogueModel,
    device: Device,
    *,
    can_quantise: bool,
    working_bytes: int = WORKING_BYTES,
) -> Fit:
    """Whether a model of the catalogue would fit, as far as its sizes are known."""
    if model.kind is not ModelKind.BASE:
        return UNKNOWN_FIT
    parts = dict(model.parts_gb) or ({"transformer": model.weights_gb} if model.weights_gb else {})
    if parts:
        scale = 1e9 * (1 if device.is_gpu else 2)
        weights = Weights({name: int(gb * scale) for name, gb in parts.items()})
        return _judge(weights, device, can_quantise=can_quantise, working_bytes=working_bytes)
    return _by_stated_memory(model, device)


def _by_stated_memory(model: CatalogueModel, device: Device) -> Fit:
    """From what the source says a mode takes, where it does not say how large the weights are."""
    if not model.vram_gb or device.total_bytes is None:
        return UNKNOWN_FIT
    have = device.total_bytes / GIB
    if not device.is_gpu:
        least = 2 * max(model.vram_gb.values())  # Said of 16 bits; a processor works with 32.
        said = f"It is said to take about {least:g} GB without a GPU; there are {have:.1f}."
        fits = least <= have
        return Fit(Verdict.SLOWLY, f"{said} {_NO_GPU}") if fits else Fit(Verdict.TOO_LARGE, said)
    for mode, needed in sorted(model.vram_gb.items(), key=lambda pair: -pair[1]):
        if needed <= have:
            quick = mode is MemoryMode.ON_DEVICE
            verdict = Verdict.FITS if quick else Verdict.SLOWLY
            return Fit(verdict, f"It is said to take {needed:g} GB: {mode.label.lower()}.")
    least = min(model.vram_gb.values())
    return Fit(Verdict.TOO_LARGE, f"It is said to take {least:g} GB; {device.name} has {have:.1f}.")


def _judge(weights: Weights, device: Device, *, can_quantise: bool, working_bytes: int) -> Fit:
    plan = memory_plan(weights, device, can_quantise=can_quantise, working_bytes=working_bytes)
    if not plan.fits:
        return Fit(Verdict.TOO_LARGE, plan.why)
    if not device.is_gpu:
        return Fit(Verdict.SLOWLY, f"{plan.why} {_NO_GPU}")
    quick = plan.mode is MemoryMode.ON_DEVICE and plan.quantisation is Quantisation.NONE
    return Fit(Verdict.FITS if quick else Verdict.SLOWLY, plan.why)


@dataclass(frozen=True)
class ModelChoice:
    """One line of a model picker: `value` is what a brief's `model` setting takes.

    `known` is the catalogue's entry with its terms, None for models it does not list. A choice that
    is not `installed`, or whose terms are not `accepted`, cannot be used yet.
    """

    value: str
    label: str
    installed: bool
    default: bool
    fit: Fit
    family: Family
    licence: str
    known: CatalogueModel | None = None
    accepted: bool = True
    problem: str = ""

    @property
    def ready(self) -> bool:
        """Whether pictures can be made with it now."""
        return self.installed and self.accepted and not self.problem


def licence_name(known: CatalogueModel | None, said: str) -> tuple[str, str]:
    """A licence's name and who says so: the catalogue first, then the file or its card."""
    if known is not None and known.licence.commercial.value != "unknown":
        return known.licence.name, "the catalogue"
    return (said, "its model card") if said else ("not known", "")
