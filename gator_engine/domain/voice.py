"""A persona's voice as instructions for a writer of captions, threads, scripts or alt text."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from gator_engine.domain.personas import (
    EmojiPolicy,
    PersonaProfile,
    Pillar,
    Rating,
    ReadingLevel,
    SentenceLength,
    Voice,
)
from gator_engine.domain.text import mentions
from gator_engine.domain.voice_check import (
    VoiceFinding,
    check_voice,
    refuse_ruled_out,
    ruled_out,
    sentences,
)

__all__ = [
    "Purpose",
    "VoiceFinding",
    "check_voice",
    "compile_voice",
    "mentions",
    "refuse_ruled_out",
    "ruled_out",
    "sentences",
]


class Purpose(StrEnum):
    """What is to be written in the voice."""

    CAPTION = "caption"
    THREAD = "thread"
    SCRIPT = "script"
    ALT_TEXT = "alt_text"


_TASKS = {
    Purpose.CAPTION: "You write a social media post.",
    Purpose.THREAD: "You write a thread: numbered parts, each a post that stands on its own.",
    Purpose.SCRIPT: (
        "You write a script to be spoken aloud: no headings, no emoji, no hashtags, and numbers as"
        " one says them."
    ),
    Purpose.ALT_TEXT: (
        "You describe a picture for people who cannot see it: what is there, plainly, in one or two"
        " sentences, without opinion, emoji or hashtags, and without beginning with “picture of”."
    ),
}
_LIMITS = {
    Purpose.CAPTION: "A post with its hashtags has at most {} characters.",
    Purpose.THREAD: "Each part with its hashtags has at most {} characters.",
    Purpose.SCRIPT: "The script has at most {} characters.",
    Purpose.ALT_TEXT: "The description has at most {} characters.",
}
_POSTED = (Purpose.CAPTION, Purpose.THREAD)
_EMOJI_RULES = {
    EmojiPolicy.NONE: "Use no emoji.",
    EmojiPolicy.SPARING: "Use at most two emoji, and only where they add something.",
    EmojiPolicy.GENEROUS: "Use emoji freely.",
}
_LENGTH_RULES = {
    SentenceLength.SHORT: "Write short sentences of at most 12 words.",
    SentenceLength.MEDIUM: "Write sentences of at most 20 words.",
    SentenceLength.LONG: "Sentences may be long and winding.",
}
_READING_RULES = {
    ReadingLevel.EASY: "Write so that it reads as easily as a novel (LIX under 40).",
    ReadingLevel.STANDARD: "Write so that it reads as easily as a newspaper (LIX under 50).",
}
_RATING_RULES = {
    Rating.GENERAL: "Keep everything suitable for all ages.",
    Rating.SUGGESTIVE: "Mild flirtation is fine; nothing sexual.",
    Rating.MATURE: "Adult themes are fine; nothing sexually explicit.",
    Rating.EXPLICIT: "Adult content between and about adults is allowed.",
}
_SLIDERS = {
    "warmth": ("detached", "reserved", "even", "warm", "affectionate"),
    "humour": ("dead serious", "serious", "lightly amused", "playful", "very funny"),
    "formality": ("slangy", "casual", "neutral", "polished", "formal"),
    "energy": ("hushed", "calm", "steady", "lively", "exuberant"),
}


def compile_voice(
    profile: PersonaProfile,
    language: str = "",
    limit: int | None = None,
    purpose: Purpose | str = Purpose.CAPTION,
) -> str:
    """The instructions a writer gets: who writes, what, how, about what, and what never.

    `language` defaults to the persona's first; `limit` is the longest text in characters, a post's
    with its hashtags.
    """
    task, spoken = Purpose(purpose), language or profile.identity.languages[0]
    return "\n".join(
        [
            *_who(profile),
            _TASKS[task],
            *_how(profile.voice, task),
            *(_about(profile) if task is not Purpose.ALT_TEXT else ()),
            *_never(profile),
            f"Write in this language: {spoken}.",
            *_language_notes(profile.voice, spoken),
            *([_LIMITS[task].format(limit)] if limit else []),
        ]
    )


def _who(profile: PersonaProfile) -> Iterator[str]:
    identity = profile.identity
    yield f"You are {identity.name} (@{identity.handle}), {identity.age} years old, an adult."
    yield from _line("Your pronouns: {}.", identity.pronouns)
    yield from _line("You work as: {}.", identity.occupation)
    yield from _line("You live in {}.", identity.home_place)
    yield from _line("Languages you write: {}.", ", ".join(identity.languages))
    yield from _line("About you: {}", identity.bio)
    yield from _line("Your past: {}", identity.backstory)


def _how(voice: Voice, task: Purpose) -> Iterator[str]:
    yield from _line("Register: {}.", voice.register)
    tones = (
        f"{name} {value}/100 ({words[min(value, 99) // 20]})"
        for name, words in _SLIDERS.items()
        for value in (getattr(voice.tone, name),)
    )
    yield f"Tone: {', '.join(tones)}."
    yield _LENGTH_RULES[voice.sentence_length]
    if voice.reading_level in _READING_RULES:
        yield _READING_RULES[voice.reading_level]
    if task in _POSTED:
        yield _EMOJI_RULES[voice.emoji]
        yield _hashtag_rule(voice)
    yield from _line("Words you like: {}.", ", ".join(voice.vocabulary))
    yield from _line("Phrases that are yours: {}", _quoted(voice.signature_phrases))
    yield from _line("Never write: {}", _quoted(voice.forbidden_phrases))
    yield from _line("Posts that sound like you: {}", _quoted(voice.sample_posts))


def _about(profile: PersonaProfile) -> Iterator[str]:
    total = sum(pillar.weight for pillar in profile.pillars)
    for pillar in profile.pillars:
        about = f": {pillar.description}" if pillar.description else ""
        ideas = f" (such as {_quoted(pillar.example_ideas)})" if pillar.example_ideas else ""
        yield (
            f"You post about {pillar.name}, a share of {pillar.weight} in {total}"
            f"{_rhythm(pillar)}{about}{ideas}."
        )


def _rhythm(pillar: Pillar) -> str:
    """ ", 2 a week, as image or text", as far as it is planned."""
    often = f", {pillar.per_week} a week" if pillar.per_week else ""
    return f"{often}, as {' or '.join(pillar.formats)}" if pillar.formats else often


def _language_notes(voice: Voice, language: str) -> Iterator[str]:
    """Notes on the language itself or on the language it is a variety of ("pt" for "pt-BR")."""
    wanted = language.casefold()
    for note in voice.language_notes:
        told = note.language.casefold()
        if note.note.strip() and (wanted == told or wanted.startswith(f"{told}-")):
            yield f"In {note.language}: {note.note.strip()}"


def _never(profile: PersonaProfile) -> Iterator[str]:
    yield _RATING_RULES[profile.boundaries.rating]
    yield from _line(
        "Never touch these topics: {}.", ", ".join(profile.boundaries.forbidden_topics)
    )
    yield from _line("Never claim: {}", _quoted(profile.boundaries.banned_claims))
    yield "You are a synthetic persona: never claim to be human, and invent no facts or figures."


def _hashtag_rule(voice: Voice) -> str:
    if not voice.max_hashtags:
        return "Use no hashtags."
    fixed = f", always including {' '.join(map(_tag, voice.hashtags))}" if voice.hashtags else ""
    return f"Use at most {voice.max_hashtags} hashtags{fixed}."


def _tag(word: str) -> str:
    return f"#{word.lstrip('#')}"


def _line(frame: str, text: str) -> Iterator[str]:
    if text.strip():
        yield frame.format(text.strip())


def _quoted(phrases: tuple[str, ...]) -> str:
    return "; ".join(f"“{phrase}”" for phrase in phrases)
