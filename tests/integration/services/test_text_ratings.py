"""Words are rated by people or a classifier, never by a default; platforms' policies hold them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gator_engine import (
    Approval,
    InvalidInput,
    NotFound,
    Persona,
    Rating,
    Studio,
    open_studio,
    run_jobs,
)
from gator_engine.domain.carousels import OutlineKind
from gator_engine.domain.ratings import RatedKind, RatingSource, variant_id
from gator_engine.domain.writing import TextKind, TextPart, Writing, WritingDraft, WritingStatus
from gator_engine.errors import ConfigError
from gator_engine.services.carousels import PartEdit
from tests.integration.services.conftest import Desk

VERSION, OUTLINE, POST = RatedKind.VARIANT, RatedKind.OUTLINE, RatedKind.POST


class Reader:
    """A text classifier that says what a test tells it to, and remembers what it read."""

    name = "reader-1"

    def __init__(self) -> None:
        self.says: tuple[Rating, float] = (Rating.SUGGESTIVE, 0.75)
        self.read: list[Sequence[str]] = []
        self.broken = ""

    def missing(self) -> str:
        return ""

    def classify(self, texts: Sequence[Sequence[str]]) -> Sequence[tuple[Rating, float]]:
        if self.broken:
            raise ConfigError("GATOR_TEXT_RATING_MODEL", self.broken, "Mend it.")
        self.read += texts
        return [self.says for _ in texts]


@pytest.fixture
def reader() -> Reader:
    return Reader()


@pytest.fixture
def studio(tmp_path: Path, reader: Reader) -> Iterator[Studio]:
    given = {"text_classifier": reader}
    with open_studio(home=tmp_path, queue="inline", adapters=given) as opened:
        yield opened


@pytest.fixture
def persona(studio: Studio) -> Persona:
    profile = studio.personas.templates()[0].profile
    bounds = replace(profile.boundaries, rating=Rating.MATURE)
    return studio.personas.create(replace(profile, boundaries=bounds))


def written(studio: Studio, persona: Persona) -> Writing:
    wanted = WritingDraft(persona.id, TextKind.HOOK, "A glaze test", "template", 2)
    writing = studio.texts.request(wanted)
    run_jobs(studio)
    return studio.texts.get(writing.id)


def thread(studio: Studio, persona: Persona) -> str:
    parts = [TextPart("First the clay."), TextPart("Then the kiln.")]
    return studio.carousels.outline(persona.id, OutlineKind.THREAD, "Bowls", parts).id


def test_every_version_is_rated_as_soon_as_it_is_written(
    studio: Studio, persona: Persona, reader: Reader
) -> None:
    writing = written(studio, persona)
    assert [list(words) for words in reader.read] == [[v.text] for v in writing.variants]
    for number in range(len(writing.variants)):
        counts = studio.text_ratings.standing(VERSION, variant_id(writing.id, number))
        assert counts is not None
        assert (counts.rating, counts.source, counts.by, counts.confidence) == (
            Rating.SUGGESTIVE, RatingSource.CLASSIFIER, "reader-1", 0.75,
        )  # fmt: skip


def test_a_classifier_that_fails_loses_no_words_and_is_told_beside_them(
    studio: Studio, persona: Persona, reader: Reader
) -> None:
    reader.broken = "names a folder that is gone."
    writing = written(studio, persona)
    assert writing.status is WritingStatus.SUCCEEDED
    assert all("not rated" in variant.flags[-1] for variant in writing.variants)
    assert studio.text_ratings.standing(VERSION, variant_id(writing.id, 0)) is None


def test_a_persons_word_stands_above_the_classifier_and_nothing_is_overwritten(
    studio: Studio, persona: Persona, reader: Reader
) -> None:
    outline = thread(studio, persona)
    [first] = studio.text_ratings.classify(OUTLINE, [outline])
    assert (first.rating, first.overruled) == (Rating.SUGGESTIVE, False)
    studio.text_ratings.rate(OUTLINE, outline, Rating.GENERAL, "read it twice")
    reader.says = (Rating.EXPLICIT, 0.99)
    [second] = studio.text_ratings.classify(OUTLINE, [outline])
    assert (second.rating, second.overruled) == (Rating.EXPLICIT, True)
    counts = studio.text_ratings.standing(OUTLINE, outline)
    assert counts is not None
    assert (counts.rating, counts.note) == (Rating.GENERAL, "read it twice")
    back = studio.text_ratings.rate(OUTLINE, outline, None)
    assert back is not None
    assert back.rating is Rating.EXPLICIT
    told = [(r.by, r.rating) for r in studio.text_ratings.history(outline)]
    assert told == [
        ("local", None),
        ("reader-1", Rating.EXPLICIT),
        ("local", Rating.GENERAL),
        ("reader-1", Rating.SUGGESTIVE),
    ]


def test_what_a_classifier_said_counts_for_the_words_it_read_alone(
    studio: Studio, persona: Persona
) -> None:
    outline = thread(studio, persona)
    studio.text_ratings.classify(OUTLINE, [outline])
    was = studio.carousels.get(outline)
    parts = [PartEdit("Other words.", id=was.parts[0].id), PartEdit("Then.", id=was.parts[1].id)]
    studio.carousels.edit(outline, was.version, title="Bowls", parts=parts)
    assert studio.text_ratings.standing(OUTLINE, outline) is None
    studio.text_ratings.rate(OUTLINE, outline, Rating.MATURE)
    parts = [PartEdit("Still others.", id=was.parts[0].id), parts[1]]
    studio.carousels.edit(outline, was.version + 1, title="Bowls", parts=parts)
    counts = studio.text_ratings.standing(OUTLINE, outline)
    assert counts is not None
    assert counts.rating is Rating.MATURE


def test_a_post_takes_over_what_was_said_of_its_words_with_who_said_it(
    studio: Studio, persona: Persona
) -> None:
    writing = written(studio, persona)
    like, text = variant_id(writing.id, 0), writing.variants[0].text
    post = studio.composing.draft(persona.id, text, like=like)
    [said] = studio.text_ratings.history(post.id)
    assert post.rating is said.rating is Rating.SUGGESTIVE
    assert (said.by, said.confidence, said.subject_kind) == ("reader-1", 0.75, POST)
    assert "Taken over" in said.note
    # Words that the classifier never saw are not covered by what it said; a person's word is.
    assert studio.composing.draft(persona.id, f"{text} And more.", like=like).rating is None
    studio.text_ratings.rate(VERSION, like, Rating.MATURE)
    edited = studio.composing.draft(persona.id, f"{text} And more.", like=like)
    assert (edited.rating, studio.text_ratings.history(edited.id)[0].by) == (
        Rating.MATURE, "local",
    )  # fmt: skip


def test_a_changed_post_loses_a_classifiers_rating_and_keeps_a_persons(
    studio: Studio, persona: Persona
) -> None:
    post = studio.composing.draft(persona.id, "Bowls")
    [said] = studio.text_ratings.classify(POST, [post.id])
    assert not said.overruled
    rated = studio.composing.get(post.id)
    assert (rated.rating, rated.version) == (Rating.SUGGESTIVE, 2)
    changed = studio.composing.save(replace(rated, text="Other bowls"), 2)
    assert changed.rating is None
    mine = studio.composing.save(replace(changed, rating=Rating.GENERAL), 3)
    assert studio.composing.save(replace(mine, text="More bowls"), 4).rating is Rating.GENERAL
    assert [r.by for r in studio.text_ratings.history(post.id)] == ["local", "reader-1"]


def test_a_new_rating_needs_a_new_approval(studio: Studio, persona: Persona) -> None:
    post = studio.composing.draft(persona.id, "Bowls", rating=Rating.GENERAL)
    studio.composing.approve(post.id)
    studio.text_ratings.rate(POST, post.id, Rating.MATURE)
    assert studio.composing.get(post.id).approval is Approval.DRAFT


def test_words_that_nobody_rated_are_not_scheduled_and_the_decision_is_kept(desk: Desk) -> None:
    studio = desk.studio
    post = studio.composing.draft(desk.persona.id, "Hello")
    assert post.rating is None
    studio.composing.approve(post.id)
    with pytest.raises(InvalidInput, match="nobody rated its words"):
        studio.scheduling.post_now(post.id, [desk.account_id])
    studio.text_ratings.rate(POST, post.id, Rating.GENERAL)
    studio.composing.approve(post.id)
    studio.scheduling.post_now(post.id, [desk.account_id])
    with studio.store.read() as uow:
        decided = [e for e in uow.audit.list(subject_id=post.id) if e.verb.startswith("rating_")]
    assert [event.verb for event in decided] == ["rating_allowed", "rating_refused"]
    assert (decided[0].details["rating"], decided[0].details["rated_by"]) == (
        "general", "person local",
    )  # fmt: skip
    assert "rating" not in decided[1].details


def test_what_a_classifier_found_too_strong_is_refused_and_it_is_named(
    desk: Desk, reader: Reader
) -> None:
    reader.says = (Rating.MATURE, 0.9)
    given = {
        "clock": desk.clock,
        "connectors": {desk.platform.slug: desk.platform},
        "text_classifier": reader,
    }
    with open_studio(home=desk.studio.settings.home, queue="inline", adapters=given) as studio:
        post = studio.composing.draft(desk.persona.id, "Bowls")
        studio.text_ratings.classify(POST, [post.id])
        studio.composing.approve(post.id)
        with pytest.raises(InvalidInput, match="mature may not go to Scripted"):
            studio.scheduling.post_now(post.id, [desk.account_id])
        with studio.store.read() as uow:
            refused = next(
                e for e in uow.audit.list(subject_id=post.id) if e.verb == "rating_refused"
            )
    assert refused.details["rated_by"] == "classifier reader-1, confidence 0.90"


def test_what_is_no_text_has_no_rating(studio: Studio, persona: Persona) -> None:
    for kind, subject in (
        (VERSION, "nobody:0"),
        (VERSION, variant_id(written(studio, persona).id, 9)),
    ):
        with pytest.raises(NotFound):
            studio.text_ratings.rate(kind, subject, Rating.GENERAL)
    with pytest.raises(InvalidInput, match="100 at once"):
        studio.text_ratings.classify(POST, ["x"] * 101)
    with pytest.raises(InvalidInput, match="limit: 500"):
        studio.text_ratings.rate(POST, "x", Rating.GENERAL, "n" * 501)


def test_without_a_classifier_it_says_what_to_set(desk: Desk) -> None:
    assert "GATOR_TEXT_RATING_MODEL" in desk.studio.text_ratings.missing()
    with pytest.raises(InvalidInput, match="GATOR_TEXT_RATING_MODEL"):
        desk.studio.text_ratings.classify(POST, [])
