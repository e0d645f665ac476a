"""The training loop: predict the noise that was added to the pictures, and correct the LoRA.

As in diffusers' examples/dreambooth/train_dreambooth_lora.py and its XL sibling, in batches of one,
so that every picture keeps its own shape.
"""

from __future__ import annotations

import io
import random
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path
from typing import Any

import numpy as np
import torch
from diffusers import DDPMScheduler, StableDiffusionPipeline, StableDiffusionXLPipeline
from diffusers.utils import state_dict_utils
from peft import LoraConfig
from peft.utils import get_peft_model_state_dict
from PIL import Image, UnidentifiedImageError
from safetensors.torch import save_file

from gator_engine.adapters.generators._diffusers.models import PROVIDER, fresh_model
from gator_engine.adapters.generators._diffusers.sizes import GRID, native_area
from gator_engine.adapters.generators._diffusers.words import words_for
from gator_engine.domain.briefs import CompiledPrompt, Fragment
from gator_engine.errors import CapabilityError, InvalidInput, Rejected
from gator_engine.ports import WEIGHTS_NAME, LoraRequest, Run, TrainedLora, TrainingPicture

# Untyped in the library.
_SCHEDULERS: Any = DDPMScheduler
_to_diffusers: Any = state_dict_utils.convert_state_dict_to_diffusers
# The attention layers of the UNet: where diffusers' and kohya's trainers put a LoRA.
_TARGETS = ["to_k", "to_q", "to_v", "to_out.0"]
_SMALLEST_EDGE = 64
_LONGEST_GRADIENT = 1.0
_PREPARING_SHARE = 0.1


@dataclass(frozen=True)
class _Lesson:
    """One picture as the UNet sees it: latents (1, 4, height / 8, width / 8), and its words."""

    latents: torch.Tensor
    embeddings: torch.Tensor
    conditions: dict[str, torch.Tensor]


def train_unet(request: LoraRequest, device: str, folder: Path, run: Run) -> TrainedLora:
    """Load the base model for oneself, learn, and write the weights. Raises as the port says."""
    run.progress(0.0, f"Loading {request.base_model}")
    pipe: Any = fresh_model(request.base_model, device, "float32").pipe
    if not isinstance(pipe, StableDiffusionPipeline | StableDiffusionXLPipeline):
        allowed = "a model of the families Stable Diffusion 1.5, 2 and XL"
        raise CapabilityError(f"{PROVIDER} {type(pipe).__name__}", "training a LoRA", allowed)
    if getattr(pipe, "_all_hooks", None):  # Parts of the model wait in main memory.
        text = f"{request.base_model} does not fit into the memory of {device} for training."
        raise Rejected(PROVIDER, "train", text)
    try:
        lessons = list(_lessons(pipe, request, run))
        loss = _learn(pipe, lessons, request, run)
    except (torch.OutOfMemoryError, RuntimeError) as error:
        raise Rejected(PROVIDER, "train", f"{type(error).__name__}: {error}") from error
    run.progress(1.0, "Writing the weights")
    return TrainedLora(_write(pipe, request, folder), loss)


def _lessons(pipe: Any, request: LoraRequest, run: Run) -> Iterator[_Lesson]:
    """Pictures and captions, encoded once; the encoders are frozen and would say the same again."""
    area = request.options.resolution**2 or native_area(pipe)
    noise = torch.Generator("cpu").manual_seed(request.options.seed)
    for number, picture in enumerate(request.pictures):
        share = _PREPARING_SHARE * number / len(request.pictures)
        run.progress(share, f"Reading picture {number + 1} of {len(request.pictures)}")
        pixels = _pixels(picture, area).to(pipe.device, pipe.vae.dtype)
        with torch.no_grad():
            found = pipe.vae.encode(pixels).latent_dist.sample(noise)
        latents = found * pipe.vae.config.scaling_factor
        words = CompiledPrompt((Fragment(picture.caption, "caption"),))
        arguments = words_for(pipe, words, negative=False, batch=1).arguments
        # Cloned: what was computed for inference alone may not take part in learning.
        embeddings = arguments["prompt_embeds"].clone()
        pooled = arguments.get("pooled_prompt_embeds")
        yield _Lesson(latents, embeddings, {} if pooled is None else _conditions(pixels, pooled))


def _conditions(pixels: torch.Tensor, pooled: torch.Tensor) -> dict[str, torch.Tensor]:
    """What XL wants to know besides: the pooled words, and six numbers about the size."""
    height, width = pixels.shape[-2:]
    sizes = torch.tensor([[height, width, 0, 0, height, width]], dtype=pooled.dtype)
    return {"text_embeds": pooled.clone(), "time_ids": sizes.to(pooled.device)}


def _pixels(picture: TrainingPicture, area: int) -> torch.Tensor:
    """The whole picture, scaled to about `area` pixels: (1, 3, height, width) from −1 to 1."""
    try:
        with Image.open(io.BytesIO(picture.data)) as opened:
            image = opened.convert("RGB")
    except (UnidentifiedImageError, OSError) as error:
        raise InvalidInput("pictures", "holds what is no picture") from error
    factor = sqrt(area / (image.width * image.height))
    edges = [max(_SMALLEST_EDGE, round(e * factor / GRID) * GRID) for e in image.size]
    scaled = image.resize((edges[0], edges[1]), Image.Resampling.LANCZOS)
    values = torch.from_numpy(np.asarray(scaled, dtype=np.float32) / 127.5 - 1.0)
    return values.permute(2, 0, 1).unsqueeze(0)


def _learn(pipe: Any, lessons: Sequence[_Lesson], request: LoraRequest, run: Run) -> float:
    """Adjust the LoRA step by step; the mean loss over the last tenth. Raises Cancelled."""
    options, losses = request.options, list[float]()
    # Both of torch and of Python: the first weights, the order, the noise all repeat by the seed.
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(options.seed)
        layers = _with_lora(pipe, options.rank)
        optimizer = torch.optim.AdamW(layers, lr=options.learning_rate)
        scheduler = _SCHEDULERS.from_config(pipe.scheduler.config)
        for step, lesson in enumerate(_order(lessons, options.steps, options.seed)):
            loss = _loss(pipe.unet, scheduler, lesson)
            if not torch.isfinite(loss):
                raise Rejected(PROVIDER, "train", "It diverged. Use a smaller learning rate.")
            loss.backward()  # type: ignore[no-untyped-call]
            torch.nn.utils.clip_grad_norm_(layers, _LONGEST_GRADIENT)
            optimizer.step()
            optimizer.zero_grad()
            losses.append(float(loss.detach()))
            share = _PREPARING_SHARE + (1 - _PREPARING_SHARE) * (step + 1) / options.steps
            run.progress(share, f"Step {step + 1} of {options.steps}, loss {losses[-1]:.4f}")
    last = losses[-max(1, len(losses) // 10) :]
    return sum(last) / len(last)


def _with_lora(pipe: Any, rank: int) -> list[torch.nn.Parameter]:
    """Freeze the model and add the LoRA; its layers are all that learns."""
    for part in pipe.components.values():
        if isinstance(part, torch.nn.Module):
            part.requires_grad_(False)
    config = LoraConfig(
        r=rank, lora_alpha=rank, init_lora_weights="gaussian", target_modules=_TARGETS
    )
    pipe.unet.add_adapter(config)
    pipe.unet.train()
    return [parameter for parameter in pipe.unet.parameters() if parameter.requires_grad]


def _order(lessons: Sequence[_Lesson], steps: int, seed: int) -> Iterator[_Lesson]:
    """Every lesson once per round, each round in another order."""
    chance, waiting = random.Random(seed), list[_Lesson]()
    for _ in range(steps):
        waiting = waiting or chance.sample(lessons, len(lessons))
        yield waiting.pop()


def _loss(unet: Any, scheduler: Any, lesson: _Lesson) -> torch.Tensor:
    """Squared error of the predicted noise (or velocity) at a random moment of the diffusion."""
    latents = lesson.latents
    noise = torch.randn(latents.shape).to(latents.device, latents.dtype)
    moment = torch.randint(0, scheduler.config.num_train_timesteps, (1,)).to(latents.device)
    noisy = scheduler.add_noise(latents, noise, moment)
    more = {"added_cond_kwargs": lesson.conditions} if lesson.conditions else {}
    guess = unet(noisy, moment, lesson.embeddings, **more).sample
    velocity = scheduler.config.prediction_type == "v_prediction"
    truth = scheduler.get_velocity(latents, noise, moment) if velocity else noise
    return torch.nn.functional.mse_loss(guess.float(), truth.float())


def _write(pipe: Any, request: LoraRequest, folder: Path) -> Path:
    """The file that `load_lora_weights` reads, its story in the header; it appears all at once."""
    layers = _to_diffusers(get_peft_model_state_dict(pipe.unet))
    named = {f"unet.{name}": tensor.cpu().contiguous() for name, tensor in layers.items()}
    options = request.options
    facts = {
        "format": "pt",
        "base_model": request.base_model,
        "steps": str(options.steps),
        "rank": str(options.rank),
        "learning_rate": str(options.learning_rate),
        "seed": str(options.seed),
        "pictures": str(len(request.pictures)),
        **request.facts,
    }
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / WEIGHTS_NAME
    with tempfile.TemporaryDirectory(dir=folder) as beside:
        save_file(named, Path(beside) / WEIGHTS_NAME, metadata=facts)
        (Path(beside) / WEIGHTS_NAME).replace(target)
    return target
