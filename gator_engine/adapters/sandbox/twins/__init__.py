"""Twins: one file per platform; the file's name is the platform's slug."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from gator_engine.adapters.sandbox.state import State
from gator_engine.adapters.sandbox.twin import Twin


def discover_twins(state: State) -> Mapping[str, Twin]:
    """Every twin by slug: each module here has a TWIN, a class built with the network's state."""
    found: dict[str, Twin] = {}
    for module in pkgutil.iter_modules(__path__):
        twin: Twin = importlib.import_module(f"{__name__}.{module.name}").TWIN(state)
        found[twin.slug] = twin
    return found
