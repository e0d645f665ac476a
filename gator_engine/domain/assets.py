"""Assets: immutable, content-addressed files with their provenance and lineage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
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


_ENDINGS = {
    "image/jpeg": "jpg",
    "video/quicktime": "mov",
    "video/x-matroska": "mkv",
    "audio/x-matroska": "mka",
    "audio/mpeg": "mp3",
    "audio/mp4": "m4a",
    "application/x-subrip": "srt",
    "text/x-ssa": "ass",
}


def ending_of(mime: str) -> str:
    """How names of such files end, without the dot: "jpg", "mp4"."""
    return _ENDINGS.get(mime) or mime.rpartition("/")[2]


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
    """An immutable stored file, named by the SHA-256 of its content.

    `content_sha256` is of the file before it was signed: signatures carry time and chance, so it is
    what tells whether two makings gave the same pixels and parameters. "" for files older than it.
    """

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
    content_sha256: str = ""
    deleted_at: datetime | None = None
    favourite: bool = False


@dataclass(frozen=True)
class Rendition:
    """A copy of a file in the shape that a platform takes; `key` names original and rules.

    It begins with the original's content hash, so that the copy goes when the original does.
    """

    key: str
    sha256: str
    facts: FileFacts


@dataclass(frozen=True)
class Lineage:
    """`child_id` was made from `parent_id`; `relation` says how ("variation", "crop", …)."""

    parent_id: str
    child_id: str
    relation: str


# Tags of files that only served to make others; they stay out of the listing unless asked for.
INPUT_TAGS = frozenset({"mask", "control"})


class Shelf(StrEnum):
    """Where a file stands: in the library, among the inputs of edits, or in the trash."""

    LIBRARY = "library"
    INPUTS = "inputs"
    TRASH = "trash"


def shelf_of(asset: Asset) -> Shelf:
    """The shelf an asset stands on."""
    if asset.deleted_at is not None:
        return Shelf.TRASH
    return Shelf.INPUTS if INPUT_TAGS & set(asset.tags) else Shelf.LIBRARY


@dataclass(frozen=True)
class AssetQuery:
    """Filters of the library; None means "any".

    `used` asks whether a post or a video project refers to the asset; `unrated` for files without a
    rating; `since` and `until` bound when it was added (until is excluded). `inputs` shows masks
    and control pictures instead of the library, `trashed` the trash. Pages follow each other by
    `after` (the cursor that the page before gave) or, where few are skipped, by `offset`.
    """

    text: str = ""
    persona_id: str | None = None
    kind: AssetKind | None = None
    origin: Origin | None = None
    used: bool | None = None
    trashed: bool = False
    limit: int = 60
    offset: int = 0
    rating: Rating | None = None
    unrated: bool = False
    model: str | None = None
    board_id: str | None = None
    tag: str | None = None
    favourite: bool | None = None
    since: datetime | None = None
    until: datetime | None = None
    inputs: bool = False
    after: str | None = None

    @property
    def shelf(self) -> Shelf:
        """The shelf that is searched."""
        if self.trashed:
            return Shelf.TRASH
        return Shelf.INPUTS if self.inputs else Shelf.LIBRARY


@dataclass(frozen=True)
class Found:
    """A page of assets, newest first.

    `total` counts every match when `exact`; otherwise there are more than `total`. `next` is the
    cursor of the page that follows, None on the last.
    """

    items: Sequence[Asset]
    total: int
    exact: bool = True
    next: str | None = None


@dataclass(frozen=True)
class Facets:
    """What there is to filter by on one shelf: value → number of files, most frequent first.

    "" stands for "none". Tags count on every shelf.
    """

    personas: Mapping[str, int] = field(default_factory=dict)
    kinds: Mapping[str, int] = field(default_factory=dict)
    origins: Mapping[str, int] = field(default_factory=dict)
    ratings: Mapping[str, int] = field(default_factory=dict)
    models: Mapping[str, int] = field(default_factory=dict)
    tags: Mapping[str, int] = field(default_factory=dict)
    favourites: int = 0
    total: int = 0
