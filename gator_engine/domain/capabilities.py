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
    """Limits and abilities of a platform, each set with its source and the day it was read.

    `strongest_rating` is the strongest content it takes; `sensitive_warning` says in words what
    goes out with everything that is not for everybody.
    """

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
    sensitive_warning: str = ""


REFERENCE = "reference"
"""What the lineage calls a picture that a result should resemble."""
SOURCE, MASK, CONTROL = "source", "mask", "control"
"""Names of picture options, and the tags of library pictures that were drawn to be a mask (white is
repainted, black kept) or to guide a shape (edges, depth, a pose)."""


class Task(StrEnum):
    """What a generator does with a brief."""

    TEXT_TO_IMAGE = "text_to_image"
    IMAGE_TO_IMAGE = "image_to_image"
    INPAINT = "inpaint"
    UPSCALE = "upscale"
    EDIT = "edit"
    DESIGN = "design"
    TEXT_TO_VIDEO = "text_to_video"
    IMAGE_TO_VIDEO = "image_to_video"

    @property
    def films(self) -> bool:
        """Whether a video comes out of it."""
        return self in (Task.TEXT_TO_VIDEO, Task.IMAGE_TO_VIDEO)

    @property
    def relation(self) -> str:
        """What the lineage calls a result of its source picture; "source" where there is none."""
        told = {Task.IMAGE_TO_IMAGE: "variation"}
        starts = (Task.INPAINT, Task.UPSCALE, Task.EDIT)
        return told.get(self, self.value if self in starts else SOURCE)


class SizeFrom(StrEnum):
    """What decides the size of a result: the brief's formats, or the first picture it is given."""

    FORMAT = "format"
    SOURCE = "source"


class OptionKind(StrEnum):
    """Type of a generator's option.

    `loras` are (path, weight) pairs, `references` ids of pictures; the studio fills in both.
    `picture` is the id of one library picture that a person picks ("" for none), `model` the folder
    or hub id of a picture model ("" for the studio's choice).
    """

    INTEGER = "integer"
    NUMBER = "number"
    TEXT = "text"
    CHOICE = "choice"
    FLAG = "flag"
    LORAS = "loras"
    REFERENCES = "references"
    PICTURE = "picture"
    MODEL = "model"

    @property
    def attached(self) -> bool:
        """Whether it is attached to a persona, not typed into a form."""
        return self in (self.LORAS, self.REFERENCES)

    @property
    def typed(self) -> bool:
        """Whether a plain field of a form can hold it; pictures are picked, the others attached."""
        return not self.attached and self is not OptionKind.PICTURE


@dataclass(frozen=True)
class Option:
    """One setting of a generator: its type, bounds and default; the form is built from it.

    `required` is of pictures: without one the brief is refused.
    """

    name: str
    label: str
    kind: OptionKind
    default: object
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    required: bool = False


@dataclass(frozen=True)
class GeneratorCapabilities:
    """What a generator makes and which options it takes.

    `label` is what people read ("Designed card", "Picture by …"); `needs` says in plain words what
    is missing before it can run ("" when ready). `dialect` is how its model likes prompts; a model
    named in the brief's settings decides for itself (see `dialects.dialect_of`). Where `size_from`
    is the source, it runs once for all formats, at the size of the first picture it is given.
    `seeded` is false where every seed gives the same result.
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
    task: Task = Task.TEXT_TO_IMAGE
    size_from: SizeFrom = SizeFrom.FORMAT
    seeded: bool = True

    @property
    def pictures(self) -> tuple[Option, ...]:
        """The options that each take one library picture, the one that is worked on first."""
        return tuple(option for option in self.options if option.kind is OptionKind.PICTURE)

    def relation(self, option: Option) -> str:
        """What the lineage calls a result of the picture in `option`."""
        if option.kind is OptionKind.REFERENCES:
            return REFERENCE
        return self.task.relation if option.name == SOURCE else option.name

    @property
    def takes_loras(self) -> bool:
        """Whether LoRAs can be attached."""
        return any(option.kind is OptionKind.LORAS for option in self.options)

    @property
    def takes_references(self) -> bool:
        """Whether reference pictures can be attached."""
        return any(option.kind is OptionKind.REFERENCES for option in self.options)
