"""Loading text-to-image pipelines, and keeping the last ones warm in this process."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass, field
from pathlib import Path
from threading import Lock
from typing import Any

import torch
from diffusers import AutoPipelineForText2Image, DiffusionPipeline
from diffusers.utils import logging as diffusers_logging
from huggingface_hub.errors import GatedRepoError, RepositoryNotFoundError
from safetensors import SafetensorError
from transformers.utils import logging as transformers_logging

from gator_engine.adapters.generators._diffusers.adapters import KeptLoras
from gator_engine.adapters.generators._diffusers.cache import (
    PipelineCache,
    PipelineKey,
    bytes_in_memory,
)
from gator_engine.adapters.generators._diffusers.families import family_of
from gator_engine.adapters.generators._diffusers.modular import in_blocks, load_blocks
from gator_engine.adapters.generators._diffusers.placing import how_to_load, place
from gator_engine.adapters.generators._diffusers.policy import in_force
from gator_engine.adapters.generators._diffusers.preview import (
    LatentColours,
    Shows,
    fit_colours,
    tiny_decoder,
)
from gator_engine.adapters.generators._diffusers.single_files import (
    is_single_file,
    load_single_file,
)
from gator_engine.adapters.generators._diffusers.speed import apply
from gator_engine.adapters.shelf.pipelines import index_of
from gator_engine.adapters.shelf.shelf import DiskShelf, hub_cache
from gator_engine.domain.models.memory import MemoryMode
from gator_engine.domain.speed import speed_plan
from gator_engine.errors import CapabilityError, ConfigError, InvalidInput, Rejected, Transient

PROVIDER = "diffusers"
_LOGGINGS: tuple[Any, ...] = (diffusers_logging, transformers_logging)
_PIPELINES: Any = AutoPipelineForText2Image
_AS_ITSELF: Any = DiffusionPipeline
_DTYPES = {"float32": torch.float32, "float16": torch.float16, "bfloat16": torch.bfloat16}


@dataclass
class LoadedModel:
    """A pipeline ready to run; one run at a time holds `lock`."""

    name: str
    pipe: Any
    device: str
    dtype: str
    load_s: float
    colours: LatentColours | None
    tiny: Shows | None
    scheduler: Any
    weights_bytes: int = 0
    asked_precision: str = "auto"
    speed: tuple[str, ...] = ()
    # Working memory of one picture by (width, height), as last measured on a GPU.
    picture_bytes: dict[tuple[int, int], int] = field(default_factory=dict)
    loras: KeptLoras = field(default_factory=KeptLoras)
    lock: Lock = field(default_factory=Lock)

    @property
    def shows(self) -> Shows | None:
        """What makes previews of latents: a tiny VAE where there is one."""
        return self.tiny or self.colours

    @property
    def denoiser(self) -> Any:
        """The part that runs once or more in every step."""
        return getattr(self.pipe, "transformer", None) or self.pipe.unet


def warm_model(
    name: str, device: str, dtype: str, memory: str = "auto"
) -> tuple[LoadedModel, bool]:
    """The model, loaded if need be, and whether it was warm already.

    `memory` is where its weights stay, by the name of a MemoryMode; auto leaves it to the policy.

    Several stay loaded as long as their weights fit into the budget of the device. Raises
    InvalidInput, CapabilityError, ConfigError, Rejected or Transient.
    """
    model, was_warm = WARM.get(_key(name, device, dtype, memory))
    model.asked_precision = dtype
    return model, was_warm


def is_warm(name: str, device: str, dtype: str, memory: str = "auto") -> bool:
    """Whether `warm_model` would have nothing to load. Raises ConfigError for an unknown device."""
    return _key(name, device, dtype, memory) in dict(WARM.kept())


def _key(name: str, device: str, dtype: str, memory: str) -> PipelineKey:
    on = device_for(device)
    # Elsewhere than on CUDA all modes are one (see `placing`), so they share a loaded model.
    mode = memory if memory != "auto" and on.startswith("cuda") else ""
    return PipelineKey(name, on, dtype if dtype in _DTYPES else _natural_dtype(on), mode)


def fresh_model(name: str, device: str, dtype: str) -> LoadedModel:
    """The model for oneself: loaded anew and not kept, so that it may be changed.

    Raises as `warm_model` does.
    """
    return _load(name, device_for(device), dtype)


def device_for(wanted: str) -> str:
    """The torch device that a setting means. Raises ConfigError for one that is not there."""
    if wanted == "auto":
        return natural_device()
    kind, _, number = wanted.partition(":")
    there = {"cpu": 1, "cuda": torch.cuda.device_count(), "mps": torch.backends.mps.is_available()}
    if kind not in there or (number and not number.isdecimal()):
        raise ConfigError(
            "GATOR_DEVICE", f"{wanted!r} is unknown.", "Use auto, cpu, cuda, cuda:1 or mps."
        )
    if int(there[kind]) <= int(number or 0):
        raise ConfigError("GATOR_DEVICE", f"{wanted} is not there.", "Use auto or cpu.")
    return wanted


def natural_device() -> str:
    """The best device of this machine."""
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"


def _natural_dtype(device: str) -> str:
    """Full precision on a CPU (half is slower there), bfloat16 on CUDA, float16 on Apple GPUs."""
    if device == "cpu":
        return "float32"
    return "bfloat16" if device.startswith("cuda") else "float16"


def _load(name: str, device: str, dtype: str, mode: str = "") -> LoadedModel:
    begun = time.perf_counter()
    _check_folder(name)
    for logging in _LOGGINGS:
        logging.disable_progress_bar()  # Progress is told by the Run.
    wanted = MemoryMode(mode) if mode else None
    shelf = DiskShelf(in_force().models, hub_cache())
    if is_single_file(name):
        pipe = load_single_file(name, _DTYPES[dtype], shelf)
    else:
        pipe = _pretrained(name, dtype, **how_to_load(name, device, dtype, wanted))
    try:
        memory = place(pipe, device, wanted)
    except torch.OutOfMemoryError as error:
        raise Rejected(PROVIDER, "load", f"{name} does not fit into the memory of {device}.") from (
            error
        )
    pipe.set_progress_bar_config(disable=True)
    resident = memory is None or memory.mode is MemoryMode.ON_DEVICE
    applied = apply(speed_plan(device, in_force().speed), pipe, resident=resident)
    colours, tiny = fit_colours(pipe), tiny_decoder(pipe, shelf, device, _DTYPES[dtype])
    elapsed = time.perf_counter() - begun
    size = bytes_in_memory(pipe)
    return LoadedModel(
        name, pipe, device, dtype, elapsed, colours, tiny, pipe.scheduler, size, speed=applied
    )


def _check_folder(name: str) -> None:
    """Say what is wrong with a local folder before diffusers says it in its own words."""
    folder = Path(name).expanduser()
    looks_local = name.startswith((".", "~", "/", "\\")) or folder.exists()
    if not looks_local or is_single_file(name):
        return
    if not folder.is_dir():
        raise InvalidInput(
            "settings.model",
            f"there is no folder {name}: the model was moved or removed",
            "an installed model (Settings → Models shows and downloads them)",
        )
    if index_of(folder) is None:
        raise InvalidInput(
            "settings.model",
            f"{name} has no model_index.json, so it is no diffusers pipeline",
            "a folder written by save_pretrained, or a hub id",
        )


def _pretrained(name: str, dtype: str, **how: Any) -> Any:
    try:
        return _as_itself_if_need_be(
            str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name,
            dtype=_DTYPES[dtype],
            use_safetensors=True,  # Other weight files are pickles, which can run code.
            **how,
        )
    except (GatedRepoError, RepositoryNotFoundError) as error:
        raise Rejected(
            PROVIDER,
            "load",
            f"The hub does not give out {name}: check its name, and log in with"
            " `hf auth login` if it is gated.",
        ) from error
    except SafetensorError as error:
        raise _damaged(name, error) from error
    except (OSError, ValueError, RuntimeError, KeyError, AttributeError, TypeError) as error:
        raise _explained(name, error) from error


def _as_itself_if_need_be(where: str, **how: Any) -> Any:
    """For text to image where the model can do that; those for another task alone as they are, and
    those of blocks likewise."""
    if in_blocks(where):
        return load_blocks(where, how["dtype"])
    try:
        return _PIPELINES.from_pretrained(where, **how)
    except ValueError as error:
        named = str(DiffusionPipeline.load_config(where).get("_class_name", ""))
        if "AutoPipeline can't find a pipeline" not in str(error) or family_of(named) is None:
            raise
    return _AS_ITSELF.from_pretrained(where, **how)


def _explained(name: str, error: BaseException) -> Exception:
    """The error of a failed load in words that say what to do."""
    said = " ".join(str(cause) for cause in _causes(error))
    if "AutoPipeline can't find a pipeline" in said:
        allowed = "a model for text to image, such as SD 1.5, SDXL, FLUX, Qwen-Image or Z-Image"
        return CapabilityError(PROVIDER, f"text to image with {name}", allowed)
    if Path(name).expanduser().is_dir():
        return _damaged(name, error)
    if os.environ.get("HF_HUB_OFFLINE", "").upper() in {"1", "TRUE", "YES", "ON"}:
        return Rejected(
            PROVIDER,
            "load",
            f"{name} is not on this machine and HF_HUB_OFFLINE forbids downloading it. Unset it, or"
            " set GATOR_IMAGE_MODEL to a folder.",
        )
    if "connect" in said.lower() or "timed out" in said.lower():
        return Transient(PROVIDER, "load", f"The model hub could not be reached for {name}.")
    return _damaged(name, error)


def _damaged(name: str, error: BaseException) -> Rejected:
    first = str(error).strip().splitlines()[0][:300] if str(error).strip() else type(error).__name__
    return Rejected(PROVIDER, "load", f"{name} is incomplete or damaged: {first}")


def _causes(error: BaseException | None) -> list[BaseException]:
    return [error, *_causes(error.__cause__ or error.__context__)] if error else []


def _load_by_key(key: PipelineKey) -> LoadedModel:
    return _load(key.name, key.device, key.dtype, key.mode)


WARM = PipelineCache(_load_by_key)
