"""Generators and writers are found by what lies in their folder, and cost nothing until used."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gator_engine.adapters import captions, generators
from gator_engine.config import Settings

HEAVY = ("torch", "diffusers", "transformers", "numpy", "PIL", "httpx2", "streamlit")


def test_every_public_file_is_found_under_its_slug() -> None:
    found = generators.discover(Settings())
    assert {"card", "diffusers", "diffusers_inpaint", "model_upscale"} <= set(found)
    assert all(slug == generator.capabilities.slug for slug, generator in found.items())
    assert set(captions.discover(Settings())) == {"template"}


def test_each_studio_has_its_own_settings() -> None:
    one = generators.discover(Settings(image_model="a/b"))["diffusers"]
    two = generators.discover(Settings())["diffusers"]
    assert one.missing() == ""
    assert two.missing() != ""


@pytest.mark.parametrize(("package", "allowed"), [("generators", ()), ("captions", ("httpx2",))])
def test_looking_around_loads_nothing_heavy(package: str, allowed: tuple[str, ...]) -> None:
    code = (
        "import sys\n"
        f"from gator_engine.adapters import {package}\n"
        "from gator_engine.config import Settings\n"
        f"for found in {package}.discover(Settings()).values(): found.missing()\n"
        f"print([name for name in {HEAVY!r} if name in sys.modules])\n"
    )
    said = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(eval(said.stdout))
    assert loaded <= set(allowed)
