"""Pictures from a diffusion model: any text-to-image pipeline that diffusers knows.

The model is a local folder (as `save_pretrained` writes it) or a hub id. It stays warm in the
process between requests. torch and diffusers are imported on the first picture, not before.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from gator_engine.adapters.generators._diffusers.policy import adopt, policy_of
from gator_engine.adapters.generators._diffusers.warmth import (
    affinity_of,
    key_for,
    loaded_here,
    pass_size,
)
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind, Dialect
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.dialects import dialect_of
from gator_engine.domain.options import with_defaults
from gator_engine.domain.token_budget import TokenCounter
from gator_engine.errors import CapabilityError, GatorError, InvalidInput
from gator_engine.ports import (
    GenerateRequest,
    GenerateResult,
    Member,
    MemberDone,
    Run,
    WorkerLoad,
)

_PRECISIONS = ("auto", "float32", "bfloat16", "float16")
_LARGEST_SEED = 2**63 - 1
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(?<!\.safetensors)")

_OPTIONS = (
    Option("steps", "Steps", OptionKind.INTEGER, 0, 0, 150, help="0: as the model proposes."),
    Option(
        "guidance", "Guidance", OptionKind.NUMBER, -1.0, -1.0, 30.0,
        help="How closely to follow the prompt; -1: as the model proposes, 0 for turbo models.",
    ),
    Option(
        "negative_prompt", "Keep out", OptionKind.TEXT, "",
        help="Added to what the persona keeps out.",
    ),
    Option(
        "scheduler", "Scheduler", OptionKind.TEXT, "",
        help="Such as Euler or DPMSolverMultistep; empty: the model's own.",
    ),
    Option(
        "width", "Width", OptionKind.INTEGER, 0, 0, 4096,
        help="Pixels, a multiple of 8 (some models: 16); 0: from the format.",
    ),
    Option("height", "Height", OptionKind.INTEGER, 0, 0, 4096, help="As the width."),
    Option(
        "precision", "Precision", OptionKind.CHOICE, "auto", choices=_PRECISIONS,
        help="auto: full on a CPU, half on a GPU.",
    ),
    Option(
        "model", "Model", OptionKind.TEXT, "",
        help="A folder or hub id; empty: the one of the settings (GATOR_IMAGE_MODEL).",
    ),
    Option(
        "loras", "LoRAs", OptionKind.LORAS, (),
        help="Files of LoRAs (.safetensors, absolute or below home) or hub ids, and their weights.",
    ),
    Option(
        "references", "Reference pictures", OptionKind.REFERENCES, (),
        help="Pictures that show the persona.",
    ),
    Option(
        "reference_strength", "Likeness", OptionKind.NUMBER, 0.6, 0.0, 1.0,
        help="How much an IP-Adapter follows the references; editing models decide by themselves.",
    ),
    Option(
        "reference_adapter", "IP-Adapter", OptionKind.TEXT, "",
        help="For references on SD 1.5 and SDXL: a .safetensors file of IP-Adapter Plus, with its"
        " image_encoder folder beside it.",
    ),
)  # fmt: skip


class DiffusersTextToImage:
    """One file per seed; the same seed, size and options give the same bytes on one machine."""

    capabilities = GeneratorCapabilities(
        slug="diffusers",
        label="AI picture",
        description="A picture of the persona from a diffusion model that runs on this machine.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=_OPTIONS,
        max_count=8,
        origin="ai_generated",
    )

    def __init__(self, settings: Settings) -> None:
        self._model, self._device = settings.image_model, settings.device
        self._home = settings.home
        self._policy = policy_of(settings)
        self.capabilities = replace(type(self).capabilities, dialect=_dialect(self._model))

    def missing(self) -> str:
        """What to install or set before pictures can be made; "" when ready."""
        absent = [name for name in ("torch", "diffusers", "transformers") if not find_spec(name)]
        if absent:
            return (
                f"AI pictures need {' and '.join(absent)}, which is not installed. Install PyTorch"
                " for your machine (see docs/architecture.md), then run `make install` again."
            )
        if not self._model:
            return (
                "No picture model is chosen. Set GATOR_IMAGE_MODEL to the folder of a diffusers"
                " model, or to a hub id such as Tongyi-MAI/Z-Image-Turbo."
            )
        if self._model.startswith((".", "~", "/")) and not Path(self._model).expanduser().is_dir():
            return f"GATOR_IMAGE_MODEL names {self._model}, which is not a folder."
        return ""

    def token_counter(self, settings: Mapping[str, Any]) -> TokenCounter | None:
        """The tokenizer of a model folder; None for a hub id, which may not be downloaded yet."""
        named = str(settings.get("model", "")).strip() or self._model
        folder = Path(named).expanduser() / "tokenizer"
        if not named or not folder.is_dir() or not find_spec("transformers"):
            return None
        from gator_engine.adapters.generators._diffusers.tokens import counter_of

        return counter_of(str(folder))

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Make `request.count` pictures; the n-th has the seed `request.seed + n`.

        Without `width` and `height` a picture is made near the model's own size in the shape of
        `request.size`, then scaled to exactly that size; both sizes are in the parameters. Raises
        InvalidInput, CapabilityError, ConfigError, Cancelled, Rejected or Transient.
        """
        name, options = self._prepared(request)
        from gator_engine.adapters.generators._diffusers.making import make_pictures

        adopt(self._policy)
        return make_pictures(name, self._device, request, options, run)

    def _prepared(self, request: GenerateRequest) -> tuple[str, dict[str, Any]]:
        """The model and the full options. Raises InvalidInput or CapabilityError."""
        options = with_defaults(self.capabilities, request.settings)
        options["loras"] = _lora_files(options["loras"], self._home)
        name = str(options["model"]).strip() or self._model
        _check(request, name)
        return name, options

    def affinity(self, settings: Mapping[str, Any]) -> str:
        """See ports.Warming."""
        model = str(settings.get("model", "")).strip() or self._model
        return affinity_of(model, str(settings.get("precision") or "auto"))

    def load(self) -> WorkerLoad:
        """See ports.Warming."""
        return loaded_here(self._device)

    def batch_key(self, request: GenerateRequest) -> str:
        """See ports.Batching; "" also for a request that will be refused."""
        try:
            name, options = self._prepared(request)
        except GatorError:
            return ""
        return key_for(self.capabilities.slug, name, request, options)

    def batch_room(self, request: GenerateRequest) -> int:
        """See ports.Batching. Before the first picture of a GPU nobody knows: a few."""
        return self._policy.batch or pass_size(self._device)

    def generate_together(self, members: Sequence[Member], done: MemberDone) -> None:
        """See ports.Batching."""
        prepared: list[tuple[Member, dict[str, Any]]] = []
        numbers: list[int] = []
        name = ""
        for number, member in enumerate(members):
            try:
                name, options = self._prepared(member.request)
            except GatorError as error:
                done(number, error)
                continue
            prepared.append((member, options))
            numbers.append(number)
        from gator_engine.adapters.generators._diffusers.making import make_together

        adopt(self._policy)
        if prepared:
            make_together(name, self._device, prepared, lambda at, ended: done(numbers[at], ended))


def _dialect(model: str) -> Dialect:
    """By the pipeline a local folder names, else by the model's name."""
    try:
        index = json.loads((Path(model).expanduser() / "model_index.json").read_text("utf-8"))
        return dialect_of(str(index.get("_class_name", model)))
    except (OSError, ValueError, AttributeError):
        return dialect_of(model)  # A hub id, or a folder that `missing` will complain of.


def _lora_files(loras: Any, home: Path) -> tuple[tuple[str, float], ...]:
    """Files and hub ids with their weights. Raises InvalidInput for a file that is not there."""
    found = []
    for named, weight in loras:
        path = home / Path(str(named)).expanduser()
        # Other weight files are pickles, which can run code.
        is_file = path.suffix == ".safetensors" and path.is_file()
        if not is_file and not _HUB_ID.fullmatch(str(named)):
            allowed = "a .safetensors file or a hub id"
            raise InvalidInput("settings.loras", f"there is no file {named}", allowed)
        found.append((str(path) if is_file else str(named), float(weight)))
    return tuple(found)


def _check(request: GenerateRequest, name: str) -> None:
    can = DiffusersTextToImage.capabilities
    if request.kind not in can.kinds:
        raise CapabilityError(can.label, f"the kind {request.kind}", ", ".join(can.kinds))
    if not 1 <= request.count <= can.max_count:
        raise InvalidInput("count", f"is {request.count}", f"1–{can.max_count}")
    if not 0 <= request.seed <= _LARGEST_SEED - request.count:
        raise InvalidInput("seed", f"is {request.seed}", f"0–{_LARGEST_SEED - can.max_count}")
    if request.texts:
        raise InvalidInput(next(iter(request.texts)), "has no place in an AI picture", "no texts")
    if not request.compiled.text.strip():
        raise InvalidInput("prompt", "is empty")
    if not name:
        raise InvalidInput("settings.model", "no model is chosen", "a folder or a hub id")


GENERATOR = DiffusersTextToImage
