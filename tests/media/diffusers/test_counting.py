"""The token budget is exact where a model's tokenizer is at hand."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gator_engine.adapters.generators.diffusers_text_to_image import DiffusersTextToImage
from gator_engine.config import Settings
from gator_engine.domain.briefs import Dialect
from gator_engine.ports import Counting


def test_a_model_folder_counts_its_own_tokens(tiny_model: Callable[[str], Path]) -> None:
    generator = DiffusersTextToImage(Settings(image_model=str(tiny_model("sd15"))))
    assert isinstance(generator, Counting)
    count = generator.token_counter({})
    assert count is not None
    assert count("") == 0
    assert count("a red scarf, a blue hat") > count("a red scarf") > 0


@pytest.mark.parametrize("name", ["", "some/hub-id", "/nowhere/at/all"])
def test_without_a_tokenizer_there_is_no_counter(name: str) -> None:
    assert DiffusersTextToImage(Settings(image_model=name)).token_counter({}) is None


def test_a_damaged_tokenizer_gives_no_counter(tmp_path: Path) -> None:
    (tmp_path / "tokenizer").mkdir()
    (tmp_path / "tokenizer" / "tokenizer_config.json").write_text("{")
    assert DiffusersTextToImage(Settings(image_model=str(tmp_path))).token_counter({}) is None


@pytest.mark.parametrize(
    ("index", "dialect"),
    [
        ('{"_class_name": "FluxPipeline"}', Dialect.SENTENCES),
        ('{"_class_name": "StableDiffusionXLPipeline"}', Dialect.TAGS),
        ("[]", Dialect.TAGS),
        ("{", Dialect.TAGS),
    ],
)
def test_a_folder_says_its_dialect_by_its_pipeline(
    tmp_path: Path, index: str, dialect: Dialect
) -> None:
    (tmp_path / "model_index.json").write_text(index)
    generator = DiffusersTextToImage(Settings(image_model=str(tmp_path)))
    assert generator.capabilities.dialect is dialect
