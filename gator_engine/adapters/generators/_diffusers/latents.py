"""Latents as a denoiser holds them, laid out as the pictures they stand for.

Transformers work on tokens, each a square of 2 × 2 latent pixels whose values stand in the order
channel, row, column (`_unpack_latents` of FLUX.1 and Qwen-Image, `_unpatchify_latents` of FLUX.2,
where the batch norm of the VAE scales them). Qwen-Image's VAE is one for video: its latents have a
frame.
"""

from __future__ import annotations

from typing import Any

import torch
from diffusers import (
    AutoencoderDC,
    AutoencoderKL,
    AutoencoderKLFlux2,
    AutoencoderKLQwenImage,
    AutoencoderKLWan,
)

_OF_FRAMES: tuple[Any, ...] = (AutoencoderKLQwenImage, AutoencoderKLWan)
_KNOWN: tuple[Any, ...] = (AutoencoderKL, AutoencoderDC, AutoencoderKLFlux2, *_OF_FRAMES)


def is_known(vae: Any) -> bool:
    """Whether the latents of this VAE can be laid out and decoded here."""
    return isinstance(vae, _KNOWN)


def _is(vae: Any, kind: Any) -> bool:
    return isinstance(vae, kind)


def channels_of(vae: Any) -> int:
    """How many numbers a latent pixel has."""
    return int(getattr(vae.config, "latent_channels", None) or vae.config.z_dim)


def grid_of(latents: torch.Tensor, pipe: Any, size: tuple[int, int]) -> torch.Tensor | None:
    """Latents as (batch, channels, height, width); None for a layout that is not known.

    `size` is (width, height) of the picture in pixels.
    """
    vae = getattr(pipe, "vae", None)
    if not is_known(vae):
        return None
    if latents.ndim == 5:
        return latents[:, :, 0]
    squares = _squares(latents, pipe, size) if latents.ndim == 3 else latents
    if squares is None or squares.ndim != 4:
        return None
    if _is(vae, AutoencoderKLFlux2):
        if squares.shape[1] != 4 * channels_of(vae):
            return None
        return torch.nn.functional.pixel_shuffle(_as_learnt(squares, vae), 2)
    return torch.nn.functional.pixel_shuffle(squares, 2) if latents.ndim == 3 else squares


def _squares(tokens: torch.Tensor, pipe: Any, size: tuple[int, int]) -> torch.Tensor | None:
    """Tokens, each a square of 2 × 2 latent pixels, as (batch, values, rows, columns)."""
    edge = 2 * int(pipe.vae_scale_factor)
    columns, rows = size[0] // edge, size[1] // edge
    if tokens.shape[1] != rows * columns or tokens.shape[2] % 4:
        return None
    return tokens.transpose(1, 2).reshape(tokens.shape[0], -1, rows, columns)


def _as_learnt(squares: torch.Tensor, vae: Any) -> torch.Tensor:
    """Without the scale that the VAE's batch norm gave them."""
    mean = vae.bn.running_mean.view(1, -1, 1, 1).to(squares.device, squares.dtype)
    spread = (vae.bn.running_var + vae.config.batch_norm_eps).sqrt().view(1, -1, 1, 1)
    learnt: torch.Tensor = squares * spread.to(squares.device, squares.dtype) + mean
    return learnt


@torch.inference_mode()
def decoded(grid: torch.Tensor, vae: Any) -> torch.Tensor:
    """What the VAE makes of such latents: (batch, 3, height, width), colours in −1…1."""
    scaled = _for_decoder(grid.float().cpu(), vae).to(vae.device, vae.dtype)
    made: torch.Tensor = vae.decode(scaled).sample.float().cpu()
    return made[:, :, 0] if made.ndim == 5 else made


def _for_decoder(grid: torch.Tensor, vae: Any) -> torch.Tensor:
    if _is(vae, AutoencoderKLFlux2):
        return grid
    if isinstance(vae, _OF_FRAMES):
        mean, spread = (
            torch.tensor(given).view(1, -1, 1, 1)
            for given in (vae.config.latents_mean, vae.config.latents_std)
        )
        return (grid * spread + mean).unsqueeze(2)  # One frame.
    shift = getattr(vae.config, "shift_factor", None) or 0.0
    scaled: torch.Tensor = grid / vae.config.scaling_factor + shift
    return scaled
