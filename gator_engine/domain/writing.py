"""Kinds of text, one written variant, and one request for several of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class TextKind(StrEnum):
    """What can be written."""

    CAPTION = "caption"
    HOOK = "hook"
    THREAD = "thread"
    CAROUSEL = "carousel"
    SCRIPT = "script"
    ALT_TEXT = "alt_text"
    HASHTAGS = "hashtags"
    TRANSLATION = "translation"


class WritingStatus(StrEnum):
    """Life of a writing; the last three are final."""

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
class TextPart:
    """One post of a thread, or one slide of a carousel (which also has a title)."""

    text: str
    title: str = ""


@dataclass(frozen=True)
class TextVariant:
    """One written variant, also while it grows (`done` False).

    `text` is ready to use: a caption ends with its hashtags, a thread is its posts with blank lines
    between. `flags` are reasons to look twice (too long for a platform, a missing hashtag …): a
    text is flagged, never cut. `findings` say where it leaves the voice. `error` is why there is no
    text. Tokens are the provider's own count, or None where it gives none.
    """

    text: str = ""
    parts: tuple[TextPart, ...] = ()
    hashtags: tuple[str, ...] = ()
    alt_text: str = ""
    title: str = ""
    written_by: str = ""
    input_tokens: int | None = None
    output_tokens: int | None = None
    flags: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    error: str = ""
    done: bool = False

    def words(self) -> tuple[str, ...]:
        """Everything of it that people would read."""
        told = [self.title, self.text, self.alt_text]
        for part in self.parts:
            told += [part.title, part.text]
        return tuple(filter(str.strip, told))


# What makes versions differ that are written at the same time and know nothing of each other.
ANGLES = (
    "Begin with the thing itself.",
    "Begin with one small thing that happened.",
    "Begin with a question that you really ask yourself.",
    "Begin with what you got wrong, or did not know before.",
    "Begin with what one sees, hears or smells.",
    "Begin with the end, and then say how it came to be.",
)


OTHERS = "Other versions of it are being written too, so make choices of your own."
# Far enough apart that the versions of the next seed are no versions of this one.
_SEED_STEP = 1_000_003


def angle_of(number: int, seed: int, total: int) -> str:
    """How version `number` (from 0) of `total` begins; "" for a single one.

    The next seed goes on where this one ends, so that asking again gives others where a model
    knows no seeds.
    """
    if total == 1 and seed == 0:
        return ""
    return f"{OTHERS} {ANGLES[(number + seed * total) % len(ANGLES)]}"


def seed_of(number: int, seed: int) -> int:
    """The seed of version `number`; the first has the one that was given."""
    return seed + number * _SEED_STEP


@dataclass(frozen=True)
class WritingDraft:
    """What a person asks for. `source` is the text to translate or to take hashtags from.

    `platforms` bound the length; `count` is the number of slides, posts of a thread or hashtags
    (0 lets the writer choose).
    """

    persona_id: str
    kind: TextKind
    topic: str
    writer: str
    variants: int = 3
    platforms: tuple[str, ...] = ()
    language: str = ""
    source: str = ""
    picture: str = ""
    count: int = 0
    seed: int = 0


@dataclass(frozen=True)
class Writing:
    """One request for variants of a text, and what has come of it so far."""

    id: str
    persona_id: str
    persona_revision_id: str
    draft: WritingDraft
    status: WritingStatus
    created_at: datetime
    created_by: str
    variants: tuple[TextVariant, ...] = ()
    error: str = ""
    finished_at: datetime | None = None
