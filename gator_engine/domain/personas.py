"""A persona: identity, appearance, voice, pillars, boundaries and brand, kept as revisions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Rating(StrEnum):
    """Content rating, mildest first (the order of the members is the order of strength)."""

    GENERAL = "general"
    SUGGESTIVE = "suggestive"
    MATURE = "mature"
    EXPLICIT = "explicit"

    @property
    def strength(self) -> int:
        """0 for the mildest."""
        return list(Rating).index(self)


class EmojiPolicy(StrEnum):
    """How many emoji the persona writes: none, at most one or two a post, or freely."""

    NONE = "none"
    SPARING = "sparing"
    GENEROUS = "generous"


class SentenceLength(StrEnum):
    """Typical sentence: short (≤ 12 words), medium (≤ 20), long (no bound)."""

    SHORT = "short"
    MEDIUM = "medium"
    LONG = "long"


@dataclass(frozen=True)
class Identity:
    """Who the persona is."""

    name: str
    handle: str
    age: int
    pronouns: str = ""
    languages: tuple[str, ...] = ("en",)
    home_place: str = ""
    occupation: str = ""
    bio: str = ""
    backstory: str = ""


@dataclass(frozen=True)
class Outfit:
    """What the persona wears in one context ("gym", "evening", …)."""

    context: str
    clothes: str


@dataclass(frozen=True)
class Appearance:
    """What the persona looks like; every field reaches the compiled picture prompt."""

    build: str = ""
    skin: str = ""
    hair: str = ""
    eyes: str = ""
    features: tuple[str, ...] = ()
    wardrobe: tuple[Outfit, ...] = ()
    style: str = ""
    camera: str = ""
    lighting: str = ""
    negative: str = ""


@dataclass(frozen=True)
class Tone:
    """Tone sliders, each 0–100 with 50 as neutral."""

    warmth: int = 50
    humour: int = 50
    formality: int = 50
    energy: int = 50


@dataclass(frozen=True)
class Voice:
    """How the persona writes; every field reaches the compiled voice."""

    register: str = "plain"
    tone: Tone = Tone()
    vocabulary: tuple[str, ...] = ()
    signature_phrases: tuple[str, ...] = ()
    forbidden_phrases: tuple[str, ...] = ()
    emoji: EmojiPolicy = EmojiPolicy.SPARING
    max_hashtags: int = 3
    hashtags: tuple[str, ...] = ()
    sentence_length: SentenceLength = SentenceLength.MEDIUM
    sample_posts: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pillar:
    """A recurring theme; `weight` is its share relative to the other pillars."""

    name: str
    weight: int = 1
    description: str = ""
    example_ideas: tuple[str, ...] = ()


@dataclass(frozen=True)
class PlatformRating:
    """The strongest rating this persona may show on one platform."""

    platform: str
    rating: Rating


@dataclass(frozen=True)
class Boundaries:
    """What the persona never does, and what it always discloses."""

    rating: Rating = Rating.GENERAL
    platform_ratings: tuple[PlatformRating, ...] = ()
    forbidden_topics: tuple[str, ...] = ()
    disclosure_text: str = "Made with AI"
    depicts_real_person: bool = False
    likeness_consent: str = ""


@dataclass(frozen=True)
class Brand:
    """Design of the persona's cards: 2–6 hex colours, a type pairing, a background, an avatar."""

    palette: tuple[str, ...] = ("#1F2A44", "#E07A5F", "#F2CC8F", "#81B29A")
    typeface: str = "editorial"
    background: str = "mesh"
    avatar_style: str = "lorelei"
    avatar_seed: str = ""


@dataclass(frozen=True)
class PersonaProfile:
    """Everything one revision holds."""

    identity: Identity
    appearance: Appearance = Appearance()
    voice: Voice = Voice()
    pillars: tuple[Pillar, ...] = ()
    boundaries: Boundaries = Boundaries()
    brand: Brand = Brand()


@dataclass(frozen=True)
class PersonaRevision:
    """One immutable version of a persona; what is generated records its id."""

    id: str
    persona_id: str
    number: int
    profile: PersonaProfile
    author: str
    reason: str
    created_at: datetime


@dataclass(frozen=True)
class Persona:
    """A synthetic character: its current revision and whether it is archived."""

    id: str
    handle: str
    revision: PersonaRevision
    created_at: datetime
    archived_at: datetime | None = None
    version: int = field(default=1)

    @property
    def profile(self) -> PersonaProfile:
        """The current revision's profile."""
        return self.revision.profile

    @property
    def name(self) -> str:
        """The display name."""
        return self.profile.identity.name
