"""Personas to start from: complete, adult, and each with a voice of its own."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.templates import (
    coach,
    cook,
    explainer,
    gamer,
    maker,
    money,
    stylist,
    tinkerer,
    traveller,
)


@dataclass(frozen=True)
class PersonaTemplate:
    """A named starting point; `tagline` is one sentence for the picker, `niche` one word.

    `own` templates were saved by people of this studio.
    """

    slug: str
    title: str
    tagline: str
    profile: PersonaProfile
    niche: str = ""
    own: bool = False


TEMPLATES: tuple[PersonaTemplate, ...] = (
    PersonaTemplate(
        "maker", "The maker", "Warm, short sentences, work in progress.", maker.PROFILE, "craft"
    ),
    PersonaTemplate(
        "coach",
        "The running coach",
        "Direct, encouraging, allergic to hype.",
        coach.PROFILE,
        "fitness",
    ),
    PersonaTemplate("cook", "The cook", "Generous, funny, weeknight-proof.", cook.PROFILE, "food"),
    PersonaTemplate(
        "explainer",
        "The explainer",
        "Clear, sourced, quietly curious.",
        explainer.PROFILE,
        "science",
    ),
    PersonaTemplate(
        "traveller",
        "The slow traveller",
        "By train, by bus, with time to look.",
        traveller.PROFILE,
        "travel",
    ),
    PersonaTemplate(
        "tinkerer",
        "The tinkerer",
        "Repairs first, reviews second, never breathless.",
        tinkerer.PROFILE,
        "tech",
    ),
    PersonaTemplate(
        "stylist",
        "The tailor",
        "Elegant, exact, in love with cloth that lasts.",
        stylist.PROFILE,
        "fashion",
    ),
    PersonaTemplate(
        "gamer",
        "The co-op player",
        "Playful, kind in the chat, good at losing.",
        gamer.PROFILE,
        "gaming",
    ),
    PersonaTemplate(
        "money",
        "The money teacher",
        "Calm, plain, explains and never advises.",
        money.PROFILE,
        "finance",
    ),
)
