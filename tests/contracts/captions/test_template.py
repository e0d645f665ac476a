"""The template writer: readable, repeatable, within limit and voice, and honest about itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.adapters.captions.template import TemplateWriter
from gator_engine.config import Settings
from gator_engine.domain.persona_templates import TEMPLATES, PersonaTemplate
from gator_engine.domain.personas import EmojiPolicy, PersonaProfile, SentenceLength, Voice
from gator_engine.domain.voice import check_voice
from gator_engine.errors import InvalidInput
from gator_engine.ports import Caption, CaptionRequest

MAKER = TEMPLATES[0].profile
TOPICS = ["A glaze that failed", "Do you sharpen your own knives?", "Six mugs today. One broke"]


def write(
    profile: PersonaProfile = MAKER, topic: str = "autumn light", **more: object
) -> list[Caption]:
    asked = {"variants": 3, "limit": 300, "language": "en", "seed": 7, "picture": "", **more}
    request = CaptionRequest(profile=profile, system="", topic=topic, **asked)  # type: ignore[arg-type]
    return list(TemplateWriter(Settings()).write(request, lambda number, text: None))


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda t: t.slug)
@pytest.mark.parametrize("topic", TOPICS)
@pytest.mark.parametrize("limit", [70, 120, 300])
def test_captions_keep_voice_and_limit_and_say_the_topic(
    template: PersonaTemplate, topic: str, limit: int
) -> None:
    for seed in range(4):
        for caption in write(template.profile, topic, seed=seed, limit=limit, variants=6):
            assert len(caption.text) <= limit
            assert topic[1:].rstrip("?").casefold() in caption.text.casefold()
            assert check_voice(caption.text, template.profile) == ()
            assert caption.written_by == "template"


def test_the_same_seed_writes_the_same() -> None:
    assert write(seed=3) == write(seed=3)
    assert [c.text for c in write(seed=3)] != [c.text for c in write(seed=4)]


def test_variants_differ() -> None:
    assert len({caption.text for caption in write(variants=6)}) == 6


def test_fewer_variants_are_said_aloud() -> None:
    [only] = write(topic="a" * 20, limit=22)
    assert only.text.startswith("A" + "a" * 19)
    assert any("Only 1" in note for note in only.notes)


def test_dropped_hashtags_are_said_aloud() -> None:
    [only] = write(topic="a" * 20, limit=22)
    assert only.hashtags == ()
    assert any("#makersgonnamake" in note for note in only.notes)


@pytest.mark.parametrize("topic", ["politics today", "a real game changer", "", "x" * 301])
def test_impossible_topics_are_refused(topic: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        write(topic=topic)
    assert caught.value.field == "topic"


def test_braces_in_a_topic_are_only_text() -> None:
    assert "{w} {0.__class__}" in write(topic="about {w} {0.__class__}")[0].text


@pytest.mark.parametrize(
    ("policy", "most"), [(EmojiPolicy.NONE, 0), (EmojiPolicy.SPARING, 1), (EmojiPolicy.GENEROUS, 5)]
)
def test_emoji_follow_the_policy(policy: EmojiPolicy, most: int) -> None:
    import emoji

    profile = replace(MAKER, voice=replace(MAKER.voice, emoji=policy))
    counts = [emoji.emoji_count(caption.text) for caption in write(profile, variants=6)]
    assert max(counts) <= most
    assert min(counts) >= min(most, 1)


def test_tone_changes_the_words() -> None:
    warm = replace(MAKER, voice=Voice(register="warm and funny"))
    cold = replace(MAKER, voice=Voice(register="formal and quiet"))
    assert {c.text for c in write(warm)}.isdisjoint(c.text for c in write(cold))


def test_signature_and_vocabulary_are_used() -> None:
    texts = " ".join(caption.text for caption in write(variants=6))
    assert MAKER.voice.signature_phrases[0] in texts
    assert any(word in texts for word in MAKER.voice.vocabulary)


def test_long_winded_personas_get_both_endings() -> None:
    profile = replace(MAKER, voice=replace(MAKER.voice, sentence_length=SentenceLength.LONG))
    ending = write(profile)[0].text.split("\n\n")[1]
    assert ending.startswith(MAKER.voice.signature_phrases[0])
    assert len(ending) > len(MAKER.voice.signature_phrases[0])


def test_the_pillar_of_the_topic_lends_its_description_and_tag() -> None:
    first = write(topic="A glaze that failed")[0]
    assert "Work in progress, honest about what fails." in first.text
    assert "#process" in first.hashtags


def test_typed_hashtags_count_and_are_not_repeated() -> None:
    caption = write(topic="new bowls #MakersGonnaMake #bowls")[0]
    assert caption.text.casefold().count("#makersgonnamake") == 1
    assert caption.hashtags == ()


def test_other_languages_use_own_words_and_say_so() -> None:
    captions = write(topic="Lumière d’automne", language="fr")
    assert "English only" in captions[0].notes[0]
    assert captions[0].text.startswith("Lumière d’automne.")
    foreign = captions[0].text.replace(MAKER.voice.signature_phrases[0], "")
    assert "Today" not in foreign and "you" not in foreign


def test_the_picture_becomes_alt_text() -> None:
    assert write(picture="a bowl on a shelf")[0].alt_text == "A bowl on a shelf."
    assert write()[0].alt_text == ""


def test_every_variant_is_streamed() -> None:
    seen: dict[int, str] = {}
    request = CaptionRequest(MAKER, "", "autumn light", 3, 300, "en", 7)
    captions = TemplateWriter(Settings()).write(request, seen.__setitem__)
    assert [caption.text for caption in captions] == [seen[0], seen[1], seen[2]]
