"""A real, tiny text classifier rates words by the labels a person explained."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from gator_engine import open_studio, run_jobs
from gator_engine.adapters.rating.transformers_text import TransformersTextClassifier
from gator_engine.config import load_settings
from gator_engine.domain.personas import Rating
from gator_engine.domain.ratings import RatedKind, variant_id
from gator_engine.domain.writing import TextKind, WritingDraft
from gator_engine.errors import ConfigError, InvalidInput
from tests.media.tiny_text_rater import MEANING, STRONG, make_text_rater


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_text_rater(tmp_path_factory.mktemp("classifier") / "tiny-text-rater")


def classifier(folder: Path, **labels: str) -> TransformersTextClassifier:
    return TransformersTextClassifier(
        load_settings(text_rating_model=str(folder), text_rating_labels=labels, device="cpu")
    )


def test_words_are_rated_by_what_the_model_reads_in_them(
    folder: Path, one_torch_thread: None
) -> None:
    rater = classifier(folder, **MEANING)
    assert (rater.missing(), rater.name) == ("", "tiny-text-rater")
    mild, strong = rater.classify([["a bowl of clay"], ["a bowl", f"of {STRONG} clay"]])
    assert mild[0] is Rating.GENERAL
    assert strong[0] is Rating.EXPLICIT
    assert 0.5 < mild[1] <= 1.0
    assert 0.5 < strong[1] <= 1.0


@pytest.mark.parametrize("place", [0, 9, 23, 199, 299])
def test_a_long_text_is_read_to_its_end(folder: Path, place: int, one_torch_thread: None) -> None:
    """The model reads 16 tokens at once; a single strong word anywhere decides."""
    words = ["clay"] * 300
    rater = classifier(folder, **MEANING)
    assert rater.classify([[" ".join(words)]])[0][0] is Rating.GENERAL
    words[place] = STRONG
    assert rater.classify([[" ".join(words)]])[0][0] is Rating.EXPLICIT


def test_no_words_and_far_too_many_are_refused(folder: Path, one_torch_thread: None) -> None:
    rater = classifier(folder, **MEANING)
    with pytest.raises(InvalidInput, match="has no words"):
        rater.classify([["", "  "]])
    with pytest.raises(InvalidInput, match="pieces long"):
        rater.classify([["clay " * 6000]])


def test_a_label_without_a_meaning_is_never_guessed(folder: Path, one_torch_thread: None) -> None:
    with pytest.raises(ConfigError, match="strong"):
        classifier(folder, plain="general").classify([["clay"]])


def test_a_model_that_does_not_decide_for_one_label_is_refused(
    tmp_path: Path, one_torch_thread: None
) -> None:
    several = make_text_rater(tmp_path / "several", problem_type="multi_label_classification")
    with pytest.raises(ConfigError, match="does not decide"):
        classifier(several, **MEANING).classify([["clay"]])


def test_pickled_weights_are_not_loaded(tmp_path: Path, one_torch_thread: None) -> None:
    import torch

    where = make_text_rater(tmp_path / "pickled")
    weights: dict[str, Any] = {}
    (where / "model.safetensors").unlink()
    torch.save(weights, where / "pytorch_model.bin")
    with pytest.raises(ConfigError, match="cannot be loaded"):
        classifier(where, **MEANING).classify([["clay"]])


def test_what_is_missing_is_said(tmp_path: Path, folder: Path) -> None:
    assert "GATOR_TEXT_RATING_MODEL" in TransformersTextClassifier(load_settings()).missing()
    assert "holds no model" in classifier(tmp_path, **MEANING).missing()
    assert "GATOR_TEXT_RATING_LABELS" in classifier(folder).missing()


def test_a_studio_rates_what_it_writes_by_the_installed_model(
    folder: Path, tmp_path: Path, one_torch_thread: None
) -> None:
    given = {"text_rating_model": str(folder), "text_rating_labels": MEANING, "device": "cpu"}
    with open_studio(home=tmp_path, queue="inline", **given) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        wanted = WritingDraft(persona.id, TextKind.ALT_TEXT, "", "template", picture=f"A {STRONG}")
        asked = studio.texts.request(wanted)
        run_jobs(studio)
        counts = studio.text_ratings.standing(RatedKind.VARIANT, variant_id(asked.id, 0))
    assert counts is not None
    assert (counts.rating, counts.by) == (Rating.EXPLICIT, "tiny-text-rater")
    assert counts.confidence is not None
    assert 0.5 < counts.confidence <= 1.0
