"""The locked look, the shots, and the words of a dataset."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest

from gator_engine.domain.identity import (
    SHOTS,
    caption,
    dataset_folder,
    locked_changes,
    trigger_word,
)
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import Appearance, PersonaProfile

PROFILE = TEMPLATES[0].profile


def changed(part: str, name: str) -> PersonaProfile:
    """The profile with one field of one part changed."""
    inner = getattr(PROFILE, part)
    value = getattr(inner, name)
    other = (*value, "x") if isinstance(value, tuple) else f"{value}x"
    return replace(PROFILE, **{part: replace(inner, **{name: other})})


@pytest.mark.parametrize("name", [field.name for field in fields(Appearance)])
def test_a_lock_protects_every_field_of_the_appearance(name: str) -> None:
    assert locked_changes(PROFILE, changed("appearance", name)) == (f"appearance.{name}",)


@pytest.mark.parametrize("name", ["avatar_style", "avatar_seed"])
def test_a_lock_protects_the_avatar(name: str) -> None:
    assert locked_changes(PROFILE, changed("brand", name)) == (f"brand.{name}",)


@pytest.mark.parametrize(
    ("part", "name"), [("brand", "typeface"), ("voice", "register"), ("identity", "bio")]
)
def test_a_lock_leaves_the_rest_free(part: str, name: str) -> None:
    assert locked_changes(PROFILE, changed(part, name)) == ()


def test_several_changes_are_all_named() -> None:
    both = replace(changed("appearance", "hair"), brand=changed("brand", "avatar_seed").brand)
    assert locked_changes(PROFILE, both) == ("appearance.hair", "brand.avatar_seed")


def test_the_fourteen_shots_differ_in_everything() -> None:
    assert len(SHOTS) == 14
    for values in zip(*[(s.key, s.label, s.prompt, s.tags) for s in SHOTS], strict=True):
        assert len(set(values)) == 14


def test_the_shots_cover_angles_expressions_actions_and_backgrounds() -> None:
    tags = {tag for shot in SHOTS for tag in shot.tags}
    assert {"front view", "side profile", "three-quarter view", "from behind"} <= tags
    assert {"neutral expression", "laughing", "serious expression"} <= tags
    assert {"walking", "sitting", "reading"} <= tags
    assert {"grey background", "street", "kitchen", "landscape"} <= tags
    assert {"close-up", "upper body", "full body"} <= tags


def test_captions_begin_with_the_trigger_word() -> None:
    word = trigger_word("Mira.Sol_9")
    assert word == "gtrmirasol9"
    assert caption(word, ("close-up", "laughing")) == "gtrmirasol9, person, close-up, laughing"
    assert dataset_folder(word) == "10_gtrmirasol9 person"
