"""Enlarging with new detail: enlarge, then redraw lightly, tile by tile (the "hires fix")."""

from __future__ import annotations

from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import SHARED, SOURCE_PICTURE, strength
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import (
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
    Task,
)

_SCALE = Option("scale", "Enlarge", OptionKind.NUMBER, 2.0, 1.0, 4.0, help="Times each edge.")
_OVERLAP = Option(
    "overlap", "Overlap", OptionKind.NUMBER, 0.25, 0.1, 0.5,
    help="Part of each tile that melts into the next one.",
)  # fmt: skip
_UPSCALER = Option(
    "upscaler", "Enlarged by", OptionKind.TEXT, "",
    help="A Swin2SR model (folder or hub id) that enlarges before the redraw; empty: the one of the"
    " settings (GATOR_UPSCALE_MODEL), else a plain Lanczos filter.",
)  # fmt: skip


class DiffusersUpscale(DiffusersGenerator):
    """Needs no more memory for a large picture than for one of the model's own size."""

    can = GeneratorCapabilities(
        slug="diffusers_upscale",
        label="AI enlargement",
        description="Enlarges a picture and draws the detail that was not there, tile by tile.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(
            SOURCE_PICTURE,
            _SCALE,
            strength(0.3, "How much detail to draw: 0.2 sharpens, above 0.5 things change."),
            _OVERLAP,
            _UPSCALER,
            *SHARED,
        ),
        max_count=4,
        origin="ai_edited",
        task=Task.UPSCALE,
        size_from=SizeFrom.SOURCE,
    )
    plan = "upscale"

    def _more(self, settings: Settings) -> dict[str, str]:
        return {"upscaler": settings.upscale_model}


GENERATOR = DiffusersUpscale
