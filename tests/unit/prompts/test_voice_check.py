"""The voice check: each rule, where it points, and how it says to mend the text."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gator_engine.domain.personas import (
    Boundaries,
    EmojiPolicy,
    Identity,
    LanguageNote,
    PersonaProfile,
    Pillar,
    ReadingLevel,
    SentenceLength,
    Tone,
    Voice,
)
from gator_engine.domain.repetition import repetition
from gator_engine.domain.voice import Purpose, VoiceFinding, check_voice, compile_voice
from gator_engine.domain.voice_check import lix

PROFILE = PersonaProfile(
    identity=Identity(name="Ada", handle="ada", age=40, languages=("en", "pt-BR")),
    voice=Voice(
        forbidden_phrases=("game changer",),
        signature_phrases=("Make it useful, then make it kind.",),
        emoji=EmojiPolicy.SPARING,
        max_hashtags=1,
        sentence_length=SentenceLength.SHORT,
        language_notes=(LanguageNote("pt", "Trata por você."), LanguageNote("en", "Britain.")),
    ),
    boundaries=Boundaries(forbidden_topics=("party politics",), banned_claims=("never fails",)),
)
HARD = (
    "Institutional considerations regarding comprehensive sustainability transformations"
    " necessitate interdisciplinary collaboration throughout organisational hierarchies."
    " Implementation methodologies demonstrate considerable operational complexity."
)
EASY = "We had a cup of tea. The dog sat by the door. It was a good day, and we did not go far."


def speaking(**voice: Any) -> PersonaProfile:
    return replace(PROFILE, voice=replace(PROFILE.voice, **voice))


def only(text: str, profile: PersonaProfile = PROFILE, **options: object) -> VoiceFinding:
    [finding] = check_voice(text, profile, **options)  # type: ignore[arg-type]
    return finding


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    [
        ("It is a Game  changer.", "forbidden phrase", "Game  changer"),
        ("Tea first. The party has politics. Bye.", "forbidden topic", "The party has politics."),
        ("One 🌿 two 🌿 three 🍀 four 🍀", "emoji", "🍀 four 🍀"),
        ("Tags #one #two #three", "hashtags", "#two #three"),
        (
            "Short. one two three four five six seven eight nine ten eleven twelve thirteen. End.",
            "sentence length",
            "one two three four five six seven eight nine ten eleven twelve thirteen.",
        ),
        ("This glue never fails.", "banned claim", "never fails"),
        ("Trust me, I'm a real person.", "banned claim", "I'm a real person"),
        ("I am not a bot.", "banned claim", "I am not a bot"),
        ("Get guaranteed returns now.", "banned claim", "guaranteed returns"),
        ("It cures diabetes.", "banned claim", "cures diabetes"),
    ],
)
def test_a_finding_says_where_and_how_to_mend_it(text: str, rule: str, words: str) -> None:
    finding = only(text)
    assert finding.rule == rule
    assert text[finding.start : finding.end] == words
    assert finding.fix


@pytest.mark.parametrize(
    "text",
    ["I am a potter.", "Real people test it.", "No returns are certain.", "Read about diabetes."],
)
def test_honest_words_are_no_claims(text: str) -> None:
    assert check_voice(text, PROFILE) == ()


@pytest.mark.parametrize(
    ("formality", "text", "words"),
    [
        (10, "Furthermore, it works.", "Furthermore"),
        (25, "We utilise clay.", "utilise"),
        (90, "I'm gonna try.", "gonna"),
        (75, "It works!!", "!!"),
    ],
)
def test_register_markers_are_held_against_the_formality(
    formality: int, text: str, words: str
) -> None:
    profile = speaking(tone=Tone(formality=formality))
    finding = only(text, profile)
    assert (finding.field, finding.rule) == ("voice.tone.formality", "register")
    assert text[finding.start : finding.end] == words
    assert check_voice(text, speaking(tone=Tone(formality=50))) == ()
    assert check_voice(text, profile, language="pt") == ()


# Of each language: stiff words, casual ones, and the three kinds of claims.
TOLD = {
    "de": (
        ("Diesbezüglich gilt das Gesagte.", "Diesbezüglich"),
        ("Das ist echt cool und krass.", "echt cool"),
        ("Ich bin ein echter Mensch.", "Garantierte Rendite für alle.", "Das heilt Krebs."),
    ),
    "fr": (
        ("Il convient de le dire.", "Il convient de"),
        ("Ouais, on y va.", "Ouais"),
        ("Je suis une vraie personne.", "Des gains garantis ici.", "Ça guérit le cancer."),
    ),
    "es": (
        ("Asimismo, es de barro.", "Asimismo"),
        ("Esto mola mucho.", "mola"),
        ("Soy una persona real.", "Ganancias garantizadas hoy.", "Esto cura la diabetes."),
    ),
}
PLAIN = {
    "de": "Ich bin Töpferin. Heute brenne ich Schalen, ein Risiko bleibt immer.",
    "fr": "Je suis potière. Ce matin, le four est encore chaud et le bol est bleu.",
    "es": "Soy alfarera. Hoy el horno sigue caliente y el cuenco es azul.",
}


@pytest.mark.parametrize("language", TOLD)
def test_other_languages_have_registers_and_claims(language: str) -> None:
    (stiff, its_word), (casual, its_slang), claims = TOLD[language]
    local = replace(PROFILE, identity=replace(PROFILE.identity, languages=(f"{language}-XX",)))

    def formality(value: int) -> PersonaProfile:
        return replace(local, voice=replace(local.voice, tone=Tone(formality=value)))

    assert {one.excerpt for one in check_voice(stiff, formality(10))} == {its_word}
    assert its_slang in {one.excerpt for one in check_voice(casual, formality(90))}
    assert check_voice(stiff, formality(90)) == check_voice(casual, formality(10)) == ()
    for claim in claims:
        assert [one.rule for one in check_voice(claim, local)] == ["banned claim"]
        assert check_voice(claim, PROFILE) == (), "PROFILE speaks other languages"
    for value in (10, 50, 90):
        assert check_voice(PLAIN[language], formality(value)) == ()
    # Whoever writes English in between is held to the English claims too.
    assert check_voice("It cures diabetes.", local) != ()


def test_the_reading_level_is_bounded() -> None:
    demanding = speaking(reading_level=ReadingLevel.STANDARD, sentence_length=SentenceLength.LONG)
    assert only(HARD * 2, demanding).rule == "reading level"
    assert check_voice(EASY, demanding) == ()
    anything = speaking(sentence_length=SentenceLength.LONG)
    assert check_voice(HARD * 2, anything) == ()
    assert check_voice(HARD * 2, demanding, language="ja") == ()


def test_lix_is_words_a_sentence_plus_long_words() -> None:
    # 20 words in 2 sentences, 5 of them longer than six letters: 10 + 25.
    text = "a a a a a a a lettery lettery lettery. a a a a a a a a lettery lettery."
    assert lix(text) == pytest.approx(35.0)
    assert lix("too short") is None


def test_a_repetition_points_at_the_longest_run() -> None:
    old = "The third glaze test went wrong in the kiln again today."
    text = "News: the third glaze test went wrong. Next one tomorrow."
    finding = only(text, recent=["Something else entirely, nothing shared here.", old])
    assert finding.rule == "repetition"
    assert text[finding.start : finding.end] == "the third glaze test went wrong"
    assert "post 2" in finding.message
    assert check_voice("A new brush came by post.", PROFILE, recent=[old]) == ()


def test_ones_own_phrases_may_be_repeated() -> None:
    said = "Make it useful, then make it kind."
    assert check_voice(said, PROFILE, recent=[said]) == ()
    assert repetition(said, [said], ()) is not None


def test_the_same_short_text_is_a_repetition() -> None:
    assert only("Kiln day.", recent=["Kiln day."]).message.startswith("repeats 100%")


@pytest.mark.parametrize("purpose", list(Purpose))
def test_each_purpose_has_instructions_of_its_own(purpose: Purpose) -> None:
    said = compile_voice(PROFILE, purpose=purpose, limit=100)
    assert len({compile_voice(PROFILE, purpose=each) for each in Purpose}) == len(Purpose)
    assert "at most 100 characters" in said
    assert "Never write: “game changer”" in said


def test_alt_text_has_no_themes_and_no_hashtag_rule() -> None:
    profile = replace(PROFILE, pillars=(Pillar("Wood", per_week=2),))
    assert "You post about Wood" in compile_voice(profile)
    alt = compile_voice(profile, purpose="alt_text")
    assert "You post about" not in alt
    assert "Use at most 1 hashtags" not in alt


@pytest.mark.parametrize(
    ("language", "note"),
    [("en", "Britain."), ("pt-BR", "Trata por você."), ("fr", ""), ("", "Britain.")],
)
def test_a_language_brings_its_own_note(language: str, note: str) -> None:
    said = compile_voice(PROFILE, language)
    for known in ("Britain.", "Trata por você."):
        assert (known in said) == (known == note)
