"""Content ratings: who said what about a file or a text, and which word counts."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.personas import Rating


class RatingSource(StrEnum):
    """Who may rate: a person, or an installed classifier. Never a list of keywords."""

    PERSON = "person"
    CLASSIFIER = "classifier"


class RatedKind(StrEnum):
    """What is rated: a file, one written version of a text, a carousel or thread, or a post."""

    ASSET = "asset"
    VARIANT = "variant"
    OUTLINE = "outline"
    POST = "post"


@dataclass(frozen=True)
class ContentRating:
    """One judgement, appended and never changed.

    `rating` None takes an earlier one back. `by` is the person or the classifier's name;
    `confidence` is the classifier's own, 0 to 1. `words_sha256` names the words that a classifier
    read, since words change and its judgement is about those alone; "" for files and for people,
    who rate the text itself, however it goes on.
    """

    id: str
    subject_kind: RatedKind
    subject_id: str
    rating: Rating | None
    source: RatingSource
    by: str
    at: datetime
    confidence: float | None = None
    note: str = ""
    words_sha256: str = ""


def variant_id(writing_id: str, number: int) -> str:
    """What the ratings of one written version (from 0) are kept under."""
    return f"{writing_id}:{number}"


def words_sha256(words: Sequence[str]) -> str:
    """The digest by which a classifier's judgement is tied to the words that it read."""
    return hashlib.sha256("\x00".join(words).encode()).hexdigest()


def in_force(history: Sequence[ContentRating], words: str = "") -> ContentRating | None:
    """The judgement that counts, of a history newest first: a person's before any classifier's.

    With the digest of a text's present words, a classifier's counts only if it read these.
    """
    by_people = [entry for entry in history if entry.source is RatingSource.PERSON]
    if by_people and by_people[0].rating is not None:
        return by_people[0]
    by_machine = [
        entry
        for entry in history
        if entry.source is RatingSource.CLASSIFIER and words in ("", entry.words_sha256)
    ]
    return by_machine[0] if by_machine else None


def strongest(ratings: Sequence[Rating]) -> Rating:
    """The strongest of some ratings. Raises ValueError for none."""
    return max(ratings, key=lambda rating: rating.strength)
