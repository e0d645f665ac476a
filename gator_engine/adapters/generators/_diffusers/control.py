"""ControlNets: loaded beside a warm model, and the pictures that tell them what to keep."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import diffusers
import numpy as np
import torch
from huggingface_hub import hf_hub_download
from huggingface_hub.errors import HfHubHTTPError, LocalEntryNotFoundError
from PIL import Image
from safetensors import SafetensorError
from transformers import AutoImageProcessor, AutoModelForDepthEstimation

from gator_engine.adapters.generators._diffusers.cache import Companion, PipelineKey, companion
from gator_engine.adapters.generators._diffusers.edges import edges_of
from gator_engine.adapters.generators._diffusers.families import (
    Control,
    families_with_control,
    family_of,
)
from gator_engine.adapters.generators._diffusers.models import PROVIDER, WARM, LoadedModel
from gator_engine.adapters.generators._diffusers.shaping import as_pipeline
from gator_engine.errors import CapabilityError, InvalidInput, Rejected

_UNFIT = (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)
_READERS: Any = AutoImageProcessor


def with_control(
    model: LoadedModel, options: Mapping[str, Any]
) -> tuple[LoadedModel, str, dict[str, Any]]:
    """The model with the ControlNet of the options, the argument for its picture, and more.

    Raises CapabilityError for a family without ControlNets, InvalidInput for one of another family.
    """
    family = family_of(type(model.pipe).__name__)
    if family is None or not family.controls:
        named = family.name if family else type(model.pipe).__name__
        raise CapabilityError(f"{PROVIDER} {named}", "ControlNets", families_with_control())
    name = str(options["control_model"])
    if not name:
        raise InvalidInput("settings.control_model", "is empty", "a folder or a hub id")
    kind = _class_of(name)
    found = family.controls.get(kind)
    if found is None:
        fitting = " or ".join(family.controls)
        raise InvalidInput(
            "settings.control_model",
            f"{name} is a {kind}, which does not fit {family.name}",
            fitting,
        )
    net = _net(name, kind, model)
    _check_width(model, net, name)
    return (
        as_pipeline(model, found.pipeline, controlnet=net),
        found.picture,
        _mode(found, net, options),
    )


def _mode(found: Control, net: Any, options: Mapping[str, Any]) -> dict[str, Any]:
    """What a union model needs to know about its picture."""
    kind = str(options["control_kind"])
    is_union = type(net).__name__ == "ControlNetUnionModel" or getattr(net, "union", False)
    return {"control_mode": found.modes[kind]} if is_union else {}


def _check_width(model: LoadedModel, net: Any, name: str) -> None:
    """A ControlNet of SDXL on SD 1.5 would fail deep inside: their words differ in width."""
    unet = getattr(model.pipe, "unet", None)
    if unet is None:
        return
    ours, theirs = unet.config.cross_attention_dim, net.config.cross_attention_dim
    if ours != theirs:
        raise InvalidInput(
            "settings.control_model",
            f"{name} belongs to another model: it reads words {theirs} wide, {model.name} {ours}",
            "a ControlNet of the same family",
        )


def _class_of(name: str) -> str:
    """The diffusers class that the ControlNet's own config names."""
    folder = Path(name).expanduser()
    try:
        if folder.is_dir():
            path = str(folder / "config.json")
        else:  # A person chooses the model, so no revision is pinned; this is no code but JSON.
            path = hf_hub_download(name, "config.json")  # nosec B615
        return str(json.loads(Path(path).read_text("utf-8")).get("_class_name", "file"))
    except (HfHubHTTPError, LocalEntryNotFoundError) as error:
        raise Rejected(
            PROVIDER, "load", f"The ControlNet {name} is not on this machine and not to be had."
        ) from error
    except (OSError, ValueError, AttributeError) as error:
        raise InvalidInput(
            "settings.control_model",
            f"{name} has no readable config.json",
            "a folder or hub id of a ControlNet",
        ) from error


def _net(name: str, kind: str, model: LoadedModel) -> Any:
    """The ControlNet, warm where it was used before."""
    key = PipelineKey(name, model.device, model.dtype, role=kind)
    return WARM.companion(key, lambda: _load_net(name, kind, model)).model


def _load_net(name: str, kind: str, model: LoadedModel) -> Companion:
    folder = Path(name).expanduser()
    try:
        net = getattr(diffusers, kind).from_pretrained(
            str(folder) if folder.is_dir() else name,
            dtype=model.denoiser.dtype,
            use_safetensors=True,
        )
    except _UNFIT as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise Rejected(
            PROVIDER, "load", f"The ControlNet {name} is incomplete or damaged: {first}"
        ) from error
    return companion(net.to(model.pipe._execution_device))


def control_picture(given: Image.Image, options: Mapping[str, Any], device: str) -> Image.Image:
    """What the ControlNet looks at: the picture itself, or edges or depth found in it.

    Raises CapabilityError for a pose, which is only ever given.
    """
    kind = str(options["control_kind"])
    if not options["derive"]:
        return given
    if kind == "pose":
        allowed = "a drawn pose (as OpenPose draws it), with `derive` off"
        raise CapabilityError(PROVIDER, "finding a pose in a picture", allowed)
    return (
        edges_of(given) if kind == "edge" else _depth_of(given, str(options["depth_model"]), device)
    )


def _depth_of(given: Image.Image, name: str, device: str) -> Image.Image:
    """Near is bright, as depth ControlNets expect."""
    if not name:
        raise InvalidInput(
            "settings.depth_model",
            "is empty, but depth is to be found",
            "a folder or hub id such as depth-anything/Depth-Anything-V2-Small-hf (about 100 MB)",
        )
    finder = WARM.companion(
        PipelineKey(name, device, "float32", role="depth"), lambda: _load_depth(name, device)
    )
    with torch.inference_mode():
        seen = finder.reader(images=given, return_tensors="pt").to(device)
        found = finder.model(**seen).predicted_depth
    depth = found.squeeze().float().cpu().numpy()
    low, high = float(depth.min()), float(depth.max())
    grey = np.rint((depth - low) / max(high - low, 1e-6) * 255).astype(np.uint8)
    return Image.fromarray(grey).resize(given.size, Image.Resampling.BICUBIC).convert("RGB")


def _load_depth(name: str, device: str) -> Companion:
    where = str(Path(name).expanduser()) if Path(name).expanduser().is_dir() else name
    try:
        # Weights come as safetensors only; a person chooses the model, so no revision is pinned.
        reader: Any = _READERS.from_pretrained(where)  # nosec B615
        model: Any = AutoModelForDepthEstimation.from_pretrained(  # nosec B615
            where, use_safetensors=True
        )
    except _UNFIT as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0][:300]
        raise Rejected(
            PROVIDER, "load", f"The depth model {name} cannot be used: {first}"
        ) from error
    return companion(model.eval().to(device), reader)
