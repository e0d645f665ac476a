"""LoRAs of a loaded pipeline: read once, kept beside its weights, switched on for one request.

Switched off, a layer calls what it wraps and nothing else, so that the model draws bit by bit as
if none had ever been there. The longest unused go once there are more than a handful.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Any

import torch
from peft.tuners.tuners_utils import BaseTunerLayer
from safetensors import SafetensorError

from gator_engine.errors import InvalidInput

MOST_KEPT = 6
UNFIT = (SafetensorError, OSError, ValueError, RuntimeError, KeyError, TypeError, AttributeError)
# What diffusers puts on a transformer for a LoRA that changes more than it adds (FLUX controls).
_CHANGES = ("_overwritten_params", "_transformer_norm_layers")

Stamp = tuple[str, int, int]


def stamp_of(path: Path) -> Stamp:
    """Tells a LoRA from another: a file by path, time and size, one of the hub by its name."""
    if not path.is_file():
        return str(path), 0, 0
    about = path.stat()
    return str(path), about.st_mtime_ns, about.st_size


@dataclass
class KeptLoras:
    """Names under which a model holds LoRAs, the longest unused first."""

    names: OrderedDict[Stamp, str] = field(default_factory=OrderedDict)
    _numbers: Iterator[int] = field(default_factory=count)

    @contextmanager
    def switched_on(self, pipe: Any, loras: Sequence[tuple[Path, float]]) -> Iterator[None]:
        """Let these take part, with their weights. Raises InvalidInput for one that does not fit.

        Any failure, here or inside the block, takes every LoRA off again.
        """
        whole = False
        try:
            names = [self._name(pipe, path) for path, _ in loras]
            for layer in _layers(pipe):
                layer.enable_adapters(True)
            pipe.set_adapters(names, adapter_weights=[weight for _, weight in loras])
            yield
            whole = not _is_changed(pipe)
        finally:
            if whole:
                self._switch_off(pipe)
            else:
                self.take_off(pipe)

    def take_off(self, pipe: Any) -> None:
        """Remove every LoRA from the model."""
        pipe.unload_lora_weights()
        self.names.clear()

    def _name(self, pipe: Any, path: Path) -> str:
        stamp = stamp_of(path)
        if stamp not in self.names:
            name = f"lora_{next(self._numbers)}"
            _read(pipe, path, name)
            _let_go_of_file(pipe, name)
            self.names[stamp] = name
        self.names.move_to_end(stamp)
        return self.names[stamp]

    def _switch_off(self, pipe: Any) -> None:
        for layer in _layers(pipe):
            layer.enable_adapters(False)
        while len(self.names) > MOST_KEPT:
            _, name = self.names.popitem(last=False)
            pipe.delete_adapters(name)


def _read(pipe: Any, path: Path, name: str) -> None:
    try:
        if path.is_file():
            pipe.load_lora_weights(str(path.parent), weight_name=path.name, adapter_name=name)
        else:
            pipe.load_lora_weights(str(path), adapter_name=name, use_safetensors=True)
    except UNFIT as error:
        raise unfit("loras", path, pipe, error) from error
    # Of weights for another model diffusers only warns, and draws as if there were none.
    if name not in {each for part in pipe.get_list_adapters().values() for each in part}:
        raise unfit("loras", path, pipe, None)


def _let_go_of_file(pipe: Any, name: str) -> None:
    """Copy its weights into memory of ours: on a CPU they are still the file, mapped.

    Whoever wrote over the file would change what is kept, or end the process by truncating it.
    """
    for layer in _layers(pipe):
        for at, weights in layer.named_parameters():
            if name in at.split("."):
                weights.data = weights.data.clone()


def unfit(option: str, path: Path, pipe: Any, error: BaseException | None) -> InvalidInput:
    """What to tell of a file that belongs to another model."""
    said = (str(error).strip().splitlines() or [""])[0][:200] if error else "no layer matches"
    return InvalidInput(
        f"settings.{option}", f"{path.name} does not fit {type(pipe).__name__}: {said}"
    )


def _layers(pipe: Any) -> list[Any]:
    parts = [part for part in pipe.components.values() if isinstance(part, torch.nn.Module)]
    return [one for part in parts for one in part.modules() if isinstance(one, BaseTunerLayer)]


def _is_changed(pipe: Any) -> bool:
    denoiser = getattr(pipe, "transformer", None)
    return any(getattr(denoiser, name, None) for name in _CHANGES)
