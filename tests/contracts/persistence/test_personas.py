"""Personas, revisions and ideas on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.ideas import Idea
from gator_engine.errors import InvalidInput, NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, PROFILE, persona, revision


def test_profile_comes_back_equal_down_to_nested_tuples_and_enums(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())
    with store.read() as uow:
        found = uow.personas.get("p1")
        assert found == persona()
        assert found == uow.personas.by_handle("mira")
        assert isinstance(found.profile.appearance.wardrobe, tuple)
        assert found.profile.voice.emoji is PROFILE.voice.emoji
        assert found.created_at.utcoffset() == NOW.utcoffset()
        assert uow.personas.revision("p1r1") == persona().revision


def test_revision_becomes_current_and_earlier_ones_stay(store: SqlStore) -> None:
    renamed = replace(PROFILE, identity=replace(PROFILE.identity, handle="sol", name="Sol"))
    with store.write() as uow:
        uow.personas.add(persona())
        uow.personas.add_revision(revision(2, profile=renamed), expected_version=1)
    with store.read() as uow:
        found = uow.personas.get("p1")
        assert (found.handle, found.version, found.revision.number) == ("sol", 2, 2)
        assert uow.personas.by_handle("mira") is None
        assert [r.number for r in uow.personas.revisions("p1")] == [1, 2]


def test_a_second_save_from_the_same_version_is_stale_and_changes_nothing(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())
        uow.personas.add_revision(revision(2), expected_version=1)
    with pytest.raises(StaleWrite, match="version 2, not 1"), store.write() as uow:
        uow.personas.add_revision(revision(3), expected_version=1)
    with store.read() as uow:
        assert len(uow.personas.revisions("p1")) == 2


def test_a_handle_belongs_to_one_persona_even_when_archived(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())
        uow.personas.set_archived("p1", NOW)
        uow.personas.add(persona("p2", "other"))
        with pytest.raises(InvalidInput) as refused:
            uow.personas.add(persona("p3"))
        assert refused.value.field == "identity.handle"
        with pytest.raises(InvalidInput, match="@mira is taken"):
            uow.personas.add_revision(revision(2, "p2"), expected_version=1)
        # The transaction is still usable after both refusals.
        assert uow.personas.get("p2").version == 1


def test_list_shows_either_those_in_use_or_those_archived_by_name(store: SqlStore) -> None:
    named = replace(PROFILE, identity=replace(PROFILE.identity, name="anna", handle="anna"))
    first = persona("p2", "anna")
    with store.write() as uow:
        uow.personas.add(persona())
        uow.personas.add(replace(first, revision=replace(first.revision, profile=named)))
        uow.personas.add(persona("p3", "away"))
        uow.personas.set_archived("p3", NOW)
    with store.read() as uow:
        assert [p.id for p in uow.personas.list()] == ["p2", "p1"]
        assert [(p.id, p.archived_at) for p in uow.personas.list(archived=True)] == [("p3", NOW)]
    with store.write() as uow:
        uow.personas.set_archived("p3", None)
        assert len(uow.personas.list()) == 3


def test_unknown_personas_are_not_found(store: SqlStore) -> None:
    with store.write() as uow:
        assert uow.personas.by_handle("nobody") is None
        assert uow.personas.revisions("nobody") == []
        with pytest.raises(NotFound):
            uow.personas.get("nobody")
        with pytest.raises(NotFound):
            uow.personas.revision("nobody")
        with pytest.raises(NotFound):
            uow.personas.set_archived("nobody", NOW)
        with pytest.raises(NotFound):
            uow.personas.add_revision(revision(2, "nobody"), expected_version=1)


def test_ideas_come_newest_first_and_can_be_used_up(store: SqlStore) -> None:
    ideas = [
        Idea("i1", "alt", NOW, "p1", "Clay", "https://feed.example/1"),
        Idea("i2", "neu", NOW + MINUTE),
    ]
    with store.write() as uow:
        uow.personas.add(persona())
        for idea in ideas:
            uow.ideas.add(idea)
    with store.write() as uow:
        assert uow.ideas.list() == ideas[::-1]
        assert uow.ideas.list("p1") == [ideas[0]]
        uow.ideas.mark_used("i1", NOW)
        assert uow.ideas.get("i1").used_at == NOW
        assert uow.ideas.list(unused_only=True) == [ideas[1]]
        with pytest.raises(NotFound):
            uow.ideas.get("i9")
        with pytest.raises(NotFound):
            uow.ideas.mark_used("i9", NOW)
