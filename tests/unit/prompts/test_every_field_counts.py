"""Changing any output-shaping field of a persona changes what the models are told."""

from __future__ import annotations

from dataclasses import fields, replace
from typing import Any

import pytest

from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.persona_rules import profile_problems
from gator_engine.domain.personas import (
    Appearance,
    Boundaries,
    Brand,
    EmojiPolicy,
    GenerationPreferences,
    Identity,
    LanguageNote,
    LikenessConsent,
    Lora,
    Outfit,
    PersonaProfile,
    Pillar,
    Rating,
    ReadingLevel,
    SeedPolicy,
    SentenceLength,
    Tone,
    TriggerEffect,
    TriggerRule,
    Voice,
)
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.triggers import settings_for
from gator_engine.domain.voice import compile_voice
from gator_engine.services._briefing import seed_of

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
    "boundaries.likeness_consent": "decides whether the persona is valid",
    "boundaries.consent": "decides whether the persona is valid",
    "generation.seed_policy": "decides the seed",
    "generation.seed": "decides the seed",
    "generation.reference_strength": "is an option of the generator",
    "generation.use_references": "decides whether references are offered to the generator",
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
    "voice.language_notes": (LanguageNote("en", "British spelling"),),
    "voice.reading_level": ReadingLevel.EASY,
    "generation.preset": "ink",
    "generation.loras": (Lora("face", "face.safetensors", 0.8, ("adastone",)),),
    "generation.triggers": (TriggerRule("bench", TriggerEffect.PROMPT, "wood shavings"),),
    "boundaries.rating": Rating.MATURE,
    "pillars": (Pillar("Stone"),),
}
PARTS: dict[str, type] = {
    "identity": Identity,
    "appearance": Appearance,
    "voice": Voice,
    "boundaries": Boundaries,
    "generation": GenerationPreferences,
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
    values: dict[str, Any] = {
        "weight": 9,
        "example_ideas": ("Zebrawood",),
        "formats": (BriefKind.CAROUSEL,),
        "per_week": 2,
    }
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


DRAFT = BriefDraft("persona", BriefKind.IMAGE, "any", "at the bench")
CAN = GeneratorCapabilities(
    slug="any",
    label="Any",
    description="",
    kinds=(BriefKind.IMAGE,),
    ratios=(AspectRatio.SQUARE,),
    options=(
        Option("reference_strength", "", OptionKind.NUMBER, 0.5, 0, 1),
        Option("loras", "", OptionKind.LORAS, ()),
        Option("steps", "", OptionKind.INTEGER, 20, 1, 100),
    ),
)


@pytest.mark.parametrize("policy", [SeedPolicy.FIXED, SeedPolicy.PER_BRIEF])
def test_policy_and_seed_decide_the_seed(policy: SeedPolicy) -> None:
    one, two = (GenerationPreferences(seed_policy=policy, seed=seed) for seed in (4, 5))
    assert seed_of(DRAFT, one) == seed_of(DRAFT, one)
    assert seed_of(DRAFT, one) != seed_of(DRAFT, two)
    assert (seed_of(DRAFT, one) == 4) == (policy is SeedPolicy.FIXED)


def test_a_seed_per_brief_changes_with_the_brief() -> None:
    preferences = GenerationPreferences(seed_policy=SeedPolicy.PER_BRIEF)
    other = replace(DRAFT, prompt="at the saw")
    assert seed_of(DRAFT, preferences) != seed_of(other, preferences)
    assert seed_of(replace(DRAFT, seed=9), preferences) == 9


@pytest.mark.parametrize(
    "preferences",
    [
        GenerationPreferences(reference_strength=0.9),
        GenerationPreferences(loras=(Lora("face", "face.safetensors", 0.8),)),
        GenerationPreferences(loras=(Lora("face", "other.safetensors", 0.8),)),
        GenerationPreferences(loras=(Lora("face", "face.safetensors", 0.7),)),
        GenerationPreferences(triggers=(TriggerRule("bench", TriggerEffect.SETTING, "steps=9"),)),
    ],
)
def test_preferences_become_options_or_a_note(preferences: GenerationPreferences) -> None:
    seen = settings_for(preferences, DRAFT.prompt, CAN)
    assert seen[0]
    assert seen[1] == ()
    others = GenerationPreferences(loras=(Lora("face", "face.safetensors", 0.9),))
    assert seen != settings_for(others, DRAFT.prompt, CAN)
    settings, notes = settings_for(preferences, DRAFT.prompt, replace(CAN, options=()))
    assert settings == {}
    assert len(notes) == 1


@pytest.mark.parametrize("name", [f.name for f in fields(Lora)])
def test_each_field_of_a_lora_counts(name: str) -> None:
    lora = Lora("face", "face.safetensors", 0.8, ("adastone",))
    values: dict[str, Any] = {"weight": 0.3, "trigger_words": ("zebra",)}
    call = (TriggerRule("bench", TriggerEffect.LORA, "face"),)
    before = GenerationPreferences(loras=(lora,), triggers=call)
    other = replace(lora, **{name: values.get(name, "zebra")})
    after = replace(before, loras=(other,))

    def outcome(preferences: GenerationPreferences) -> tuple[Any, ...]:
        profile = replace(PROFILE, generation=preferences)
        options = settings_for(preferences, DRAFT.prompt, CAN)
        return told(profile), options, [str(p) for p in profile_problems(profile)]

    assert outcome(before) != outcome(after)


@pytest.mark.parametrize("name", [f.name for f in fields(TriggerRule)])
def test_each_field_of_a_rule_counts(name: str) -> None:
    values: dict[str, Any] = {"effect": TriggerEffect.SETTING, "priority": -1}
    rule = TriggerRule("bench", TriggerEffect.PROMPT, "wood shavings")
    other = TriggerRule("at the", TriggerEffect.PROMPT, "dust")
    changed_rule = replace(rule, **{name: values.get(name, "zebra=1")})
    one, two = (
        replace(PROFILE, generation=GenerationPreferences(triggers=(first, other)))
        for first in (rule, changed_rule)
    )
    assert told(one) != told(two)


@pytest.mark.parametrize("name", [f.name for f in fields(LikenessConsent)])
def test_a_likeness_needs_a_whole_record(name: str) -> None:
    record = LikenessConsent("Ada", "2026-03-31", "folder 7")
    real = Boundaries(depicts_real_person=True, consent=record)
    assert profile_problems(replace(PROFILE, boundaries=real)) == ()
    broken = replace(record, **{name: "x" * 2000 if name == "reference" else ""})
    found = profile_problems(replace(PROFILE, boundaries=replace(real, consent=broken)))
    whole = "boundaries.consent" if name == "reference" else f"boundaries.consent.{name}"
    assert [problem.field for problem in found] == [whole]
