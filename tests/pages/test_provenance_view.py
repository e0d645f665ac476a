"""The Library says what a file says about itself, and checks any other file."""

from __future__ import annotations

import io
from typing import Any

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from streamlit.testing.v1 import AppTest

from gator_engine import AssetQuery, Studio
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, field, words
from tests.pages.seeded import Seeded

EVIL = "<script>alert(1)</script> **bold**"


def png(**texts: str) -> bytes:
    info = PngInfo()
    for name, text in texts.items():
        info.add_text(name, text)
    out = io.BytesIO()
    Image.new("RGB", (16, 16), "teal").save(out, "PNG", pnginfo=info)
    return out.getvalue()


def uploader(page: AppTest) -> Any:
    """The place to drop the file to check."""
    return field(page, "file_uploader", "File to check")


def test_an_asset_shows_its_credentials(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    asset = studio.library.search(AssetQuery()).items[0]
    page = open_page("library", asset=asset.id)
    assert_calm(page)
    said = words(page)
    assert "development certificate" in said
    assert "Drawn by a program, without a trained model (Designed card" in said


def test_any_file_is_checked_and_nothing_in_it_is_drawn(open_page: Open, studio: Studio) -> None:
    page = open_page("library", view="check")
    text = f"{EVIL}\nSteps: 4, Sampler: Euler a, Seed: 7, Size: 16x16"
    uploader(page).set_value([("x.png", png(parameters=text), "image/png")]).run()
    assert_calm(page)
    said = words(page)
    assert "No credentials" in str(page.get("markdown")) + said or "proves nothing" in said
    assert "&lt;script&gt;" in said
    html = "".join(one.proto.body for one in page.get("html"))
    assert "<script>" not in html
    assert page.code[0].value == text
    assert studio.library.search(AssetQuery()).total == 0


def test_a_file_that_cannot_be_read_is_told_in_words(open_page: Open) -> None:
    page = open_page("library", view="check")
    uploader(page).set_value([("x.png", b"plain words", "image/png")]).run()
    assert_calm(page)
    assert "type that cannot be read" in words(page)
