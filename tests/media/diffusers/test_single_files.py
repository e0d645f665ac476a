"""Checkpoints of one file: tiny ones written under the names that other programs use."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
import torch
from diffusers import DiffusionPipeline, StableDiffusionXLPipeline, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextModelWithProjection

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._diffusers.models import WARM
from gator_engine.adapters.shelf.shelf import DiskShelf
from gator_engine.config import Settings
from gator_engine.errors import GatorError, InvalidInput, Rejected
from gator_engine.ports import GenerateResult
from tests.media.diffusers.conftest import RecordingRun, alike, ask

Folder = Callable[[str], Path]

_RESNET = {
    "norm1": "in_layers.0",
    "conv1": "in_layers.2",
    "time_emb_proj": "emb_layers.1",
    "norm2": "out_layers.0",
    "conv2": "out_layers.3",
    "conv_shortcut": "skip_connection",
}
_ATTENTION = {
    "group_norm": "norm",
    "to_q": "q",
    "to_k": "k",
    "to_v": "v",
    "to_out.0": "proj_out",
}


def _unet_places(layers: int, blocks: int) -> dict[str, str]:
    """Where each part of a U-Net stands in the original layout, whose blocks have one count."""
    step = layers + 1
    found = {"mid_block.resnets.0": "middle_block.0", "mid_block.attentions.0": "middle_block.1"}
    found |= {"mid_block.resnets.1": "middle_block.2", "conv_in": "input_blocks.0.0"}
    found |= {"conv_norm_out": "out.0", "conv_out": "out.2"}
    found |= {"time_embedding.linear_1": "time_embed.0", "time_embedding.linear_2": "time_embed.2"}
    found |= {"add_embedding.linear_1": "label_emb.0.0", "add_embedding.linear_2": "label_emb.0.2"}
    for block in range(blocks):
        for layer in range(layers):
            at = f"input_blocks.{step * block + layer + 1}"
            found[f"down_blocks.{block}.resnets.{layer}"] = f"{at}.0"
            found[f"down_blocks.{block}.attentions.{layer}"] = f"{at}.1"
        found[f"down_blocks.{block}.downsamplers.0.conv"] = (
            f"input_blocks.{step * (block + 1)}.0.op"
        )
        for layer in range(step):
            at = f"output_blocks.{step * block + layer}"
            found[f"up_blocks.{block}.resnets.{layer}"] = f"{at}.0"
            found[f"up_blocks.{block}.attentions.{layer}"] = f"{at}.1"
        # Behind the attention, which in this U-Net the upsampled block has.
        found[f"up_blocks.{block}.upsamplers.0.conv"] = (
            f"output_blocks.{step * block + layers}.2.conv"
        )
    return found


def _vae_places(blocks: int) -> dict[str, str]:
    found = {}
    for side, name in (("encoder", "down"), ("decoder", "up")):
        found[f"{side}.conv_norm_out"] = f"{side}.norm_out"
        for number in (0, 1):
            found[f"{side}.mid_block.resnets.{number}"] = f"{side}.mid.block_{number + 1}"
        found[f"{side}.mid_block.attentions.0"] = f"{side}.mid.attn_1"
        for block in range(blocks):
            at = block if side == "encoder" else blocks - 1 - block
            found[f"{side}.{name}_blocks.{block}.resnets"] = f"{side}.{name}.{at}.block"
            for way in ("downsampl", "upsampl"):
                found[f"{side}.{name}_blocks.{block}.{way}ers.0.conv"] = (
                    f"{side}.{name}.{at}.{way}e.conv"
                )
    return found


def _moved(name: str, places: Mapping[str, str], inner: Mapping[str, str]) -> str:
    for old in sorted(places, key=len, reverse=True):
        if name.startswith(f"{old}."):
            head, rest = places[old], name.removeprefix(f"{old}.")
            break
    else:
        return name
    for old, new in inner.items():
        if f".{rest}".find(f".{old}.") >= 0:
            return f"{head}.{rest}".replace(f".{old}.", f".{new}.")
    return f"{head}.{rest}"


def checkpoint(folder: Path, path: Path) -> Path:
    """The tiny Stable Diffusion 1.5 or XL of a folder as one file in the original layout."""
    pipe: Any = DiffusionPipeline.from_pretrained(folder)
    config = pipe.unet.config
    places = _unet_places(config.layers_per_block, len(config.block_out_channels))
    whole: dict[str, torch.Tensor] = {}
    for name, tensor in pipe.unet.state_dict().items():
        inner = _RESNET if ".resnets." in name else {}
        whole["model.diffusion_model." + _moved(name, places, inner)] = tensor
    for name, tensor in pipe.vae.state_dict().items():
        attention = ".attentions." in name
        inner = _ATTENTION if attention else {"conv_shortcut": "nin_shortcut"}
        moved = _moved(name, _vae_places(len(pipe.vae.config.block_out_channels)), inner)
        # The original has convolutions of one pixel where diffusers has layers.
        square = attention and tensor.ndim == 2
        whole[f"first_stage_model.{moved}"] = tensor[..., None, None] if square else tensor
    whole |= _words_of_xl(pipe) if hasattr(pipe, "text_encoder_2") else _words_of_15(pipe)
    save_file({name: tensor.contiguous() for name, tensor in whole.items()}, path)
    return path


def _words_of_15(pipe: Any) -> dict[str, torch.Tensor]:
    return {
        f"cond_stage_model.transformer.text_model.{name.removeprefix('text_model.')}": tensor
        for name, tensor in pipe.text_encoder.state_dict().items()
    }


_OPEN_CLIP = {
    "embeddings.token_embedding.weight": "token_embedding.weight",
    "embeddings.position_embedding.weight": "positional_embedding",
    "final_layer_norm.": "ln_final.",
    "encoder.layers.": "transformer.resblocks.",
    ".layer_norm1.": ".ln_1.",
    ".layer_norm2.": ".ln_2.",
    ".mlp.fc1.": ".mlp.c_fc.",
    ".mlp.fc2.": ".mlp.c_proj.",
    ".self_attn.out_proj.": ".attn.out_proj.",
}


def _words_of_xl(pipe: Any) -> dict[str, torch.Tensor]:
    """CLIP as transformers has it, and OpenCLIP: one matrix for query, key and value."""
    first = {
        f"conditioner.embedders.0.transformer.text_model.{name.removeprefix('text_model.')}": tensor
        for name, tensor in pipe.text_encoder.state_dict().items()
    }
    state = {
        name.removeprefix("text_model."): tensor
        for name, tensor in pipe.text_encoder_2.state_dict().items()
    }
    second = {"text_projection": state.pop("text_projection.weight").T}
    for name, tensor in state.items():
        head, found, rest = name.partition(".self_attn.q_proj.")
        if found:
            parts = [state[f"{head}.self_attn.{one}_proj.{rest}"] for one in "qkv"]
            moved = head.replace("encoder.layers.", "transformer.resblocks.")
            second[f"{moved}.attn.in_proj_{rest}"] = torch.cat(parts)
        elif ".self_attn.k_proj." not in name and ".self_attn.v_proj." not in name:
            for old, new in _OPEN_CLIP.items():
                name = name.replace(old, new)
            second[name] = tensor
    return first | {f"conditioner.embedders.1.model.{name}": one for name, one in second.items()}


def wide_sdxl(folder: Path) -> Path:
    """A tiny Stable Diffusion XL whose encoders differ in width, by which files tell them apart."""
    from tests.media.tiny_models import sdxl

    torch.manual_seed(0)
    pipe: Any = sdxl()
    reader = pipe.text_encoder_2.config
    reader.hidden_size = 64
    parts = {"text_encoder_2": CLIPTextModelWithProjection(reader).eval()}
    parts["unet"] = UNet2DConditionModel.from_config(pipe.unet.config, cross_attention_dim=96)
    whole = StableDiffusionXLPipeline(**{**pipe.components, **parts}, add_watermarker=False)
    whole.save_pretrained(folder)
    return folder


def drawn(model: Path, shelf: Path) -> GenerateResult:
    settings = Settings(image_model=str(model), models_dir=shelf, device="cpu")
    generator = discover(settings)["diffusers"]
    assert generator.missing() == ""
    return generator.generate(ask(), RecordingRun())


def refused(model: Path, shelf: Path, expected: type[GatorError]) -> str:
    with pytest.raises(expected) as caught:
        drawn(model, shelf)
    return str(caught.value)


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_one_file_draws_what_its_folder_draws(
    tiny_model: Folder, tmp_path: Path, kind: str
) -> None:
    whole = wide_sdxl(tmp_path / "whole") if kind == "sdxl" else tiny_model(kind)
    folder = Path(shutil.copytree(whole, tmp_path / "models" / "folder"))
    file = checkpoint(folder, tmp_path / "models" / "mine.safetensors")
    for weights in folder.rglob("*.safetensors"):
        weights.unlink()  # Only configurations and tokenizers are taken from there.
    WARM.clear()
    made, expected = drawn(file, tmp_path / "models"), drawn(whole, tmp_path / "none")
    assert made.model == str(file)
    told = {"model": "", "scheduler": ""}
    assert [file.parameters | told for file in made.files] == [
        file.parameters | told for file in expected.files
    ]
    same = [f.__class__(f.data, f.seed, f.alt_text, {}) for f in made.files]
    assert alike(same, [f.__class__(f.data, f.seed, f.alt_text, {}) for f in expected.files])
    shelf = DiskShelf(tmp_path / "models", tmp_path / "no-cache")
    [model] = [one for one in shelf.found() if one.path == str(file)]
    assert shelf.loading_needs(model) == ""
    repainted = discover(Settings(image_model=str(file), models_dir=tmp_path / "models"))
    assert repainted["diffusers_variation"].missing() == ""


def test_without_a_folder_of_its_family_it_says_what_to_download(
    tiny_model: Folder, tmp_path: Path
) -> None:
    file = checkpoint(tiny_model("sd15"), tmp_path / "mine.safetensors")
    said = refused(file, tmp_path, InvalidInput)
    assert "mine.safetensors: One file of Stable Diffusion 1.5 cannot be used by itself" in said
    assert "stable-diffusion-v1-5/stable-diffusion-v1-5" in said
    assert "Settings → Models" in said


def test_files_that_are_no_whole_model_are_refused_by_name(
    tiny_model: Folder, tmp_path: Path
) -> None:
    shutil.copytree(tiny_model("sd15"), tmp_path / "folder")
    part = tmp_path / "part.safetensors"
    save_file({"model.diffusion_model.input_blocks.0.0.weight": torch.zeros(4, 4, 3, 3)}, part)
    assert "part.safetensors: Pictures are made from diffusers folders" in refused(
        part, tmp_path, InvalidInput
    )
    torn = checkpoint(tiny_model("sd15"), tmp_path / "torn.safetensors")
    torn.write_bytes(torn.read_bytes()[:-1000])
    assert "is truncated" in refused(torn, tmp_path, InvalidInput)
    junk = tmp_path / "junk.safetensors"
    junk.write_bytes(b"\xff" * 64)
    assert "settings.model" in refused(junk, tmp_path, InvalidInput)


def test_a_file_of_another_shape_than_its_folder_is_refused_by_name(
    tiny_model: Folder, tmp_path: Path
) -> None:
    from safetensors.torch import load_file

    shutil.copytree(tiny_model("sd15"), tmp_path / "folder")
    file = checkpoint(tiny_model("sd15"), tmp_path / "wide.safetensors")
    tensors = load_file(file)
    first = "model.diffusion_model.input_blocks.0.0.weight"
    tensors[first] = torch.cat([tensors[first], tensors[first], tensors[first][:, :1]], 1)
    save_file(tensors, file)  # Nine channels: a checkpoint for repainting.
    assert "does not fit the configuration of" in refused(file, tmp_path, Rejected)
