"""Real services for tests, as pytest plug-ins: Redis, PostgreSQL, Chromium."""

from __future__ import annotations

import os
from typing import NoReturn

import pytest


def unavailable(what: str, fix: str) -> NoReturn:
    """Skip with the reason on a developer's machine; fail in CI, where nothing may go untested."""
    message = f"{what} is not installed: {fix}"
    if os.environ.get("CI", "").lower() in {"1", "true", "yes"}:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)
