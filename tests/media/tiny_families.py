"""More tiny pipelines, one for each family beyond those of `tiny_models`, built the same way."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from diffusers import (
    AutoencoderDC,
    AutoencoderKLFlux2,
    AutoencoderKLQwenImage,
    ChromaPipeline,
    ChromaTransformer2DModel,
    ControlNetModel,
    ControlNetUnionModel,
    DPMSolverMultistepScheduler,
    FlowMatchEulerDiscreteScheduler,
    Flux2KleinPipeline,
    Flux2Transformer2DModel,
    FluxControlNetModel,
    FluxKontextPipeline,
    QwenImageControlNetModel,
    QwenImagePipeline,
    QwenImageTransformer2DModel,
    SanaControlNetModel,
    SanaPipeline,
    SanaTransformer2DModel,
    SD3ControlNetModel,
    SD3Transformer2DModel,
    StableDiffusion3Pipeline,
    ZImageControlNetModel,
    ZImagePipeline,
    ZImageTransformer2DModel,
)
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    CLIPTextModelWithProjection,
    DPTConfig,
    DPTForDepthEstimation,
    DPTImageProcessorPil,
    Gemma2Config,
    Gemma2Model,
    GemmaTokenizer,
    Qwen2_5_VLConfig,
    Qwen2_5_VLForConditionalGeneration,
    Qwen2Tokenizer,
    Qwen3Config,
    Qwen3ForCausalLM,
    Qwen3Model,
    Swin2SRConfig,
    Swin2SRForImageSuperResolution,
)

from tests.media import tiny_models as tiny

_QWEN_SPECIALS = (
    "<|endoftext|>",
    "<|im_end|>",
    "<|im_start|>",
    "<|vision_start|>",
    "<|vision_end|>",
    "<|image_pad|>",
    "<|video_pad|>",
)


def qwen_tokenizer() -> Qwen2Tokenizer:
    """Byte-level, without merges, with the plainest of chat templates."""
    words = [*sorted(ByteLevel.alphabet()), *_QWEN_SPECIALS]
    vocab = {word: number for number, word in enumerate(words)}
    tokenizer = Qwen2Tokenizer(vocab=vocab, merges=[], model_max_length=512)
    tokenizer.chat_template = "{% for m in messages %}{{ m.content }}<|im_end|>{% endfor %}"
    return tokenizer


def _qwen3(layers: int) -> Qwen3Config:
    return Qwen3Config(
        vocab_size=264,
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=layers,
        num_attention_heads=2,
        num_key_value_heads=2,
        head_dim=8,
    )


def sd3() -> StableDiffusion3Pipeline:
    """As Stable Diffusion 3.5: two CLIPs and T5, a double-stream transformer.

    Two layers, since a ControlNet adds to all but the last.
    """
    transformer = SD3Transformer2DModel(
        sample_size=tiny.SIZE // 8,
        in_channels=16,
        num_layers=2,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=64,
        caption_projection_dim=32,
        pooled_projection_dim=64,
        out_channels=16,
    )
    return StableDiffusion3Pipeline(
        transformer=transformer,
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=tiny.vae(16, shift_factor=0.0609, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=tiny.clip_text(CLIPTextModelWithProjection),
        tokenizer=tiny.clip_tokenizer(),
        text_encoder_2=tiny.clip_text(CLIPTextModelWithProjection),
        tokenizer_2=tiny.clip_tokenizer(),
        text_encoder_3=tiny.t5_text(64),
        tokenizer_3=tiny.t5_tokenizer(),
    )


def kontext() -> FluxKontextPipeline:
    """As FLUX.1 Kontext: FLUX.1 that looks at a picture."""
    return FluxKontextPipeline(**tiny.flux().components)


def klein() -> Flux2KleinPipeline:
    """As FLUX.2 klein, an editing model; it reads the words after the layers 9, 18 and 27."""
    return Flux2KleinPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=AutoencoderKLFlux2(
            block_out_channels=(8,) * 4,
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=1,
            norm_num_groups=8,
            latent_channels=4,
        ),
        text_encoder=Qwen3ForCausalLM(_qwen3(28)).eval(),
        tokenizer=qwen_tokenizer(),
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


def z_image() -> ZImagePipeline:
    """As Z-Image-Turbo."""
    transformer = ZImageTransformer2DModel(
        in_channels=16,
        dim=32,
        n_layers=1,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
        cap_feat_dim=16,
        axes_dims=[8, 4, 4],
        axes_lens=[768, 64, 64],
    )
    # They are left empty until weights are loaded into them.
    torch.nn.init.normal_(transformer.x_pad_token)
    torch.nn.init.normal_(transformer.cap_pad_token)
    return ZImagePipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(shift=3.0),
        vae=tiny.vae(16, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=Qwen3Model(_qwen3(2)).eval(),
        tokenizer=qwen_tokenizer(),
        transformer=transformer,
    )


def qwen_image() -> QwenImagePipeline:
    """As Qwen-Image: the words are read by a model that also sees."""
    reader = Qwen2_5_VLConfig(
        text_config={
            "vocab_size": 264,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_hidden_layers": 2,
            "num_attention_heads": 2,
            "num_key_value_heads": 2,
            "rope_parameters": {"rope_type": "default", "mrope_section": [1, 1, 2]},
        },
        vision_config={
            "depth": 2,
            "hidden_size": 16,
            "intermediate_size": 32,
            "num_heads": 2,
            "out_hidden_size": 16,
        },
    )
    return QwenImagePipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(use_dynamic_shifting=True),
        vae=AutoencoderKLQwenImage(
            base_dim=16,
            z_dim=4,
            dim_mult=[1, 1, 1, 1],
            num_res_blocks=1,
            temperal_downsample=[False, True, True],
            latents_mean=[0.0] * 4,
            latents_std=[1.0] * 4,
        ),
        text_encoder=Qwen2_5_VLForConditionalGeneration(reader).eval(),
        tokenizer=qwen_tokenizer(),
        transformer=QwenImageTransformer2DModel(
            patch_size=2,
            in_channels=16,
            out_channels=4,
            num_layers=1,
            attention_head_dim=16,
            num_attention_heads=2,
            joint_attention_dim=16,
            axes_dims_rope=(4, 6, 6),
        ),
    )


def chroma() -> ChromaPipeline:
    """As Chroma: FLUX without CLIP, with real guidance."""
    transformer = ChromaTransformer2DModel(
        in_channels=16,
        num_layers=1,
        num_single_layers=1,
        attention_head_dim=16,
        num_attention_heads=2,
        joint_attention_dim=32,
        axes_dims_rope=(4, 4, 8),
        approximator_num_channels=64,
        approximator_hidden_dim=32,
        approximator_layers=1,
    )
    return ChromaPipeline(
        scheduler=FlowMatchEulerDiscreteScheduler(),
        vae=tiny.vae(4, shift_factor=0.1159, use_quant_conv=False, use_post_quant_conv=False),
        text_encoder=tiny.t5_text(),
        tokenizer=tiny.t5_tokenizer(),
        transformer=transformer,
    )


def sana() -> SanaPipeline:
    """As Sana: a strongly compressing autoencoder, and Gemma for the words.

    Two layers, since a ControlNet adds to all but the first.
    """
    letters = [chr(code) for code in range(32, 127)]
    specials = ["<pad>", "<eos>", "<bos>", "<unk>"]
    vocab = {word: number for number, word in enumerate([*specials, "▁", *letters])}
    reader = Gemma2Config(
        vocab_size=len(vocab),
        hidden_size=16,
        intermediate_size=32,
        num_hidden_layers=2,
        num_attention_heads=2,
        num_key_value_heads=1,
        head_dim=8,
    )
    vae = AutoencoderDC(
        in_channels=3,
        latent_channels=4,
        attention_head_dim=4,
        encoder_block_types=("ResBlock", "EfficientViTBlock"),
        decoder_block_types=("ResBlock", "EfficientViTBlock"),
        encoder_block_out_channels=(8, 8),
        decoder_block_out_channels=(8, 8),
        encoder_qkv_multiscales=((), (5,)),
        decoder_qkv_multiscales=((), (5,)),
        encoder_layers_per_block=(1, 1),
        decoder_layers_per_block=(1, 1),
        downsample_block_type="conv",
        upsample_block_type="interpolate",
        decoder_norm_types="rms_norm",
        decoder_act_fns="silu",
        scaling_factor=0.41407,
    )
    return SanaPipeline(
        tokenizer=GemmaTokenizer(vocab=vocab, merges=[]),
        text_encoder=Gemma2Model(reader).eval(),
        vae=vae,
        transformer=SanaTransformer2DModel(
            patch_size=1,
            in_channels=4,
            out_channels=4,
            num_layers=2,
            num_attention_heads=2,
            attention_head_dim=4,
            num_cross_attention_heads=2,
            cross_attention_head_dim=4,
            cross_attention_dim=8,
            caption_channels=16,
            sample_size=32,
        ),
        scheduler=DPMSolverMultistepScheduler(
            prediction_type="flow_prediction", use_flow_sigmas=True, flow_shift=3.0
        ),
    )


def controlnet(kind: str) -> Any:
    """A ControlNet for the tiny model of a kind; "sdxl_union" is a union for SDXL."""
    if kind in _TRANSFORMER_CONTROLS:
        return _TRANSFORMER_CONTROLS[kind]()
    conditioning = (8, 8, 16, 16)
    if kind == "flux":
        return FluxControlNetModel.from_transformer(
            tiny.flux().transformer,
            num_layers=1,
            num_single_layers=1,
            load_weights_from_transformer=False,
            attention_head_dim=16,
            num_attention_heads=2,
        )
    if kind == "sdxl_union":
        return ControlNetUnionModel(
            down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
            block_out_channels=(16, 32),
            layers_per_block=1,
            norm_num_groups=8,
            attention_head_dim=4,
            cross_attention_dim=64,
            addition_embed_type="text_time",
            addition_time_embed_dim=8,
            projection_class_embeddings_input_dim=6 * 8 + 32,
            conditioning_embedding_out_channels=conditioning,
            num_trans_channel=16,
            num_trans_head=2,
            num_proj_channel=16,
        )
    unet = tiny.BUILDERS[kind]().unet
    return ControlNetModel.from_unet(unet, conditioning_embedding_out_channels=conditioning)


def _like(kind: Any, transformer: Any, **more: Any) -> Any:
    """A ControlNet with the measures of a transformer."""
    taken = inspect.signature(kind.__init__).parameters
    return kind(**{n: v for n, v in transformer.config.items() if n in taken} | more)


_TRANSFORMER_CONTROLS: dict[str, Callable[[], Any]] = {
    "sd3": lambda: _like(SD3ControlNetModel, sd3().transformer),
    "qwen_image": lambda: _like(QwenImageControlNetModel, qwen_image().transformer),
    "sana": lambda: _like(SanaControlNetModel, sana().transformer),
    # What it shares with the transformer it takes from there.
    "z_image": lambda: ZImageControlNetModel(
        control_layers_places=[0],
        control_refiner_layers_places=[0],
        control_in_dim=16,
        add_control_noise_refiner="control_layers",
        dim=32,
        n_refiner_layers=1,
        n_heads=2,
        n_kv_heads=2,
    ),
}


def swin2sr() -> Swin2SRForImageSuperResolution:
    """As Swin2SR, enlarging twice."""
    return Swin2SRForImageSuperResolution(
        Swin2SRConfig(
            image_size=16,
            patch_size=1,
            embed_dim=8,
            depths=[1],
            num_heads=[2],
            window_size=4,
            upscale=2,
            upsampler="pixelshuffledirect",
        )
    ).eval()


BUILDERS: dict[str, Callable[[], Any]] = {
    "sd3": sd3,
    "kontext": kontext,
    "klein": klein,
    "z_image": z_image,
    "qwen_image": qwen_image,
    "chroma": chroma,
    "sana": sana,
}


def save_family(kind: str, folder: Path) -> Path:
    """Build a pipeline of either file from fixed random weights and save it; gives its folder."""
    if kind in tiny.BUILDERS:
        return tiny.save_tiny(kind, folder)
    torch.manual_seed(0)
    path = folder / kind
    BUILDERS[kind]().save_pretrained(path, safe_serialization=True)
    return path


def save_controlnet(kind: str, folder: Path) -> Path:
    """A ControlNet with random weights where `from_unet` leaves zeros, so that it counts."""
    torch.manual_seed(3)
    net = controlnet(kind)
    with torch.no_grad():
        for parameter in net.parameters():
            if not parameter.any():
                torch.nn.init.normal_(parameter, std=0.2)
    path = folder / f"control_{kind}"
    net.save_pretrained(path)
    return path


def save_swin2sr(folder: Path) -> Path:
    """Build and save the tiny enlarging model; gives its folder."""
    torch.manual_seed(0)
    swin2sr().save_pretrained(folder / "swin2sr")
    return folder / "swin2sr"


def save_depth(folder: Path) -> Path:
    """Build and save a tiny model that finds depth; gives its folder."""
    torch.manual_seed(0)
    config = DPTConfig(
        hidden_size=16,
        num_hidden_layers=4,
        num_attention_heads=2,
        intermediate_size=32,
        image_size=32,
        patch_size=8,
        backbone_out_indices=[0, 1, 2, 3],
        neck_hidden_sizes=[8, 8, 8, 8],
        fusion_hidden_size=8,
    )
    path = folder / "depth"
    model = DPTForDepthEstimation(config).eval()
    # The last layer cuts off below zero; random weights may leave nothing above it.
    torch.nn.init.ones_(model.head.head[-2].bias)
    model.save_pretrained(path)
    DPTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(path)
    return path
