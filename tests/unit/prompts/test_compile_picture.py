"""How a persona and a brief become a picture prompt."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.domain.briefs import Fragment
from gator_engine.domain.persona_templates import TEMPLATES, PersonaTemplate
from gator_engine.domain.personas import Boundaries, PersonaProfile, Rating
from gator_engine.domain.prompts import LONGEST_PROMPT, compile_picture
from gator_engine.errors import InvalidInput

MAKER = TEMPLATES[0].profile


def pieces(profile: PersonaProfile, source: str, **brief: str) -> list[str]:
    compiled = compile_picture(profile, **{"prompt": "a bowl", **brief})  # type: ignore[arg-type]
    return [part.text for part in compiled.fragments if part.source == source]


def test_the_scene_comes_before_the_looks() -> None:
    compiled = compile_picture(MAKER, prompt="opening the kiln")
    assert compiled.text.index("opening the kiln") < compiled.text.index("brown eyes")


def test_the_age_says_adult() -> None:
    assert pieces(MAKER, "identity.age") == ["29-year-old adult"]


@pytest.mark.parametrize(
    ("pronouns", "noun"),
    [
        ("she/her", "woman"),
        ("He/Him", "man"),
        ("they, them", "person"),
        ("xe/xem", "person (xe/xem)"),
    ],
)
def test_pronouns_choose_the_noun(pronouns: str, noun: str) -> None:
    profile = replace(MAKER, identity=replace(MAKER.identity, pronouns=pronouns))
    assert pieces(profile, "identity.pronouns") == [noun]


def test_the_chosen_outfit_is_worn() -> None:
    assert "navy chore jacket" in pieces(MAKER, "appearance.wardrobe", outfit="Street")[0]


def test_an_outfit_that_the_prompt_mentions_is_worn() -> None:
    worn = pieces(MAKER, "appearance.wardrobe", prompt="walking down the street")
    assert "navy chore jacket" in worn[0]


def test_without_a_hint_the_first_outfit_is_worn() -> None:
    assert "linen apron" in pieces(MAKER, "appearance.wardrobe", prompt="streetwise")[0]


def test_the_pillar_brings_its_description() -> None:
    assert pieces(MAKER, "pillars.description", pillar="Tools") == [
        "One good tool and why it earns its place"
    ]


def test_weights_of_the_prompt_are_kept() -> None:
    compiled = compile_picture(MAKER, prompt="a shelf, (blue glaze:1.3), morning")
    brief = [part for part in compiled.fragments if part.source == "brief.prompt"]
    assert brief == [
        Fragment("a shelf", "brief.prompt"),
        Fragment("blue glaze", "brief.prompt", 1.3),
        Fragment("morning", "brief.prompt"),
    ]


def test_an_empty_prompt_leaves_no_hole() -> None:
    assert ", ," not in compile_picture(MAKER, prompt="  ").text


def test_forbidden_topics_are_kept_out() -> None:
    compiled = compile_picture(MAKER, prompt="a bowl")
    assert Fragment("politics", "boundaries.forbidden_topics") in compiled.negative


def test_a_milder_rating_keeps_more_out() -> None:
    mature = replace(MAKER, boundaries=Boundaries(rating=Rating.MATURE))
    assert "nudity" not in compile_picture(mature, prompt="a bowl").negative_text
    milder = compile_picture(mature, prompt="a bowl", rating=Rating.GENERAL)
    assert "nudity" in milder.negative_text


@pytest.mark.parametrize(
    ("brief", "field"),
    [
        ({"outfit": "space"}, "outfit"),
        ({"pillar": "Sailing"}, "pillar"),
        ({"rating": Rating.MATURE}, "rating"),
        ({"prompt": "x" * (LONGEST_PROMPT + 1)}, "prompt"),
        ({"prompt": "a\x00b"}, "prompt"),
        ({"prompt": "(glaze:9)"}, "prompt"),
    ],
)
def test_bad_input_is_refused_by_name(brief: dict[str, str], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        compile_picture(MAKER, **{"prompt": "a bowl", **brief})  # type: ignore[arg-type]
    assert caught.value.field == field


def test_a_minor_has_no_pictures() -> None:
    profile = replace(MAKER, identity=replace(MAKER.identity, age=17))
    with pytest.raises(InvalidInput) as caught:
        compile_picture(profile, prompt="a bowl")
    assert caught.value.field == "identity.age"


def test_a_sexual_prompt_with_a_youthful_word_is_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        compile_picture(MAKER, prompt="nude, schoolgirl")
    assert caught.value.field == "brief.prompt"


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.slug)
def test_every_template_compiles_in_every_rating(template: PersonaTemplate) -> None:
    for rating in Rating:
        profile = replace(template.profile, boundaries=Boundaries(rating=rating))
        assert compile_picture(profile, prompt="at work").fragments
