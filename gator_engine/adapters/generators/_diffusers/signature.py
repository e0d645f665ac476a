"""What a pipeline takes when it is called. Looking takes a third of a millisecond, so once each."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from functools import cache
from typing import Any

from gator_engine.adapters.generators._diffusers.modular import blocks_take, is_modular


def taken_by(pipe: Any) -> Mapping[str, inspect.Parameter]:
    """The parameters of a pipeline's call, by name."""
    if is_modular(pipe):
        return blocks_take(pipe)
    kind: Any = type(pipe)
    return _taken_by(kind)


@cache
def _taken_by(kind: Any) -> Mapping[str, inspect.Parameter]:
    return inspect.signature(kind.__call__).parameters
