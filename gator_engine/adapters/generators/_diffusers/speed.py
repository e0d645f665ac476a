"""Applying a speed plan to a loaded pipeline; what a model cannot do is left out and said."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from importlib.util import find_spec
from typing import Any

import torch
from diffusers import FirstBlockCacheConfig, TaylorSeerCacheConfig

from gator_engine.domain.speed import SpeedPlan, StepCache
from gator_engine.errors import ConfigError

# diffusers gives its configurations no types.
_TAYLOR: Any = TaylorSeerCacheConfig
_FIRST_BLOCK: Any = FirstBlockCacheConfig


# These lay weights out anew or compile them: only for weights that stay where they are. A memory
# plan that moves them (offload) keeps its hooks on each layer, and those come first.
_ON_RESIDENT = frozenset({"channels_last", "fuse_projections", "compile_blocks"})


def apply(plan: SpeedPlan, pipe: Any, *, resident: bool = True) -> tuple[str, ...]:
    """Change the pipeline in place; the switches that took effect, by name.

    `resident`: its weights stay on the device; else only what leaves them alone is applied. Raises
    ConfigError for an attention backend that is not there, or compiling without a compiler.
    """
    denoiser: Any = getattr(pipe, "transformer", None) or pipe.unet
    steps: dict[str, Callable[[], bool]] = {
        "channels_last": lambda: _channels_last(pipe, denoiser),
        "fuse_projections": lambda: _fuse(pipe),
        "attention": lambda: _attention(denoiser, plan.attention),
        "step_cache": lambda: _cache(denoiser, plan),
        # Last: what is compiled is what the others left.
        "compile_blocks": lambda: _compile(denoiser, fixed=plan.fixed_shapes),
    }
    wanted = {name.partition("=")[0]: name for name in plan.names}
    if not resident:
        wanted = {name: said for name, said in wanted.items() if name not in _ON_RESIDENT}
    return tuple(wanted[name] for name, change in steps.items() if name in wanted and change())


def _channels_last(pipe: Any, denoiser: Any) -> bool:
    """Only for convolutions: transformers have next to none, their decoder has."""
    done = False
    for part in (denoiser, getattr(pipe, "vae", None)):
        if part is not None and any(isinstance(one, torch.nn.Conv2d) for one in part.modules()):
            part.to(memory_format=torch.channels_last)
            done = True
    return done


def _fuse(pipe: Any) -> bool:
    """Query, key and value by one product instead of three."""
    if not hasattr(pipe, "fuse_qkv_projections"):
        return False
    pipe.fuse_qkv_projections()
    return True


def _attention(denoiser: Any, backend: str) -> bool:
    if not hasattr(denoiser, "set_attention_backend"):
        return False
    try:
        denoiser.set_attention_backend(backend)
    except (ValueError, RuntimeError, ImportError) as error:
        said = str(error).strip().splitlines()[0][:200]
        raise ConfigError(
            "GATOR_SPEED", f"attention={backend} cannot be used: {said}.", "Leave it out."
        ) from error
    return True


def _cache(denoiser: Any, plan: SpeedPlan) -> bool:
    """Step caches know the blocks of transformers; UNets have others."""
    if not hasattr(denoiser, "enable_cache") or not hasattr(denoiser, "transformer_blocks"):
        return False
    if plan.step_cache is StepCache.TAYLOR:
        denoiser.enable_cache(_TAYLOR())
    else:
        denoiser.enable_cache(_FIRST_BLOCK(threshold=plan.cache_threshold))
    return True


def _compile(denoiser: Any, *, fixed: bool) -> bool:
    if not hasattr(denoiser, "compile_repeated_blocks"):
        return False
    if not getattr(denoiser, "_repeated_blocks", None):
        return False
    if lacking := _lacks_for_compiling(denoiser.device.type):
        problem = f"compile_blocks needs {lacking}, which is not there."
        raise ConfigError("GATOR_SPEED", problem, "Install it, or leave compile_blocks out.")
    denoiser.compile_repeated_blocks(fullgraph=True, dynamic=not fixed)
    return True


def _lacks_for_compiling(device: str) -> str:
    """What torch.compile would miss at the first picture, by its own rules; "" when nothing."""
    if device != "cuda":
        compiler = os.environ.get("CXX", "clang++" if sys.platform == "darwin" else "g++")
        return "" if shutil.which(compiler) else f"a C++ compiler ({compiler})"
    if not find_spec("triton"):
        return "the package triton"
    known = (os.environ.get("CC", ""), "gcc", "clang", "cc")
    return "" if any(shutil.which(one) for one in known if one) else "a C compiler (gcc)"
