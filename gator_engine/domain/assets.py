"""Assets: immutable, content-addressed files with their provenance and lineage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.personas import Rating


class AssetKind(StrEnum):
    """What sort of file it is."""

    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    SUBTITLE = "subtitle"


class Origin(StrEnum):
    """Where a file came from; a designed card never poses as a photograph."""

    UPLOAD = "upload"
    DESIGNED = "designed"
    AI_GENERATED = "ai_generated"
    AI_EDITED = "ai_edited"
    RENDERED = "rendered"


@dataclass(frozen=True)
class FileFacts:
    """What was detected from the bytes themselves, never from a name or a declared type."""

    kind: AssetKind
    mime: str
    size: int
    width: int | None = None
    height: int | None = None
    duration_s: float | None = None


@dataclass(frozen=True)
class Provenance:
    """How a file came to be: origin, tool, model, seed and every parameter needed to repeat it."""

    origin: Origin
    label: str
    generator: str = ""
    model: str = ""
    seed: int | None = None
    prompt: str = ""
    parameters: Mapping[str, object] = field(default_factory=dict)
    software: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Asset:
    """An immutable stored file, named by the SHA-256 of its content."""

    id: str
    sha256: str
    facts: FileFacts
    provenance: Provenance
    created_at: datetime
    title: str = ""
    alt_text: str = ""
    tags: tuple[str, ...] = ()
    rating: Rating | None = None
    persona_id: str | None = None
    persona_revision_id: str | None = None
    generation_id: str | None = None
    thumbnail_sha256: str | None = None
    deleted_at: datetime | None = None


@dataclass(frozen=True)
class Lineage:
    """`child_id` was made from `parent_id`; `relation` says how ("variation", "crop", …)."""

    parent_id: str
    child_id: str
    relation: str


@dataclass(frozen=True)
class AssetQuery:
    """Filters of the library; None means "any". `used` asks whether a post refers to the asset."""

    text: str = ""
    persona_id: str | None = None
    kind: AssetKind | None = None
    origin: Origin | None = None
    used: bool | None = None
    trashed: bool = False
    limit: int = 60
    offset: int = 0
