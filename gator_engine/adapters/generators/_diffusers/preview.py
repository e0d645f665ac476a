"""Small pictures of a run in progress: by a tiny VAE where one is installed, else by a linear map.

A linear map from latents to colours shows composition and colour at next to no cost, where decoding
would take as long as a step. It is fitted once per model by least squares on what the VAE itself
makes of smooth noise, so that it suits every VAE that `latents` knows (method: "Decoding latents to
RGB without upscaling", Hugging Face forum, 2022; there with photographs instead of noise).

A tiny VAE (TAESD of O. Boer Bohan, `AutoencoderTiny` in diffusers) is trained to decode like the
large one and shows detail too. It takes latents as the denoiser holds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any, Protocol

import torch
from diffusers import AutoencoderTiny
from PIL import Image
from safetensors import SafetensorError

from gator_engine.adapters.generators._diffusers.families import family_of
from gator_engine.adapters.generators._diffusers.latents import (
    channels_of,
    decoded,
    grid_of,
    is_known,
)
from gator_engine.adapters.shelf.shelf import DiskShelf

LONGEST_EDGE = 256
_SIDE = 12  # Latent pixels an edge of the noise: few for speed, and 144 samples for ≤ 33 unknowns.
_TINY: Any = AutoencoderTiny
_UNFIT = (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)


class Shows(Protocol):
    """Something that makes colours of latents."""

    @property
    def channels(self) -> int:
        """Of the latents it reads."""
        ...

    def colours(self, grid: torch.Tensor) -> torch.Tensor:
        """(height, width, 3) in −1…1 of latents (1, channels, height, width)."""
        ...


@dataclass(frozen=True)
class LatentColours:
    """Colour = latent @ factors + bias, with colours in −1…1; factors are (channels, 3)."""

    factors: torch.Tensor
    bias: torch.Tensor

    @property
    def channels(self) -> int:
        """See Shows."""
        return int(self.factors.shape[0])

    def colours(self, grid: torch.Tensor) -> torch.Tensor:
        """See Shows."""
        return grid[0].float().cpu().permute(1, 2, 0) @ self.factors + self.bias


@dataclass(frozen=True)
class TinyDecoder:
    """A tiny VAE. On a CPU it decodes no more latents than the preview has room for."""

    vae: Any
    name: str

    @property
    def channels(self) -> int:
        """See Shows."""
        return int(self.vae.config.latent_channels)

    @torch.inference_mode()
    def colours(self, grid: torch.Tensor) -> torch.Tensor:
        """See Shows."""
        latents = grid.to(self.vae.device, self.vae.dtype)
        room = LONGEST_EDGE // 2 ** (len(self.vae.config.decoder_block_out_channels) - 1)
        shrink = max(latents.shape[2:]) / room
        if self.vae.device.type == "cpu" and shrink > 1:
            height, width = (max(1, round(edge / shrink)) for edge in latents.shape[2:])
            latents = torch.nn.functional.adaptive_avg_pool2d(latents, (height, width))
        made: torch.Tensor = self.vae.decode(latents).sample[0]
        return made.float().cpu().permute(1, 2, 0)


def fit_colours(pipe: Any) -> LatentColours | None:
    """Fit to the pipeline's VAE; None for a VAE that is not known, or that is being moved about."""
    vae: Any = getattr(pipe, "vae", None)
    if not is_known(vae) or hasattr(vae, "_hf_hook"):
        return None
    noise = torch.randn(
        (1, channels_of(vae), _SIDE // 2, _SIDE // 2), generator=torch.Generator().manual_seed(0)
    )
    latents = torch.nn.functional.interpolate(noise, size=(_SIDE, _SIDE), mode="bilinear")
    picture = decoded(latents, vae)
    colours = torch.nn.functional.adaptive_avg_pool2d(picture, _SIDE)[0].flatten(1).T
    samples = torch.cat([latents[0].flatten(1).T, torch.ones(_SIDE * _SIDE, 1)], dim=1)
    if not torch.isfinite(colours).all():
        return None
    solution = torch.linalg.lstsq(samples, colours).solution
    return LatentColours(solution[:-1], solution[-1])


def tiny_decoder(pipe: Any, shelf: DiskShelf, device: str, dtype: torch.dtype) -> Shows | None:
    """The tiny VAE of the pipeline's family, if it is installed; None also for one that is damaged
    or made for other latents: then the linear map goes on showing the run."""
    family = family_of(type(pipe).__name__)
    folder = shelf.part_named(family.tiny_vae) if family and family.tiny_vae else None
    if folder is None:
        return None
    try:
        # A folder on this disk: there is no revision to pin.
        vae = _TINY.from_pretrained(  # nosec B615
            str(folder), dtype=dtype, use_safetensors=True, local_files_only=True
        )
    except _UNFIT:
        return None
    fits = int(vae.config.latent_channels) == channels_of(pipe.vae)
    return TinyDecoder(vae.to(device), Path(folder).name) if fits else None


def preview_of(
    latents: torch.Tensor, shows: Shows, pipe: Any, size: tuple[int, int]
) -> bytes | None:
    """A WebP of the first picture of a batch, at most 256 pixels an edge; None for odd latents.

    `size` is (width, height) of the picture that is being made.
    """
    grid = grid_of(latents[:1].detach(), pipe, size)
    if grid is None or grid.shape[1] != shows.channels:
        return None
    rgb = shows.colours(grid)
    pixels = ((rgb.clamp(-1, 1) + 1) * 127.5).nan_to_num().to(torch.uint8).numpy()
    picture = Image.fromarray(pixels)
    scale = LONGEST_EDGE / max(size)
    shown = (max(1, round(size[0] * scale)), max(1, round(size[1] * scale)))
    out = BytesIO()
    picture.resize(shown, Image.Resampling.BICUBIC).save(out, "WEBP", quality=70, method=0)
    return out.getvalue()
