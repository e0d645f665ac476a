"""Every connector meets its sandbox twin; a new connector is picked up without an edit here."""

from __future__ import annotations

import itertools
import os

import pytest

from gator_engine.adapters.connectors import discover
from tests.contracts.connectors.world import World, open_world
from tests.services.sandbox_service import Sandbox, running_sandbox, sandbox

__all__ = ["running_sandbox", "sandbox"]

_NUMBERS = itertools.count(1)


@pytest.fixture(params=sorted(discover()))
def slug(request: pytest.FixtureRequest) -> str:
    """Each platform in turn."""
    return str(request.param)


@pytest.fixture
def world(sandbox: Sandbox, slug: str) -> World:
    """A platform with an account of this test's own."""
    return open_world(sandbox, slug, f"mira{os.getpid()}n{next(_NUMBERS)}")
