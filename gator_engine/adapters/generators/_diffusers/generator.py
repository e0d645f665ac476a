"""What the diffusion generators have in common: readiness, checks, and the way to the model.

Importing this loads no model library; `generate` does.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar

from gator_engine.adapters.generators._diffusers import likeness
from gator_engine.adapters.generators._diffusers.choosing import (
    class_named_in,
    installed_choice,
    pads_by_torchvision,
    what_to_download,
)
from gator_engine.adapters.generators._diffusers.policy import adopt, policy_of
from gator_engine.adapters.generators._diffusers.warmth import (
    affinity_of,
    key_for,
    loaded_here,
    pass_size,
)
from gator_engine.config import Settings
from gator_engine.domain.briefs import Dialect
from gator_engine.domain.capabilities import GeneratorCapabilities, Task
from gator_engine.domain.dialects import dialect_of
from gator_engine.domain.identity_routes import ReferenceUse
from gator_engine.domain.options import check_pictures, with_defaults
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

LARGEST_SEED = 2**63 - 1
# A brief holds 4000 characters and a persona adds its own; no model reads as many as this.
LONGEST_PROMPT = 32_000
_HUB_ID = re.compile(r"[\w-][\w.-]*/[\w-][\w.-]*(?<!\.safetensors)")
# Their processor also reads videos, which transformers does with torchvision alone.
_NEEDS_TORCHVISION = re.compile(
    r"qwen-?image-?edit|qwenimageedit|flux\.?2-dev|flux\.?-?3", re.IGNORECASE
)


class DiffusersGenerator:
    """A task that a diffusion model does; `plan` names its function in `_diffusers.tasks`."""

    can: ClassVar[GeneratorCapabilities]
    plan: ClassVar[str]

    def __init__(self, settings: Settings) -> None:
        self._settings, self._device = settings, settings.device
        self._setting, self._chosen = self._choice(settings)
        self._home, self._defaults = settings.home, self._more(settings)
        self._policy = policy_of(settings)

    @property
    def capabilities(self) -> GeneratorCapabilities:
        """What it can do, with the dialect of the model in force."""
        return replace(self.can, dialect=_dialect(self._model))

    @property
    def _model(self) -> str:
        """The model of a brief that names none: the settings', else one that is installed."""
        return self._chosen or installed_choice(self._settings, self._needed)

    @property
    def _needed(self) -> Task:
        """What the model has to be able to do."""
        return Task.IMAGE_TO_IMAGE if self.can.task is Task.UPSCALE else self.can.task

    def _choice(self, settings: Settings) -> tuple[str, str]:
        """The setting that names the model, and the model; "" where nobody chose one."""
        return "GATOR_IMAGE_MODEL", settings.image_model

    def _more(self, settings: Settings) -> dict[str, str]:
        """Models beside it, by the option that can name another one."""
        return {}

    def model_for(self, settings: Mapping[str, Any]) -> str:
        """See ports.Modelled."""
        return str(settings.get("model", "")).strip() or self._model

    def reference_use(self, settings: Mapping[str, Any]) -> ReferenceUse:
        """See ports.Resembling."""
        adapter = str(settings.get("reference_adapter") or "")
        model = self.model_for(settings)
        return likeness.reference_use(self._settings, self.can.task, model, adapter)

    @property
    def exchangeable(self) -> bool:
        """See ports.Resembling; other tasks rest on what their own model can do."""
        return self.plan == "text_to_image"

    def editing_model(self) -> ReferenceUse | None:
        """See ports.Resembling."""
        return likeness.editing_model(self._settings)

    def missing(self) -> str:
        """What to install or set before pictures can be made; "" when ready."""
        return self.missing_for({})

    def missing_for(self, settings: Mapping[str, Any]) -> str:
        """See ports.Modelled."""
        absent = [name for name in ("torch", "diffusers", "transformers") if not find_spec(name)]
        if absent:
            return (
                f"AI pictures need {' and '.join(absent)}, which is not installed. Install PyTorch"
                " for your machine (see docs/architecture.md), then run `make install` again."
            )
        model = self.model_for(settings)
        if not model:
            return what_to_download(self._settings, self._needed, self._setting)
        place = Path(model).expanduser()
        is_file = place.suffix.casefold() == ".safetensors" and place.is_file()
        if model.startswith((".", "~", "/")) and not (place.is_dir() or is_file):
            named_by = self._setting if model == self._chosen else "The brief"
            return f"{named_by} names {model}, which is not a folder."
        return _without_torchvision(model)

    def token_counter(self, settings: Mapping[str, Any]) -> TokenCounter | None:
        """The tokenizer of a model folder; None for a hub id, which may not be downloaded yet."""
        named = self.model_for(settings)
        folder = Path(named).expanduser() / "tokenizer"
        if not named or not folder.is_dir() or not find_spec("transformers"):
            return None
        from gator_engine.adapters.generators._diffusers.tokens import counter_of

        return counter_of(str(folder))

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Make `request.count` pictures; the n-th has the seed `request.seed + n`.

        A picture is made near the size the model was trained on, in the shape of `request.size`,
        then scaled to exactly that size; both sizes are in the parameters. Raises InvalidInput,
        CapabilityError, ConfigError, Cancelled, Rejected or Transient.
        """
        name, options = self._prepared(request)
        from gator_engine.adapters.generators._diffusers.making import make_pictures

        adopt(self._policy)
        return make_pictures(name, self._device, request, options, run, self._plan())

    def _prepared(self, request: GenerateRequest) -> tuple[str, dict[str, Any]]:
        """The model and the full options. Raises InvalidInput or CapabilityError."""
        options = with_defaults(self.capabilities, request.settings)
        options["loras"] = _lora_files(options["loras"], self._home)
        for option, model in self._defaults.items():
            options[option] = str(options[option]).strip() or model
        name = self.model_for(options)
        self._check(request, name)
        return name, options

    def _plan(self) -> Any:
        from gator_engine.adapters.generators._diffusers import tasks

        return getattr(tasks, self.plan)

    def affinity(self, settings: Mapping[str, Any]) -> str:
        """See ports.Warming."""
        return affinity_of(self.model_for(settings), str(settings.get("precision") or "auto"))

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
            make_together(
                name,
                self._device,
                prepared,
                lambda at, ended: done(numbers[at], ended),
                self._plan(),
            )

    def _check(self, request: GenerateRequest, name: str) -> None:
        can = self.capabilities
        if request.kind not in can.kinds:
            raise CapabilityError(can.label, f"the kind {request.kind}", ", ".join(can.kinds))
        if not 1 <= request.count <= can.max_count:
            raise InvalidInput("count", f"is {request.count}", f"1–{can.max_count}")
        if not 0 <= request.seed <= LARGEST_SEED - request.count:
            raise InvalidInput("seed", f"is {request.seed}", f"0–{LARGEST_SEED - can.max_count}")
        if request.texts:
            raise InvalidInput(next(iter(request.texts)), f"has no place in {can.label}")
        if not request.compiled.text.strip():
            raise InvalidInput("prompt", "is empty")
        against = request.compiled.negative_text + str(request.settings.get("negative_prompt", ""))
        for field, text in (("prompt", request.compiled.text), ("negative_prompt", against)):
            if len(text) > LONGEST_PROMPT:
                raise InvalidInput(field, f"has {len(text)} characters", f"{LONGEST_PROMPT}")
        if not name:
            lacking = what_to_download(self._settings, self._needed, self._setting)
            raise InvalidInput("settings.model", lacking)
        if lacking := _without_torchvision(name):
            raise InvalidInput("settings.model", lacking)
        check_pictures(can, request.pictures)


def _without_torchvision(model: str) -> str:
    if find_spec("torchvision"):
        return ""
    named = class_named_in(model) or model
    if not _NEEDS_TORCHVISION.search(named) and not pads_by_torchvision(model):
        return ""
    return (
        f"{model} needs torchvision for its pictures, which is not installed. Install the build"
        " that belongs to your PyTorch (see https://pytorch.org/get-started), or choose a model"
        " without it, such as black-forest-labs/FLUX.2-klein-4B, which edits too."
    )


def _dialect(model: str) -> Dialect:
    """By the pipeline a local folder names, else by the model's name."""
    return dialect_of(class_named_in(model) or model)


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
