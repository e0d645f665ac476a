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
    """Shapes by name: a resampler of four layers and two tokens, and keys for the U-Net."""
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


@pytest.fixture(scope="session")
def klein(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a tiny FLUX.2 klein, an editing model: it takes references as pictures."""
    from diffusers import (
        AutoencoderKLFlux2,
        FlowMatchEulerDiscreteScheduler,
        Flux2KleinPipeline,
        Flux2Transformer2DModel,
    )
    from transformers import Qwen3Config, Qwen3ForCausalLM

    torch.manual_seed(0)
    # The pipeline reads the words after the layers 9, 18 and 27.
    reader = Qwen3Config(
        vocab_size=258,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=28,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
    )
    pipe = Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKLFlux2(
            block_out_channels=(8,) * 4,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=8,
            latent_channels=4,
        ),
        text_encoder=Qwen3ForCausalLM(reader).eval(),
        tokenizer=_qwen_tokenizer(),
        transformer=Flux2Transformer2DModel(
            in_channels=16,
            num_layers=1,
            num_single_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=48,
            axes_dims_rope=(4, 4, 4, 4),
            timestep_guidance_channels=16,
        ),
        is_distilled=True,
    )
    path = tmp_path_factory.mktemp("klein")
    pipe.save_pretrained(path)
    return path


def _qwen_tokenizer() -> Any:
    """Byte-level, without merges, with the plainest of chat templates."""
    from tokenizers.pre_tokenizers import ByteLevel
    from transformers import Qwen2Tokenizer

    words = [*sorted(ByteLevel.alphabet()), "<|endoftext|>", "<|im_end|>"]
    vocab = {word: number for number, word in enumerate(words)}
    tokenizer = Qwen2Tokenizer(vocab=vocab, merges=[], model_max_length=512)
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"
    return tokenizer
