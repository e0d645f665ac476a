"""Settings → Models through AppTest: empty, filled, refused, terms, a download and its failure."""

from __future__ import annotations

from pathlib import Path

import pytest

from gator_engine.studio import Studio, run_jobs
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, words
from tests.unit.shelf.weights import BASES, LORAS, pipeline, write


@pytest.fixture(autouse=True)
def cache_of_its_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_CACHE", str(tmp_path / "hub"))


def test_without_models_it_says_what_to_do(open_page: Open, gator_home: Path) -> None:
    page = open_page("settings")
    assert_calm(page)
    said = words(page)
    assert "No model yet" in said
    assert str(gator_home / "models") in said
    assert "FLUX.2 klein 4B" in said
    assert "FLUX.1 dev" not in said


def test_models_on_disk_are_shown_with_what_speaks_against_them(
    open_page: Open, gator_home: Path
) -> None:
    folder = gator_home / "models"
    pipeline(folder / "portraits", licence="openrail++")
    write(folder / "face.safetensors", LORAS["kohya-sdxl"][1], trigger_word="lenaface")
    (folder / "old.ckpt").write_bytes(b"\x80\x02rest")
    page = open_page("settings")
    assert_calm(page)
    said = words(page)
    for expected in ("portraits", "openrail++", "lenaface", "Stable Diffusion XL", "Refused"):
        assert expected in said
    assert "can run code" in said


def test_terms_are_shown_and_accepted_before_the_download(open_page: Open, studio: Studio) -> None:
    page = open_page("settings")
    page.segmented_control[0].set_value("Under other terms").run()
    assert "1 million US dollars" in words(page)
    key = "black-forest-labs-flux-1-dev"
    assert not [one for one in page.button if one.key == f"get-{key}"]
    page.checkbox(key=f"read-{key}").check().run()
    page.button(key=f"accept-{key}").click().run()
    assert_calm(page)
    page.button(key=f"get-{key}").click().run()
    assert_calm(page)
    (download,) = studio.models.downloads()
    assert download.order.source == "black-forest-labs/FLUX.1-dev"


def test_a_failed_download_says_why_and_can_be_forgotten(open_page: Open, studio: Studio) -> None:
    studio.models.download("me/nothing")
    run_jobs(studio)
    page = open_page("settings")
    assert_calm(page)
    assert "HF_HUB_OFFLINE" in words(page)
    button(page, "Forget it").click().run()
    assert_calm(page)
    assert studio.models.downloads() == []


def test_a_bad_source_is_marked_and_kept(open_page: Open) -> None:
    page = open_page("settings")
    page.text_input(key="model-download:source").input("nonsense")
    [one for one in page.button if one.label == "Download"][-1].click().run()
    assert_calm(page)
    assert "is neither" in words(page)
    assert page.text_input(key="model-download:source").value == "nonsense"


def test_removing_asks_once(open_page: Open, studio: Studio, gator_home: Path) -> None:
    path = write(gator_home / "models" / "a.safetensors", BASES["sdxl"])
    page = open_page("settings")
    assert path.exists()
    button(page, "Delete it").click().run()
    assert_calm(page)
    assert not path.exists()
    assert studio.models.list() == []
