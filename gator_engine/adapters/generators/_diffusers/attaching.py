"""What makes a model draw one persona: LoRAs and reference pictures, attached for one request.

References reach a model in one of two ways: editing models (FLUX.2) take them as pictures, Stable
Diffusion 1.5 and XL through an IP-Adapter, whose image encoder is CLIP. After the request the model
is as it was before, bit by bit.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import torch
from PIL import Image, UnidentifiedImageError
from transformers import CLIPVisionModelWithProjection

from gator_engine.adapters.generators._diffusers.adapters import UNFIT, unfit
from gator_engine.adapters.generators._diffusers.families import References, family_of
from gator_engine.adapters.generators._diffusers.likeness import ENCODERS
from gator_engine.adapters.generators._diffusers.models import PROVIDER, LoadedModel
from gator_engine.adapters.generators._diffusers.signature import taken_by
from gator_engine.errors import CapabilityError, InvalidInput


def why_not(pipe: Any, options: Mapping[str, Any]) -> str:
    """ "" when the model can use reference pictures with these options, else what it lacks."""
    family = family_of(type(pipe).__name__)
    if family is None or family.references is References.NONE:
        return f"{family.name if family else type(pipe).__name__} takes none"
    if family.references is References.PICTURES:
        return ""
    return "" if str(options["reference_adapter"]).strip() else "it needs an IP-Adapter"


@contextmanager
def attached(
    model: LoadedModel, options: Mapping[str, Any], references: Sequence[bytes]
) -> Iterator[dict[str, Any]]:
    """Attach what the options name; gives the arguments that the call needs for it.

    Raises CapabilityError where the pipeline cannot, InvalidInput for files that do not fit.
    """
    loras = [(Path(path), float(weight)) for path, weight in options["loras"]]
    pictures = [_opened(data) for data in references]
    with _with_loras(model, loras), _with_references(model.pipe, pictures, options) as more:
        yield more


@contextmanager
def _with_loras(model: LoadedModel, loras: Sequence[tuple[Path, float]]) -> Iterator[None]:
    if not loras:
        yield
    elif not hasattr(model.pipe, "load_lora_weights"):
        raise CapabilityError(f"{PROVIDER} {type(model.pipe).__name__}", "LoRAs", "no LoRA")
    else:
        with model.loras.switched_on(model.pipe, loras):
            yield


@contextmanager
def _with_references(
    pipe: Any, pictures: list[Image.Image], options: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    family = family_of(type(pipe).__name__)
    way = family.references if family else References.NONE
    takes = taken_by(pipe)
    if not pictures:
        yield {}
    elif way is References.PICTURES and "mask_image" not in takes:
        yield {"image": pictures}
    elif way is References.PICTURES and "image_reference" in takes:
        yield {"image_reference": pictures}
    elif way is References.ADAPTER and "ip_adapter_image" in takes:
        with _ip_adapter(pipe, str(options["reference_adapter"]).strip()):
            pipe.set_ip_adapter_scale(float(options["reference_strength"]))
            # One adapter that looks at several pictures.
            yield {"ip_adapter_image": [pictures]}
    else:
        allowed = "an editing model (FLUX.2), or one with an IP-Adapter (SD 1.5, SDXL)"
        raise CapabilityError(f"{PROVIDER} {type(pipe).__name__}", "reference pictures", allowed)


@contextmanager
def _ip_adapter(pipe: Any, named: str) -> Iterator[None]:
    path = Path(named).expanduser()
    if not named or path.suffix != ".safetensors" or not path.is_file():
        problem = f"there is no file {named}" if named else "is empty, but references need it"
        raise InvalidInput("settings.reference_adapter", problem, "a .safetensors file")
    encoder, extractor = pipe.image_encoder, pipe.feature_extractor
    processors = dict(pipe.unet.attn_processors)
    try:
        try:
            if encoder is None:
                pipe.register_modules(image_encoder=_image_encoder(pipe, path))
            pipe.load_ip_adapter(
                str(path.parent), subfolder="", weight_name=path.name, image_encoder_folder=None
            )
        except UNFIT as error:
            raise unfit("reference_adapter", path, pipe, error) from error
        yield
    finally:
        _take_off(pipe, processors)
        pipe.register_modules(image_encoder=encoder, feature_extractor=extractor)


def _take_off(pipe: Any, processors: dict[str, Any]) -> None:
    """Put the attention back as it was, also where loading broke off half-way."""
    if getattr(pipe.unet, "encoder_hid_proj", None) is not None:
        pipe.unload_ip_adapter()
    pipe.unet.set_attn_processor(processors)


def _image_encoder(pipe: Any, weights: Path) -> torch.nn.Module:
    folders = [(weights.parent / name).resolve() for name in ENCODERS]
    folder = next((one for one in folders if (one / "config.json").is_file()), None)
    if folder is None:
        raise InvalidInput(
            "settings.reference_adapter",
            f"the model that looks at pictures is not beside {weights.name}",
            f"a folder {ENCODERS[0]}",
        )
    # `folder` is on this disk: there is no revision to pin.
    encoder: Any = CLIPVisionModelWithProjection.from_pretrained(  # nosec B615
        folder, dtype=pipe.unet.dtype, local_files_only=True
    )
    placed: torch.nn.Module = encoder.to(pipe._execution_device)
    return placed


def _opened(data: bytes) -> Image.Image:
    try:
        image: Image.Image = Image.open(io.BytesIO(data)).convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise InvalidInput("settings.references", "holds what is no picture") from error
    return image
