"""What an installation decides about its model process; one policy is in force in a process."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from gator_engine.config import Settings
from gator_engine.domain.models.memory import GIB, WORKING_BYTES, MemoryMode, Quantisation


@dataclass(frozen=True)
class Policy:
    """`cache_mb` bounds the weights kept loaded, in MiB, and `batch` the pictures of one pass.

    0 leaves either to the device. `memory_mode` and `quantise` are None where the fit decides;
    `working_bytes` stay free beside the weights. `speed` overrides switches of the device's speed
    plan. `models` is the folder of models beside the hub's cache.
    """

    cache_mb: int = 0
    batch: int = 0
    memory_mode: MemoryMode | None = None
    quantise: Quantisation | None = None
    working_bytes: int = WORKING_BYTES
    speed: str = ""
    models: Path = Path("models")


def policy_of(settings: Settings) -> Policy:
    """What the settings decide."""
    mode, quantise = settings.memory_mode, settings.quantise
    return Policy(
        settings.model_cache_mb,
        settings.batch,
        None if mode == "auto" else MemoryMode(mode),
        None if quantise == "auto" else Quantisation(quantise),
        int(settings.working_memory_gb * GIB),
        settings.speed,
        settings.models_folder,
    )


class _InForce:
    policy = Policy()


def adopt(policy: Policy) -> None:
    """Let it hold from now on in this process."""
    _InForce.policy = policy


def in_force() -> Policy:
    """The one that holds."""
    return _InForce.policy
