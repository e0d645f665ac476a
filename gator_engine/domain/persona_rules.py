"""What makes a persona valid: every problem of a profile, each with its field and limit."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gator_engine.domain.brand import AVATAR_STYLES, BACKGROUNDS, TYPEFACES
from gator_engine.domain.briefs import Dialect
from gator_engine.domain.generation_rules import generation_problems
from gator_engine.domain.identity import is_day
from gator_engine.domain.personas import (
    Boundaries,
    Brand,
    LikenessConsent,
    PersonaProfile,
    Tone,
    Voice,
)
from gator_engine.domain.phrasing import Phrasing
from gator_engine.domain.prompts import refuse_youthful_sexual
from gator_engine.errors import FieldProblem, InvalidInput

ADULT_AGE = 18
OLDEST_AGE = 120
HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9._-]{0,28}[a-z0-9])?")
HEX_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")
HASHTAG = re.compile(r"#?\w{1,100}")
SHORT, LONG = 120, 4000
MOST_ENTRIES = 50
MOST_A_WEEK = 21
_SHORT = {"name", "pronouns", "occupation", "home_place"}
_LONG = {"bio", "backstory", "sample_posts", "likeness_consent"}


def check_profile(profile: PersonaProfile) -> None:
    """Raises InvalidInput that lists every problem of the profile."""
    problems = profile_problems(profile)
    if problems:
        raise InvalidInput.collect(problems)


def profile_problems(profile: PersonaProfile) -> tuple[FieldProblem, ...]:
    """Every problem, in the order of the form; empty when the profile is valid."""
    return (
        *_identity(profile),
        *_appearance(profile),
        *_voice(profile.voice),
        *_pillars(profile),
        *_boundaries(profile),
        *_brand(profile.brand),
        *generation_problems(profile.generation),
        *_lengths("generation", profile.generation),
    )


def _identity(profile: PersonaProfile) -> Iterator[FieldProblem]:
    identity = profile.identity
    if not identity.name.strip():
        yield FieldProblem("identity.name", "is missing")
    if not HANDLE.fullmatch(identity.handle):
        yield FieldProblem(
            "identity.handle",
            "may hold small letters, digits, dots, dashes and underscores, "
            "and starts and ends with a letter or digit",
            "1–30 characters",
        )
    if identity.age < ADULT_AGE:
        yield FieldProblem("identity.age", "personas are adults", f"at least {ADULT_AGE}")
    elif identity.age > OLDEST_AGE:
        yield FieldProblem("identity.age", "is too high", f"at most {OLDEST_AGE}")
    if not identity.languages:
        yield FieldProblem("identity.languages", "name at least one language")
    for language in identity.languages:
        if not LANGUAGE.fullmatch(language):
            yield FieldProblem(
                "identity.languages", f"{language!r} is not a language tag", "such as en or pt-BR"
            )
    yield from _lengths("identity", identity)


def _appearance(profile: PersonaProfile) -> Iterator[FieldProblem]:
    yield from _lengths("appearance", profile.appearance)
    say = Phrasing(Dialect.TAGS, profile.identity.pronouns)
    for name, text in _texts(profile.appearance):
        try:
            list(say.piece(text, f"appearance.{name}"))
        except InvalidInput as error:
            yield from error.problems


def _voice(voice: Voice) -> Iterator[FieldProblem]:
    for name in Tone.__dataclass_fields__:
        value = getattr(voice.tone, name)
        if not 0 <= value <= 100:
            yield FieldProblem(f"voice.tone.{name}", f"is {value}", "0–100")
    if not 0 <= voice.max_hashtags <= 30:
        yield FieldProblem("voice.max_hashtags", f"is {voice.max_hashtags}", "0–30")
    if len(voice.hashtags) > voice.max_hashtags:
        yield FieldProblem(
            "voice.hashtags",
            f"{len(voice.hashtags)} fixed hashtags do not fit",
            f"{voice.max_hashtags} hashtags a post",
        )
    for tag in voice.hashtags:
        if not HASHTAG.fullmatch(tag):
            yield FieldProblem("voice.hashtags", f"{tag!r} is not one word")
    forbidden = {phrase.casefold() for phrase in voice.forbidden_phrases}
    for phrase in voice.signature_phrases:
        if phrase.casefold() in forbidden:
            yield FieldProblem("voice.signature_phrases", f"{phrase!r} is also forbidden")
    for note in voice.language_notes:
        if not LANGUAGE.fullmatch(note.language):
            yield FieldProblem(
                "voice.language_notes",
                f"{note.language!r} is not a language tag",
                "such as en or pt-BR",
            )
    yield from _lengths("voice", voice)


def _pillars(profile: PersonaProfile) -> Iterator[FieldProblem]:
    names = [pillar.name.strip().casefold() for pillar in profile.pillars]
    for number, pillar in enumerate(profile.pillars):
        where = f"pillars[{number}]"
        if not pillar.name.strip():
            yield FieldProblem(f"{where}.name", "is missing")
        elif names.index(names[number]) != number:
            yield FieldProblem(f"{where}.name", f"{pillar.name!r} stands twice")
        if not 1 <= pillar.weight <= 100:
            yield FieldProblem(f"{where}.weight", f"is {pillar.weight}", "1–100")
        if not 0 <= pillar.per_week <= MOST_A_WEEK:
            yield FieldProblem(f"{where}.per_week", f"is {pillar.per_week}", f"0–{MOST_A_WEEK}")
        if len(set(pillar.formats)) < len(pillar.formats):
            yield FieldProblem(f"{where}.formats", "names a format twice", "once each")
        yield from _lengths(where, pillar)


def _boundaries(profile: PersonaProfile) -> Iterator[FieldProblem]:
    boundaries = profile.boundaries
    seen: set[str] = set()
    for entry in boundaries.platform_ratings:
        if entry.platform in seen:
            yield FieldProblem(
                "boundaries.platform_ratings", f"{entry.platform} has two ratings", "one each"
            )
        seen.add(entry.platform)
        if entry.rating.strength > boundaries.rating.strength:
            yield FieldProblem(
                "boundaries.platform_ratings",
                f"{entry.rating} on {entry.platform} contradicts the persona's rating",
                f"at most {boundaries.rating}",
            )
    if not boundaries.disclosure_text.strip():
        yield FieldProblem("boundaries.disclosure_text", "is missing: AI content is disclosed")
    yield from _consent(boundaries)
    yield from _lengths("boundaries", boundaries)
    try:
        refuse_youthful_sexual(_described(profile), boundaries.rating)
    except InvalidInput as error:
        yield from error.problems


def _consent(boundaries: Boundaries) -> Iterator[FieldProblem]:
    record = boundaries.consent
    recorded = record != LikenessConsent()
    if boundaries.depicts_real_person and not (boundaries.likeness_consent.strip() or recorded):
        yield FieldProblem(
            "boundaries.likeness_consent", "a real person's likeness needs their recorded consent"
        )
    if recorded and not record.person.strip():
        yield FieldProblem("boundaries.consent.person", "say who consented")
    if recorded and not is_day(record.given_on):
        yield FieldProblem(
            "boundaries.consent.given_on", f"{record.given_on!r} is no day", "such as 2026-03-31"
        )


def _described(profile: PersonaProfile) -> dict[str, str]:
    """The free texts that describe the persona, by field."""
    found: dict[str, str] = {}
    for part in ("identity", "appearance", "generation"):
        for name, text in _texts(getattr(profile, part)):
            if name != "negative":
                found[f"{part}.{name}"] = f"{found.get(f'{part}.{name}', '')} {text}".strip()
    return found


def _brand(brand: Brand) -> Iterator[FieldProblem]:
    if not 2 <= len(brand.palette) <= 6:
        yield FieldProblem("brand.palette", f"has {len(brand.palette)} colours", "2–6")
    for colour in brand.palette:
        if not HEX_COLOUR.fullmatch(colour):
            yield FieldProblem("brand.palette", f"{colour!r} is not a colour", "such as #1F2A44")
    for name, known, or_none in (
        ("typeface", TYPEFACES, False),
        ("background", BACKGROUNDS, False),
        ("avatar_style", AVATAR_STYLES, True),
    ):
        value = getattr(brand, name)
        if value not in known and not (or_none and not value):
            yield FieldProblem(f"brand.{name}", f"{value!r} is unknown", ", ".join(known))
    yield from _lengths("brand", brand)


def _lengths(where: str, part: object) -> Iterator[FieldProblem]:
    """Bounds on every text and list of a dataclass, so that nothing grows without limit."""
    for name, text in _texts(part):
        limit = LONG if name in _LONG else SHORT if name in _SHORT else 1000
        if len(text) > limit:
            yield FieldProblem(f"{where}.{name}", f"has {len(text)} characters", f"{limit}")
        if "\x00" in text:
            yield FieldProblem(f"{where}.{name}", "holds a NUL character")
    for name, value in vars(part).items():
        if isinstance(value, tuple) and len(value) > MOST_ENTRIES:
            yield FieldProblem(f"{where}.{name}", f"has {len(value)} entries", f"{MOST_ENTRIES}")


def _texts(part: object) -> Iterator[tuple[str, str]]:
    """Every string in a dataclass, with the name of the top-level field that holds it."""
    for name, value in vars(part).items():
        for item in value if isinstance(value, tuple) else (value,):
            if isinstance(item, str):
                yield name, item
            elif hasattr(item, "__dataclass_fields__"):
                yield from ((name, text) for _, text in _texts(item))
