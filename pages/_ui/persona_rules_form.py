"""The tabs of the persona editor on what it posts about, what it never does, and its design."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import streamlit as st

from gator_engine.domain.briefs import BriefKind
from gator_engine.domain.capabilities import PlatformCapabilities
from gator_engine.domain.personas import (
    Boundaries,
    Brand,
    LikenessConsent,
    Pillar,
    PlatformRating,
    Rating,
)
from pages._ui.forms import area, mark, repeated, text, words
from pages._ui.persona_form import RATING_WORDS, said

KIND_WORDS = {
    BriefKind.IMAGE: "Picture",
    BriefKind.CAROUSEL: "Carousel",
    BriefKind.TEXT: "Text",
    BriefKind.VIDEO: "Video",
}


def pillars(form: str, was: Sequence[Pillar]) -> tuple[Pillar, ...]:
    """The recurring themes; one left entirely empty is no pillar."""
    found = repeated(form, "pillars", "pillar", was, Pillar(""), _pillar)
    mark(form, "pillars")
    return tuple(one for one in found if one.name or one.description or one.example_ideas)


def _pillar(form: str, where: str, old: Pillar) -> Pillar:
    left, middle, right = st.columns([3, 1, 1])
    with left:
        name = text(form, f"{where}.name", "Pillar", old.name)
    with middle:
        weight = st.number_input("Weight", value=old.weight, step=1, key=f"{form}:{where}.weight")
        mark(form, f"{where}.weight")
    with right:
        often = st.number_input(
            "A week", value=old.per_week, step=1, key=f"{form}:{where}.often", help="0: no plan."
        )
        mark(form, f"{where}.per_week")
    description = text(form, f"{where}.description", "What it is about", old.description)
    formats = st.pills(
        "Told as",
        list(BriefKind),
        selection_mode="multi",
        default=old.formats,
        format_func=KIND_WORDS.__getitem__,
        key=f"{form}:{where}.formats",
        help="None chosen: any.",
    )
    mark(form, f"{where}.formats")
    ideas = text(
        form, f"{where}.example_ideas", "Example ideas", "; ".join(old.example_ideas), "Split by ;"
    )
    return replace(
        old,
        name=name,
        weight=int(weight),
        description=description,
        example_ideas=tuple(part.strip() for part in ideas.split(";") if part.strip()),
        formats=tuple(formats),
        per_week=int(often),
    )


def boundaries(form: str, was: Boundaries, platforms: Sequence[PlatformCapabilities]) -> Boundaries:
    """What the persona never does, and what it discloses."""
    rating = st.selectbox(
        "Strongest content rating",
        list(Rating),
        index=was.rating.strength,
        format_func=RATING_WORDS.__getitem__,
        key=f"{form}:rating",
    )
    mark(form, "boundaries.rating")
    ratings = _platform_ratings(form, was, platforms)
    forbidden = text(
        form, "boundaries.forbidden_topics", "Never talks about", ", ".join(was.forbidden_topics)
    )
    claims = text(form, "boundaries.banned_claims", "Never claims", ", ".join(was.banned_claims))
    disclosure = text(
        form, "boundaries.disclosure_text", "Disclosure in every post", was.disclosure_text
    )
    real = st.toggle("Depicts a real person", was.depicts_real_person, key=f"{form}:real")
    consent, record = was.likeness_consent, was.consent
    if real:
        consent, record = _consent(form, was)
    return Boundaries(
        rating=rating or was.rating,
        platform_ratings=ratings,
        forbidden_topics=words(forbidden),
        disclosure_text=disclosure,
        depicts_real_person=real,
        likeness_consent=consent,
        consent=record,
        banned_claims=words(claims),
    )


def _consent(form: str, was: Boundaries) -> tuple[str, LikenessConsent]:
    """The consent of the person who is depicted, as a record and in words."""
    left, right = st.columns(2)
    with left:
        person = text(form, "boundaries.consent.person", "Who agreed", was.consent.person)
    with right:
        given = st.date_input(
            "On which day",
            value=_day(was.consent.given_on),
            max_value="today",
            key=f"{form}:consent.day",
        )
        mark(form, "boundaries.consent.given_on")
    filed = text(form, "boundaries.consent.reference", "Where it is filed", was.consent.reference)
    in_words = area(form, "boundaries.likeness_consent", "In words", was.likeness_consent)
    day = given.isoformat() if isinstance(given, date) else ""
    return in_words, LikenessConsent(person, day, filed)


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _platform_ratings(
    form: str, was: Boundaries, platforms: Sequence[PlatformCapabilities]
) -> tuple[PlatformRating, ...]:
    kept = {entry.platform: entry.rating for entry in was.platform_ratings}
    columns = st.columns(max(2, len(platforms)))
    for column, platform in zip(columns, platforms, strict=False):
        chosen = column.selectbox(
            f"On {platform.label}",
            ["", *Rating],
            index=0 if platform.slug not in kept else kept[platform.slug].strength + 1,
            format_func=lambda value: RATING_WORDS[Rating(value)] if value else "As above",
            key=f"{form}:rating:{platform.slug}",
        )
        kept.pop(platform.slug, None)
        if chosen:
            kept[platform.slug] = Rating(chosen)
    mark(form, "boundaries.platform_ratings")
    return tuple(PlatformRating(slug, rating) for slug, rating in kept.items())


def brand(form: str, was: Brand, choices: dict[str, tuple[str, ...]]) -> Brand:
    """Colours and type of the persona's cards; `choices` are what the card generator knows."""
    many = st.segmented_control(
        "Colours", range(2, 7), default=len(was.palette), required=True, key=f"{form}:colours"
    )
    palette = []
    with st.container(horizontal=True):
        for number in range(int(many or len(was.palette))):
            old = was.palette[number] if number < len(was.palette) else was.palette[-1]
            key = f"{form}:colour{number}"
            palette.append(st.color_picker(f"No. {number + 1}", old, key=key))
    mark(form, "brand.palette")
    left, middle, right = st.columns(3)
    with left:
        typeface = _choice(form, "typeface", "Type", was.typeface, choices)
    with middle:
        background = _choice(form, "background", "Background", was.background, choices)
    with right:
        avatar = _choice(form, "avatar_style", "Avatar", was.avatar_style, choices)
    seed = text(
        form, "brand.avatar_seed", "Avatar seed", was.avatar_seed, "Another word, another face."
    )
    return Brand(tuple(palette), typeface, background, avatar, seed)


def _choice(
    form: str, name: str, label: str, value: str, choices: dict[str, tuple[str, ...]]
) -> str:
    known = choices.get(name, ())
    if not known:
        return text(form, f"brand.{name}", label, value)
    options = [*known] if value in known else [value, *known]
    chosen = st.selectbox(
        label, options, index=options.index(value), format_func=said, key=f"{form}:brand.{name}"
    )
    mark(form, f"brand.{name}")
    return str(chosen)
