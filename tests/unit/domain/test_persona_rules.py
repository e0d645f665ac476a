"""What makes a persona valid, field by field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.domain.persona_rules import check_profile, profile_problems
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import (
    PersonaProfile,
    Pillar,
    PlatformRating,
    Rating,
    Tone,
)
from gator_engine.errors import InvalidInput

PROFILE = TEMPLATES[0].profile


def with_part(part: str, **changes: object) -> PersonaProfile:
    return replace(PROFILE, **{part: replace(getattr(PROFILE, part), **changes)})


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.slug)
def test_every_template_is_valid_and_adult(template: object) -> None:
    profile = template.profile  # type: ignore[attr-defined]
    assert profile_problems(profile) == ()
    assert profile.identity.age >= 18


@pytest.mark.parametrize(
    ("profile", "field"),
    [
        (with_part("identity", age=17), "identity.age"),
        (with_part("identity", age=200), "identity.age"),
        (with_part("identity", name=" "), "identity.name"),
        (with_part("identity", handle="Luna!"), "identity.handle"),
        (with_part("identity", handle="x" * 31), "identity.handle"),
        (with_part("identity", languages=()), "identity.languages"),
        (with_part("identity", languages=("english please",)), "identity.languages"),
        (with_part("identity", bio="x" * 4001), "identity.bio"),
        (with_part("identity", bio="a\x00b"), "identity.bio"),
        (with_part("appearance", hair="x" * 1001), "appearance.hair"),
        (with_part("appearance", features=("x",) * 51), "appearance.features"),
        (with_part("voice", tone=Tone(warmth=101)), "voice.tone.warmth"),
        (with_part("voice", max_hashtags=31), "voice.max_hashtags"),
        (with_part("voice", max_hashtags=0), "voice.hashtags"),
        (with_part("voice", hashtags=("two words",)), "voice.hashtags"),
        (with_part("voice", forbidden_phrases=PROFILE.voice.signature_phrases), "voice."),
        (replace(PROFILE, pillars=(Pillar("A"), Pillar("a"))), "pillars[1].name"),
        (replace(PROFILE, pillars=(Pillar("A", 0),)), "pillars[0].weight"),
        (with_part("boundaries", disclosure_text=""), "boundaries.disclosure_text"),
        (with_part("boundaries", depicts_real_person=True), "boundaries.likeness_consent"),
        (with_part("brand", palette=("#123456",)), "brand.palette"),
        (with_part("brand", palette=("red", "#123456")), "brand.palette"),
        (with_part("brand", typeface="comic"), "brand.typeface"),
        (with_part("brand", background="stars"), "brand.background"),
        (with_part("brand", avatar_style="photo"), "brand.avatar_style"),
    ],
)
def test_bad_input_is_refused_by_the_fields_name(profile: PersonaProfile, field: str) -> None:
    assert [p for p in profile_problems(profile) if p.field.startswith(field)]
    with pytest.raises(InvalidInput):
        check_profile(profile)


def test_a_platform_rating_may_not_contradict_the_personas_own() -> None:
    stronger = (PlatformRating("anywhere", Rating.MATURE),)
    found = profile_problems(with_part("boundaries", platform_ratings=stronger))
    assert [p.field for p in found] == ["boundaries.platform_ratings"]
    twice = (PlatformRating("x", Rating.GENERAL), PlatformRating("x", Rating.GENERAL))
    assert profile_problems(with_part("boundaries", platform_ratings=twice))


def test_youthful_words_and_a_sexual_rating_do_not_go_together() -> None:
    youthful = with_part("appearance", build="petite schoolgirl look")
    assert profile_problems(
        replace(youthful, boundaries=replace(youthful.boundaries, rating=Rating.EXPLICIT))
    )


def test_all_problems_are_reported_at_once() -> None:
    profile = with_part("identity", age=3, handle="?", name="")
    with pytest.raises(InvalidInput) as caught:
        check_profile(profile)
    fields = {problem.field for problem in caught.value.problems}
    assert {"identity.age", "identity.handle", "identity.name"} <= fields
