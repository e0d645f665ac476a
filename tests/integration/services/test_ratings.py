"""Ratings: people stand above classifiers, and platforms' policies are enforced and recorded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from gator_engine import InvalidInput, Post, PostMedia, Rating, Studio, open_studio
from gator_engine.domain.personas import PersonaProfile
from tests.integration.services.conftest import Desk
from tests.integration.services.test_library import picture


class Scale:
    """A classifier that says what a test tells it to."""

    name = "scale-1"

    def __init__(self) -> None:
        self.says: tuple[Rating, float] = (Rating.SUGGESTIVE, 0.75)

    def missing(self) -> str:
        return ""

    def classify(self, pictures: Sequence[bytes]) -> Sequence[tuple[Rating, float]]:
        return [self.says for _ in pictures]


def test_a_classifier_never_overwrites_what_a_person_said(tmp_path: Path) -> None:
    scale = Scale()
    with open_studio(home=tmp_path, queue="inline", adapters={"classifier": scale}) as studio:
        asset = studio.library.upload(picture(), "a.png")
        [first] = studio.ratings.classify([asset.id])
        assert (first.asset.rating, first.overruled) == (Rating.SUGGESTIVE, False)
        studio.ratings.rate(asset.id, Rating.GENERAL)
        scale.says = (Rating.EXPLICIT, 0.99)
        [second] = studio.ratings.classify([asset.id])
        assert (second.asset.rating, second.overruled) == (Rating.GENERAL, True)
        assert studio.ratings.rate(asset.id, None).rating is Rating.EXPLICIT
        told = [(r.by, r.rating, r.confidence) for r in studio.ratings.history(asset.id)]
    assert told == [
        ("local", None, None),
        ("scale-1", Rating.EXPLICIT, 0.99),
        ("local", Rating.GENERAL, None),
        ("scale-1", Rating.SUGGESTIVE, 0.75),
    ]


def approved(studio: Studio, persona_id: str, asset_id: str, rating: Rating) -> Post:
    media = (PostMedia(asset_id, "a field"),)
    post = studio.composing.draft(persona_id, "Look", media=media, rating=rating)
    return studio.composing.approve(post.id)


def bounded(profile: PersonaProfile, rating: Rating) -> PersonaProfile:
    return replace(profile, boundaries=replace(profile.boundaries, rating=rating))


def test_a_strong_picture_in_a_mild_post_is_refused_and_both_decisions_are_recorded(
    desk: Desk,
) -> None:
    studio = desk.studio
    asset = studio.library.upload(picture(), "a.png")
    studio.personas.revise(
        desk.persona.id, bounded(desk.persona.profile, Rating.SUGGESTIVE), "bounds", 1
    )
    post = approved(studio, desk.persona.id, asset.id, Rating.GENERAL)
    studio.ratings.rate(asset.id, Rating.MATURE)
    with pytest.raises(InvalidInput, match="mature may not go to Scripted") as caught:
        studio.scheduling.post_now(post.id, [desk.account_id])
    assert caught.value.problems[0].limit == "at most suggestive"
    studio.ratings.rate(asset.id, Rating.SUGGESTIVE)
    studio.scheduling.post_now(post.id, [desk.account_id])
    with studio.store.read() as uow:
        decided = [e for e in uow.audit.list(subject_id=post.id) if e.verb.startswith("rating_")]
    assert [event.verb for event in decided] == ["rating_allowed", "rating_refused"]
    assert decided[0].details["rating"] == "suggestive"
    assert decided[1].details["limit"] == "at most suggestive"
    assert decided[1].details["source"] == "this test (2026-11-22)"
    assert [r.rating for r in studio.ratings.history(post.id)] == [Rating.GENERAL]


def test_what_nobody_rated_counts_as_its_post_unless_ratings_are_demanded(desk: Desk) -> None:
    studio = desk.studio
    asset = studio.library.upload(picture(), "a.png")
    post = approved(studio, desk.persona.id, asset.id, Rating.GENERAL)
    [delivery] = studio.scheduling.post_now(post.id, [desk.account_id])
    with studio.store.read() as uow:
        allowed = next(e for e in uow.audit.list(subject_id=post.id) if e.verb == "rating_allowed")
    assert allowed.details["unrated"] == [asset.id]
    studio.scheduling.cancel(delivery.id)
    given = {"clock": desk.clock, "connectors": {desk.platform.slug: desk.platform}}
    strict = open_studio(
        home=studio.settings.home, queue="inline", adapters=given, require_ratings=True
    )
    with strict, pytest.raises(InvalidInput, match="1 of its files have no rating"):
        strict.scheduling.post_now(post.id, [desk.account_id])
