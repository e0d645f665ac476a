"""A persona and its revisions: identity, looks, voice, pillars, boundaries, brand, preferences."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.briefs import BriefKind


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


class ReadingLevel(StrEnum):
    """How hard a text may be to read: any, easy (LIX under 40), standard (under 50)."""

    ANY = "any"
    EASY = "easy"
    STANDARD = "standard"


class SeedPolicy(StrEnum):
    """Where a picture's seed comes from when the brief names none: chance, the persona, the brief.

    `per_brief` gives the same seed to the same brief, so that an unchanged brief repeats itself.
    """

    RANDOM = "random"
    FIXED = "fixed"
    PER_BRIEF = "per_brief"


class TriggerEffect(StrEnum):
    """What a trigger rule does: add words to the prompt, switch a LoRA on, set an option."""

    PROMPT = "prompt"
    LORA = "lora"
    SETTING = "setting"


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
    """What the persona looks like; every field reaches the compiled picture prompt.

    "(silver hair:1.2)" inside a text gives those words a weight. `palette` are colours in words.
    """

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
    palette: tuple[str, ...] = ()


@dataclass(frozen=True)
class Tone:
    """Tone sliders, each 0–100 with 50 as neutral."""

    warmth: int = 50
    humour: int = 50
    formality: int = 50
    energy: int = 50


@dataclass(frozen=True)
class LanguageNote:
    """How the persona writes in one language ("de": says du, never Sie)."""

    language: str
    note: str


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
    language_notes: tuple[LanguageNote, ...] = ()
    reading_level: ReadingLevel = ReadingLevel.ANY


@dataclass(frozen=True)
class Pillar:
    """A recurring theme; `weight` is its share relative to the other pillars.

    `formats` are the kinds of post it is told in (none: any), `per_week` the posts planned a week
    (0: no plan).
    """

    name: str
    weight: int = 1
    description: str = ""
    example_ideas: tuple[str, ...] = ()
    formats: tuple[BriefKind, ...] = ()
    per_week: int = 0


@dataclass(frozen=True)
class PlatformRating:
    """The strongest rating this persona may show on one platform."""

    platform: str
    rating: Rating


@dataclass(frozen=True)
class LikenessConsent:
    """A real person's consent: who gave it, on which day (ISO 8601), and where it is filed."""

    person: str = ""
    given_on: str = ""
    reference: str = ""


@dataclass(frozen=True)
class Boundaries:
    """What the persona never does, and what it always discloses.

    `likeness_consent` is the consent in words, `consent` the same as a record; a persona that
    depicts a real person needs one of them. `banned_claims` are phrases that promise too much.
    """

    rating: Rating = Rating.GENERAL
    platform_ratings: tuple[PlatformRating, ...] = ()
    forbidden_topics: tuple[str, ...] = ()
    disclosure_text: str = "Made with AI"
    depicts_real_person: bool = False
    likeness_consent: str = ""
    consent: LikenessConsent = LikenessConsent()
    banned_claims: tuple[str, ...] = ()


@dataclass(frozen=True)
class Brand:
    """Design of the persona's cards: 2–6 hex colours, a type pairing, a background, an avatar."""

    palette: tuple[str, ...] = ("#1F2A44", "#E07A5F", "#F2CC8F", "#81B29A")
    typeface: str = "editorial"
    background: str = "mesh"
    avatar_style: str = "lorelei"
    avatar_seed: str = ""


@dataclass(frozen=True)
class Lora:
    """A low-rank adapter: a short name, the file or hub id, its weight, the words that wake it."""

    name: str
    model: str
    weight: float = 1.0
    trigger_words: tuple[str, ...] = ()


@dataclass(frozen=True)
class TriggerRule:
    """When a brief says `phrase`, then `effect` with `value`; the higher priority goes first.

    `value` is prompt text, the name of one of the persona's LoRAs (which is then used only when a
    rule calls it), or an option of the generator as "steps=30". Of two rules for one option the one
    with the higher priority wins; at equal priority the earlier one.
    """

    phrase: str
    effect: TriggerEffect
    value: str
    priority: int = 0


@dataclass(frozen=True)
class GenerationPreferences:
    """How pictures of the persona are made.

    `preset` names a look of `presets.PRESETS` ("" for none). `seed` is the seed itself under the
    policy `fixed`, and one more ingredient of it under `per_brief`. `reference_strength` is 0–1, or
    None for the generator's own. `use_references` offers the accepted reference pictures to every
    generator that takes such.
    """

    preset: str = ""
    seed_policy: SeedPolicy = SeedPolicy.RANDOM
    seed: int | None = None
    loras: tuple[Lora, ...] = ()
    reference_strength: float | None = None
    triggers: tuple[TriggerRule, ...] = ()
    use_references: bool = True


@dataclass(frozen=True)
class PersonaProfile:
    """Everything one revision holds."""

    identity: Identity
    appearance: Appearance = Appearance()
    voice: Voice = Voice()
    pillars: tuple[Pillar, ...] = ()
    boundaries: Boundaries = Boundaries()
    brand: Brand = Brand()
    generation: GenerationPreferences = GenerationPreferences()


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
