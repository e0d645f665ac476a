"""The dialects of a prompt, its weights and trigger rules, and where it meets CLIP's window."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.domain.briefs import CompiledPrompt, Dialect, Fragment
from gator_engine.domain.dialects import dialect_of
from gator_engine.domain.persona_templates import TEMPLATES, PersonaTemplate
from gator_engine.domain.personas import (
    Boundaries,
    GenerationPreferences,
    Lora,
    Rating,
    TriggerEffect,
    TriggerRule,
)
from gator_engine.domain.prompts import compile_picture
from gator_engine.domain.token_budget import budget_of, estimate_tokens
from gator_engine.errors import InvalidInput

MAKER = TEMPLATES[0].profile
S, T = Dialect.SENTENCES, Dialect.TAGS


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.slug)
def test_sentences_say_what_tags_say(template: PersonaTemplate) -> None:
    tags = compile_picture(template.profile, prompt="at work", dialect=T)
    spoken = compile_picture(template.profile, prompt="at work", dialect=S)
    assert [p.source for p in tags.fragments] == [p.source for p in spoken.fragments]
    assert spoken.text.endswith(".")
    assert ".." not in spoken.text
    assert "{" not in spoken.text


def test_a_sentence_prompt_reads_as_prose() -> None:
    said = compile_picture(MAKER, prompt="opening the kiln", dialect="sentences").text
    assert "A 29-year-old adult woman (product designer and ceramicist). Opening the kiln." in said
    assert "She has brown eyes." in said
    assert "She is wearing washed linen apron over a cream t-shirt." in said


@pytest.mark.parametrize(("age", "article"), [(18, "An"), (29, "A"), (80, "An"), (90, "A")])
def test_the_article_fits_the_age(age: int, article: str) -> None:
    profile = replace(MAKER, identity=replace(MAKER.identity, age=age, pronouns="they/them"))
    said = compile_picture(profile, prompt="", dialect=S).text
    assert f"{article} {age}-year-old adult person" in said
    assert "They have brown eyes." in said


def test_weights_are_read_in_every_field_and_dialect() -> None:
    looks = replace(MAKER.appearance, hair="long, (silver:1.4), wavy hair")
    for dialect in Dialect:
        compiled = compile_picture(replace(MAKER, appearance=looks), prompt="x", dialect=dialect)
        hair = [p for p in compiled.fragments if p.source == "appearance.hair"]
        assert [p.weight for p in hair] == [1.0, 1.4, 1.0]
        assert "long, silver, wavy hair" in compiled.text


def test_rules_speak_by_priority_and_only_when_called() -> None:
    rules = (
        TriggerRule("kiln", TriggerEffect.PROMPT, "glowing bricks", 1),
        TriggerRule("kiln", TriggerEffect.PROMPT, "(heat haze:1.2)", 9),
        TriggerRule("beach", TriggerEffect.PROMPT, "sand"),
    )
    profile = replace(MAKER, generation=GenerationPreferences(triggers=rules))
    compiled = compile_picture(profile, prompt="opening the Kiln")
    told = [p for p in compiled.fragments if p.source == "generation.triggers"]
    assert told == [
        Fragment("heat haze", "generation.triggers", 1.2),
        Fragment("glowing bricks", "generation.triggers"),
    ]
    assert "glowing" not in compile_picture(profile, prompt="kilns").text


def test_a_lora_that_a_rule_names_waits_for_its_call() -> None:
    preferences = GenerationPreferences(
        loras=(Lora("me", "me.safetensors", 1, ("lunareyes",)), Lora("clay", "c", 1, ("clayfx",))),
        triggers=(TriggerRule("studio", TriggerEffect.LORA, "clay"),),
    )
    profile = replace(MAKER, generation=preferences)
    quiet = compile_picture(profile, prompt="on the street").text
    assert "lunareyes" in quiet
    assert "clayfx" not in quiet
    assert "clayfx" in compile_picture(profile, prompt="in the studio").text


def test_what_a_rule_adds_is_held_to_the_safety_rule() -> None:
    rules = (TriggerRule("party", TriggerEffect.PROMPT, "schoolgirl"),)
    profile = replace(
        MAKER,
        boundaries=Boundaries(rating=Rating.MATURE),
        generation=GenerationPreferences(triggers=rules),
    )
    with pytest.raises(InvalidInput) as caught:
        compile_picture(profile, prompt="party")
    assert caught.value.field == "generation.triggers"


def test_no_phrase_hides_between_two_fields() -> None:
    looks = replace(MAKER.appearance, build="school", skin="uniform tan")
    profile = replace(MAKER, appearance=looks, boundaries=Boundaries(rating=Rating.MATURE))
    with pytest.raises(InvalidInput) as caught:
        compile_picture(profile, prompt="at work")
    assert caught.value.field == "prompt"
    compile_picture(replace(profile, boundaries=Boundaries()), prompt="at work")


@pytest.mark.parametrize(
    ("model", "dialect"),
    [
        ("Tongyi-MAI/Z-Image-Turbo", S),
        ("black-forest-labs/FLUX.1-schnell", S),
        ("FluxPipeline", S),
        ("Qwen/Qwen-Image", S),
        ("stabilityai/stable-diffusion-3.5-medium", S),
        ("stable-diffusion-v1-5/stable-diffusion-v1-5", T),
        ("stabilityai/stable-diffusion-xl-base-1.0", T),
        ("StableDiffusionXLPipeline", T),
        ("", T),
    ],
)
def test_the_family_decides_the_dialect(model: str, dialect: Dialect) -> None:
    assert dialect_of(model) is dialect


def by_words(text: str) -> int:
    return len(text.split())


def prompt_of(*lengths: int) -> CompiledPrompt:
    return CompiledPrompt(
        tuple(Fragment(" ".join(["w"] * n), f"f{i}") for i, n in enumerate(lengths)), (), S
    )


def test_a_prompt_within_the_window_is_whole() -> None:
    budget = budget_of(prompt_of(40, 35), by_words, 77)
    assert (budget.tokens, budget.windows, budget.beyond) == (75, 1, ())
    assert budget.exact


def test_what_does_not_fit_moves_to_the_next_window() -> None:
    budget = budget_of(prompt_of(40, 36, 10), by_words, 77)
    assert [(p.begins, p.ends) for p in budget.places] == [(1, 1), (2, 2), (2, 2)]
    assert [p.fragment.source for p in budget.beyond] == ["f1", "f2"]
    assert "2 windows" in budget.message


def test_a_fragment_longer_than_a_window_spans_several() -> None:
    budget = budget_of(prompt_of(75 * 2 + 1, 5), by_words, 77)
    assert [(p.begins, p.ends) for p in budget.places] == [(1, 3), (3, 3)]
    assert budget.windows == 3


def test_the_window_is_that_of_the_dialect() -> None:
    budget = budget_of(prompt_of(400, 110, 1), by_words)
    assert [p.ends for p in budget.places] == [1, 1, 2]
    assert "510 a window" in budget.message


def test_commas_between_tags_count() -> None:
    compiled = CompiledPrompt((Fragment("one", "a"), Fragment("two", "b")))
    assert budget_of(compiled).tokens == 3
    assert not budget_of(compiled).exact


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("a photo", 2),
        ("1920s", 5),
        ("don't", 2),
        ("ceramicist", 2),
        ("日本", 3),
        ("a,b", 3),
    ],
)
def test_the_estimate(text: str, tokens: int) -> None:
    assert estimate_tokens(text) == tokens
