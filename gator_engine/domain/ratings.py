"""Content ratings: who said what about a file or a text, and what a platform takes."""

from __future__ import annotations

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
    """What is rated."""

    ASSET = "asset"
    POST = "post"


@dataclass(frozen=True)
class ContentRating:
    """One judgement, appended and never changed.

    `rating` None takes an earlier one back. `by` is the person or the classifier's name;
    `confidence` is the classifier's own, 0 to 1.
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


def in_force(history: Sequence[ContentRating]) -> ContentRating | None:
    """The judgement that counts, of a history newest first: a person's before any classifier's."""
    by_people = [entry for entry in history if entry.source is RatingSource.PERSON]
    if by_people and by_people[0].rating is not None:
        return by_people[0]
    by_machine = [entry for entry in history if entry.source is RatingSource.CLASSIFIER]
    return by_machine[0] if by_machine else None


def strongest(ratings: Sequence[Rating]) -> Rating:
    """The strongest of some ratings. Raises ValueError for none."""
    return max(ratings, key=lambda rating: rating.strength)
