"""The fields that shape no words shape something else: each is shown here, and none is left over.

`tests/unit/prompts/test_every_field_counts.py` shows the others; together they are all there are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from gator_engine import Studio, open_studio
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind
from gator_engine.domain.persona_rules import profile_problems
from gator_engine.domain.personas import (
    Brand,
    LikenessConsent,
    Persona,
    PersonaProfile,
    PlatformRating,
    Rating,
    SeedPolicy,
)
from gator_engine.domain.rating_policy import decide
from gator_engine.services._briefing import seed_of
from tests.integration.services.test_identity import Camera, colour
from tests.media.cards.test_card_generator import made, request
from tests.unit.prompts.test_every_field_counts import NOT_WORDS, profile_fields

CONSENT = LikenessConsent("Ada Stone", "2026-03-31", "folder 7")
Outcome = Callable[[Studio, PersonaProfile], object]


@pytest.fixture
def studio(tmp_path: Path) -> Iterator[Studio]:
    generators = {"generators": {"camera": Camera()}}
    with open_studio(home=tmp_path / "s", queue="inline", adapters=generators) as opened:
        yield opened


def stored(studio: Studio, profile: PersonaProfile) -> Persona:
    """The one persona of the studio as the profile says: nothing else may differ."""
    found = studio.personas.list()
    if not found:
        return studio.personas.create(profile)
    return studio.personas.revise(found[0].id, profile, "changed", found[0].version)


def card(studio: Studio, profile: PersonaProfile) -> object:
    """A card in the persona's design, which is the same for the same request."""
    asked = request(BriefKind.IMAGE, {"body": "Show up."})
    [file] = made(replace(asked, profile=profile, size=(270, 270))).files
    return file.data


def disclosed(studio: Studio, profile: PersonaProfile) -> object:
    """What an account would publish of a post."""
    post = studio.composing.draft(stored(studio, profile).id, "Hello")
    account = Account(
        id=profile.identity.handle,
        platform=studio.accounts.platforms()[0].capabilities.slug,
        handle=profile.identity.handle,
        display_name="Somebody",
        base_url="http://127.0.0.1:9",
        timezone="UTC",
        health=AccountHealth.OK,
        created_at=studio.clock.now(),
    )
    if not studio.accounts.list():
        with studio.store.write() as uow:
            uow.accounts.add(account)
    said = str(studio.composing.preview(post, account.id))
    return [text for text in ("Made with AI", "Drawn by a machine") if text in said]


def allowed(studio: Studio, profile: PersonaProfile) -> object:
    """What one platform gets of a mature persona."""
    platform = studio.accounts.platforms()[0].capabilities
    post = studio.composing.draft(stored(studio, profile).id, "Hi", rating=Rating.MATURE)
    return decide(post, [], profile, replace(platform, slug="somewhere")).refusal


def validity(studio: Studio, profile: PersonaProfile) -> object:
    return [str(problem) for problem in profile_problems(profile)]


def seed(studio: Studio, profile: PersonaProfile) -> object:
    draft = BriefDraft("p", BriefKind.IMAGE, "any", "at home")
    return seed_of(draft, profile.generation), seed_of(draft, profile.generation)


def route(studio: Studio, profile: PersonaProfile) -> object:
    persona = stored(studio, profile)
    if not studio.identity.references(persona.id).images:
        image = studio.identity.upload(persona.id, colour((200, 0, 0)), "red.png")
        studio.identity.accept(image.id)
    draft = BriefDraft(persona.id, BriefKind.IMAGE, "camera", "at home", (AspectRatio.SQUARE,))
    plan = studio.generation.route(draft)
    return plan.route if plan else None


def preferred(studio: Studio, profile: PersonaProfile) -> object:
    persona = stored(studio, profile)
    draft = BriefDraft(persona.id, BriefKind.IMAGE, "camera", "at home", (AspectRatio.SQUARE,))
    return studio.generation.notes(draft)  # The camera takes none, and says so.


# Field: how to see it, a change of what the profile starts from, and the value that is other.
SHOWN: dict[str, tuple[Outcome, dict[str, Any], Any]] = {
    "boundaries.platform_ratings": (
        allowed, {"rating": Rating.MATURE}, (PlatformRating("somewhere", Rating.GENERAL),),
    ),
    "boundaries.disclosure_text": (disclosed, {}, "Drawn by a machine"),
    "boundaries.depicts_real_person": (validity, {}, True),
    "boundaries.likeness_consent": (validity, {"depicts_real_person": True}, "Ada agreed in May"),
    "boundaries.consent": (validity, {"depicts_real_person": True}, CONSENT),
    "generation.seed_policy": (seed, {"seed": 4}, SeedPolicy.FIXED),
    "generation.seed": (seed, {"seed_policy": SeedPolicy.FIXED, "seed": 4}, 5),
    "generation.reference_strength": (preferred, {}, 0.9),
    "generation.use_references": (route, {}, False),
    "brand.palette": (card, {}, ("#102030", "#FFEEDD")),
    "brand.typeface": (card, {}, "modern"),
    "brand.background": (card, {}, "paper"),
    "brand.avatar_style": (card, {}, "thumbs"),
    "brand.avatar_seed": (card, {}, "another seed"),
}  # fmt: skip


def with_part(profile: PersonaProfile, part: str, **values: Any) -> PersonaProfile:
    return replace(profile, **{part: replace(getattr(profile, part), **values)})


def leaves() -> list[str]:
    """Every field that the other test leaves out, the brand's one by one."""
    brand = [f"brand.{field.name}" for field in fields(Brand)]
    return [name for name in profile_fields() if name in NOT_WORDS and name != "brand"] + brand


def test_no_field_is_left_over() -> None:
    assert sorted(SHOWN) == sorted(leaves())


@pytest.mark.parametrize("name", SHOWN)
def test_a_changed_field_changes_what_comes_of_it(studio: Studio, name: str) -> None:
    part, _, field = name.partition(".")
    outcome, start, value = SHOWN[name]
    before = with_part(studio.personas.templates()[0].profile, part, **start)
    after = with_part(before, part, **{field: value})
    assert outcome(studio, before) != outcome(studio, after)
