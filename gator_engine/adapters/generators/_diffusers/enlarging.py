"""Enlarging by a super-resolution model: Swin2SR of transformers, tile by tile.

M. Conde et al., "Swin2SR: SwinV2 Transformer for compressed image super-resolution and
restoration", ECCV workshops 2022. Needs no torchvision: pictures are prepared here.
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image
from safetensors import SafetensorError
from transformers import AutoModelForImageToImage

from gator_engine.adapters.generators._diffusers.cache import Companion, PipelineKey, companion
from gator_engine.adapters.generators._diffusers.models import PROVIDER, WARM, device_for
from gator_engine.adapters.generators._diffusers.pictures import melted, opened, resized, tiles_of
from gator_engine.adapters.provenance import (
    COMPOSITE_WITH_AI,
    parameters_text,
    png_bytes,
    xmp_packet,
)
from gator_engine.domain.capabilities import SOURCE
from gator_engine.errors import InvalidInput, Rejected
from gator_engine.ports import Run

TILE = 256
OVERLAP = 0.125
_UNFIT = (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)


def upscaler(name: str, device: str) -> Any:
    """The model, warm where it was used before. Raises InvalidInput or Rejected."""
    folder = Path(name).expanduser()
    if name.startswith((".", "~", "/")) and not folder.is_dir():
        raise InvalidInput("settings.upscaler", f"there is no folder {name}", "a Swin2SR model")
    key = PipelineKey(name, device, "float32", role="enlarging")
    return WARM.companion(key, lambda: _load(name, device)).model


def _load(name: str, device: str) -> Companion:
    folder = Path(name).expanduser()
    try:
        # A person chooses the model, so no revision is pinned; pickles are refused.
        model: Any = AutoModelForImageToImage.from_pretrained(  # nosec B615
            str(folder) if folder.is_dir() else name, use_safetensors=True
        )
    except _UNFIT as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        message = f"The enlarging model {name} cannot be used: {first}"
        raise Rejected(PROVIDER, "load", message) from error
    return companion(model.eval().to(device))


def enlarged(image: Image.Image, name: str, device: str, run: Run | None = None) -> Image.Image:
    """The picture times the model's own scale. Raises InvalidInput, Rejected or Cancelled."""
    model = upscaler(name, device)
    scale = int(model.config.upscale)
    boxes = tiles_of(image.size, (TILE, TILE), OVERLAP)
    made = []
    for number, box in enumerate(boxes):
        if run is not None:
            run.progress(number / len(boxes), f"Part {number + 1} of {len(boxes)}")
        made.append(_tile(model, image.crop(box), scale))
    large = [tuple(edge * scale for edge in box) for box in boxes]
    whole = (image.width * scale, image.height * scale)
    return melted(made, [(b[0], b[1], b[2], b[3]) for b in large], whole)


@torch.inference_mode()
def _tile(model: Any, image: Image.Image, scale: int) -> Image.Image:
    """One tile, mirrored at its borders up to whole windows, as the model was trained."""
    window = int(model.config.window_size)
    pixels = np.asarray(image, np.float32) / 255
    right, below = -image.width % window, -image.height % window
    padded = np.pad(pixels, ((0, below), (0, right), (0, 0)), mode="symmetric")
    tensor = torch.from_numpy(padded).permute(2, 0, 1)[None].to(model.device, model.dtype)
    made = model(tensor).reconstruction[0].float().clamp(0, 1).permute(1, 2, 0).cpu().numpy()
    whole = made[: image.height * scale, : image.width * scale]
    return Image.fromarray(np.rint(whole * 255).astype(np.uint8))


@dataclass(frozen=True)
class Enlarged:
    """A finished PNG, what is to be told of it, and the versions that made it."""

    data: bytes
    facts: dict[str, object]
    software: dict[str, str]


def enlarge_file(data: bytes, name: str, device: str, scale: float, run: Run) -> Enlarged:
    """A picture `scale` times as large, as a marked PNG.

    Raises InvalidInput, ConfigError, Rejected or Cancelled.
    """
    run.progress(0.0, f"Loading {name}")
    source = opened(data, SOURCE)
    on = device_for(device)
    made = enlarged(source, name, on, run)
    size = (max(1, round(source.width * scale)), max(1, round(source.height * scale)))
    facts = {"device": on, "width": size[0], "height": size[1]}
    words = parameters_text("", "", {"Hires upscale": scale, "Hires upscaler": name})
    marks = xmp_packet(COMPOSITE_WITH_AI, "Gator")
    software = {name: version(name) for name in ("torch", "transformers")}
    return Enlarged(png_bytes(resized(made, size), parameters=words, xmp=marks), facts, software)
