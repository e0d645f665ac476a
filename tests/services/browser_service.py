"""Where the installed Chromium is, and the flags it needs inside a container."""

from __future__ import annotations

import shutil

import pytest

from tests.services import unavailable

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-extensions",
    "--disable-background-networking",
    "--disable-component-update",
    "--no-first-run",
    "--hide-scrollbars",
]


def find_chromium() -> str | None:
    """Path of the first Chromium-like browser on PATH."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chromium for Playwright's `executable_path`; nothing is ever downloaded."""
    path = find_chromium()
    if path is None:
        unavailable("Chromium", "run scripts/system_packages.sh.")
    return path


@pytest.fixture(scope="session")
def chromium_flags() -> list[str]:
    """Launch arguments for Playwright's `args`."""
    return list(FLAGS)
