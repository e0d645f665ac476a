"""What makes generation preferences valid, and that older personas still load."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from pydantic import TypeAdapter

from gator_engine.adapters.sql.columns import to_json_text
from gator_engine.domain.persona_rules import profile_problems
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import (
    Boundaries,
    GenerationPreferences,
    LanguageNote,
    Lora,
    PersonaProfile,
    Pillar,
    Rating,
    SeedPolicy,
    TriggerEffect,
    TriggerRule,
)

PROFILE = TEMPLATES[0].profile
FACE = Lora("face", "face.safetensors")
SAYS = TriggerEffect.PROMPT


def preferring(**preferences: object) -> PersonaProfile:
    return replace(PROFILE, generation=GenerationPreferences(**preferences))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (preferring(preset="nope"), "generation.preset"),
        (preferring(seed_policy=SeedPolicy.FIXED), "generation.seed"),
        (preferring(seed=-1), "generation.seed"),
        (preferring(seed=2**31), "generation.seed"),
        (preferring(reference_strength=1.1), "generation.reference_strength"),
        (preferring(reference_strength=float("nan")), "generation.reference_strength"),
        (preferring(loras=(FACE, FACE)), "generation.loras[1].name"),
        (preferring(loras=(Lora("", "a"),)), "generation.loras[0].name"),
        (preferring(loras=(Lora("a", " "),)), "generation.loras[0].model"),
        (preferring(loras=(Lora("a", "b", 2.1),)), "generation.loras[0].weight"),
        (preferring(loras=(Lora("a", "b", float("nan")),)), "generation.loras[0].weight"),
        (
            preferring(loras=(Lora("a", "b", 1, ("(x:9)",)),)),
            "generation.loras[0].trigger_words",
        ),
        (preferring(triggers=(TriggerRule("", SAYS, "x"),)), "generation.triggers[0].phrase"),
        (preferring(triggers=(TriggerRule("x", SAYS, ""),)), "generation.triggers[0].value"),
        (preferring(triggers=(TriggerRule("x", SAYS, "(y:9)"),)), "generation.triggers[0].value"),
        (
            preferring(triggers=(TriggerRule("x", TriggerEffect.LORA, "face"),)),
            "generation.triggers[0].value",
        ),
        (
            preferring(triggers=(TriggerRule("x", TriggerEffect.SETTING, "steps"),)),
            "generation.triggers[0].value",
        ),
        (
            preferring(triggers=(TriggerRule("x", SAYS, "y", 101),)),
            "generation.triggers[0].priority",
        ),
        (preferring(triggers=(TriggerRule("x", SAYS, "y"),) * 51), "generation.triggers"),
        (
            replace(PROFILE, appearance=replace(PROFILE.appearance, hair="(red:9)")),
            "appearance.hair",
        ),
        (replace(PROFILE, pillars=(Pillar("A", per_week=22),)), "pillars[0].per_week"),
        (
            replace(
                PROFILE,
                voice=replace(PROFILE.voice, language_notes=(LanguageNote("Klingon!", "x"),)),
            ),
            "voice.language_notes",
        ),
    ],
)
def test_bad_preferences_are_refused_by_name(profile: PersonaProfile, field: str) -> None:
    assert field in [problem.field for problem in profile_problems(profile)]


def test_good_preferences_pass() -> None:
    rules = (
        TriggerRule("gym", TriggerEffect.LORA, "face", 5),
        TriggerRule("gym", SAYS, "(chalk dust:1.2)"),
        TriggerRule("night", TriggerEffect.SETTING, "steps=40"),
    )
    profile = preferring(preset="ink", seed=3, loras=(FACE,), triggers=rules)
    assert profile_problems(profile) == ()


def test_trigger_words_are_held_to_the_safety_rule() -> None:
    rules = (TriggerRule("party", SAYS, "schoolgirl outfit"),)
    profile = replace(preferring(triggers=rules), boundaries=Boundaries(rating=Rating.MATURE))
    assert [p.field for p in profile_problems(profile)] == ["generation.triggers"]


def test_a_persona_stored_before_the_newer_fields_loads() -> None:
    stored = json.loads(to_json_text(PROFILE))
    del stored["generation"]
    del stored["appearance"]["palette"]
    del stored["voice"]["language_notes"], stored["voice"]["reading_level"]
    del stored["boundaries"]["consent"], stored["boundaries"]["banned_claims"]
    for pillar in stored["pillars"]:
        del pillar["formats"], pillar["per_week"]
    loaded = TypeAdapter(PersonaProfile).validate_python(stored)
    assert loaded.generation == GenerationPreferences()
    assert loaded.identity == PROFILE.identity
    assert profile_problems(loaded) == ()


def test_a_full_profile_goes_to_storage_and_back() -> None:
    rules = (TriggerRule("gym", TriggerEffect.LORA, "face", 5),)
    profile = preferring(preset="ink", loras=(FACE,), triggers=rules, reference_strength=0.5)
    stored = json.loads(to_json_text(profile))
    assert TypeAdapter(PersonaProfile).validate_python(stored) == profile
