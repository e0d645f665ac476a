"""From a persona and a brief to a picture prompt whose every piece names the field it came from."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gator_engine.domain.briefs import CompiledPrompt, Fragment
from gator_engine.domain.personas import Identity, Outfit, PersonaProfile, Pillar, Rating
from gator_engine.domain.safety import refuse_youthful_sexual
from gator_engine.errors import InvalidInput

__all__ = ["compile_picture", "refuse_youthful_sexual"]

ADULT_AGE = 18
LONGEST_PROMPT = 4000
LEAST_WEIGHT, MOST_WEIGHT = 0.1, 2.0

# "(red scarf:1.3)", the emphasis notation people know from other image tools.
_WEIGHTED = re.compile(r"\(([^():]+):\s*(\d+(?:\.\d+)?)\)")
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
) -> CompiledPrompt:
    """The prompt of one picture of the persona; the scene of the brief stands near the front.

    `outfit` is the context of one of the persona's outfits; without one, the outfit whose context
    the prompt mentions is worn, else the first. `pillar` is a pillar's name. `rating` (default: the
    persona's) may be milder than the persona's, never stronger.

    Raises InvalidInput naming `prompt`, `outfit`, `pillar`, `rating`, `identity.age` or the field
    that `refuse_youthful_sexual` objects to.
    """
    rated = _rating(profile, rating)
    if profile.identity.age < ADULT_AGE:
        raise InvalidInput("identity.age", "personas are adults", f"at least {ADULT_AGE}")
    positive = (
        *_piece(profile.appearance.style, "appearance.style"),
        *_person(profile.identity),
        *_scene(prompt),
        *_looks(profile),
        *_clothes(_worn(profile.appearance.wardrobe, outfit, prompt)),
        *_piece(profile.identity.home_place, "identity.home_place", "from {}"),
        *_theme(profile.pillars, pillar),
        *_piece(profile.appearance.camera, "appearance.camera"),
        *_piece(profile.appearance.lighting, "appearance.lighting"),
    )
    refuse_youthful_sexual(_by_source(positive), rated)
    return CompiledPrompt(positive, tuple(_negative(profile, rated)))


def _rating(profile: PersonaProfile, wanted: Rating | None) -> Rating:
    allowed = profile.boundaries.rating
    if wanted is not None and wanted.strength > allowed.strength:
        raise InvalidInput("rating", f"{wanted} is stronger than the persona allows", allowed)
    return wanted or allowed


def _piece(text: str, source: str, frame: str = "{}") -> Iterator[Fragment]:
    """The text without surrounding blanks and final comma, unless there is nothing left."""
    bare = " ".join(text.split()).strip(" ,;")
    if bare:
        yield Fragment(frame.format(bare), source)


def _person(identity: Identity) -> Iterator[Fragment]:
    yield Fragment(f"{identity.age}-year-old adult", "identity.age")
    yield from _piece(_noun(identity.pronouns), "identity.pronouns")
    yield from _piece(identity.occupation, "identity.occupation")


def _noun(pronouns: str) -> str:
    """ "she/her" → "woman", "he/him" → "man"; any other pronouns are passed on as they are."""
    first = pronouns.casefold().replace(",", "/").split("/")[0].strip()
    known = {"she": "woman", "he": "man", "they": "person", "": ""}
    return known.get(first, f"person ({pronouns.strip()})")


def _scene(prompt: str) -> Iterator[Fragment]:
    if len(prompt) > LONGEST_PROMPT:
        raise InvalidInput(
            "prompt", f"has {len(prompt)} characters", f"{LONGEST_PROMPT} characters"
        )
    if "\x00" in prompt:
        raise InvalidInput("prompt", "holds a NUL character")
    end = 0
    for match in _WEIGHTED.finditer(prompt):
        yield from _piece(prompt[end : match.start()], "brief.prompt")
        weight = float(match[2])
        if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            raise InvalidInput("prompt", f"weight {match[2]}", f"{LEAST_WEIGHT}–{MOST_WEIGHT}")
        yield Fragment(" ".join(match[1].split()), "brief.prompt", weight)
        end = match.end()
    yield from _piece(prompt[end:], "brief.prompt")


def _looks(profile: PersonaProfile) -> Iterator[Fragment]:
    for name in ("build", "skin", "hair", "eyes"):
        yield from _piece(getattr(profile.appearance, name), f"appearance.{name}")
    for feature in profile.appearance.features:
        yield from _piece(feature, "appearance.features")


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


def _clothes(outfit: Outfit | None) -> Iterator[Fragment]:
    if outfit is not None:
        yield from _piece(outfit.clothes, "appearance.wardrobe", "wearing {}")


def _theme(pillars: tuple[Pillar, ...], wanted: str) -> Iterator[Fragment]:
    if not wanted.strip():
        return
    for pillar in pillars:
        if pillar.name.strip().casefold() == wanted.strip().casefold():
            yield from _piece(pillar.name, "pillars.name", "theme: {}")
            yield from _piece(pillar.description, "pillars.description")
            return
    names = ", ".join(pillar.name for pillar in pillars) or "none"
    raise InvalidInput("pillar", f"the persona has no pillar {wanted!r}", f"has: {names}")


def _negative(profile: PersonaProfile, rating: Rating) -> Iterator[Fragment]:
    yield from _piece(profile.appearance.negative, "appearance.negative")
    for word in _KEPT_OUT[rating]:
        yield Fragment(word, "boundaries.rating")
    for topic in profile.boundaries.forbidden_topics:
        yield from _piece(topic, "boundaries.forbidden_topics")


def _by_source(fragments: tuple[Fragment, ...]) -> dict[str, str]:
    texts: dict[str, str] = {}
    for part in fragments:
        texts[part.source] = f"{texts.get(part.source, '')} {part.text}".strip()
    return texts
