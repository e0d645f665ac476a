"""Words in the picture: burned-in captions and designed titles, as layers to lay over frames."""

from gator_engine.adapters.render.text.layer import Layer
from gator_engine.adapters.render.text.painter import CaptionPainter
from gator_engine.adapters.render.text.titles import paint_title

__all__ = ["CaptionPainter", "Layer", "paint_title"]
