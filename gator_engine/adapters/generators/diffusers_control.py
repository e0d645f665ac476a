"""Pictures by shape: a ControlNet keeps edges, depth or a pose while everything else is new."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gator_engine.adapters.generators._diffusers.generator import DiffusersGenerator
from gator_engine.adapters.generators._diffusers.options import SHARED, SIZE
from gator_engine.config import Settings
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import CONTROL, GeneratorCapabilities, Option, OptionKind

_OPTIONS = (
    Option(
        CONTROL, "Shape", OptionKind.PICTURE, "", required=True,
        help="A drawing of edges, depth or a pose; or a picture to take them from.",
    ),
    Option(
        "control_kind", "Keep", OptionKind.CHOICE, "edge", choices=("edge", "depth", "pose"),
        help="What the ControlNet was trained for.",
    ),
    Option(
        "derive", "Find it in the picture", OptionKind.FLAG, True,
        help="Off: the picture is such a drawing already. A pose is always given.",
    ),
    Option(
        "control_strength", "Hold", OptionKind.NUMBER, 0.8, 0.0, 2.0,
        help="How firmly the shape is kept.",
    ),
    Option(
        "control_model", "ControlNet", OptionKind.TEXT, "",
        help="A folder or hub id; empty: the one of the settings (GATOR_CONTROL_MODEL).",
    ),
    Option(
        "depth_model", "Depth model", OptionKind.TEXT, "",
        help="Finds depth, such as depth-anything/Depth-Anything-V2-Small-hf (a folder or hub id);"
        " empty: the one of the settings (GATOR_DEPTH_MODEL).",
    ),
)  # fmt: skip


class DiffusersControl(DiffusersGenerator):
    """The shape is fitted into the format whole: borders are filled, nothing is cropped."""

    can = GeneratorCapabilities(
        slug="diffusers_control",
        label="AI picture by shape",
        description="A new picture that keeps the edges, the depth or the pose of another one.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(*_OPTIONS, *SIZE, *SHARED),
    )
    plan = "control"

    def _more(self, settings: Settings) -> dict[str, str]:
        return {"control_model": settings.control_model, "depth_model": settings.depth_model}

    def missing_for(self, settings: Mapping[str, Any]) -> str:
        """As for every picture, and a ControlNet."""
        lacking = super().missing_for(settings)
        named = str(settings.get("control_model", "")).strip()
        if lacking or named or self._defaults["control_model"]:
            return lacking
        return (
            "No ControlNet is chosen. Set GATOR_CONTROL_MODEL to a folder or hub id that belongs to"
            " your picture model, such as lllyasviel/control_v11p_sd15_canny for Stable Diffusion"
            " 1.5 or xinsir/controlnet-union-sdxl-1.0 for SDXL."
        )


GENERATOR = DiffusersControl
