"""The provenance views at desk and phone width, light and dark, with real signed files."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from playwright.sync_api import Browser

from gator_engine import Asset, open_studio
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.services.library import NewAsset
from tests.browser.conftest import ROOT, Stack
from tests.browser.looking import MAIN, calm, go, sees
from tests.browser.test_every_page_looks_right import HEIGHT, faults, take_picture

OUT = ROOT / "test-results" / "provenance"
ABOUT = {
    "prompt": "portrait of a potter at the wheel, warm window light, film grain",
    "negative_prompt": "blurry, extra fingers",
    "model": "Tongyi-MAI/Z-Image-Turbo",
    "steps": 9, "guidance": 1.0, "scheduler": "FlowMatchEulerDiscreteScheduler",
    "width": 1024, "height": 1280, "loras": [["/models/clay_style.safetensors", 0.7]],
}  # fmt: skip


def picture(seed: int) -> bytes:
    colours = np.random.default_rng(seed).integers(30, 220, (5, 4, 3), np.uint8)
    out = io.BytesIO()
    Image.fromarray(colours).resize((640, 800), Image.Resampling.BICUBIC).save(out, "PNG")
    return out.getvalue()


def made(stack: Stack) -> tuple[Asset, Path]:
    """An edit with its parent, and its file on disk."""
    with open_studio(home=stack.home, queue="inline", watermark=True) as studio:
        origin = Provenance(
            Origin.AI_GENERATED,
            "AI picture",
            "diffusers",
            ABOUT["model"],
            7,
            ABOUT["prompt"],
            ABOUT,
        )
        parent = studio.library.keep(NewAsset(picture(1), origin, "Potter", "A potter"))
        edit = Provenance(
            Origin.AI_EDITED, "AI picture", "diffusers", ABOUT["model"], 8, ABOUT["prompt"], ABOUT
        )
        child = studio.library.keep(
            NewAsset(
                picture(2), edit, "Potter, blue", "A potter", parents=((parent.id, "inpaint"),)
            )
        )
        file = stack.home.parent / "potter.png"
        file.write_bytes(studio.library.read(child.id))
    return child, file


@pytest.mark.timeout(240)
def test_a_file_tells_its_story(stack: Stack, browser: Browser) -> None:
    asset, file = made(stack)
    broken = bytearray(file.read_bytes())
    broken[-2000] ^= 1
    bad = file.with_name("changed.png")
    bad.write_bytes(bytes(broken))
    troubles = []
    for width in (1440, 390):
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": HEIGHT}, color_scheme=scheme
            )
            page = context.new_page()
            page.set_default_timeout(60_000)
            go(page, f"{stack.url}/library?asset={asset.id}")
            sees(page, "What the file says")
            troubles += faults(page)
            take_picture(page, OUT / f"asset-{width}-{scheme}.png", width)
            go(page, f"{stack.url}/library?view=check")
            take_picture(page, OUT / f"empty-{width}-{scheme}.png", width)
            page.locator(f"{MAIN} input[type=file]").set_input_files(file)
            sees(page, "This very file is in your library")
            sees(page, "Edited with an AI model (IPTC)")
            calm(page)
            troubles += faults(page)
            take_picture(page, OUT / f"check-{width}-{scheme}.png", width)
            if scheme == "light":
                page.locator(f"{MAIN} input[type=file]").set_input_files(bad)
                sees(page, "Changed after signing")
                calm(page)
                take_picture(page, OUT / f"changed-{width}-{scheme}.png", width)
            context.close()
    assert not troubles
