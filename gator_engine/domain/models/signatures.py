"""What a file of weights is, told from the names and shapes of its tensors and its metadata.

Nothing is loaded: a safetensors file begins with a JSON header that lists them. The names are those
that diffusers 0.42.1 (`loaders/single_file_utils.py`) tells checkpoints apart by, those of kohya's
sd-scripts, PEFT and LyCORIS for LoRAs, and those of the upscalers' own repositories.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from math import prod
from typing import Any

from gator_engine.domain.models.kinds import Family, ModelKind

MOST_TRIGGERS = 5


@dataclass(frozen=True)
class Tensor:
    """Type ("F16") and shape of one tensor."""

    dtype: str
    shape: tuple[int, ...]

    @property
    def count(self) -> int:
        """How many numbers it holds."""
        return prod(self.shape)


@dataclass(frozen=True)
class Header:
    """The header of a safetensors file: its tensors by name, and what its maker wrote beside."""

    tensors: Mapping[str, Tensor]
    metadata: Mapping[str, str] = field(default_factory=dict)

    def has(self, *parts: str) -> bool:
        """Whether some tensor's name contains one of `parts`."""
        return any(part in name for name in self.tensors for part in parts)

    def starts(self, *prefixes: str) -> bool:
        """Whether some tensor's name begins with one of `prefixes`."""
        return any(name.startswith(prefixes) for name in self.tensors)

    def width(self, pattern: str) -> int:
        """Second dimension of the first tensor whose name matches; 0 when there is none."""
        found = re.compile(pattern)
        for name, tensor in self.tensors.items():
            if len(tensor.shape) >= 2 and found.search(name):
                return tensor.shape[1]
        return 0


_LORA = re.compile(
    r"\.(lora_[AB](\.\w+)?\.weight|lora_(down|up)\.weight|lora\.(down|up)\.weight"
    r"|hada_w[12]_[ab]|lokr_w[12](_[ab])?)$|_lora\.(down|up)\.weight$"
)
_DENOISERS = ("model.diffusion_model.", "diffusion_model.", "transformer.", "")


def kind_of(header: Header) -> ModelKind:
    """What the weights are for; UNKNOWN when no known names occur."""
    if any(_LORA.search(name) for name in header.tensors):
        return ModelKind.LORA
    if header.starts("image_proj.") and header.starts("ip_adapter."):
        return ModelKind.IP_ADAPTER
    if _is_controlnet(header):
        return ModelKind.CONTROLNET
    if _is_upscaler(header):
        return ModelKind.UPSCALER
    if set(header.tensors) <= {"emb_params", "clip_l", "clip_g"} and header.tensors:
        return ModelKind.EMBEDDING
    if _base_family(header) is not Family.UNKNOWN:
        return ModelKind.BASE
    if header.starts("encoder.conv_in.", "decoder.conv_in.", "first_stage_model."):
        return ModelKind.VAE
    return ModelKind.UNKNOWN


def family_of(header: Header) -> Family:
    """The architecture the weights belong to; UNKNOWN when it cannot be told."""
    kind = kind_of(header)
    if kind is ModelKind.LORA:
        family = _lora_family(header)
    elif kind is ModelKind.IP_ADAPTER:
        family = _by_context(header.width(r"^ip_adapter\.\d+\.to_k_ip\.weight$"))
    elif kind is ModelKind.CONTROLNET:
        family = _controlnet_family(header)
    elif kind is ModelKind.EMBEDDING:
        family = Family.SDXL if "clip_g" in header.tensors else Family.UNKNOWN
    else:
        family = _base_family(header)
    return family if family is not Family.UNKNOWN else _declared(header.metadata)


def whole_checkpoint(header: Header) -> Family:
    """The family of a file that holds a denoiser, a VAE and the text encoders in the layout of the
    first releases (Stable Diffusion 1.5 and XL); UNKNOWN for any other file."""
    if not (header.starts("model.diffusion_model.") and header.starts("first_stage_model.")):
        return Family.UNKNOWN
    if header.starts("conditioner.embedders.0.") and header.starts("conditioner.embedders.1."):
        return Family.SDXL
    first = header.starts("cond_stage_model.transformer.")
    return Family.SD15 if first else Family.UNKNOWN


def _is_controlnet(header: Header) -> bool:
    if header.starts("control_model.", "controlnet_cond_embedding.", "controlnet_blocks."):
        return True
    return header.starts("control_layers.", "control_all_x_embedder.", "controlnet_x_embedder.")


def _is_upscaler(header: Header) -> bool:
    """ESRGAN in its new and old names, Real-ESRGAN's compact nets, and SwinIR."""
    if "conv_first.weight" in header.tensors and header.has(".rdb1.conv1.", ".RDB1.conv1."):
        return True
    if header.starts("model.1.sub.0.RDB1."):
        return True
    if header.has("residual_group.blocks.") and "conv_first.weight" in header.tensors:
        return True
    return bool(header.tensors) and all(re.match(r"body\.\d+\.", name) for name in header.tensors)


def _named(*names: str) -> Callable[[Header], bool]:
    """Whether one of the names is there, under any of the prefixes that checkpoints use."""
    full = {prefix + name for prefix in _DENOISERS for name in names}
    return lambda header: not full.isdisjoint(header.tensors)


# Order matters: later ones share names with earlier ones.
_BASES: tuple[tuple[Callable[[Header], bool], Family], ...] = (
    (_named("single_stream_modulation.lin.weight"), Family.FLUX2),
    (_named("single_stream_modulation.linear.weight"), Family.FLUX2),
    (_named("distilled_guidance_layer.in_proj.bias"), Family.CHROMA),
    (_named("double_blocks.0.img_attn.norm.key_norm.scale"), Family.FLUX1),
    (_named("single_transformer_blocks.0.attn.to_q.weight"), Family.FLUX1),
    (_named("txtfusion.projector.weight"), Family.KREA2),
    (_named("joint_blocks.0.context_block.adaLN_modulation.1.bias"), Family.SD3),
    (_named("layers.0.adaLN_modulation.0.weight"), Family.Z_IMAGE),
    (_named("transformer_blocks.0.img_mod.1.weight", "txt_norm.weight"), Family.QWEN_IMAGE),
    (_named("blocks.0.cross_attn.q_linear.weight"), Family.SANA),
    (_named("head.modulation"), Family.WAN),
    (_named("patchify_proj.weight"), Family.LTX),
)
_CROSS_ATTENTION = r"attn2\.to_k\.weight$"


def _base_family(header: Header) -> Family:
    for fits, family in _BASES:
        if fits(header):
            return family
    if header.starts("conditioner.embedders.1."):
        return Family.SDXL
    return _by_context(header.width(_CROSS_ATTENTION))


def _by_context(width: int) -> Family:
    """Stable Diffusion's generations by the width of the text they attend to."""
    return {768: Family.SD15, 1024: Family.SD2, 2048: Family.SDXL}.get(width, Family.UNKNOWN)


def _controlnet_family(header: Header) -> Family:
    if header.starts("control_layers.", "control_all_x_embedder."):
        return Family.Z_IMAGE
    if header.starts("add_embedding.") or header.has("label_emb."):
        return Family.SDXL
    return _by_context(header.width(_CROSS_ATTENTION))


_LORA_NAMES: tuple[tuple[tuple[str, ...], Family], ...] = (
    (("lora_te2_", "text_encoder_2.text_model"), Family.SDXL),
    (("single_stream_modulation", "to_qkv_mlp_proj"), Family.FLUX2),
    (("double_blocks", "single_transformer_blocks", "single_blocks"), Family.FLUX1),
    (("joint_blocks",), Family.SD3),
    (("img_mod", "img_mlp", "txt_mlp"), Family.QWEN_IMAGE),
    (("layers.0.attention.", "layers_0_attention_"), Family.Z_IMAGE),
    (("blocks.0.cross_attn.", "blocks_0_cross_attn_"), Family.WAN),
)
# The matrix that reads the text: its input is as wide as the text encoder's output.
_LORA_CONTEXT = (
    r"attn2[._]to_k(\.lora_A(\.\w+)?\.weight|\.lora_down\.weight|\.lora\.down\.weight)$"
    r"|attn2\.processor\.to_k_lora\.down\.weight$"
)


def _lora_family(header: Header) -> Family:
    declared = _declared(header.metadata)
    if declared is not Family.UNKNOWN:
        return declared
    for parts, family in _LORA_NAMES:
        if header.has(*parts):
            return family
    return _by_context(header.width(_LORA_CONTEXT))


# modelspec.architecture (Stability's ModelSpec) and ss_base_model_version (kohya).
_DECLARED = (
    (r"stable-diffusion-xl|sdxl", Family.SDXL),
    (r"stable-diffusion-3|^sd3", Family.SD3),
    (r"stable-diffusion-v2|^sd_?v?2", Family.SD2),
    (r"stable-diffusion-v1|^sd_?v?1", Family.SD15),
    (r"flux-?\.?2|klein", Family.FLUX2),
    (r"flux", Family.FLUX1),
    (r"qwen", Family.QWEN_IMAGE),
    (r"z-?image", Family.Z_IMAGE),
    (r"chroma", Family.CHROMA),
    (r"sana", Family.SANA),
)


def _declared(metadata: Mapping[str, str]) -> Family:
    said = metadata.get("modelspec.architecture") or metadata.get("ss_base_model_version") or ""
    for pattern, family in _DECLARED:
        if re.search(pattern, said.casefold()):
            return family
    return Family.UNKNOWN


def trigger_words(metadata: Mapping[str, str]) -> tuple[str, ...]:
    """Words that call a LoRA's subject, as its maker or its training pictures say.

    A declared phrase wins. Otherwise the tags that stand in every caption of a folder of training
    pictures (`ss_tag_frequency`), which is what trainers put a trigger word into.
    """
    for key in ("modelspec.trigger_phrase", "trigger_word", "trigger_words"):
        if metadata.get(key, "").strip():
            return tuple(one.strip() for one in metadata[key].split(",") if one.strip())
    words: dict[str, None] = {}
    for tags in _tag_counts(metadata):
        most = max(tags.values(), default=0)
        words.update(dict.fromkeys(_cleaned(tag for tag, n in tags.items() if n == most > 1)))
    return tuple(words)[:MOST_TRIGGERS]


def _tag_counts(metadata: Mapping[str, str]) -> list[dict[str, int]]:
    try:
        folders: Any = json.loads(metadata.get("ss_tag_frequency", "{}"))
        return [{str(tag): int(count) for tag, count in tags.items()} for tags in folders.values()]
    except (ValueError, AttributeError, TypeError):
        return []  # Written by other programs in their own way; then there is nothing to tell.


def _cleaned(tags: Iterable[str]) -> list[str]:
    return [tag.strip() for tag in tags if tag.strip()]
