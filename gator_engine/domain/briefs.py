"""Briefs (what to make) and generations (one run of one generator for one brief)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class BriefKind(StrEnum):
    """What a brief asks for."""

    IMAGE = "image"
    CAROUSEL = "carousel"
    TEXT = "text"
    VIDEO = "video"


class AspectRatio(StrEnum):
    """Target formats, with the pixel sizes that platforms show natively."""

    SQUARE = "1:1"
    PORTRAIT = "4:5"
    STORY = "9:16"
    WIDE = "16:9"

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) in pixels."""
        return {
            AspectRatio.SQUARE: (1080, 1080),
            AspectRatio.PORTRAIT: (1080, 1350),
            AspectRatio.STORY: (1080, 1920),
            AspectRatio.WIDE: (1920, 1080),
        }[self]


class Dialect(StrEnum):
    """How a family of picture models likes its prompts.

    Tags between commas suit models with a CLIP encoder (SD 1.5, SDXL); whole sentences suit those
    that read with a language model (FLUX, Qwen-Image, Z-Image).
    """

    TAGS = "tags"
    SENTENCES = "sentences"

    @property
    def joint(self) -> str:
        """What stands between two fragments."""
        return ", " if self is Dialect.TAGS else " "


@dataclass(frozen=True)
class Fragment:
    """A piece of a compiled prompt and the persona or brief field it came from."""

    text: str
    source: str
    weight: float = 1.0


@dataclass(frozen=True)
class CompiledPrompt:
    """A prompt made of fragments in order, and what must not appear (always as tags)."""

    fragments: tuple[Fragment, ...]
    negative: tuple[Fragment, ...] = ()
    dialect: Dialect = Dialect.TAGS

    @property
    def text(self) -> str:
        """The positive prompt as one string."""
        return self.dialect.joint.join(part.text for part in self.fragments)

    @property
    def negative_text(self) -> str:
        """The negative prompt as one string."""
        return ", ".join(part.text for part in self.negative)


@dataclass(frozen=True)
class Brief:
    """What to make, for which persona revision, with which generator and settings.

    `texts` are words to be set on a card (`title`, `body`, `kicker`, `items`, one line each);
    `settings` are the generator's own options, checked against its capabilities. `negative` is what
    this brief keeps out, beside what the persona does. `recipe` says how the prompt came about:
    the dynamic prompt with its seed and choices, the styles, the place in a grid.
    """

    id: str
    persona_id: str
    persona_revision_id: str
    kind: BriefKind
    generator: str
    prompt: str
    formats: tuple[AspectRatio, ...]
    count: int
    created_at: datetime
    created_by: str
    seed: int | None = None
    pillar: str = ""
    idea_id: str | None = None
    outfit: str = ""
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    negative: str = ""
    recipe: Mapping[str, object] = field(default_factory=dict)

    @property
    def draft(self) -> BriefDraft:
        """What asks for the same again, under the same revision and with the same seed."""
        return BriefDraft(**{name: getattr(self, name) for name in BriefDraft.__dataclass_fields__})


@dataclass(frozen=True)
class BriefDraft:
    """What a person fills in. `seed` None means "surprise me" (the seed used is recorded).

    `persona_revision_id` "" means the persona as it is when the brief is stored.
    """

    persona_id: str
    kind: BriefKind
    generator: str
    prompt: str = ""
    formats: tuple[AspectRatio, ...] = (AspectRatio.PORTRAIT,)
    count: int = 1
    seed: int | None = None
    pillar: str = ""
    outfit: str = ""
    idea_id: str | None = None
    texts: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, object] = field(default_factory=dict)
    negative: str = ""
    recipe: Mapping[str, object] = field(default_factory=dict)
    persona_revision_id: str = ""


class GenerationStatus(StrEnum):
    """Life of a generation; the last three are final."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def final(self) -> bool:
        """Whether nothing more will happen."""
        return self in (self.SUCCEEDED, self.FAILED, self.CANCELLED)


@dataclass(frozen=True)
class Generation:
    """One run of one generator for one brief, with everything needed to repeat or explain it."""

    id: str
    brief_id: str
    persona_id: str
    status: GenerationStatus
    generator: str
    compiled: CompiledPrompt
    created_at: datetime
    seed: int
    model: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    timings_s: Mapping[str, float] = field(default_factory=dict)
    asset_ids: tuple[str, ...] = ()
    error: str = ""
    started_at: datetime | None = None
    finished_at: datetime | None = None
