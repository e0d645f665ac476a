"""Caption writers, one file each, found by their WRITER attribute."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from gator_engine.config import Settings
from gator_engine.ports import CaptionWriter


def discover(settings: Settings) -> Mapping[str, CaptionWriter]:
    """Every writer by slug, built from the settings. Files that start with `_` are private."""
    writers = (make(settings) for make in _makers())
    return {writer.slug: writer for writer in writers}


@cache
def _makers() -> tuple[Callable[[Settings], CaptionWriter], ...]:
    names = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}").WRITER for name in names)
