"""Picture generators, one file each, found by their GENERATOR attribute.

GENERATOR is a `Generator`, or a class whose constructor takes the settings; see
docs/add_a_generator.md. Importing this package, or asking what a generator can do,
loads no model library: a generator imports those when it is asked to work.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from importlib import import_module
from pkgutil import iter_modules

from gator_engine.config import Settings
from gator_engine.ports import Generator


def discover(settings: Settings) -> Mapping[str, Generator]:
    """Every generator by slug, built from the settings. Files that start with `_` are private."""
    found = [declared(settings) if callable(declared) else declared for declared in _declared()]
    return {generator.capabilities.slug: generator for generator in found}


@cache
def _declared() -> tuple[Generator | Callable[[Settings], Generator], ...]:
    names = sorted(m.name for m in iter_modules(__path__) if not m.name.startswith("_"))
    return tuple(import_module(f"{__name__}.{name}").GENERATOR for name in names)
