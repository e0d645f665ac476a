"""Previews: by a tiny VAE that is installed, else by the map fitted to the model's own."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._diffusers.models import WARM, LoadedModel, warm_model
from gator_engine.adapters.generators._diffusers.policy import Policy, adopt
from gator_engine.config import Settings
from tests.media.diffusers.conftest import RecordingRun, ask

Folder = Callable[[str], Path]


@pytest.fixture(autouse=True)
def loaded_anew() -> Iterator[None]:
    """The tiny VAE is looked for when a model is loaded, so none may be loaded before or after."""
    WARM.clear()
    yield
    WARM.clear()
    adopt(Policy())


def tiny_vae(models: Path, name: str, channels: int = 4) -> Path:
    """An AutoencoderTiny with random weights, as TAESD is saved."""
    import torch
    from diffusers import AutoencoderTiny

    torch.manual_seed(5)
    AutoencoderTiny(
        encoder_block_out_channels=(8,) * 4,
        decoder_block_out_channels=(8,) * 4,
        latent_channels=channels,
        num_encoder_blocks=(1,) * 4,
        num_decoder_blocks=(1,) * 4,
    ).save_pretrained(models / name)
    return models / name


def previews(folder: Path, models: Path, size: tuple[int, int] = (64, 64)) -> list[bytes]:
    follower = RecordingRun()
    settings = Settings(image_model=str(folder), models_dir=models, device="cpu")
    discover(settings)["diffusers"].generate(ask(size=size), follower)
    return [preview for _, _, preview in follower.told if preview]


def loaded(folder: Path) -> LoadedModel:
    return warm_model(str(folder), "cpu", "auto")[0]


@pytest.mark.parametrize(
    ("kind", "name"), [("sd15", "taesd"), ("sdxl", "taesdxl"), ("flux", "taef1")]
)
def test_a_tiny_vae_of_the_family_shows_the_run(
    tiny_model: Folder, tmp_path: Path, kind: str, name: str
) -> None:
    tiny_vae(tmp_path, name)
    shown = previews(tiny_model(kind), tmp_path)
    model = loaded(tiny_model(kind))
    assert model.tiny is not None and model.shows is model.tiny
    assert model.colours is not None
    assert Image.open(io.BytesIO(shown[0])).size == (256, 256)


def test_it_shows_what_it_decodes(tiny_model: Folder, tmp_path: Path) -> None:
    """The preview is the tiny VAE's own picture of the latents, whatever the map would show."""
    import torch
    from diffusers import AutoencoderTiny

    from gator_engine.adapters.generators._diffusers.preview import preview_of

    place = tiny_vae(tmp_path, "taesd")
    adopt(Policy(models=tmp_path))
    model = loaded(tiny_model("sd15"))
    latents = torch.randn((2, 4, 8, 12), generator=torch.Generator().manual_seed(3))
    size = (96, 64)
    shows, colours = model.shows, model.colours
    assert shows is not None and colours is not None
    shown, mapped = (
        Image.open(io.BytesIO(preview_of(latents, each, model.pipe, size) or b""))
        for each in (shows, colours)
    )
    assert shown.size == mapped.size == (256, 171)
    with torch.inference_mode():
        made = AutoencoderTiny.from_pretrained(place).decode(latents[:1]).sample[0]
    pixels = ((made.clamp(-1, 1) + 1) * 127.5).permute(1, 2, 0).numpy().astype(np.uint8)
    truth = np.asarray(Image.fromarray(pixels).resize((256, 171)), float)
    # WebP at quality 70 loses a little.
    assert np.abs(np.asarray(shown, float) - truth).mean() < 8
    assert np.abs(np.asarray(mapped, float) - truth).mean() > 20


def test_on_a_processor_it_decodes_no_more_than_is_shown(
    tiny_model: Folder, tmp_path: Path
) -> None:
    import torch

    tiny_vae(tmp_path, "taesd")
    adopt(Policy(models=tmp_path))
    shows = loaded(tiny_model("sd15")).shows
    assert shows is not None
    assert shows.colours(torch.randn(1, 4, 128, 64)).shape == (256, 128, 3)
    assert shows.colours(torch.randn(1, 4, 8, 8)).shape == (64, 64, 3)


@pytest.mark.parametrize("trouble", ["absent", "other family", "other channels", "damaged"])
def test_without_one_that_fits_the_map_goes_on(
    tiny_model: Folder, tmp_path: Path, trouble: str
) -> None:
    if trouble == "other family":
        tiny_vae(tmp_path, "taesdxl")
    elif trouble == "other channels":
        tiny_vae(tmp_path, "taesd", channels=16)
    elif trouble == "damaged":
        place = tiny_vae(tmp_path, "taesd")
        (place / "diffusion_pytorch_model.safetensors").write_bytes(b"\x10" * 99)
    assert previews(tiny_model("sd15"), tmp_path)
    model = loaded(tiny_model("sd15"))
    assert model.tiny is None and model.shows is model.colours


def test_one_in_the_cache_of_the_hub_is_found(tmp_path: Path) -> None:
    from gator_engine.adapters.shelf.shelf import DiskShelf

    repo = tmp_path / "cache" / "models--madebyollin--taesd"
    made = tiny_vae(repo / "snapshots", "abc")
    (repo / "refs").mkdir()
    (repo / "refs" / "main").write_text("abc")
    assert DiskShelf(tmp_path / "models", tmp_path / "cache").part_named("taesd") == made
    assert DiskShelf(tmp_path / "models", tmp_path / "cache").part_named("taesdxl") is None


@pytest.mark.parametrize("kind", ["klein", "qwen_image", "z_image", "sana", "chroma"])
def test_the_map_is_fitted_to_what_the_pipeline_itself_decodes(tmp_path: Path, kind: str) -> None:
    """Laid out from tokens and scaled for the VAE, the last latents give the finished picture."""
    import torch

    from gator_engine.adapters.generators._diffusers.latents import decoded, grid_of
    from tests.media.tiny_families import save_family

    torch.set_num_threads(1)
    model = loaded(save_family(kind, tmp_path))
    assert model.colours is not None
    heard: list[Any] = []

    def keep(_pipe: Any, _step: int, _time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        heard.append(tensors["latents"])
        return tensors

    picture = model.pipe(
        prompt="a red chair",
        num_inference_steps=2,
        width=96,
        height=64,
        generator=torch.Generator().manual_seed(3),
        callback_on_step_end=keep,
        **({"use_resolution_binning": False} if kind == "sana" else {}),
    ).images[0]
    grid = grid_of(heard[-1], model.pipe, (96, 64))
    assert grid is not None and grid.shape[1] == model.colours.channels
    made = (decoded(grid, model.pipe.vae)[0].clamp(-1, 1) + 1) * 127.5
    assert abs(made.permute(1, 2, 0).numpy() - np.asarray(picture, float)).max() <= 1


def test_tokens_of_flux2_are_laid_out_as_its_pipeline_does(tmp_path: Path) -> None:
    import torch

    from gator_engine.adapters.generators._diffusers.latents import grid_of
    from tests.media.tiny_families import klein

    pipe = klein()
    vae = pipe.vae
    torch.nn.init.normal_(vae.bn.running_mean)
    torch.nn.init.uniform_(vae.bn.running_var, 0.5, 2.0)
    squares = torch.randn(2, 16, 4, 6)
    spread = (vae.bn.running_var + vae.config.batch_norm_eps).sqrt().view(1, -1, 1, 1)
    mean = vae.bn.running_mean.view(1, -1, 1, 1)
    expected = pipe._unpatchify_latents(squares * spread + mean)
    found = grid_of(pipe._pack_latents(squares), pipe, (96, 64))
    assert found is not None and torch.allclose(found, expected)


def test_tokens_of_flux1_are_laid_out_as_its_pipeline_does(tiny_model: Folder) -> None:
    import torch

    from gator_engine.adapters.generators._diffusers.latents import grid_of

    pipe = loaded(tiny_model("flux")).pipe
    tokens = torch.randn(2, 24, 16)
    found = grid_of(tokens, pipe, (96, 64))
    assert found is not None
    assert torch.equal(found, pipe._unpack_latents(tokens, 64, 96, 8))
    assert grid_of(tokens, pipe, (64, 64)) is None
