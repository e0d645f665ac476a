"""A persona's voice: as instructions for a writer, and as a light check of what was written."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import emoji

from gator_engine.domain.personas import EmojiPolicy, PersonaProfile, Rating, SentenceLength, Voice
from gator_engine.errors import InvalidInput

LONGEST_SENTENCE = {SentenceLength.SHORT: 12, SentenceLength.MEDIUM: 20}
MOST_EMOJI = {EmojiPolicy.NONE: 0, EmojiPolicy.SPARING: 2}

_HASHTAG = re.compile(r"(?<!\w)#\w+")
_ADDRESS = re.compile(r"https?://\S+")
# A sentence ends at a terminator followed by blank space, or at a line break.
_SENTENCE_END = re.compile(r"(?<=[.!?…])\s+|\n+")
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


@dataclass(frozen=True)
class VoiceFinding:
    """One place where a text leaves the voice: the persona field it breaks, why, and the words."""

    field: str
    message: str
    excerpt: str = ""


def compile_voice(profile: PersonaProfile, language: str = "", limit: int | None = None) -> str:
    """The instructions a caption writer gets: who writes, how, about what, and what never.

    `language` defaults to the persona's first; `limit` is the longest post in characters, with its
    hashtags.
    """
    return "\n".join(
        [
            *_who(profile),
            *_how(profile.voice),
            *_about(profile),
            *_never(profile),
            f"Write in this language: {language or profile.identity.languages[0]}.",
            *([f"A post with its hashtags has at most {limit} characters."] if limit else []),
        ]
    )


def check_voice(text: str, profile: PersonaProfile) -> tuple[VoiceFinding, ...]:
    """Where a text leaves the persona's voice or boundaries; empty when it does not.

    A light check on words alone: a forbidden topic is found when all its words stand in one
    sentence, not when it is paraphrased.
    """
    return (
        *ruled_out(text, profile),
        *_emoji_count(text, profile.voice.emoji),
        *_hashtag_count(text, profile.voice),
        *_long_sentences(text, profile.voice.sentence_length),
    )


def refuse_ruled_out(topic: str, profile: PersonaProfile) -> None:
    """Raises InvalidInput naming `topic` when it is blank, or is what the persona never touches."""
    if not topic.strip():
        raise InvalidInput("topic", "say what it is about")
    for finding in ruled_out(topic, profile):
        raise InvalidInput("topic", f"{finding.message}, which {finding.field} rules out")


def ruled_out(text: str, profile: PersonaProfile) -> tuple[VoiceFinding, ...]:
    """The findings that are never a matter of taste: forbidden phrases and topics."""
    return (
        *_forbidden_phrases(text, profile.voice),
        *_forbidden_topics(text, profile.boundaries.forbidden_topics),
    )


def sentences(text: str) -> list[str]:
    """The sentences of a text, without web addresses and hashtags."""
    bare = _HASHTAG.sub(" ", _ADDRESS.sub(" ", text))
    return [part.strip() for part in _SENTENCE_END.split(bare) if part.strip()]


def mentions(text: str, phrase: str) -> bool:
    """Whether the phrase stands in the text as whole words, whatever the case or blanks."""
    words = r"\s+".join(re.escape(word) for word in phrase.split())
    return bool(words) and bool(re.search(rf"(?<!\w){words}(?!\w)", text, re.IGNORECASE))


def _who(profile: PersonaProfile) -> Iterator[str]:
    identity = profile.identity
    yield f"You are {identity.name} (@{identity.handle}), {identity.age} years old, an adult."
    yield from _line("Your pronouns: {}.", identity.pronouns)
    yield from _line("You work as: {}.", identity.occupation)
    yield from _line("You live in {}.", identity.home_place)
    yield from _line("Languages you write: {}.", ", ".join(identity.languages))
    yield from _line("About you: {}", identity.bio)
    yield from _line("Your past: {}", identity.backstory)


def _how(voice: Voice) -> Iterator[str]:
    yield from _line("Register: {}.", voice.register)
    tones = (
        f"{name} {value}/100 ({words[min(value, 99) // 20]})"
        for name, words in _SLIDERS.items()
        for value in (getattr(voice.tone, name),)
    )
    yield f"Tone: {', '.join(tones)}."
    yield _LENGTH_RULES[voice.sentence_length]
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
        yield f"You post about {pillar.name}, a share of {pillar.weight} in {total}{about}{ideas}."


def _never(profile: PersonaProfile) -> Iterator[str]:
    yield _RATING_RULES[profile.boundaries.rating]
    yield from _line(
        "Never touch these topics: {}.", ", ".join(profile.boundaries.forbidden_topics)
    )
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


def _forbidden_phrases(text: str, voice: Voice) -> Iterator[VoiceFinding]:
    for phrase in voice.forbidden_phrases:
        if mentions(text, phrase):
            yield VoiceFinding("voice.forbidden_phrases", f"says “{phrase}”", phrase)


def _forbidden_topics(text: str, topics: tuple[str, ...]) -> Iterator[VoiceFinding]:
    for topic in topics:
        wanted = _stems(topic)
        for sentence in sentences(text):
            if wanted and wanted <= _stems(sentence):
                yield VoiceFinding("boundaries.forbidden_topics", f"touches “{topic}”", sentence)
                break


def _stems(text: str) -> set[str]:
    """The words in small letters without a plural s."""
    return {re.sub(r"(?<=\w\w)s$", "", word) for word in re.findall(r"\w+", text.casefold())}


def _emoji_count(text: str, policy: EmojiPolicy) -> Iterator[VoiceFinding]:
    used = [str(found["emoji"]) for found in emoji.emoji_list(text)]
    if policy in MOST_EMOJI and len(used) > MOST_EMOJI[policy]:
        allowed = MOST_EMOJI[policy] or "no"
        yield VoiceFinding(
            "voice.emoji", f"uses {len(used)} emoji where {allowed} are allowed", "".join(used)
        )


def _hashtag_count(text: str, voice: Voice) -> Iterator[VoiceFinding]:
    tags = _HASHTAG.findall(text)
    if len(tags) > voice.max_hashtags:
        message = f"uses {len(tags)} hashtags where {voice.max_hashtags or 'no'} are allowed"
        yield VoiceFinding("voice.max_hashtags", message, " ".join(tags))


def _long_sentences(text: str, length: SentenceLength) -> Iterator[VoiceFinding]:
    bound = LONGEST_SENTENCE.get(length)
    for sentence in sentences(text) if bound else ():
        words = len(re.findall(r"\w+(?:[’'-]\w+)*", sentence))
        if bound and words > bound:
            message = f"a sentence of {words} words where {bound} are the most"
            yield VoiceFinding("voice.sentence_length", message, sentence)
