"""Tiny real parts of identity: pictures to learn from, an IP-Adapter, image towers."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from tests.media.diffusers.conftest import generator, tiny_model

__all__ = ["generator", "tiny_model"]

EDGE = 32


def picture(colour: str, size: tuple[int, int] = (64, 64)) -> bytes:
    """A PNG of one colour."""
    data = BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


def _vision(**more: Any) -> dict[str, Any]:
    return {
        "hidden_size": 32,
        "intermediate_size": 64,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "image_size": EDGE,
        "patch_size": 8,
        **more,
    }


@pytest.fixture(scope="session")
def ip_adapter(tmp_path_factory: pytest.TempPathFactory) -> Callable[[int], Path]:
    """The weights of an IP-Adapter Plus with its image encoder beside them, by cross width.

    Random weights under the names of the published files (h94/IP-Adapter, ip-adapter-plus_sd15).
    """
    from safetensors.torch import save_file
    from transformers import CLIPVisionConfig, CLIPVisionModelWithProjection

    folder = tmp_path_factory.mktemp("ip_adapter")
    torch.manual_seed(1)
    encoder = CLIPVisionModelWithProjection(CLIPVisionConfig(**_vision(projection_dim=32)))
    encoder.save_pretrained(folder / "image_encoder")

    def weights(cross: int) -> Path:
        made = torch.Generator().manual_seed(2)
        named = {
            name: torch.randn(shape, generator=made) * 0.5
            for name, shape in _plus_shapes(cross).items()
        }
        path = folder / f"plus_{cross}.safetensors"
        save_file(named, path)
        return path

    return weights


def _plus_shapes(cross: int) -> dict[str, tuple[int, ...]]:
    """A resampler of four layers and two tokens over the encoder's 32-wide states, and keys of the U-Net."""
    inner, tokens, deep = 64, 2, 4
    shapes: dict[str, tuple[int, ...]] = {
        "image_proj.latents": (1, tokens, inner),
        "image_proj.proj_in.weight": (inner, 32),
        "image_proj.proj_in.bias": (inner,),
        "image_proj.proj_out.weight": (cross, inner),
        "image_proj.proj_out.bias": (cross,),
        "image_proj.norm_out.weight": (cross,),
        "image_proj.norm_out.bias": (cross,),
    }
    for layer in range(deep):
        at = f"image_proj.layers.{layer}"
        shapes |= {
            f"{at}.0.norm1.weight": (inner,),
            f"{at}.0.norm1.bias": (inner,),
            f"{at}.0.norm2.weight": (inner,),
            f"{at}.0.norm2.bias": (inner,),
            f"{at}.0.to_q.weight": (inner, inner),
            f"{at}.0.to_kv.weight": (2 * inner, inner),
            f"{at}.0.to_out.weight": (inner, inner),
            f"{at}.1.0.weight": (inner,),
            f"{at}.1.0.bias": (inner,),
            f"{at}.1.1.weight": (4 * inner, inner),
            f"{at}.1.3.weight": (inner, 4 * inner),
        }
    # Odd numbers: every second attention of the U-Net looks at words; widths down, up, up, middle.
    for number, width in zip((1, 3, 5, 7), (32, 32, 32, 32), strict=True):
        shapes[f"ip_adapter.{number}.to_k_ip.weight"] = (width, cross)
        shapes[f"ip_adapter.{number}.to_v_ip.weight"] = (width, cross)
    return shapes


@pytest.fixture(scope="session")
def tower(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny image model of a family, with its picture processor."""
    from transformers import (
        CLIPImageProcessorPil,
        CLIPVisionConfig,
        CLIPVisionModel,
        Dinov2Config,
        Dinov2Model,
        SiglipVisionConfig,
        SiglipVisionModel,
    )

    home = tmp_path_factory.mktemp("towers")
    dino = {k: v for k, v in _vision().items() if k != "intermediate_size"}
    made: dict[str, Callable[[], Any]] = {
        "clip": lambda: CLIPVisionModel(CLIPVisionConfig(**_vision())),
        "siglip": lambda: SiglipVisionModel(SiglipVisionConfig(**_vision())),
        "dinov2": lambda: Dinov2Model(Dinov2Config(**dino)),
    }

    def folder(family: str) -> Path:
        path = home / family
        if not path.exists():
            torch.manual_seed(0)
            made[family]().save_pretrained(path)
            CLIPImageProcessorPil(
                size={"shortest_edge": EDGE}, crop_size={"height": EDGE, "width": EDGE}
            ).save_pretrained(path)
        return path

    return folder
