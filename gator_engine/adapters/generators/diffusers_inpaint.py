"""Repainting: what a mask marks white is drawn anew, everything else keeps its pixels."""

from __future__ import annotations

from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import (
    MASK_PICTURE,
    SHARED,
    SOURCE_PICTURE,
    strength,
)
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import (
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
    Task,
)

_PADDING = Option(
    "padding", "Room around", OptionKind.INTEGER, -1, -1, 1024,
    help="Work on the masked part alone with this many pixels around it, for finer detail;"
    " -1: on the whole picture.",
)  # fmt: skip
_FEATHER = Option(
    "feather", "Soft edge", OptionKind.INTEGER, 8, 0, 256,
    help="Pixels over which new and old melt together, inside the mask.",
)  # fmt: skip


class DiffusersInpaint(DiffusersGenerator):
    """Pixels outside the mask are those of the source, bit by bit."""

    can = GeneratorCapabilities(
        slug="diffusers_inpaint",
        label="AI repaint",
        description="Draws a marked part of a picture anew and leaves the rest as it is.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(
            SOURCE_PICTURE,
            MASK_PICTURE,
            strength(0.9, "1 ignores what was there, less keeps some of it."),
            _PADDING,
            _FEATHER,
            *SHARED,
        ),
        origin="ai_edited",
        task=Task.INPAINT,
        size_from=SizeFrom.SOURCE,
    )
    plan = "inpaint"


GENERATOR = DiffusersInpaint
