"""What a platform or a generator can do, as data that is checked before any call."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from gator_engine.domain.briefs import AspectRatio, BriefKind, Dialect
from gator_engine.domain.personas import Rating


@dataclass(frozen=True)
class TextRule:
    """How long a text may be: `unit` in plain words, plus a byte bound where one exists."""

    limit: int
    unit: str
    byte_limit: int | None = None


@dataclass(frozen=True)
class MediaRule:
    """What pictures a platform takes."""

    max_images: int
    mime_types: tuple[str, ...]
    max_image_bytes: int
    max_image_pixels: int | None = None
    alt_text_limit: int = 1500
    alt_text_required: bool = False


@dataclass(frozen=True)
class CredentialField:
    """One field of an account form. Secret fields are write-only; optional ones may stay empty."""

    name: str
    label: str
    secret: bool = False
    help: str = ""
    placeholder: str = ""
    optional: bool = False


@dataclass(frozen=True)
class PlatformCapabilities:
    """Limits and abilities of a platform, each set with its source and the day it was read."""

    slug: str
    label: str
    text: TextRule
    media: MediaRule
    source: str
    as_of: date
    strongest_rating: Rating = Rating.MATURE
    native_ai_flag: bool = False
    can_delete: bool = False
    metrics: tuple[str, ...] = ()
    api_version: str = ""
    sunset: date | None = None
    idempotent: bool = False


class OptionKind(StrEnum):
    """Type of a generator's option.

    `loras` are (path, weight) pairs, `references` ids of pictures; the studio fills in both.
    """

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    LORAS = "loras"
    REFERENCES = "references"

    @property
    def attached(self) -> bool:
        """Whether it is attached to a persona, not typed into a form."""
        return self in (self.LORAS, self.REFERENCES)


@dataclass(frozen=True)
class Option:
    """One setting of a generator: its type, bounds and default; the form is built from it."""

    name: str
    label: str
    kind: OptionKind
    default: object
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""


@dataclass(frozen=True)
class GeneratorCapabilities:
    """What a generator makes and which options it takes.

    `label` is what people read ("Designed card", "Picture by …"); `needs` says in plain words what
    is missing before it can run ("" when ready). `dialect` is how its model likes prompts; a model
    named in the brief's settings decides for itself (see `dialects.dialect_of`).
    """

    slug: str
    label: str
    description: str
    kinds: tuple[BriefKind, ...]
    ratios: tuple[AspectRatio, ...]
    options: tuple[Option, ...] = ()
    text_fields: tuple[str, ...] = ()
    max_count: int = 8
    uses_prompt: bool = True
    origin: str = "ai_generated"
    dialect: Dialect = Dialect.TAGS

    @property
    def takes_loras(self) -> bool:
        """Whether LoRAs can be attached."""
        return any(option.kind is OptionKind.LORAS for option in self.options)

    @property
    def takes_references(self) -> bool:
        """Whether reference pictures can be attached."""
        return any(option.kind is OptionKind.REFERENCES for option in self.options)
