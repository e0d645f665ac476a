"""Tiny files of weights, written as each sort of model names its tensors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from safetensors.numpy import save_file

Shapes = Mapping[str, tuple[int, ...]]

_ATTN = "transformer_blocks.0.attn2.to_k"
BASES: dict[str, Shapes] = {
    "sd15": {f"model.diffusion_model.input_blocks.1.1.{_ATTN}.weight": (4, 768)},
    "sd2": {f"model.diffusion_model.input_blocks.1.1.{_ATTN}.weight": (4, 1024)},
    "sdxl": {
        f"model.diffusion_model.input_blocks.4.1.{_ATTN}.weight": (4, 2048),
        "conditioner.embedders.1.model.positional_embedding": (2, 4),
    },
    "sd3": {
        "model.diffusion_model.joint_blocks.0.context_block.adaLN_modulation.1.bias": (4,),
    },
    "flux1": {"double_blocks.0.img_attn.norm.key_norm.scale": (4,)},
    "flux2": {
        "double_blocks.0.img_attn.norm.key_norm.scale": (4,),
        "single_stream_modulation.lin.weight": (4, 4),
    },
    "chroma": {
        "double_blocks.0.img_attn.norm.key_norm.scale": (4,),
        "distilled_guidance_layer.in_proj.bias": (4,),
    },
    "z-image": {"model.diffusion_model.layers.0.adaLN_modulation.0.weight": (4, 4)},
    "qwen-image": {"transformer_blocks.0.img_mod.1.weight": (4, 4), "txt_norm.weight": (4,)},
    "sana": {"blocks.0.cross_attn.q_linear.weight": (4, 4)},
    "krea2": {"txtfusion.projector.weight": (4, 4)},
    "wan": {"head.modulation": (1, 2, 4)},
    "ltx": {"model.diffusion_model.patchify_proj.weight": (4, 4)},
}
_KOHYA = "lora_unet_down_blocks_0_attentions_0_transformer_blocks_0_attn2_to_k"
_PEFT = f"unet.down_blocks.0.attentions.0.{_ATTN}"
LORAS: dict[str, tuple[str, Shapes]] = {
    "kohya-sd15": ("sd15", {f"{_KOHYA}.lora_down.weight": (2, 768)}),
    "kohya-sdxl": (
        "sdxl",
        {
            "lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_down.weight": (2, 8),
            "lora_te2_text_model_encoder_layers_0_mlp_fc1.lora_up.weight": (8, 2),
        },
    ),
    "kohya-flux": ("flux1", {"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (2, 8)}),
    "lycoris-flux": ("flux1", {"lora_unet_single_blocks_0_linear1.hada_w1_a": (2, 8)}),
    "diffusers-sd15": ("sd15", {f"{_PEFT}.lora_A.weight": (2, 768)}),
    "diffusers-sdxl": ("sdxl", {f"{_PEFT}.lora_A.weight": (2, 2048)}),
    "diffusers-flux": (
        "flux1",
        {"transformer.single_transformer_blocks.0.attn.to_q.lora_A.weight": (2, 8)},
    ),
    "diffusers-flux2": (
        "flux2",
        {"transformer.single_transformer_blocks.0.attn.to_qkv_mlp_proj.lora_A.weight": (2, 8)},
    ),
    "diffusers-qwen": (
        "qwen-image",
        {"transformer.transformer_blocks.0.img_mlp.net.0.proj.lora_A.weight": (2, 8)},
    ),
    "diffusers-z": ("z-image", {"diffusion_model.layers.0.attention.to_q.lora_A.weight": (2, 8)}),
}
OTHERS: dict[str, tuple[str, str, Shapes]] = {
    "controlnet-sd15": (
        "controlnet",
        "sd15",
        {
            "controlnet_cond_embedding.conv_in.weight": (4, 3, 3, 3),
            f"down_blocks.0.attentions.0.{_ATTN}.weight": (4, 768),
        },
    ),
    "controlnet-sdxl": (
        "controlnet",
        "sdxl",
        {
            "controlnet_cond_embedding.conv_in.weight": (4, 3, 3, 3),
            "add_embedding.linear_1.weight": (4, 8),
        },
    ),
    "controlnet-z": ("controlnet", "z-image", {"control_all_x_embedder.2-1.weight": (4, 4)}),
    "ip-adapter": (
        "ip_adapter",
        "sdxl",
        {"image_proj.latents": (1, 2, 4), "ip_adapter.1.to_k_ip.weight": (4, 2048)},
    ),
    "esrgan": (
        "upscaler",
        "unknown",
        {"conv_first.weight": (4, 3, 3, 3), "body.0.rdb1.conv1.weight": (4, 4, 3, 3)},
    ),
    "compact": ("upscaler", "unknown", {"body.0.weight": (4, 3, 3, 3), "body.1.weight": (4,)}),
    "vae": ("vae", "unknown", {"encoder.conv_in.weight": (4, 3, 3, 3)}),
    "embedding": ("embedding", "sdxl", {"clip_l": (1, 768), "clip_g": (1, 1280)}),
    "something": ("unknown", "unknown", {"layer.weight": (2, 2)}),
}


def write(path: Path, shapes: Shapes, **metadata: str) -> Path:
    """A safetensors file of zeros."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tensors = {name: np.zeros(shape, np.float16) for name, shape in shapes.items()}
    save_file(tensors, path, metadata=metadata or None)
    return path


def pipeline(path: Path, kind: str = "StableDiffusionXLPipeline", licence: str = "") -> Path:
    """A diffusers folder with a UNet of 4096 weights, a VAE of 16 and a scheduler."""
    parts = {"unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"]}
    index = {"_class_name": kind, **parts, "scheduler": ["diffusers", "EulerDiscreteScheduler"]}
    (path / "scheduler").mkdir(parents=True)
    (path / "model_index.json").write_text(json.dumps({**index, "feature_extractor": [None, None]}))
    (path / "scheduler" / "scheduler_config.json").write_text("{}")
    for name, shape in (("unet", (64, 64)), ("vae", (4, 4))):
        write(path / name / "diffusion_pytorch_model.safetensors", {"weight": shape})
        (path / name / "config.json").write_text(json.dumps({"_class_name": parts[name][1]}))
    if licence:
        (path / "README.md").write_text(f"---\nlicense: {licence}\n---\nA model.\n")
    return path
