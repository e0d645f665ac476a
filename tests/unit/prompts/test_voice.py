"""The light check of a text against a persona's voice."""

from __future__ import annotations

import pytest

from gator_engine.domain.persona_templates import TEMPLATES, PersonaTemplate
from gator_engine.domain.personas import (
    Boundaries,
    EmojiPolicy,
    Identity,
    PersonaProfile,
    SentenceLength,
    Voice,
)
from gator_engine.domain.voice import check_voice, compile_voice

PROFILE = PersonaProfile(
    identity=Identity(name="Ada", handle="ada", age=40),
    voice=Voice(
        forbidden_phrases=("game changer",),
        emoji=EmojiPolicy.SPARING,
        max_hashtags=1,
        sentence_length=SentenceLength.SHORT,
    ),
    boundaries=Boundaries(forbidden_topics=("party politics",)),
)


def fields_found(text: str, profile: PersonaProfile = PROFILE) -> list[str]:
    return [finding.field for finding in check_voice(text, profile)]


@pytest.mark.parametrize(
    ("text", "field"),
    [
        ("A real Game  Changer.", "voice.forbidden_phrases"),
        ("Politics of the party.", "boundaries.forbidden_topics"),
        ("Three ✨ are 🌿 many 🏃🏽‍♀️", "voice.emoji"),
        ("Two #tags #here", "voice.max_hashtags"),
        (
            "one two three four five six seven eight nine ten eleven twelve thirteen",
            "voice.sentence_length",
        ),
    ],
)
def test_each_rule_finds_its_own(text: str, field: str) -> None:
    assert fields_found(text) == [field]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Two ✨ are 🌿 fine. #one",
        "A game. A changer.",
        "The party was loud. We spoke of politics.",
        "one two three four five six\nseven eight nine ten eleven twelve thirteen",
        "one two three four five six seven eight nine ten eleven twelve https://a.example/b #c",
        "gamechanger",
    ],
)
def test_texts_within_the_voice_pass(text: str) -> None:
    assert fields_found(text) == []


def test_a_family_emoji_counts_once() -> None:
    assert fields_found("👩‍👩‍👧‍👦 and 🇳🇴") == []


def test_no_emoji_means_none() -> None:
    profile = PersonaProfile(identity=PROFILE.identity, voice=Voice(emoji=EmojiPolicy.NONE))
    assert fields_found("Just one ✨", profile) == ["voice.emoji"]


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.slug)
def test_templates_keep_their_own_rules(template: PersonaTemplate) -> None:
    voice = template.profile.voice
    for text in (*voice.sample_posts, *voice.signature_phrases):
        assert check_voice(text, template.profile) == ()


def test_language_and_limit_are_told() -> None:
    said = compile_voice(PROFILE, "fr", 280)
    assert "in this language: fr" in said
    assert "280 characters" in said
