"""Enlarging by a super-resolution model alone: the same picture, sharper, without a prompt."""

from __future__ import annotations

import time
from importlib.util import find_spec
from pathlib import Path

from gator_engine.adapters.generators._diffusers.options import SOURCE_PICTURE
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import (
    SOURCE,
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
    Task,
)
from gator_engine.domain.options import check_pictures, with_defaults
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

_OPTIONS = (
    SOURCE_PICTURE,
    Option("scale", "Enlarge", OptionKind.NUMBER, 2.0, 1.0, 4.0, help="Times each edge."),
    Option(
        "upscaler", "Model", OptionKind.TEXT, "",
        help="A Swin2SR model (folder or hub id); empty: the one of the settings"
        " (GATOR_UPSCALE_MODEL).",
    ),
)  # fmt: skip


class ModelUpscale:
    """One result whatever the seed: there is nothing random in it."""

    capabilities = GeneratorCapabilities(
        slug="model_upscale",
        label="Enlargement",
        description="Enlarges a picture and makes it sharper; nothing new is drawn.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=_OPTIONS,
        max_count=1,
        uses_prompt=False,
        origin="ai_edited",
        task=Task.UPSCALE,
        size_from=SizeFrom.SOURCE,
        seeded=False,
    )

    def __init__(self, settings: Settings) -> None:
        self._model, self._device = settings.upscale_model, settings.device

    def missing(self) -> str:
        """What to install or set before pictures can be enlarged; "" when ready."""
        absent = [name for name in ("torch", "transformers") if not find_spec(name)]
        if absent:
            return f"Enlarging needs {' and '.join(absent)}, which is not installed."
        if not self._model:
            return (
                "No enlarging model is chosen. Set GATOR_UPSCALE_MODEL to a folder or to a hub id"
                " such as caidas/swin2SR-classical-sr-x2-64."
            )
        if self._model.startswith((".", "~", "/")) and not Path(self._model).expanduser().is_dir():
            return f"GATOR_UPSCALE_MODEL names {self._model}, which is not a folder."
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """The source, `scale` times as large.

        Raises InvalidInput, CapabilityError, ConfigError, Cancelled or Rejected.
        """
        options = with_defaults(self.capabilities, request.settings)
        name = str(options["upscaler"]).strip() or self._model
        self._check(request, name)
        from gator_engine.adapters.generators._diffusers.enlarging import enlarge_file

        begun = time.perf_counter()
        scale = float(str(options["scale"]))
        made = enlarge_file(request.pictures[SOURCE], name, self._device, scale, run)
        parameters = {SOURCE: options[SOURCE], "scale": scale, "upscaler": name, **made.facts}
        alt_text = f"Enlarged picture of {request.profile.identity.name}"
        file = GeneratedFile(made.data, request.seed, alt_text, parameters)
        run.progress(1.0, "Done")
        timings = {"enlarge_s": time.perf_counter() - begun}
        return GenerateResult((file,), name, timings, made.software)

    def _check(self, request: GenerateRequest, name: str) -> None:
        can = self.capabilities
        if request.kind not in can.kinds:
            raise CapabilityError(can.label, f"the kind {request.kind}", ", ".join(can.kinds))
        if request.count != 1:
            raise InvalidInput("count", f"is {request.count}", "1: every seed gives the same")
        if request.texts:
            raise InvalidInput(next(iter(request.texts)), "has no place in an enlargement")
        if not name:
            raise InvalidInput("settings.upscaler", "no model is chosen", "a folder or a hub id")
        check_pictures(can, request.pictures)


GENERATOR = ModelUpscale
