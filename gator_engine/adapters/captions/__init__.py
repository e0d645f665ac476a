"""Caption writers, one file each: found by WRITER, or by MODEL when a language model is behind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from gator_engine.config import Settings
from gator_engine.domain.providers import Endpoint
from gator_engine.ports import CaptionWriter, Meter, OpenModel, TextModel


def discover(settings: Settings) -> Mapping[str, CaptionWriter]:
    """Every writer that needs no model, by slug. Files that start with `_` are private."""
    writers = (make(settings) for make in _attributes("WRITER"))
    return {writer.slug: writer for writer in writers}


def opener(settings: Settings) -> OpenModel:
    """What makes the model behind an endpoint, in the protocol of its kind."""

    def open_model(
        endpoint: Endpoint, key: str, meter: Meter, remember: Callable[[str], None]
    ) -> TextModel:
        protocols = {made.kind: made for made in _attributes("MODEL")}
        made: TextModel = protocols[endpoint.kind](
            endpoint, key, meter, remember, settings.http_timeout_s, settings.texts_at_once
        )
        return made

    return open_model


@cache
def _attributes(name: str) -> tuple[Any, ...]:
    files = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    modules = [import_module(f"{__name__}.{file}") for file in files]
    return tuple(getattr(module, name) for module in modules if hasattr(module, name))
