"""What the diffusion generators of videos have in common. Importing this loads no model library."""

from __future__ import annotations

from typing import Any

from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import DRAWING, MODEL
from gator_engine.adapters.generators._diffusers.policy import adopt
from gator_engine.config import Settings
from gator_engine.domain.capabilities import Option, OptionKind
from gator_engine.domain.options import with_defaults
from gator_engine.ports import GenerateRequest, GenerateResult, Run

_NAMED = Option(
    "model", "Model", OptionKind.MODEL, "",
    help="A folder or hub id; empty: the one of the settings (GATOR_VIDEO_MODEL), else an"
    " installed one.",
)  # fmt: skip
FILM = (
    Option(
        "frames", "Frames", OptionKind.INTEGER, 0, 0, 257,
        help="0: as the model proposes; rounded to what it can make, which is said.",
    ),
    Option(
        "fps", "Frames a second", OptionKind.INTEGER, 0, 0, 60,
        help="How fast the frames are shown; 0: as the model was taught.",
    ),
    *DRAWING,
    *(option for option in MODEL if option.name != _NAMED.name),
    _NAMED,
)  # fmt: skip


class FilmGenerator(DiffusersGenerator):
    """A task that a diffusion model for videos does."""

    plan = "film"

    def _choice(self, settings: Settings) -> tuple[str, str]:
        return "GATOR_VIDEO_MODEL", settings.video_model

    def _prepared(self, request: GenerateRequest) -> tuple[str, dict[str, Any]]:
        options = with_defaults(self.capabilities, request.settings)
        name = self.model_for(options)
        self._check(request, name)
        return name, options

    def batch_key(self, request: GenerateRequest) -> str:
        """See ports.Batching: a video fills the device alone."""
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        """Make `request.count` videos; the n-th has the seed `request.seed + n`.

        A video is made near the size the model was trained on, in the shape that was asked for.
        Raises InvalidInput, CapabilityError, ConfigError, Cancelled, Rejected or Transient.
        """
        name, options = self._prepared(request)
        from gator_engine.adapters.generators._films.making import make_films

        adopt(self._policy)
        return make_films(name, self._device, request, options, run, self.can.task)
