"""The video models of the catalogue; `catalogue.SOURCES` says what the letters of a source mean."""

from __future__ import annotations

from gator_engine.domain.models.catalogue import CatalogueModel
from gator_engine.domain.models.kinds import Family, Task
from gator_engine.domain.models.licences import APACHE_2, STABILITY, Evidence
from gator_engine.domain.models.memory import MemoryMode

_WORDS, _PICTURE = (Task.TEXT_TO_VIDEO,), (Task.IMAGE_TO_VIDEO,)

VIDEO_ENTRIES = (
    CatalogueModel(
        "Wan-AI/Wan2.2-TI2V-5B-Diffusers",
        "Wan 2.2 5B",
        Family.WAN,
        (*_WORDS, *_PICTURE),
        APACHE_2,
        Evidence.READ,
        "Five seconds at 24 frames a second, from words or a picture.",
        "[R] licence; [N] size",
        steps=50,
        size=704,
        download_gb=32.0,
    ),
    CatalogueModel(
        "Wan-AI/Wan2.1-T2V-1.3B-Diffusers",
        "Wan 2.1 1.3B",
        Family.WAN,
        _WORDS,
        APACHE_2,
        Evidence.UNCHECKED,
        "The smallest of its family, at 480 lines and 16 frames a second.",
        "[K] licence; [D] memory",
        steps=50,
        size=480,
        vram_gb={MemoryMode.MODEL_OFFLOAD: 8.19},
    ),
    CatalogueModel(
        "Wan-AI/Wan2.2-T2V-A14B-Diffusers",
        "Wan 2.2 A14B, from words",
        Family.WAN,
        _WORDS,
        APACHE_2,
        Evidence.READ,
        "Two experts of 14 billion weights each, one for the outlines and one for the detail.",
        "[R] licence and memory",
        steps=40,
        size=480,
        vram_gb={MemoryMode.ON_DEVICE: 80.0},
    ),
    CatalogueModel(
        "Wan-AI/Wan2.2-I2V-A14B-Diffusers",
        "Wan 2.2 A14B, from a picture",
        Family.WAN,
        _PICTURE,
        APACHE_2,
        Evidence.READ,
        "Sets a picture in motion; takes a last picture to arrive at, too.",
        "[R] licence and memory",
        steps=40,
        size=480,
        vram_gb={MemoryMode.ON_DEVICE: 80.0},
    ),
    CatalogueModel(
        "THUDM/CogVideoX-2b",
        "CogVideoX 2B",
        Family.COGVIDEOX,
        _WORDS,
        APACHE_2,
        Evidence.UNCHECKED,
        "Six seconds at 8 frames a second. Only the 2B model has this licence.",
        "[K] licence; [D] memory in 8 bits",
        steps=50,
        size=480,
    ),
    CatalogueModel(
        "stabilityai/stable-video-diffusion-img2vid-xt",
        "Stable Video Diffusion XT",
        Family.SVD,
        _PICTURE,
        STABILITY,
        Evidence.REPORTED,
        "25 frames from a picture. It reads no words; newer models move better.",
        "[S] licence; [D] frames and size",
        steps=25,
        size=576,
    ),
)
