"""Changing any output-shaping field of a persona changes what the models are told."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from gator_engine.domain.personas import (
    Appearance,
    Boundaries,
    Brand,
    EmojiPolicy,
    Identity,
    Outfit,
    PersonaProfile,
    Pillar,
    Rating,
    SentenceLength,
    Tone,
    Voice,
)
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.voice import compile_voice

PROFILE = PersonaProfile(
    identity=Identity(
        name="Ada Stone",
        handle="ada",
        age=31,
        pronouns="she/her",
        home_place="Oslo",
        occupation="carpenter",
        bio="Makes chairs.",
        backstory="Left a bank.",
    ),
    appearance=Appearance(wardrobe=(Outfit("workshop", "leather apron"),)),
    pillars=(Pillar("Wood", 2, "Trees and boards", ("Why oak is heavy",)),),
)

# Fields that shape something else, each with where it goes instead.
NOT_WORDS = {
    "boundaries.platform_ratings": "bounds what may be delivered to one platform",
    "boundaries.disclosure_text": "is added to the post when it is composed",
    "boundaries.depicts_real_person": "decides whether consent is asked for",
    "boundaries.likeness_consent": "is a record",
    "brand": "shapes the designed cards",
}
CHANGED: dict[str, Any] = {
    "identity.age": 54,
    "identity.languages": ("fr",),
    "appearance.features": ("dimples",),
    "appearance.wardrobe": (Outfit("workshop", "blue overalls"),),
    "voice.emoji": EmojiPolicy.NONE,
    "voice.max_hashtags": 7,
    "voice.sentence_length": SentenceLength.SHORT,
    "voice.tone": Tone(warmth=90),
    "boundaries.rating": Rating.MATURE,
    "pillars": (Pillar("Stone"),),
}
PARTS: dict[str, type] = {
    "identity": Identity,
    "appearance": Appearance,
    "voice": Voice,
    "boundaries": Boundaries,
}


def told(profile: PersonaProfile) -> tuple[str, str, str]:
    """All words that leave for a model on account of the profile."""
    compiled = compile_picture(profile, prompt="at the bench", outfit="workshop")
    return compiled.text, compiled.negative_text, compile_voice(profile)


def profile_fields() -> list[str]:
    names = [f.name for f in fields(PersonaProfile) if f.name not in PARTS]
    return names + [f"{part}.{f.name}" for part, kind in PARTS.items() for f in fields(kind)]


def changed(name: str) -> PersonaProfile:
    part, _, leaf = name.partition(".")
    if not leaf:
        return replace(PROFILE, **{part: CHANGED[name]})
    old = getattr(PROFILE, part)
    value = getattr(old, leaf)
    given = CHANGED.get(name, ("zebra",) if isinstance(value, tuple) else "zebra")
    return replace(PROFILE, **{part: replace(old, **{leaf: given})})


@pytest.mark.parametrize("name", [n for n in profile_fields() if n not in NOT_WORDS])
def test_a_changed_field_changes_what_is_told(name: str) -> None:
    assert told(changed(name)) != told(PROFILE)


@pytest.mark.parametrize("slider", [f.name for f in fields(Tone)])
@pytest.mark.parametrize("value", [0, 49, 51, 100])
def test_each_step_of_a_tone_slider_counts(slider: str, value: int) -> None:
    tone = replace(PROFILE.voice.tone, **{slider: value})
    assert told(replace(PROFILE, voice=replace(PROFILE.voice, tone=tone))) != told(PROFILE)


@pytest.mark.parametrize("name", [f.name for f in fields(Pillar)])
def test_each_field_of_a_pillar_counts(name: str) -> None:
    values: dict[str, Any] = {"weight": 9, "example_ideas": ("Zebrawood",)}
    other = Pillar("Paper", 1)
    pillar = replace(PROFILE.pillars[0], **{name: values.get(name, "zebra")})
    one = replace(PROFILE, pillars=(PROFILE.pillars[0], other))
    two = replace(PROFILE, pillars=(pillar, other))
    assert compile_voice(one) != compile_voice(two)


@pytest.mark.parametrize("name", [f.name for f in fields(Appearance)])
def test_appearance_reaches_the_picture_with_its_source(name: str) -> None:
    profile = changed(f"appearance.{name}")
    compiled = compile_picture(profile, prompt="at the bench", outfit="workshop")
    said = {part.source for part in (*compiled.fragments, *compiled.negative)}
    assert f"appearance.{name}" in said


def test_brand_is_left_to_the_cards() -> None:
    assert told(replace(PROFILE, brand=Brand(palette=("#000000", "#FFFFFF")))) == told(PROFILE)
