"""Connectors: one file per platform; the file's name is the platform's slug."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from gator_engine.adapters.web.wire import Network
from gator_engine.ports import Connector

__all__ = ["Network", "discover"]


@cache
def discover(network: Network | None = None) -> Mapping[str, Connector]:
    """Every platform by slug: each module here without a leading underscore has a CONNECTOR.

    CONNECTOR is a class that is built with a Network (time-outs, what may be reached). The scan
    happens at the first call and is remembered per network.
    """
    reach = network or Network()
    found: dict[str, Connector] = {}
    for module in pkgutil.iter_modules(__path__):
        if not module.name.startswith("_"):
            made = importlib.import_module(f"{__name__}.{module.name}").CONNECTOR(reach)
            found[made.slug] = made
    return MappingProxyType(found)
