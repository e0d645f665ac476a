"""Posts, their versions, and optimistic locking, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.posts import Approval, PostMedia, Variant
from gator_engine.errors import NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, persona, post, with_post


def test_a_post_comes_back_equal_with_its_parts_in_order(store: SqlStore) -> None:
    with_post(store)
    with store.read() as uow:
        assert uow.posts.get("o1") == uow.posts.at_version("o1", 1) == post()
        assert uow.posts.at_version("o1", 1).created_at.tzinfo is UTC
        for look in (lambda: uow.posts.get("x"), lambda: uow.posts.at_version("o1", 2)):
            with pytest.raises(NotFound):
                look()


def test_every_version_stays_exactly_as_it_was_saved(store: SqlStore) -> None:
    with_post(store)
    approved = post(approval=Approval.APPROVED, approved_version=2, version=2)
    edited = replace(
        approved,
        text="anders",
        media=(PostMedia("a1"), PostMedia("a1", "noch einmal")),
        variants=(Variant("alpha", "neu"),),
        approval=Approval.DRAFT,
        approved_version=None,
        updated_at=NOW + MINUTE,
        version=3,
    )
    with store.write() as uow:
        uow.posts.save(approved, expected_version=1)
        uow.posts.save(edited, expected_version=2)
    with store.read() as uow:
        assert uow.posts.get("o1") == edited
        assert [uow.posts.at_version("o1", n) for n in (1, 2, 3)] == [post(), approved, edited]


def test_the_version_counts_saves_whatever_the_object_says(store: SqlStore) -> None:
    with_post(store)
    with store.write() as uow:
        uow.posts.save(post(text="zwei"), expected_version=1)
        assert uow.posts.get("o1").version == 2


def test_of_two_saves_from_one_version_the_second_is_stale(store: SqlStore) -> None:
    with_post(store)
    with store.write() as uow:
        uow.posts.save(post(text="eins"), expected_version=1)
    with pytest.raises(StaleWrite, match="version 2, not 1"), store.write() as uow:
        uow.posts.save(post(text="zwei", media=()), expected_version=1)
    with store.write() as uow:
        assert uow.posts.get("o1") == post(text="eins", version=2)
        with pytest.raises(NotFound):
            uow.posts.save(post("x"), expected_version=1)


def test_posts_are_listed_newest_first_and_archived_ones_apart(store: SqlStore) -> None:
    with_post(store)
    with store.write() as uow:
        uow.personas.add(persona("p2", "two"))
        uow.posts.add(post("o2", created_at=NOW + MINUTE, media=(), variants=()))
        uow.posts.add(post("o3", persona_id="p2", created_at=NOW - MINUTE))
        uow.posts.add(post("o4", archived_at=NOW))
    with store.read() as uow:
        listed = uow.posts.list()
        assert [one.id for one in listed] == ["o2", "o1", "o3"]
        assert listed[1] == post()
        assert [one.id for one in uow.posts.list(persona_id="p1", limit=1)] == ["o2"]
        assert uow.posts.list(archived=True) == [post("o4", archived_at=NOW)]
        assert uow.posts.list(persona_id="nobody") == []
