"""Posts: the canonical message, its per-platform variants and its approval."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.personas import Rating


class Approval(StrEnum):
    """Draft → in review → approved or changes requested; an edit makes it a draft again."""

    DRAFT = "draft"
    IN_REVIEW = "in_review"
    APPROVED = "approved"
    CHANGES_REQUESTED = "changes_requested"


APPROVAL_STEPS: dict[Approval, frozenset[Approval]] = {
    Approval.DRAFT: frozenset({Approval.IN_REVIEW, Approval.APPROVED}),
    Approval.IN_REVIEW: frozenset({Approval.APPROVED, Approval.CHANGES_REQUESTED, Approval.DRAFT}),
    Approval.APPROVED: frozenset({Approval.DRAFT}),
    Approval.CHANGES_REQUESTED: frozenset({Approval.DRAFT, Approval.IN_REVIEW}),
}


@dataclass(frozen=True)
class PostMedia:
    """One picture or video of a post, in order, with the alt text that goes out with it."""

    asset_id: str
    alt_text: str = ""


@dataclass(frozen=True)
class Variant:
    """What differs on one platform: its own text, or None to use the post's."""

    platform: str
    text: str


@dataclass(frozen=True)
class Post:
    """The canonical message. `version` rises with every save (optimistic locking).

    `rating` is that of its words, by a person or a classifier; None while nobody rated them.
    """

    id: str
    persona_id: str
    persona_revision_id: str
    text: str
    created_at: datetime
    updated_at: datetime
    created_by: str
    media: tuple[PostMedia, ...] = ()
    variants: tuple[Variant, ...] = ()
    ai_disclosure: bool = True
    language: str = "en"
    rating: Rating | None = None
    approval: Approval = Approval.DRAFT
    approved_version: int | None = None
    review_comment: str = ""
    version: int = 1
    archived_at: datetime | None = None

    def text_for(self, platform: str) -> str:
        """The platform's own variant if there is one, else the canonical text."""
        return next((v.text for v in self.variants if v.platform == platform), self.text)

    def words(self) -> tuple[str, ...]:
        """Everything of it that people read: its texts, and the descriptions of its pictures."""
        texts = (self.text, *(each.text for each in self.variants))
        return tuple(filter(str.strip, (*texts, *(shown.alt_text for shown in self.media))))
