"""A real, tiny image classifier rates pictures by the labels a person explained."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from gator_engine.adapters.rating.transformers_classifier import TransformersClassifier
from gator_engine.config import load_settings
from gator_engine.domain.personas import Rating
from gator_engine.errors import ConfigError, InvalidInput

MEANING = {"normal": "general", "drawing": "general", "nsfw": "explicit"}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A vision transformer of a few thousand weights, with three labels."""
    import torch
    from transformers import ViTConfig, ViTForImageClassification
    from transformers.models.vit import ViTImageProcessorPil

    torch.manual_seed(1)
    names = {0: "normal", 1: "drawing", 2: "nsfw"}
    config = ViTConfig(
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=16,
        image_size=32,
        patch_size=16,
        id2label=names,
        label2id={label: number for number, label in names.items()},
    )
    where = tmp_path_factory.mktemp("classifier") / "tiny-rater"
    model = ViTForImageClassification(config)
    with torch.no_grad():
        model.classifier.weight.zero_()
        model.classifier.bias.copy_(torch.tensor([1.0, 1.0, 1.5]))
    model.save_pretrained(where)
    ViTImageProcessorPil(size={"height": 32, "width": 32}).save_pretrained(where)
    return where


def classifier(folder: Path, **labels: str) -> TransformersClassifier:
    return TransformersClassifier(
        load_settings(rating_model=str(folder), rating_labels=labels, device="cpu")
    )


def picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 40), "teal").save(out, "PNG")
    return out.getvalue()


def test_the_labels_that_mean_a_rating_are_added_up(folder: Path, one_torch_thread: None) -> None:
    rater = classifier(folder, **MEANING)
    assert (rater.missing(), rater.name) == ("", "tiny-rater")
    [(rating, confidence)] = rater.classify([picture()])
    # Two milder labels with e each outweigh one with e^1.5.
    assert rating is Rating.GENERAL
    assert confidence == pytest.approx(2 / (2 + 2.718281828**0.5), abs=1e-4)
    with pytest.raises(InvalidInput, match="not a picture"):
        rater.classify([b"nothing"])


def test_a_label_without_a_meaning_is_never_guessed(folder: Path, one_torch_thread: None) -> None:
    with pytest.raises(ConfigError, match="drawing, nsfw"):
        classifier(folder, normal="general").classify([picture()])


def test_what_is_missing_is_said(tmp_path: Path, folder: Path) -> None:
    assert "GATOR_RATING_MODEL" in TransformersClassifier(load_settings()).missing()
    assert "holds no model" in classifier(tmp_path, **MEANING).missing()
    assert "GATOR_RATING_LABELS" in classifier(folder).missing()
