"""From a persona and a brief to a picture prompt whose every piece names the field it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gator_engine.domain.briefs import CompiledPrompt, Dialect, Fragment
from gator_engine.domain.personas import (
    GenerationPreferences,
    Outfit,
    PersonaProfile,
    Pillar,
    Rating,
    TriggerEffect,
)
from gator_engine.domain.phrasing import Phrasing
from gator_engine.domain.presets import PRESETS
from gator_engine.domain.safety import refuse_youthful_sexual
from gator_engine.domain.triggers import fired, loras_in_use
from gator_engine.errors import InvalidInput

__all__ = ["compile_picture", "refuse_youthful_sexual"]

ADULT_AGE = 18
LONGEST_PROMPT = 4000

_KEPT_OUT: dict[Rating, tuple[str, ...]] = {
    Rating.GENERAL: ("nudity", "lingerie", "sexual content", "gore"),
    Rating.SUGGESTIVE: ("nudity", "explicit sexual content", "gore", "child", "teenager"),
    Rating.MATURE: ("explicit sexual content", "gore", "child", "teenager"),
    Rating.EXPLICIT: ("child", "teenager", "young-looking"),
}


def compile_picture(
    profile: PersonaProfile,
    *,
    prompt: str,
    outfit: str = "",
    pillar: str = "",
    rating: Rating | None = None,
    dialect: Dialect | str = Dialect.TAGS,
    negative: str = "",
) -> CompiledPrompt:
    """The prompt of one picture of the persona; the scene of the brief stands near the front.

    `outfit` is the context of one of the persona's outfits; without one, the outfit whose context
    the prompt mentions is worn, else the first. `pillar` is a pillar's name. `rating` (default: the
    persona's) may be milder than the persona's, never stronger. `dialect` is what the model reads.
    `negative` is what this picture keeps out besides.

    Raises InvalidInput naming `prompt`, `negative`, `outfit`, `pillar`, `rating`, `identity.age` or
    the field that `refuse_youthful_sexual` objects to ("prompt" when only the whole is bad).
    """
    rated = _rating(profile, rating)
    if profile.identity.age < ADULT_AGE:
        raise InvalidInput("identity.age", "personas are adults", f"at least {ADULT_AGE}")
    _check_scene("prompt", prompt)
    _check_scene("negative", negative)
    say = Phrasing(Dialect(dialect), profile.identity.pronouns)
    looks, who, preferences = profile.appearance, profile.identity, profile.generation
    positive = (
        *say.piece(looks.style, "appearance.style"),
        *_preset(say, preferences),
        *say.person(who.age, who.occupation),
        *_called(say, preferences, prompt),
        *say.piece(prompt, "brief.prompt"),
        *_triggered(say, preferences, prompt),
        *_looks(say, profile),
        *_clothes(say, _worn(looks.wardrobe, outfit, prompt)),
        *say.piece(", ".join(looks.palette), "appearance.palette"),
        *say.piece(who.home_place, "identity.home_place"),
        *_theme(say, profile.pillars, pillar),
        *say.piece(looks.camera, "appearance.camera"),
        *say.piece(looks.lighting, "appearance.lighting"),
    )
    compiled = CompiledPrompt(positive, tuple(_negative(profile, rated, negative)), say.dialect)
    refuse_youthful_sexual(_by_source(positive), rated)
    # Once more as a whole and without commas, so that no phrase hides between two fields.
    refuse_youthful_sexual({"prompt": compiled.text.replace(",", " ")}, rated)
    return compiled


def _rating(profile: PersonaProfile, wanted: Rating | None) -> Rating:
    allowed = profile.boundaries.rating
    if wanted is not None and wanted.strength > allowed.strength:
        raise InvalidInput("rating", f"{wanted} is stronger than the persona allows", allowed)
    return wanted or allowed


def _check_scene(field: str, text: str) -> None:
    if len(text) > LONGEST_PROMPT:
        raise InvalidInput(field, f"has {len(text)} characters", f"{LONGEST_PROMPT} characters")
    if "\x00" in text:
        raise InvalidInput(field, "holds a NUL character")


def _preset(say: Phrasing, preferences: GenerationPreferences) -> Iterator[Fragment]:
    if preferences.preset in PRESETS:
        for words in PRESETS[preferences.preset].words:
            yield from say.piece(words, "generation.preset")


def _called(say: Phrasing, preferences: GenerationPreferences, prompt: str) -> Iterator[Fragment]:
    """The words that wake the LoRAs in use."""
    for lora in loras_in_use(preferences, prompt):
        for words in lora.trigger_words:
            yield from say.piece(words, "generation.loras")


def _triggered(
    say: Phrasing, preferences: GenerationPreferences, prompt: str
) -> Iterator[Fragment]:
    for rule in fired(preferences, prompt):
        if rule.effect is TriggerEffect.PROMPT:
            yield from say.piece(rule.value, "generation.triggers")


def _looks(say: Phrasing, profile: PersonaProfile) -> Iterator[Fragment]:
    for name in ("build", "skin", "hair", "eyes"):
        yield from say.piece(getattr(profile.appearance, name), f"appearance.{name}")
    for feature in profile.appearance.features:
        yield from say.piece(feature, "appearance.features")


def _worn(wardrobe: tuple[Outfit, ...], wanted: str, prompt: str) -> Outfit | None:
    known = {outfit.context.strip().casefold(): outfit for outfit in wardrobe}
    if wanted.strip():
        found = known.get(wanted.strip().casefold())
        if found is None:
            names = ", ".join(outfit.context for outfit in wardrobe) or "none"
            raise InvalidInput("outfit", f"the persona has no outfit {wanted!r}", f"has: {names}")
        return found
    said = prompt.casefold()
    mentioned = (
        outfit
        for context, outfit in known.items()
        if context and re.search(rf"\b{re.escape(context)}\b", said)
    )
    return next(mentioned, wardrobe[0] if wardrobe else None)


def _clothes(say: Phrasing, outfit: Outfit | None) -> Iterator[Fragment]:
    if outfit is not None:
        yield from say.piece(outfit.clothes, "appearance.wardrobe")


def _theme(say: Phrasing, pillars: tuple[Pillar, ...], wanted: str) -> Iterator[Fragment]:
    if not wanted.strip():
        return
    for pillar in pillars:
        if pillar.name.strip().casefold() == wanted.strip().casefold():
            yield from say.piece(pillar.name, "pillars.name")
            yield from say.piece(pillar.description, "pillars.description")
            return
    names = ", ".join(pillar.name for pillar in pillars) or "none"
    raise InvalidInput("pillar", f"the persona has no pillar {wanted!r}", f"has: {names}")


def _negative(profile: PersonaProfile, rating: Rating, wanted: str) -> Iterator[Fragment]:
    say = Phrasing(Dialect.TAGS, "")
    yield from say.piece(wanted, "brief.negative")
    yield from say.piece(profile.appearance.negative, "appearance.negative")
    if profile.generation.preset in PRESETS:
        for words in PRESETS[profile.generation.preset].negative:
            yield from say.piece(words, "generation.preset")
    for word in _KEPT_OUT[rating]:
        yield Fragment(word, "boundaries.rating")
    for topic in profile.boundaries.forbidden_topics:
        yield from say.piece(topic, "boundaries.forbidden_topics")


def _by_source(fragments: tuple[Fragment, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for part in fragments:
        texts[part.source] = f"{texts.get(part.source, '')} {part.text}".strip()
    return texts
