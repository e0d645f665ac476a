"""Likeness by tiny real CLIP, SigLIP and DINOv2 models."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gator_engine.adapters.embedding.transformers_image import TransformersImageEmbedder
from gator_engine.config import Settings
from gator_engine.errors import InvalidInput, Rejected
from tests.media.identity.conftest import picture

FAMILIES = ("clip", "siglip", "dinov2")
Tower = Callable[[str], Path]


def embedder(model: object) -> TransformersImageEmbedder:
    return TransformersImageEmbedder(Settings(identity_model=str(model), device="cpu"))


def cosine(one: object, other: object) -> float:
    assert isinstance(one, tuple) and isinstance(other, tuple)
    return float(sum(a * b for a, b in zip(one, other, strict=True)))


@pytest.mark.parametrize("family", FAMILIES)
def test_equal_pictures_are_alike_and_others_less(tower: Tower, family: str) -> None:
    red, again, blue = embedder(tower(family)).embed(
        [picture("red"), picture("red", (80, 80)), picture("blue")]
    )
    assert cosine(red, red) == pytest.approx(1.0, abs=1e-5)
    assert cosine(red, again) == pytest.approx(1.0, abs=1e-3)
    assert cosine(red, blue) < 0.99


def test_a_second_embedder_measures_the_same(tower: Tower) -> None:
    first, second = embedder(tower("clip")), embedder(tower("clip"))
    assert first.embed([picture("red")]) == second.embed([picture("red")])
    assert first.model == str(tower("clip"))


def test_without_a_model_it_says_what_to_set(tmp_path: Path) -> None:
    assert "GATOR_IDENTITY_MODEL" in embedder("").missing()
    assert "not a folder" in embedder(tmp_path / "nothing").missing()
    with pytest.raises(InvalidInput, match="GATOR_IDENTITY_MODEL"):
        embedder("").embed([picture("red")])


def test_a_folder_without_a_model_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="cannot be loaded"):
        embedder(tmp_path).embed([picture("red")])


def test_a_model_that_is_not_on_this_machine_is_refused() -> None:
    with pytest.raises(Rejected, match="nobody/nothing"):
        embedder("nobody/nothing").embed([picture("red")])


def test_bytes_that_are_no_picture_are_refused(tower: Tower) -> None:
    with pytest.raises(InvalidInput, match="picture"):
        embedder(tower("clip")).embed([b"no picture"])
