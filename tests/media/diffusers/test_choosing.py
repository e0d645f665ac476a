"""The model of a brief that names none: the settings', else a licence-clean one on this disk."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gator_engine.adapters.generators import discover
from gator_engine.config import Settings
from gator_engine.domain.briefs import Dialect
from gator_engine.errors import InvalidInput
from gator_engine.ports import Generator
from tests.media.diffusers.conftest import RecordingRun, ask

CARD = "---\nlicense: {licence}\n---\n"
EDITORS = "black-forest-labs/FLUX.2-klein-4B"


def shelf(folder: Path, tiny: Path, licence: str) -> Settings:
    """Settings whose models folder holds a tiny model with such a card."""
    shutil.copytree(tiny, folder / "tiny")
    (folder / "tiny" / "README.md").write_text(CARD.format(licence=licence))
    return Settings(models_dir=folder, device="cpu")


def generator(settings: Settings, slug: str = "diffusers") -> Generator:
    return discover(settings)[slug]


def test_an_installed_clean_model_is_used(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    made = generator(shelf(tmp_path, tiny_model("sdxl"), "apache-2.0"))
    assert made.missing() == ""
    result = made.generate(ask(), RecordingRun())
    assert result.model == str(tmp_path / "tiny")
    for slug in ("diffusers_variation", "diffusers_inpaint", "diffusers_upscale"):
        assert generator(Settings(models_dir=tmp_path), slug).missing() == ""
    assert "Download" in generator(Settings(models_dir=tmp_path), "diffusers_edit").missing()


@pytest.mark.parametrize("licence", ["flux-1-dev-non-commercial-license", "", "my-own"])
def test_a_model_without_a_clean_licence_is_not_taken_unasked(
    tiny_model: Callable[[str], Path], tmp_path: Path, licence: str
) -> None:
    settings = shelf(tmp_path, tiny_model("sd15"), licence)
    made = generator(settings)
    assert "No picture model is chosen or installed" in made.missing()
    with pytest.raises(InvalidInput, match="Download"):
        made.generate(ask(), RecordingRun())
    named = ask(settings={"model": str(tmp_path / "tiny")})
    assert made.generate(named, RecordingRun()).files


def test_what_is_missing_names_model_size_licence_and_setting(tmp_path: Path) -> None:
    settings = Settings(models_dir=tmp_path, device="cpu")
    said = generator(settings).missing()
    assert "Stable Diffusion 1.5 (" in said
    assert "CreativeML OpenRAIL-M) in Settings → Models, or set GATOR_IMAGE_MODEL" in said
    edit = generator(settings, "diffusers_edit").missing()
    assert "FLUX.2 klein 4B (" in edit
    assert "Apache-2.0) in Settings → Models, or set GATOR_EDIT_MODEL" in edit


def test_a_folder_that_is_gone_is_named_with_its_setting(tmp_path: Path) -> None:
    gone = str(tmp_path / "gone")
    for field, slug in (("image_model", "diffusers"), ("edit_model", "diffusers_edit")):
        settings = Settings.model_validate({field: gone, "models_dir": tmp_path})
        said = generator(settings, slug).missing()
        assert said == f"GATOR_{field.upper()} names {gone}, which is not a folder."


def test_an_editor_is_not_a_model_that_cannot_edit(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    for model in (str(tiny_model("sd15")), "Tongyi-MAI/Z-Image-Turbo"):
        settings = Settings(image_model=model, models_dir=tmp_path)
        assert "GATOR_EDIT_MODEL" in generator(settings, "diffusers_edit").missing()
    settings = Settings(image_model=EDITORS, models_dir=tmp_path)
    assert generator(settings, "diffusers_edit").missing() == ""


def test_the_dialect_is_that_of_the_model_in_force(
    tiny_model: Callable[[str], Path], tmp_path: Path
) -> None:
    settings = shelf(tmp_path, tiny_model("flux"), "apache-2.0")
    assert generator(settings).capabilities.dialect is Dialect.SENTENCES
