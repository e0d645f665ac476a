"""Which sentences, words, emoji and hashtags suit a persona; the seed decides between equals."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from random import Random

from gator_engine.adapters.captions._template.lexicon import (
    EMOJI_BY_TONE,
    EMOJI_BY_WORD,
    REGISTER,
    Line,
)
from gator_engine.domain.personas import PersonaProfile, Pillar, Voice
from gator_engine.domain.voice import check_voice, mentions

HIGH, LOW = 58, 42
_SLIDERS = ("warmth", "humour", "formality", "energy")


def tone(voice: Voice) -> dict[str, int]:
    """The tone sliders, moved by the words of the register, within 0–100."""
    values = {name: getattr(voice.tone, name) for name in _SLIDERS}
    for word in re.findall(r"\w+", voice.register.casefold()):
        for name, step in REGISTER.get(word, {}).items():
            values[name] = max(0, min(100, values[name] + step))
    return values


def suited(lines: Iterable[Line], profile: PersonaProfile, random: Random) -> list[Line]:
    """The lines that suit the tone and break no rule, shuffled; those with most character first."""
    values = tone(profile.voice)
    fitting = [
        line
        for line in lines
        if all(_fits(getattr(line, name), values[name]) for name in _SLIDERS)
        and not check_voice(line.text, profile)
    ]
    random.shuffle(fitting)
    # Characterful lines come first, yet chance mixes neighbours: always the same would be dull.
    return sorted(fitting, key=lambda line: -_character(line) - random.random() * 1.6)


def _fits(wanted: int, value: int) -> bool:
    return wanted == 0 or (value >= HIGH if wanted > 0 else value <= LOW)


def _character(line: Line) -> int:
    return sum(abs(getattr(line, name)) for name in _SLIDERS)


def pillar_of(topic: str, pillars: Sequence[Pillar]) -> Pillar | None:
    """The pillar that the topic names, or whose example idea it is."""
    for pillar in pillars:
        ideas = {idea.casefold().strip(" .") for idea in pillar.example_ideas}
        if mentions(topic, pillar.name) or topic.casefold().strip(" .") in ideas:
            return pillar
    return None


def hashtags(topic: str, profile: PersonaProfile, pillar: Pillar | None) -> tuple[str, ...]:
    """The fixed hashtags, then the pillar's and those of favourite words the topic uses.

    Hashtags that the topic itself holds count towards the persona's bound and are not repeated.
    """
    voice = profile.voice
    typed = [tag.casefold() for tag in re.findall(r"(?<!\w)#\w+", topic)]
    used = [word for word in voice.vocabulary if mentions(topic, word)]
    wanted = [f"#{tag.lstrip('#')}" for tag in voice.hashtags]
    wanted += [_tag(name) for name in [*([pillar.name] if pillar else []), *used]]
    room = max(0, voice.max_hashtags - len(typed))
    fresh = {tag.casefold(): tag for tag in reversed(wanted) if tag.casefold() not in typed}
    return tuple(reversed(fresh.values()))[:room]


def _tag(phrase: str) -> str:
    words = re.findall(r"\w+", phrase)
    return "#" + (words[0].lower() if len(words) == 1 else "".join(w.title() for w in words))


def emoji_for(topic: str, voice: Voice, random: Random) -> list[str]:
    """Two or more fitting emoji, those that show the topic first."""
    words = set(re.findall(r"\w+", topic.casefold()))
    shown = [sign for word, sign in EMOJI_BY_WORD.items() if words & {word, f"{word}s"}]
    values = tone(voice)
    mood = next((name for name in ("energy", "warmth") if values[name] >= HIGH), "")
    return list(dict.fromkeys([*shown, *random.sample(EMOJI_BY_TONE[mood], 3)]))
