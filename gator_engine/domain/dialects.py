"""Which dialect a picture model reads, told by its name or the class of its pipeline.

The language-model encoders are those the model cards name: FLUX.1 reads with T5 (FLUX.2 with
Mistral), Qwen-Image with Qwen2.5-VL, Z-Image with Qwen3, Stable Diffusion 3 with T5 beside CLIP,
PixArt and Chroma with T5, Sana with Gemma.
"""

from __future__ import annotations

import re

from gator_engine.domain.briefs import Dialect

_READS_SENTENCES = re.compile(
    r"flux|qwen|z-?image|stable-?diffusion-?3|sd-?3|pixart|sana|hidream|lumina|auraflow|cogview|chroma|wan-?2|wan-?(image|pipeline)|cogvideo"
)


def dialect_of(model: str) -> Dialect:
    """The dialect of a model named by hub id, folder or pipeline class; tags when unknown."""
    spoken = _READS_SENTENCES.search(re.sub(r"[\s_]", "-", model.casefold()))
    return Dialect.SENTENCES if spoken else Dialect.TAGS
