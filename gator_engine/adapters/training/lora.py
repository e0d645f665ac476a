"""LoRAs for Stable Diffusion 1.5, 2 and XL, trained on this machine.

torch, diffusers and peft are imported when a training starts, not before.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from gator_engine.config import Settings
from gator_engine.errors import InvalidInput
from gator_engine.ports import LoraRequest, Run, TrainedLora


class DiffusersLoraTrainer:
    """Trains the attention of a UNet (rank r, everything else frozen) on captioned pictures."""

    def __init__(self, settings: Settings) -> None:
        self._device = settings.device

    def missing(self) -> str:
        """What to install; "" when ready."""
        needed = ("torch", "diffusers", "transformers", "peft")
        absent = [name for name in needed if not find_spec(name)]
        if not absent:
            return ""
        return (
            f"Training needs {' and '.join(absent)}, which is not installed. Install PyTorch for"
            " your machine (see docs/architecture.md), then run `make install` again."
        )

    def train(self, request: LoraRequest, folder: Path, run: Run) -> TrainedLora:
        """Train and write the weights into `folder`, whole or not at all.

        The same request gives the same weights on one machine. Raises InvalidInput,
        CapabilityError, ConfigError, Cancelled, Rejected or Transient.
        """
        if not request.pictures:
            raise InvalidInput("pictures", "there is nothing to learn from", "at least one")
        from gator_engine.adapters.training._unet_lora import train_unet

        return train_unet(request, self._device, folder, run)
