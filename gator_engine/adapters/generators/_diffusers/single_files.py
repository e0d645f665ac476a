"""Pipelines from one file: Stable Diffusion 1.5 and XL as other programs share them.

Such a file holds the weights alone. What else a pipeline needs (configurations, tokenizers) is
taken from a diffusers folder of the same family on this disk; nothing is fetched.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers.loaders.single_file_utils import SingleFileComponentError
from safetensors import SafetensorError

from gator_engine.adapters.shelf.header import read_header
from gator_engine.adapters.shelf.shelf import DiskShelf, single_file_needs
from gator_engine.domain.models.kinds import Family
from gator_engine.domain.models.signatures import family_of, whole_checkpoint
from gator_engine.errors import InvalidInput, Rejected

ENDING = ".safetensors"
_PIPELINES = {Family.SD15: "StableDiffusionPipeline", Family.SDXL: "StableDiffusionXLPipeline"}
_UNFIT = (SingleFileComponentError, OSError, ValueError, RuntimeError, KeyError, TypeError)


def is_single_file(name: str) -> bool:
    """Whether a model's name is that of a file on this disk."""
    return Path(name).suffix.casefold() == ENDING and Path(name).expanduser().is_file()


def load_single_file(name: str, dtype: torch.dtype, shelf: DiskShelf) -> Any:
    """The pipeline in a file. Raises InvalidInput for what is no such file, else Rejected."""
    path = Path(name).expanduser()
    header = read_header(path, field="settings.model")
    family = whole_checkpoint(header)
    folder = shelf.configuration_of(family)
    if needs := single_file_needs(family_of(header), family, folder):
        raise InvalidInput("settings.model", f"{path.name}: {needs}")
    kind = getattr(diffusers, _PIPELINES[family])
    try:
        return kind.from_single_file(
            str(path), config=str(folder), torch_dtype=dtype, local_files_only=True
        )
    except SafetensorError as error:
        raise Rejected("diffusers", "load", f"{name} is incomplete or damaged: {error}") from error
    except _UNFIT as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        text = f"{name} does not fit the configuration of {folder}: {first}"
        raise Rejected("diffusers", "load", text) from error
