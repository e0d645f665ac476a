"""Words for models: what sort of file, which family, for which task."""

from __future__ import annotations

from enum import StrEnum

from gator_engine.domain.capabilities import Task

__all__ = ["TASKS", "Family", "ModelKind", "Task"]


class ModelKind(StrEnum):
    """What a set of weights is for."""

    BASE = "base"
    LORA = "lora"
    CONTROLNET = "controlnet"
    IP_ADAPTER = "ip_adapter"
    UPSCALER = "upscaler"
    VAE = "vae"
    EMBEDDING = "embedding"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """For people."""
        return _KINDS[self]


_KINDS = {
    ModelKind.BASE: "Picture model",
    ModelKind.LORA: "LoRA",
    ModelKind.CONTROLNET: "ControlNet",
    ModelKind.IP_ADAPTER: "IP-Adapter",
    ModelKind.UPSCALER: "Upscaler",
    ModelKind.VAE: "VAE",
    ModelKind.EMBEDDING: "Text embedding",
    ModelKind.UNKNOWN: "Unknown",
}


class Family(StrEnum):
    """Models that share an architecture, and so their LoRAs and ControlNets."""

    SD15 = "sd15"
    SD2 = "sd2"
    SDXL = "sdxl"
    SD3 = "sd3"
    FLUX1 = "flux1"
    FLUX2 = "flux2"
    FLUX3 = "flux3"
    QWEN_IMAGE = "qwen-image"
    Z_IMAGE = "z-image"
    CHROMA = "chroma"
    SANA = "sana"
    ANIMA = "anima"
    KREA2 = "krea2"
    ERNIE_IMAGE = "ernie-image"
    IDEOGRAM4 = "ideogram4"
    WAN = "wan"
    LTX = "ltx"
    SVD = "svd"
    COGVIDEOX = "cogvideox"
    ANIMATEDIFF = "animatediff"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """For people."""
        return _FAMILIES[self]


_FAMILIES = {
    Family.SD15: "Stable Diffusion 1.5",
    Family.SD2: "Stable Diffusion 2",
    Family.SDXL: "Stable Diffusion XL",
    Family.SD3: "Stable Diffusion 3",
    Family.FLUX1: "FLUX.1",
    Family.FLUX2: "FLUX.2",
    Family.FLUX3: "FLUX.3",
    Family.QWEN_IMAGE: "Qwen-Image",
    Family.Z_IMAGE: "Z-Image",
    Family.CHROMA: "Chroma",
    Family.SANA: "Sana",
    Family.ANIMA: "Anima",
    Family.KREA2: "Krea 2",
    Family.ERNIE_IMAGE: "ERNIE-Image",
    Family.IDEOGRAM4: "Ideogram 4",
    Family.WAN: "Wan (video)",
    Family.LTX: "LTX (video)",
    Family.SVD: "Stable Video Diffusion",
    Family.COGVIDEOX: "CogVideoX (video)",
    Family.ANIMATEDIFF: "AnimateDiff (video)",
    Family.UNKNOWN: "Unknown family",
}


TASKS = {
    Task.TEXT_TO_IMAGE: "Pictures from words",
    Task.IMAGE_TO_IMAGE: "Variations of a picture",
    Task.INPAINT: "Changing part of a picture",
    Task.EDIT: "Editing with reference pictures",
    Task.UPSCALE: "Enlarging",
    Task.TEXT_TO_VIDEO: "Videos from words",
    Task.IMAGE_TO_VIDEO: "Videos from a picture",
}
