"""Ratings of texts: written versions, carousels and threads, and posts, each with its history.

A person's word stands until a person changes it. What a classifier said counts while no person
spoke, and only for the words that it read. A post takes over what was said of the text it is made
of, and says from where.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from gator_engine.domain.personas import Rating
from gator_engine.domain.posts import Approval, Post
from gator_engine.domain.ratings import (
    ContentRating,
    RatedKind,
    RatingSource,
    in_force,
    words_sha256,
)
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.ports import TextClassifier, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services.ratings import MOST_AT_ONCE, NOTE_LIMIT, judgement

Words = Callable[[UnitOfWork, str], Sequence[str]]


@dataclass(frozen=True)
class ReadText:
    """What the classifier said of one text; `counts` is the judgement that holds now."""

    subject_id: str
    rating: Rating
    confidence: float
    counts: ContentRating | None

    @property
    def overruled(self) -> bool:
        """Whether a person's word stands above it."""
        return self.counts is None or self.counts.source is not RatingSource.CLASSIFIER


class TextRatings:
    """What one can do with the content ratings of words."""

    def __init__(self, context: Context, classifier: TextClassifier) -> None:
        self._context, self._classifier = context, classifier

    def rate(
        self, kind: RatedKind, subject_id: str, rating: Rating | None, note: str = ""
    ) -> ContentRating | None:
        """A person's word; None takes it back. Returns the judgement that counts now.

        `subject_id` is the id of a post or outline, or `variant_id` of a written version. A post
        that is rated anew needs a new approval. Raises InvalidInput or NotFound.
        """
        if len(note) > NOTE_LIMIT:
            raise InvalidInput("note", f"has {len(note)} characters", f"{NOTE_LIMIT}")
        context = self._context
        with context.store.write() as uow:
            words = _words(uow, kind, subject_id)
            said = judgement(
                context, subject_id, rating, RatingSource.PERSON, context.actor, note, kind=kind
            )
            uow.ratings.add(said)
            context.audit(uow, "rate", kind.value, subject_id, rating=rating)
            return self._settle(uow, kind, subject_id, words)

    def standing(self, kind: RatedKind, subject_id: str) -> ContentRating | None:
        """The judgement that counts for its words as they are now. Raises NotFound."""
        with self._context.store.read() as uow:
            digest = words_sha256(_words(uow, kind, subject_id))
            return in_force(uow.ratings.history(subject_id), digest)

    def history(self, subject_id: str) -> Sequence[ContentRating]:
        """Who said what, newest first."""
        with self._context.store.read() as uow:
            return uow.ratings.history(subject_id)

    def missing(self) -> str:
        """ "" when a text classifier is ready, else what to install or set, in plain words."""
        return self._classifier.missing()

    def classify(self, kind: RatedKind, subject_ids: Sequence[str]) -> Sequence[ReadText]:
        """Let the installed classifier rate texts; a person's word is never overwritten.

        Raises InvalidInput without a classifier or for too many, NotFound or ConfigError.
        """
        if missing := self.missing():
            raise InvalidInput("text_rating_model", missing)
        if len(subject_ids) > MOST_AT_ONCE:
            raise InvalidInput(
                "subject_ids", f"{len(subject_ids)} texts", f"{MOST_AT_ONCE} at once"
            )
        with self._context.store.read() as uow:
            texts = [tuple(_words(uow, kind, subject_id)) for subject_id in subject_ids]
        read = self._classifier.classify(texts)
        with self._context.store.write() as uow:
            return [
                self._note(uow, kind, subject_id, words, *said)
                for subject_id, words, said in zip(subject_ids, texts, read, strict=True)
            ]

    def _note(
        self,
        uow: UnitOfWork,
        kind: RatedKind,
        subject_id: str,
        words: Sequence[str],
        rating: Rating,
        sure: float,
    ) -> ReadText:
        context, name, source = self._context, self._classifier.name, RatingSource.CLASSIFIER
        digest = words_sha256(words)
        uow.ratings.add(
            judgement(
                context, subject_id, rating, source, name, confidence=sure, kind=kind, words=digest
            )
        )
        # Somebody may have changed the words while they were read: then it counts for neither.
        counts = self._settle(uow, kind, subject_id, _words(uow, kind, subject_id))
        read = ReadText(subject_id, rating, sure, counts)
        context.audit(
            uow, "classify", kind.value, subject_id, rating=rating, by=name,
            overruled=read.overruled,
        )  # fmt: skip
        return read

    def _settle(
        self, uow: UnitOfWork, kind: RatedKind, subject_id: str, words: Sequence[str]
    ) -> ContentRating | None:
        counts = in_force(uow.ratings.history(subject_id), words_sha256(words))
        if kind is RatedKind.POST:
            _put_on_post(self._context, uow, uow.posts.get(subject_id), counts)
        return counts


def rate_new_post(
    context: Context, uow: UnitOfWork, post: Post, rating: Rating | None, like: str = ""
) -> Post:
    """A new post with its rating: what a person chose, else what was said of the text `like`.

    The judgement is copied with its author and confidence; one of a classifier counts only if the
    post's words are those that it read. The post must not be stored yet.
    """
    if rating is not None:
        said = judgement(
            context, post.id, rating, RatingSource.PERSON, context.actor, kind=RatedKind.POST
        )
    else:
        found = _source(uow, like, post) if like else None
        if found is None:
            return replace(post, rating=None)
        read = "" if found.source is RatingSource.PERSON else words_sha256(post.words())
        said = replace(
            found,
            id=context.ids.new(),
            subject_kind=RatedKind.POST,
            subject_id=post.id,
            note="Taken over from the text it was made of.",
            words_sha256=read,
        )
    uow.ratings.add(said)
    return replace(post, rating=said.rating)


def rate_saved_post(context: Context, uow: UnitOfWork, stored: Post, changed: Post) -> Post:
    """A changed post with its rating: a person's if the form says another than was stored.

    Otherwise what was said goes on counting, a classifier's word only while the words are the same.
    """
    if changed.rating is not stored.rating:
        uow.ratings.add(
            judgement(
                context,
                changed.id,
                changed.rating,
                RatingSource.PERSON,
                context.actor,
                kind=RatedKind.POST,
            )
        )
    counts = in_force(uow.ratings.history(changed.id), words_sha256(changed.words()))
    return replace(changed, rating=counts.rating if counts else None)


def _put_on_post(
    context: Context, uow: UnitOfWork, post: Post, counts: ContentRating | None
) -> None:
    rating = counts.rating if counts else None
    if rating is post.rating:
        return
    changed = replace(
        post,
        rating=rating,
        version=post.version + 1,
        updated_at=context.now(),
        approval=Approval.DRAFT,
        approved_version=None,
    )
    uow.posts.save(changed, post.version)


def _source(uow: UnitOfWork, like: str, post: Post) -> ContentRating | None:
    """What counts for the text a post is made of, if the classifier read nothing but its words."""
    kind = RatedKind.VARIANT if ":" in like else RatedKind.OUTLINE
    words = _words(uow, kind, like)
    counts = in_force(uow.ratings.history(like), words_sha256(words))
    if counts is None or counts.source is RatingSource.PERSON:
        return counts
    return counts if set(post.words()) <= set(words) else None


def _words(uow: UnitOfWork, kind: RatedKind, subject_id: str) -> Sequence[str]:
    """The words of a text as they are now. Raises NotFound."""
    return _READERS[kind](uow, subject_id)


def _variant_words(uow: UnitOfWork, subject_id: str) -> Sequence[str]:
    writing_id, _, number = subject_id.partition(":")
    variants = uow.writings.get(writing_id).variants
    if not (number.isdecimal() and int(number) < len(variants) and variants[int(number)].text):
        raise NotFound("written version", subject_id)
    return variants[int(number)].words()


def _no_words(_uow: UnitOfWork, subject_id: str) -> Sequence[str]:
    raise NotFound("text", subject_id)


_READERS: Mapping[RatedKind, Words] = {
    RatedKind.ASSET: _no_words,
    RatedKind.VARIANT: _variant_words,
    RatedKind.OUTLINE: lambda uow, subject_id: uow.outlines.get(subject_id).words(),
    RatedKind.POST: lambda uow, subject_id: uow.posts.get(subject_id).words(),
}
