"""Words in the picture: burned-in captions and designed titles, as layers to lay over frames."""

from gator_engine.adapters.render.text.layer import Layer
from gator_engine.adapters.render.text.painter import CaptionPainter

__all__ = ["CaptionPainter", "Layer"]
