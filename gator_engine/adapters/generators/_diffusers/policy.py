"""What an installation decides about its model process; one policy is in force in a process."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.config import Settings


@dataclass(frozen=True)
class Policy:
    """`cache_mb` bounds the weights kept loaded, in MiB, and `batch` the pictures of one pass.

    0 leaves either to the device.
    """

    cache_mb: int = 0
    batch: int = 0


def policy_of(settings: Settings) -> Policy:
    """What the settings decide."""
    return Policy(settings.model_cache_mb, settings.batch)


class _InForce:
    policy = Policy()


def adopt(policy: Policy) -> None:
    """Let it hold from now on in this process."""
    _InForce.policy = policy


def in_force() -> Policy:
    """The one that holds."""
    return _InForce.policy
