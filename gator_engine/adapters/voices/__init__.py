"""Text-to-speech engines, one file each, found by their ENGINE attribute."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from gator_engine.config import Settings
from gator_engine.ports import VoiceEngine


def discover(settings: Settings) -> Sequence[VoiceEngine]:
    """Every engine, the preferred one first. Files that start with `_` are private."""
    engines: list[VoiceEngine] = [made(settings) for made in _makers()]
    return sorted(engines, key=lambda engine: (engine.rank, engine.slug))


@cache
def _makers() -> tuple[Any, ...]:
    files = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    modules = [import_module(f"{__name__}.{file}") for file in files]
    return tuple(module.ENGINE for module in modules if hasattr(module, "ENGINE"))
