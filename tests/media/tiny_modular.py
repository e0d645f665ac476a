"""Tiny pipelines built of blocks, from parts of the other tiny ones; Anima is never built else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import diffusers
import torch
from diffusers import CosmosTransformer3DModel, FlowMatchEulerDiscreteScheduler
from diffusers.models.condition_embedders.condition_embedder_anima import AnimaTextConditioner
from transformers import Qwen3Config, Qwen3Model

from tests.media import tiny_families as tiny
from tests.media.tiny_models import BUILDERS, t5_tokenizer

CLASSES = {
    "klein": "Flux2KleinModularPipeline",
    "z_image": "ZImageModularPipeline",
    "qwen_image": "QwenImageModularPipeline",
    "flux": "FluxModularPipeline",
    "kontext": "FluxKontextModularPipeline",
    "sd3": "StableDiffusion3ModularPipeline",
    "sdxl": "StableDiffusionXLModularPipeline",
    "anima": "AnimaModularPipeline",
}


def _anima() -> dict[str, Any]:
    """A video transformer that draws one frame, and an adapter from Qwen's words to T5's."""
    qwen = Qwen3Config(
        vocab_size=264,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
    )
    return {
        "text_encoder": Qwen3Model(qwen).eval(),
        "tokenizer": tiny.qwen_tokenizer(),
        "t5_tokenizer": t5_tokenizer(),
        "vae": tiny.qwen_image().vae,
        "text_conditioner": AnimaTextConditioner(
            source_dim=16,
            target_dim=16,
            model_dim=16,
            num_layers=1,
            num_attention_heads=2,
            target_vocab_size=98,
            min_sequence_length=16,
        ),
        "transformer": CosmosTransformer3DModel(
            in_channels=4,
            out_channels=4,
            num_attention_heads=2,
            attention_head_dim=16,
            num_layers=1,
            mlp_ratio=2,
            text_embed_dim=16,
            adaln_lora_dim=4,
            max_size=(4, 32, 32),
            extra_pos_embed_type=None,
            # Theirs has one, which diffusers resizes with torchvision.
            concat_padding_mask=False,
        ),
        "scheduler": FlowMatchEulerDiscreteScheduler(shift=3.0),
    }


def save_modular(kind: str, folder: Path) -> Path:
    """Build a pipeline of blocks from fixed random weights and save it; gives its folder."""
    torch.manual_seed(0)
    builders = {**BUILDERS, **tiny.BUILDERS}
    parts = _anima() if kind == "anima" else builders[kind]().components
    pipe = getattr(diffusers, CLASSES[kind])()
    pipe.update_components(
        **{name: parts[name] for name in pipe.null_component_names if parts.get(name) is not None}
    )
    path = folder / f"modular_{kind}"
    pipe.save_pretrained(str(path), overwrite_modular_index=True)
    return path
