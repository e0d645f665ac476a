"""What a persona prefers reaches its pictures, and its ratings hold when a post is scheduled."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from gator_engine import AspectRatio, BriefDraft, BriefKind, Rating, Studio, open_studio, run_jobs
from gator_engine.domain.briefs import Dialect
from gator_engine.domain.capabilities import GeneratorCapabilities, Option, OptionKind
from gator_engine.domain.personas import (
    GenerationPreferences,
    Lora,
    PlatformRating,
    SeedPolicy,
    TriggerEffect,
    TriggerRule,
)
from gator_engine.errors import InvalidInput
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run
from tests.integration.services.conftest import Desk

PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d4948445200000001000000010806000000"
    "1f15c4890000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)


CAN = GeneratorCapabilities(
    slug="fake",
    label="Fake",
    description="",
    kinds=(BriefKind.IMAGE,),
    ratios=tuple(AspectRatio),
    options=(
        Option("steps", "Steps", OptionKind.INTEGER, 20, 1, 100),
        Option("loras", "LoRAs", OptionKind.LORAS, ()),
        Option("model", "Model", OptionKind.TEXT, ""),
    ),
)


@dataclass
class FakeGenerator:
    """Gives one pixel and remembers what it was asked; it counts words as tokens."""

    capabilities: GeneratorCapabilities = CAN
    asked: list[GenerateRequest] = field(default_factory=list)

    def missing(self) -> str:
        return ""

    def token_counter(self, settings: object) -> object:
        return lambda text: len(text.split())

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        self.asked.append(request)
        return GenerateResult((GeneratedFile(PNG, request.seed),), "fake-1", notes=("own note",))


PREFERENCES = GenerationPreferences(
    seed_policy=SeedPolicy.PER_BRIEF,
    loras=(Lora("me", "me.safetensors", 0.8, ("lunareyes",)),),
    reference_strength=0.7,
    triggers=(
        TriggerRule("kiln", TriggerEffect.SETTING, "steps=40", 9),
        TriggerRule("kiln", TriggerEffect.SETTING, "steps=10", 1),
        TriggerRule("kiln", TriggerEffect.PROMPT, "orange glow"),
    ),
)


@pytest.fixture
def generator() -> FakeGenerator:
    return FakeGenerator()


@pytest.fixture
def studio(tmp_path: Path, generator: FakeGenerator) -> Iterator[Studio]:
    adapters = {"generators": {"fake": generator}}
    with open_studio(home=tmp_path / "studio", queue="inline", adapters=adapters) as opened:
        yield opened


def draft(studio: Studio, prompt: str = "opening the kiln", **settings: object) -> BriefDraft:
    found = studio.personas.list()
    profile = replace(studio.personas.templates()[0].profile, generation=PREFERENCES)
    persona = found[0] if found else studio.personas.create(profile)
    return BriefDraft(persona.id, BriefKind.IMAGE, "fake", prompt, settings=settings)


def made(studio: Studio, generator: FakeGenerator, wanted: BriefDraft) -> GenerateRequest:
    studio.generation.request(wanted)
    run_jobs(studio)
    return generator.asked[-1]


def test_preferences_reach_the_generator(studio: Studio, generator: FakeGenerator) -> None:
    request = made(studio, generator, draft(studio))
    assert request.settings == {"loras": [("me.safetensors", 0.8)], "steps": 40}
    assert "lunareyes" in request.compiled.text
    assert "orange glow" in request.compiled.text


def test_the_briefs_own_settings_win(studio: Studio, generator: FakeGenerator) -> None:
    assert made(studio, generator, draft(studio, steps=5)).settings["steps"] == 5


def test_what_the_generator_does_not_take_is_noted(studio: Studio) -> None:
    wanted = draft(studio)
    assert studio.generation.notes(wanted) == (
        "Fake takes no reference strength: the persona's is not applied.",
    )
    generation = studio.generation.request(wanted)
    run_jobs(studio)
    notes = studio.generation.get(generation.id).parameters["notes"]
    assert notes == [*studio.generation.notes(wanted), "own note"]


def test_the_seed_follows_the_brief(studio: Studio) -> None:
    one, two, other = (
        studio.generation.request(each)
        for each in (draft(studio), draft(studio), draft(studio, "at the wheel"))
    )
    assert one.seed == two.seed != other.seed


def test_a_value_that_does_not_fit_the_option_is_refused(studio: Studio) -> None:
    wanted = draft(studio)
    persona = studio.personas.get(wanted.persona_id)
    rules = (TriggerRule("kiln", TriggerEffect.SETTING, "steps=many"),)
    profile = replace(persona.profile, generation=GenerationPreferences(triggers=rules))
    studio.personas.revise(persona.id, profile, "typo", persona.version)
    with pytest.raises(InvalidInput) as caught:
        studio.generation.check(wanted)
    assert caught.value.field == "generation.triggers"


def test_the_dialect_is_that_of_the_model(studio: Studio) -> None:
    assert studio.generation.compile(draft(studio)).dialect is Dialect.TAGS
    spoken = studio.generation.compile(draft(studio, model="Tongyi-MAI/Z-Image-Turbo"))
    assert spoken.dialect is Dialect.SENTENCES
    assert "She has brown eyes." in spoken.text


def test_the_budget_is_exact_where_the_generator_counts(studio: Studio) -> None:
    budget = studio.generation.budget(draft(studio))
    assert budget.exact
    assert budget.places[0].tokens == len(budget.places[0].fragment.text.split())


def test_a_rating_too_strong_for_one_platform_is_refused_when_scheduled(desk: Desk) -> None:
    profile, personas = desk.persona.profile, desk.studio.personas
    platform = desk.platform.slug
    mature = replace(
        profile.boundaries,
        rating=Rating.MATURE,
        platform_ratings=(PlatformRating(platform, Rating.SUGGESTIVE),),
    )
    personas.revise(
        desk.persona.id, replace(profile, boundaries=mature), "grown-up", desk.persona.version
    )
    for rating, allowed in ((Rating.MATURE, False), (Rating.SUGGESTIVE, True)):
        post = desk.studio.composing.draft(desk.persona.id, "Hi", rating=rating)
        desk.studio.composing.approve(post.id)
        if allowed:
            assert desk.studio.scheduling.post_now(post.id, [desk.account_id])
            continue
        with pytest.raises(InvalidInput) as caught:
            desk.studio.scheduling.post_now(post.id, [desk.account_id])
        assert caught.value.field == "rating"
        assert "suggestive" in str(caught.value)
