"""Pictures from any endpoint that speaks OpenAI's images API, hosted or local.

Words go to `images/generations`; with a source picture or references they go to `images/edits`.
The file is passed on as it came; the library marks and signs it.
"""

from __future__ import annotations

import time
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind, Dialect
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.options import with_defaults
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

_FITS = ("as made", "crop", "letterbox")
_LARGEST_SEED = 2**31 - 1

_OPTIONS = (
    Option(
        "model", "Model", OptionKind.TEXT, "",
        help="Empty: the one of the settings (GATOR_IMAGE_API_MODEL).",
    ),
    Option(
        "quality", "Quality", OptionKind.TEXT, "",
        help="As the provider calls it, such as low, medium or high; empty: its own choice.",
    ),
    Option(
        "fit", "If the shape differs", OptionKind.CHOICE, _FITS[0], choices=_FITS,
        help="Providers make few shapes: keep the picture as made, crop it, or add bars.",
    ),
    Option(
        "source", "Picture to edit", OptionKind.PICTURE, "",
        help="The words then say what to change.",
    ),
    Option(
        "mask", "Where to edit", OptionKind.PICTURE, "",
        help="White is painted anew, black is kept; the same size as the picture.",
    ),
    Option(
        "references", "Reference pictures", OptionKind.REFERENCES, (),
        help="Pictures that show the persona.",
    ),
)  # fmt: skip


class OpenAiImages:
    """One request for each picture, so that it can be stopped in between."""

    capabilities = GeneratorCapabilities(
        slug="openai_images",
        label="Picture by a provider",
        description="A picture from an OpenAI-compatible service; it may cost money there.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=_OPTIONS,
        max_count=8,
        origin="ai_generated",
        dialect=Dialect.SENTENCES,
    )

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def missing(self) -> str:
        """What to set before a provider can be asked; "" when ready."""
        url, model = self._settings.image_api_url, self._settings.image_api_model
        if not url:
            return (
                "No picture service is connected. Set GATOR_IMAGE_API_URL to its address, such as"
                " https://api.openai.com/v1, GATOR_IMAGE_API_KEY to your key, and"
                " GATOR_IMAGE_API_MODEL to the model to ask for."
            )
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            return f"GATOR_IMAGE_API_URL is {url}, which is not a web address."
        if not model:
            return "Set GATOR_IMAGE_API_MODEL to the model to ask for, such as gpt-image-1."
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Make `request.count` pictures.

        Raises InvalidInput, CapabilityError, Cancelled, AuthExpired, RateLimited, Rejected (with
        the provider's words), Transient, or OutcomeUnknown when a picture may have been made and
        billed without reaching us.
        """
        options = with_defaults(self.capabilities, request.settings)
        self._check(request, options)
        from gator_engine.adapters.generators._openai_images.asking import Provider
        from gator_engine.adapters.generators._remote.pictures import refuse_no_pictures
        from gator_engine.adapters.generators._remote.waiting import while_waiting

        refuse_no_pictures(request, self._settings.max_image_megapixels * 1e6)
        provider = Provider(self._settings, request, options)
        files: list[GeneratedFile] = []
        begun = time.perf_counter()
        for number in range(request.count):
            stage = f"Picture {number + 1} of {request.count}: {provider.name} is drawing"
            make = partial(provider.make, request.seed + number)
            files.append(while_waiting(make, run, number / request.count, stage))
        run.progress(1.0, "Done")
        return GenerateResult(
            files=tuple(files),
            model=provider.model,
            timings_s={"provider_s": time.perf_counter() - begun},
            software={"service": provider.name},
            notes=provider.notes,
        )

    def _check(self, request: GenerateRequest, options: dict[str, Any]) -> None:
        can = self.capabilities
        if request.kind not in can.kinds:
            raise CapabilityError(can.label, f"the kind {request.kind}", ", ".join(can.kinds))
        if not 1 <= request.count <= can.max_count:
            raise InvalidInput("count", f"is {request.count}", f"1–{can.max_count}")
        if not 0 <= request.seed <= _LARGEST_SEED:
            raise InvalidInput("seed", f"is {request.seed}", f"0–{_LARGEST_SEED}")
        if request.texts:
            raise InvalidInput(next(iter(request.texts)), "has no place in an AI picture")
        if not request.compiled.text.strip():
            raise InvalidInput("prompt", "is empty")
        if request.pictures.get("mask") and not request.pictures.get("source"):
            raise InvalidInput("settings.mask", "needs the picture it belongs to", "a picture")
        if missing := self.missing():
            raise InvalidInput("generator", missing)


GENERATOR = OpenAiImages
