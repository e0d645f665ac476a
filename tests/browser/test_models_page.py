"""Settings → Models in a real browser: what is here, terms, a download that is watched, removal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import ROOT, Stack
from tests.browser.looking import MAIN, calm, go, press, sees
from tests.browser.test_every_page_looks_right import faults, take_picture
from tests.integration.models.hub_server import HubServer, serving
from tests.unit.shelf.weights import BASES, LORAS, pipeline, write

OUT = ROOT / "test-results" / "models"
HEIGHT = 1000
BIG = {"lora_unet_double_blocks_0_img_attn_qkv.lora_down.weight": (128, 1024)}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HubServer]:
    """A slow hub, named to the stack by its settings: ask for it before `stack`."""
    cache = tmp_path_factory.mktemp("hub")
    with serving() as server, pytest.MonkeyPatch.context() as patch:
        patch.setenv("GATOR_HUB_URL", server.url)
        patch.setenv("HF_HUB_CACHE", str(cache))
        patch.setenv("HF_HUB_OFFLINE", "0")
        server.pause_s = 0.25
        data = write(cache / "made.safetensors", BIG).read_bytes()
        server.repos["me/lena"] = {"lena.safetensors": data}
        yield server


def fill(folder: Path) -> None:
    pipeline(folder / "portraits", licence="openrail++")
    write(folder / "loras" / "evening.safetensors", LORAS["kohya-sdxl"][1], trigger_word="duskglow")
    write(folder / "mix.safetensors", BASES["sdxl"])
    (folder / "old-favourite.ckpt").write_bytes(b"\x80\x02rest")
    whole = write(folder / "half.safetensors", BASES["flux1"])
    whole.write_bytes(whole.read_bytes()[:-4])


def open_models(page: Page, stack: Stack) -> None:
    go(page, f"{stack.url}/settings")
    page.get_by_role("tab", name="Models").click()
    calm(page)


def looks(page: Page, name: str, scheme: str) -> None:
    """Both widths of one colour scheme."""
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": HEIGHT})
        calm(page)
        assert faults(page) == []
        take_picture(page, OUT / f"{name}-{width}-{scheme}.png", width)
    page.set_viewport_size({"width": 1440, "height": HEIGHT})


@pytest.mark.timeout(240)
def test_models_are_chosen_fetched_and_removed(
    hub: HubServer, stack: Stack, browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": HEIGHT}, color_scheme="light")
    page.set_default_timeout(60_000)
    open_models(page, stack)
    sees(page, "No model yet")
    looks(page, "empty", "light")
    fill(stack.home / "models")
    open_models(page, stack)
    for said in ("portraits", "duskglow", "is truncated", "can run code"):
        sees(page, said)
    page.locator(MAIN).get_by_text("Under other terms").click()
    calm(page)
    sees(page, "1 million US dollars")
    page.get_by_text("I have read these terms").first.click()
    calm(page)
    press(page, "Accept the terms")
    turbo = page.locator(".st-key-card-offer-stabilityai-sdxl-turbo")
    turbo.get_by_role("button", name="Download").wait_for()
    page.get_by_role("textbox", name="Hub id or address").fill("me/lena")
    page.locator(MAIN).get_by_role("button", name="Download").last.click()
    sees(page, "Downloading lena.safetensors")
    looks(page, "filled", "light")
    dark = browser.new_page(color_scheme="dark")
    open_models(dark, stack)
    looks(dark, "filled", "dark")
    dark.close()
    sees(page, "FLUX.1", within_s=60)
    expect(page.locator(MAIN).get_by_text("Downloads", exact=True)).to_have_count(0, timeout=60_000)
    assert hub.ranges("/me/lena/resolve/main/lena.safetensors") == [""]
    page.locator('[class*="st-key-card-model"]', has_text="old-favourite").get_by_role(
        "button", name="Remove"
    ).click()
    page.get_by_role("button", name="Delete it").click()
    expect(page.locator(MAIN).get_by_text("old-favourite")).to_have_count(0)
    assert not (stack.home / "models" / "old-favourite.ckpt").exists()
    page.close()
