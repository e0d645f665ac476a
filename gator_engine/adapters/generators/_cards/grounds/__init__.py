"""The grounds a card can stand on, by name."""

from __future__ import annotations

from collections.abc import Callable

from gator_engine.adapters.generators._cards.colour import Array
from gator_engine.adapters.generators._cards.grounds.flow import paint_flow
from gator_engine.adapters.generators._cards.grounds.frame import Frame
from gator_engine.adapters.generators._cards.grounds.mesh import paint_mesh, paint_silk
from gator_engine.adapters.generators._cards.grounds.paper import paint_paper
from gator_engine.adapters.generators._cards.grounds.shapes import (
    paint_orbs,
    paint_tiles,
    paint_waves,
)

PAINTERS: dict[str, Callable[[Frame], Array]] = {
    "mesh": paint_mesh,
    "silk": paint_silk,
    "flow": paint_flow,
    "orbs": paint_orbs,
    "waves": paint_waves,
    "paper": paint_paper,
    "tiles": paint_tiles,
}

__all__ = ["PAINTERS", "Frame"]
