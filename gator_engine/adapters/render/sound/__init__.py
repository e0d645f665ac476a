"""The sound of a timeline, from its files to one AAC track as long as the picture."""

from gator_engine.adapters.render.sound.mastering import MixResult, mix
from gator_engine.adapters.render.sound.plan import sound_key

__all__ = ["MixResult", "mix", "sound_key"]
