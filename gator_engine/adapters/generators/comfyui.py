"""Pictures from a ComfyUI server: the built-in workflow, or one's own with slots for the brief."""

from __future__ import annotations

from urllib.parse import urlsplit

from gator_engine.adapters.generators._comfyui.workflows import BUILT_IN, names
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.options import with_defaults
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import GenerateRequest, GenerateResult, Run

_FITS = ("as made", "crop", "letterbox")
_LARGEST_SEED = 2**63 - 1


def _options(workflows: tuple[str, ...]) -> tuple[Option, ...]:
    return (
        Option(
            "workflow", "Workflow", OptionKind.CHOICE, BUILT_IN, choices=workflows,
            help="Files of the workflows folder, exported from ComfyUI in the API format.",
        ),
        Option("steps", "Steps", OptionKind.INTEGER, 20, 1, 150),
        Option(
            "guidance", "Guidance", OptionKind.NUMBER, 7.0, 0.0, 30.0,
            help="How closely to follow the prompt.",
        ),
        Option("sampler", "Sampler", OptionKind.TEXT, "euler", help="As ComfyUI calls it."),
        Option("scheduler", "Scheduler", OptionKind.TEXT, "normal", help="As ComfyUI calls it."),
        Option(
            "denoise", "Change", OptionKind.NUMBER, 0.6, 0.0, 1.0,
            help="How far to move away from the picture given; for workflows with {{denoise}}.",
        ),
        Option(
            "model", "Model", OptionKind.TEXT, "",
            help="The checkpoint's file on the server; empty: the first it has.",
        ),
        Option(
            "fit", "If the shape differs", OptionKind.CHOICE, _FITS[0], choices=_FITS,
            help="Keep the picture as made, crop it, or add bars.",
        ),
        Option(
            "source", "Picture to work on", OptionKind.PICTURE, "",
            help="For workflows with {{image}}.",
        ),
        Option(
            "mask", "Where to paint", OptionKind.PICTURE, "", help="For workflows with {{mask}}."
        ),
    )  # fmt: skip


class ComfyUi:
    """One run of a workflow for each picture, live, on another machine or this one."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @property
    def capabilities(self) -> GeneratorCapabilities:
        """With the workflows that lie in the folder now."""
        folder = self._settings.home / self._settings.comfyui_workflows
        return GeneratorCapabilities(
            slug="comfyui",
            label="ComfyUI workflow",
            description="A picture from a ComfyUI server, by its own workflows or a simple one.",
            kinds=(BriefKind.IMAGE,),
            ratios=tuple(AspectRatio),
            options=_options(names(folder)),
            max_count=8,
            origin="ai_generated",
        )

    def missing(self) -> str:
        """What to set before a server can be asked; "" when ready."""
        url = self._settings.comfyui_url
        if not url:
            return (
                "No ComfyUI server is connected. Start one and set GATOR_COMFYUI_URL to its"
                " address, such as http://127.0.0.1:8188."
            )
        if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).hostname:
            return f"GATOR_COMFYUI_URL is {url}, which is not a web address."
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Make `request.count` pictures; the n-th has the seed `request.seed + n`.

        Raises InvalidInput (also for a workflow that cannot be used), CapabilityError, Cancelled,
        Rejected naming what the server lacks or which node failed, AuthExpired, or Transient.
        """
        can = self.capabilities
        options = with_defaults(can, request.settings)
        if request.kind not in can.kinds:
            raise CapabilityError(can.label, f"the kind {request.kind}", ", ".join(can.kinds))
        if not 1 <= request.count <= can.max_count:
            raise InvalidInput("count", f"is {request.count}", f"1–{can.max_count}")
        if not 0 <= request.seed <= _LARGEST_SEED - request.count:
            raise InvalidInput("seed", f"is {request.seed}", f"0–{_LARGEST_SEED - can.max_count}")
        if request.texts:
            raise InvalidInput(next(iter(request.texts)), "has no place in an AI picture")
        if missing := self.missing():
            raise InvalidInput("generator", missing)
        from gator_engine.adapters.generators._comfyui.making import make_pictures

        return make_pictures(self._settings, request, options, run)


GENERATOR = ComfyUi
