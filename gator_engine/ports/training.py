"""The port of training: a LoRA from captioned pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gator_engine.ports.generation import Run

WEIGHTS_NAME = "pytorch_lora_weights.safetensors"


@dataclass(frozen=True)
class TrainingPicture:
    """One captioned picture."""

    data: bytes
    caption: str


@dataclass(frozen=True)
class LoraOptions:
    """How to train. `resolution` is the edge in pixels of a square of the area each picture gets;
    0 means the model's own."""

    steps: int = 800
    rank: int = 16
    learning_rate: float = 1e-4
    resolution: int = 0
    seed: int = 0


@dataclass(frozen=True)
class LoraRequest:
    """What to train on what. `facts` go into the header of the file, so that it explains itself."""

    base_model: str
    pictures: Sequence[TrainingPicture]
    options: LoraOptions = LoraOptions()
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class TrainedLora:
    """The weights on disk, and the mean loss over the last tenth of the steps."""

    path: Path
    loss: float


class LoraTrainer(Protocol):
    """Trains LoRAs."""

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def train(self, request: LoraRequest, folder: Path, run: Run) -> TrainedLora:
        """Train and write WEIGHTS_NAME into `folder`, whole or not at all.

        Raises InvalidInput, CapabilityError (the base model cannot be trained), Cancelled,
        Rejected or Transient.
        """
