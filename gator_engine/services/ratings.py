"""Ratings of files: what a person or an installed classifier says of them, with its history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.assets import Asset, AssetKind
from gator_engine.domain.personas import Rating
from gator_engine.domain.ratings import ContentRating, RatedKind, RatingSource, in_force
from gator_engine.errors import InvalidInput
from gator_engine.ports import BlobStore, ContentClassifier, UnitOfWork
from gator_engine.services._context import Context

NOTE_LIMIT, MOST_AT_ONCE = 500, 100


@dataclass(frozen=True)
class Classified:
    """What the classifier said of one file, and whether a person's word stands above it."""

    asset: Asset
    rating: Rating
    confidence: float
    overruled: bool


class Ratings:
    """What one can do with content ratings."""

    def __init__(self, context: Context, blobs: BlobStore, classifier: ContentClassifier) -> None:
        self._context, self._blobs, self._classifier = context, blobs, classifier

    def rate(self, asset_id: str, rating: Rating | None, note: str = "") -> Asset:
        """A person's word; None takes the person's word back (a classifier's then counts again).

        Raises InvalidInput or NotFound.
        """
        with self._context.store.write() as uow:
            return rate_by_person(self._context, uow, uow.assets.get(asset_id), rating, note)

    def history(self, subject_id: str) -> Sequence[ContentRating]:
        """Who said what about a file or a post, newest first."""
        with self._context.store.read() as uow:
            return uow.ratings.history(subject_id)

    def missing(self) -> str:
        """ "" when a classifier is ready, else what to install or set, in plain words."""
        return self._classifier.missing()

    def classify(self, asset_ids: Sequence[str]) -> Sequence[Classified]:
        """Let the installed classifier rate pictures; a person's rating is never overwritten.

        Raises InvalidInput without a classifier or for too many, NotFound, ConfigError.
        """
        if missing := self.missing():
            raise InvalidInput("rating_model", missing)
        if len(asset_ids) > MOST_AT_ONCE:
            raise InvalidInput("asset_ids", f"{len(asset_ids)} files", f"{MOST_AT_ONCE} at once")
        with self._context.store.read() as uow:
            found = [uow.assets.get(asset_id) for asset_id in asset_ids]
        pictures = [asset for asset in found if asset.facts.kind is AssetKind.IMAGE]
        said = self._classifier.classify([self._blobs.get(asset.sha256) for asset in pictures])
        with self._context.store.write() as uow:
            return [
                self._note(uow, asset.id, rating, confidence)
                for asset, (rating, confidence) in zip(pictures, said, strict=True)
            ]

    def _note(self, uow: UnitOfWork, asset_id: str, rating: Rating, sure: float) -> Classified:
        asset = uow.assets.get(asset_id)
        name = self._classifier.name
        judged = judgement(
            self._context, asset_id, rating, RatingSource.CLASSIFIER, name, confidence=sure
        )
        uow.ratings.add(judged)
        changed = _apply(uow, asset)
        overruled = changed.rating is not rating
        self._context.audit(
            uow, "classify", "asset", asset_id, rating=rating, by=name, overruled=overruled
        )
        return Classified(changed, rating, sure, overruled)


def rate_by_person(
    context: Context, uow: UnitOfWork, asset: Asset, rating: Rating | None, note: str = ""
) -> Asset:
    """Append a person's judgement and put what now counts on the asset. Raises InvalidInput."""
    if len(note) > NOTE_LIMIT:
        raise InvalidInput("note", f"has {len(note)} characters", f"{NOTE_LIMIT}")
    uow.ratings.add(judgement(context, asset.id, rating, RatingSource.PERSON, context.actor, note))
    context.audit(uow, "rate", "asset", asset.id, rating=rating)
    return _apply(uow, asset)


def _apply(uow: UnitOfWork, asset: Asset) -> Asset:
    counts = in_force(uow.ratings.history(asset.id))
    changed = replace(asset, rating=counts.rating if counts else None)
    uow.assets.save(changed)
    return changed


def judgement(
    context: Context,
    subject_id: str,
    rating: Rating | None,
    source: RatingSource,
    by: str,
    note: str = "",
    *,
    confidence: float | None = None,
    kind: RatedKind = RatedKind.ASSET,
    words: str = "",
) -> ContentRating:
    """A judgement of this moment; `words` is the digest of what a classifier read."""
    return ContentRating(
        id=context.ids.new(),
        subject_kind=kind,
        subject_id=subject_id,
        rating=rating,
        source=source,
        by=by,
        at=context.now(),
        confidence=confidence,
        note=note,
        words_sha256=words,
    )
