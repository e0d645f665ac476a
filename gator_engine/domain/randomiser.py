"""A whole persona by chance whose traits fit together: name, home, languages, job, age and voice.

Everything follows from the seed, so that a character one liked can be had again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from gator_engine.domain.brand import AVATAR_STYLES, BACKGROUNDS, TYPEFACES
from gator_engine.domain.personas import (
    Appearance,
    Brand,
    EmojiPolicy,
    Identity,
    Outfit,
    PersonaProfile,
    SentenceLength,
    Tone,
    Voice,
)
from gator_engine.domain.random_traits import (
    EYES,
    HAIR,
    HAIR_LATER,
    HOMES,
    JOBS,
    LOOKS,
    PALETTES,
    REGISTERS,
    Home,
    Job,
)

OLDEST = 70
GREY_FROM = 55


@dataclass(frozen=True)
class _Draw:
    """What has been drawn, on which the rest depends."""

    home: Home
    job: Job
    age: int
    pronouns: str
    first: str
    last: str


def random_profile(seed: int) -> PersonaProfile:
    """A valid adult character; the same seed gives the same one."""
    chance = Random(seed)
    drawn = _draw(chance)
    return PersonaProfile(
        identity=_identity(drawn),
        appearance=_appearance(chance, drawn),
        voice=_voice(chance, drawn.job),
        pillars=drawn.job.pillars,
        brand=_brand(chance, drawn),
    )


def _draw(chance: Random) -> _Draw:
    home, job = chance.choice(HOMES), chance.choice(JOBS)
    pronouns = chance.choice(("she/her", "he/him", "they/them"))
    names = {"she/her": home.her_names, "he/him": home.his_names}
    first = chance.choice(names.get(pronouns, home.her_names + home.his_names))
    # Nobody has worked in a job for years before schooling and training for it are over.
    age = chance.randint(job.trained_at + job.years, OLDEST)
    return _Draw(home, job, age, pronouns, first, chance.choice(home.last_names))


def _identity(drawn: _Draw) -> Identity:
    since = drawn.age - drawn.job.trained_at
    bare = "".join(c for c in drawn.first.casefold() if c.isascii() and c.isalpha()) or "persona"
    languages = tuple(dict.fromkeys(("en", *drawn.home.languages)))
    return Identity(
        name=f"{drawn.first} {drawn.last}",
        handle=f"{bare}.{drawn.job.handle}"[:30].rstrip("."),
        age=drawn.age,
        pronouns=drawn.pronouns,
        languages=languages,
        home_place=drawn.home.place,
        occupation=drawn.job.title,
        bio=f"{drawn.job.bio} A synthetic {drawn.job.noun} in {drawn.home.place.split(',')[0]}.",
        backstory=f"{drawn.job.training}, and has worked as {drawn.job.title} for {_years(since)}.",
    )


def _years(number: int) -> str:
    return "a year" if number == 1 else f"{number} years"


def _appearance(chance: Random, drawn: _Draw) -> Appearance:
    look = chance.choice(LOOKS)
    hair = chance.choice(HAIR_LATER if drawn.age >= GREY_FROM else HAIR)
    return Appearance(
        build=chance.choice(("slim build", "athletic build", "sturdy build", "full figure")),
        skin=chance.choice(drawn.home.skins),
        hair=hair,
        eyes=chance.choice(EYES),
        features=(chance.choice(drawn.job.features),),
        wardrobe=(Outfit("work", drawn.job.clothes), Outfit("day off", look.clothes)),
        style=look.style,
        camera=look.camera,
        lighting=look.lighting,
        negative="plastic skin, extra fingers, watermark",
        palette=look.palette,
    )


def _voice(chance: Random, job: Job) -> Voice:
    voice = chance.choice(REGISTERS)
    near = {
        name: max(0, min(100, getattr(voice.tone, name) + chance.randint(-8, 8)))
        for name in Tone.__dataclass_fields__
    }
    # Formal people write few emoji; lively ones more.
    emoji = EmojiPolicy.SPARING if near["formality"] < 60 else EmojiPolicy.NONE
    generous = near["energy"] > 70 and near["formality"] < 40
    return replace(
        voice,
        tone=Tone(**near),
        vocabulary=job.words,
        emoji=EmojiPolicy.GENEROUS if generous else emoji,
        sentence_length=chance.choice((SentenceLength.SHORT, SentenceLength.MEDIUM)),
        hashtags=(job.hashtag,),
        max_hashtags=chance.randint(1, 3),
    )


def _brand(chance: Random, drawn: _Draw) -> Brand:
    return Brand(
        palette=chance.choice(PALETTES),
        typeface=chance.choice(TYPEFACES),
        background=chance.choice(BACKGROUNDS),
        avatar_style=chance.choice(AVATAR_STYLES),
        avatar_seed=drawn.first.casefold(),
    )
