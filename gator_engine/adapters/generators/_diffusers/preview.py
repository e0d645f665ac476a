"""Small pictures of a run in progress: a linear map from latents to colours, fitted to the VAE.

A linear map shows composition and colour at next to no cost, where decoding would take as long as
a step. It is fitted once per model by least squares on what the VAE itself makes of smooth noise,
so that it suits every VAE of the kinds below (method: "Decoding latents to RGB without upscaling",
Hugging Face forum, 2022; there with photographs instead of noise).
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from typing import Any

import torch
from diffusers import AutoencoderDC, AutoencoderKL
from PIL import Image

LONGEST_EDGE = 256
_PICTURE_VAES: tuple[Any, ...] = (AutoencoderKL, AutoencoderDC)
_SIDE = 12  # Latent pixels an edge of the noise: few for speed, and 144 samples for ≤ 32 unknowns.


@dataclass(frozen=True)
class LatentColours:
    """Colour = latent @ factors + bias, with colours in −1…1; factors are (channels, 3)."""

    factors: torch.Tensor
    bias: torch.Tensor


def fit_colours(pipe: Any) -> LatentColours | None:
    """Fit to the pipeline's VAE; None for a VAE that is not a plain picture VAE."""
    vae: Any = getattr(pipe, "vae", None)
    if not isinstance(vae, _PICTURE_VAES) or hasattr(vae, "_hf_hook"):
        return None
    channels = int(vae.config.latent_channels)
    noise = torch.randn(
        (1, channels, _SIDE // 2, _SIDE // 2), generator=torch.Generator().manual_seed(0)
    )
    latents = torch.nn.functional.interpolate(noise, size=(_SIDE, _SIDE), mode="bilinear")
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    with torch.inference_mode():
        scaled = (latents / vae.config.scaling_factor + shift).to(vae.device, vae.dtype)
        picture = vae.decode(scaled).sample.float().cpu()
    colours = torch.nn.functional.adaptive_avg_pool2d(picture, _SIDE)[0].flatten(1).T
    samples = torch.cat([latents[0].flatten(1).T, torch.ones(_SIDE * _SIDE, 1)], dim=1)
    if not torch.isfinite(colours).all():
        return None
    solution = torch.linalg.lstsq(samples, colours).solution
    return LatentColours(solution[:-1], solution[-1])


def preview_of(
    latents: torch.Tensor, colours: LatentColours, pipe: Any, size: tuple[int, int]
) -> bytes | None:
    """A WebP of the first picture of a batch, at most 256 pixels an edge; None for odd latents.

    `size` is (width, height) of the picture that is being made.
    """
    grid = _grid(latents[:1].detach(), pipe, size)
    if grid is None or grid.shape[1] != colours.factors.shape[0]:
        return None
    rgb = grid[0].float().cpu().permute(1, 2, 0) @ colours.factors + colours.bias
    pixels = ((rgb.clamp(-1, 1) + 1) * 127.5).nan_to_num().to(torch.uint8).numpy()
    picture = Image.fromarray(pixels)
    scale = LONGEST_EDGE / max(size)
    shown = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    out = BytesIO()
    picture.resize(shown, Image.Resampling.BICUBIC).save(out, "WEBP", quality=70, method=0)
    return out.getvalue()


def _grid(latents: torch.Tensor, pipe: Any, size: tuple[int, int]) -> torch.Tensor | None:
    """Latents as (1, channels, height, width); FLUX-like pipelines pack them into tokens."""
    if latents.ndim == 4:
        return latents
    unpack = getattr(pipe, "_unpack_latents", None)
    if latents.ndim == 3 and unpack is not None:
        unpacked: torch.Tensor = unpack(latents, size[1], size[0], pipe.vae_scale_factor)
        return unpacked if unpacked.ndim == 4 else None
    return None
