"""Pipelines in the real size of their models, with random weights: nothing is downloaded.

The sizes are those of the published configurations (SDXL base 1.0; FLUX.1 schnell). Text encoders
stay tiny in depth: their share of a picture is below a percent, and they are not what is measured.
"""

from __future__ import annotations

from typing import Any


def sdxl(device: str = "cuda") -> Any:
    """SDXL base: a UNet of 2.6 billion weights, the VAE in full size, built on a device."""
    import torch
    from diffusers import (
        AutoencoderKL,
        EulerDiscreteScheduler,
        StableDiffusionXLPipeline,
        UNet2DConditionModel,
    )

    from tests.media.tiny_models import sdxl as tiny

    small = tiny()
    wide = {"hidden_size": 768}, {"hidden_size": 1280}
    one, two = (_clip(**size) for size in wide)
    with torch.device(device):
        unet = UNet2DConditionModel(
            sample_size=128,
            block_out_channels=(320, 640, 1280),
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
            up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
            layers_per_block=2,
            transformer_layers_per_block=(1, 2, 10),
            attention_head_dim=(5, 10, 20),
            cross_attention_dim=2048,
            use_linear_projection=True,
            addition_embed_type="text_time",
            addition_time_embed_dim=256,
            projection_class_embeddings_input_dim=2816,
        ).to(torch.bfloat16)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
            latent_channels=4,
            sample_size=1024,
            scaling_factor=0.13025,
        ).to(torch.bfloat16)
    return StableDiffusionXLPipeline(
        vae=vae,
        text_encoder=one[0].to(device),
        text_encoder_2=two[1].to(device),
        tokenizer=small.tokenizer,
        tokenizer_2=small.tokenizer_2,
        unet=unet,
        scheduler=EulerDiscreteScheduler.from_config(small.scheduler.config),
        add_watermarker=False,
    )


def flux_schnell(device: str = "cuda") -> Any:
    """FLUX.1 schnell: a transformer of 12 billion weights, the VAE in full size, on a device."""
    import torch
    from diffusers import (
        AutoencoderKL,
        FlowMatchEulerDiscreteScheduler,
        FluxPipeline,
        FluxTransformer2DModel,
    )
    from transformers import T5Config, T5EncoderModel

    from tests.media.tiny_models import flux as tiny

    small = tiny()
    text = T5Config(
        vocab_size=98,
        d_model=4096,
        d_kv=64,
        d_ff=1024,
        num_layers=1,
        num_heads=64,
        feed_forward_proj="gated-gelu",
    )
    with torch.device(device):
        before = torch.get_default_dtype()
        torch.set_default_dtype(torch.bfloat16)
        transformer = FluxTransformer2DModel(guidance_embeds=False)
        torch.set_default_dtype(before)
        vae = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
            latent_channels=16,
            sample_size=1024,
            scaling_factor=0.3611,
            shift_factor=0.1159,
            use_quant_conv=False,
            use_post_quant_conv=False,
        ).to(torch.bfloat16)
    return FluxPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=vae,
        text_encoder=_clip(hidden_size=768)[0].to(device),
        tokenizer=small.tokenizer,
        text_encoder_2=T5EncoderModel(text).to(device),
        tokenizer_2=small.tokenizer_2,
        transformer=transformer,
    )


def _clip(hidden_size: int) -> tuple[Any, Any]:
    """A text encoder of this width without and with projection."""
    from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

    config = CLIPTextConfig(
        vocab_size=514,
        hidden_size=hidden_size,
        intermediate_size=1024,
        num_hidden_layers=2,
        num_attention_heads=hidden_size // 64,
        max_position_embeddings=77,
        projection_dim=hidden_size,
        bos_token_id=512,
        eos_token_id=513,
        pad_token_id=513,
    )
    return CLIPTextModel(config).eval(), CLIPTextModelWithProjection(config).eval()
