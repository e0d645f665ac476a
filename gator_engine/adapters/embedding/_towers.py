"""The image tower of a model of transformers, and what of its output is the picture's vector."""

from __future__ import annotations

import io
import os
from pathlib import Path
from typing import Any

import torch
from PIL import Image, UnidentifiedImageError
from transformers import AutoImageProcessor, AutoModel

from gator_engine.errors import InvalidInput, Rejected, Transient

PROVIDER = "transformers"
# Untyped in the library.
_PROCESSORS: Any = AutoImageProcessor
_MODELS: Any = AutoModel


class Tower:
    """A loaded model with its picture processor. Raises Rejected or Transient when it cannot be."""

    def __init__(self, name: str, device: str) -> None:
        folder = Path(name).expanduser()
        where = str(folder) if folder.is_dir() else name
        self._device = _device(device)
        try:
            # "pil": the other processors want torchvision.
            self._processor: Any = _PROCESSORS.from_pretrained(where, backend="pil")
            # Other weight files are pickles, which can run code.
            model: Any = _MODELS.from_pretrained(where, use_safetensors=True)
        except (OSError, ValueError, RuntimeError, KeyError) as error:
            raise _explained(name, error) from error
        self._model: Any = model.to(self._device).eval()

    @torch.inference_mode()
    def embed(self, picture: bytes) -> tuple[float, ...]:
        """The vector of one picture, of length 1. Raises InvalidInput, Rejected."""
        pixels = self._processor(images=_opened(picture), return_tensors="pt")["pixel_values"]
        found = _vector(self._model, pixels.to(self._device, self._model.dtype))
        vector = torch.nn.functional.normalize(found.float().flatten(), dim=0)
        return tuple(vector.cpu().tolist())


def _vector(model: Any, pixels: torch.Tensor) -> torch.Tensor:
    """CLIP's and SigLIP's shared space where there is one, else what the tower pools (DINOv2)."""
    if hasattr(model, "get_image_features"):
        output = model.get_image_features(pixel_values=pixels)
    else:
        output = model(pixel_values=pixels)
    if isinstance(output, torch.Tensor):
        return output
    for name in ("image_embeds", "pooler_output"):
        found = getattr(output, name, None)
        if found is not None:
            return torch.as_tensor(found)
    raise Rejected(PROVIDER, "embed", f"{type(model).__name__} gives no vector of a picture.")


def _opened(picture: bytes) -> Image.Image:
    try:
        image: Image.Image = Image.open(io.BytesIO(picture)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise InvalidInput("picture", "is not a picture that can be read") from error
    return image


def _device(wanted: str) -> str:
    if wanted != "auto":
        return wanted
    return "cuda" if torch.cuda.is_available() else "cpu"


def _explained(name: str, error: Exception) -> Exception:
    local = Path(name).expanduser().is_dir()
    offline = os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "YES", "ON"}
    if not local and not offline and "connect" in str(error).lower():
        return Transient(PROVIDER, "load", f"The model hub could not be reached for {name}.")
    first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
    return Rejected(PROVIDER, "load", f"{name} cannot be loaded: {first}")
