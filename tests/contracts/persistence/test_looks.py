"""Reference pictures, locks, character sets and trainings, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.identity import (
    CharacterSet,
    CharacterShot,
    LookLock,
    LoraTraining,
    ReferenceChange,
    ReferenceImage,
    ReferenceState,
    ShotState,
)
from gator_engine.errors import NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, asset, brief, generation, persona

S = ReferenceState


@pytest.fixture
def furnished(store: SqlStore) -> SqlStore:
    """Persona p1, assets a1 and a2, and generation g1."""
    with store.write() as uow:
        uow.personas.add(persona())
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2"))
        uow.generations.add_brief(brief(idea_id=None))
        uow.generations.add(generation())
    return store


def image(reference_id: str = "f1", asset_id: str = "a1") -> ReferenceImage:
    return ReferenceImage(reference_id, "p1", asset_id, S.CANDIDATE, NOW, "ada", "looks right")


def entry(of: ReferenceImage, entry_id: str) -> ReferenceChange:
    return ReferenceChange(entry_id, of.id, of.persona_id, of.state, of.at, of.by, of.reason)


def lock(lock_id: str = "l1") -> LookLock:
    return LookLock(lock_id, "p1", "p1r1", NOW, "ada")


def test_references_come_back_in_order_with_every_decision(furnished: SqlStore) -> None:
    first, second = image(), image("f2", "a2")
    accepted = replace(first, state=S.ACCEPTED, at=NOW + MINUTE, by="bo", reason="that is her")
    with furnished.write() as uow:
        assert uow.looks.add_reference(first, entry(first, "h1"))
        assert uow.looks.add_reference(second, entry(second, "h2"))
        uow.looks.save_reference(accepted, entry(accepted, "h3"))
    with furnished.read() as uow:
        assert uow.looks.references("p1") == [accepted, second]
        assert uow.looks.faces(["p1", "p2"]) == {"p1": first.asset_id}
        assert uow.looks.reference("f1") == accepted
        assert [one.id for one in uow.looks.history("p1")] == ["h3", "h2", "h1"]
        assert uow.looks.history("p1")[0] == entry(accepted, "h3")
        assert uow.looks.references("p2") == []


def test_a_picture_is_a_reference_once_and_a_refusal_leaves_no_entry(furnished: SqlStore) -> None:
    with furnished.write() as uow:
        uow.looks.add_reference(image(), entry(image(), "h1"))
        again = image("f9")
        assert not uow.looks.add_reference(again, entry(again, "h9"))
        assert [one.id for one in uow.looks.history("p1")] == ["h1"]


def test_unknown_references_are_not_found(furnished: SqlStore) -> None:
    with furnished.write() as uow:
        with pytest.raises(NotFound, match="reference picture"):
            uow.looks.reference("nothing")
        with pytest.raises(NotFound):
            uow.looks.save_reference(image("nothing"), entry(image(), "h1"))


def test_one_lock_at_most_is_in_force(furnished: SqlStore) -> None:
    with furnished.write() as uow:
        assert uow.looks.lock("p1") is None
        assert uow.looks.add_lock(lock())
        assert not uow.looks.add_lock(lock("l2"))
    with furnished.read() as uow:
        assert uow.looks.lock("p1") == lock()


def test_an_opened_lock_stays_on_record_and_opens_once(furnished: SqlStore) -> None:
    opened = replace(lock(), opened_at=NOW + MINUTE, opened_by="bo", opened_reason="new hair")
    later = replace(lock("l2"), locked_at=NOW + 2 * MINUTE)
    with furnished.write() as uow:
        uow.looks.add_lock(lock())
        uow.looks.open_lock(opened)
        with pytest.raises(StaleWrite):
            uow.looks.open_lock(replace(opened, opened_by="eve"))
        assert uow.looks.lock("p1") is None
        assert uow.looks.add_lock(later)
        assert uow.looks.locks("p1") == [later, opened]


def test_character_sets_keep_their_shots(furnished: SqlStore) -> None:
    made = CharacterSet("s1", "p1", "p1r1", "dif", 2**40, NOW, "ada", {"steps": 4, "loras": []})
    shots = [CharacterShot(f"t{n}", "s1", n, key) for n, key in enumerate(("front", "laughing"))]
    done = replace(
        shots[0],
        state=ShotState.DONE,
        attempts=2,
        generation_id="g1",
        asset_id="a1",
        finished_at=NOW,
    )
    newer = replace(made, id="s2", created_at=NOW + MINUTE)
    with furnished.write() as uow:
        uow.characters.add_set(made, shots)
        uow.characters.add_set(newer, [])
        uow.characters.save_shot(done)
    with furnished.read() as uow:
        assert uow.characters.set("s1") == made
        assert uow.characters.sets("p1") == [newer, made]
        assert uow.characters.shots("s1") == [done, shots[1]]
    with furnished.write() as uow:
        with pytest.raises(NotFound, match="character set"):
            uow.characters.set("s9")
        with pytest.raises(NotFound):
            uow.characters.save_shot(replace(done, id="t9"))


def test_a_training_is_finished_in_place(furnished: SqlStore) -> None:
    asked = LoraTraining("w1", "p1", "p1r1", "base", "gtrmira", NOW, "ada", {"steps": 5})
    done = replace(asked, path="models/loras/p1/w1/x", loss=0.25, finished_at=NOW + MINUTE)
    with furnished.write() as uow:
        uow.characters.add_training(asked)
        assert uow.characters.training("w1") == asked
        uow.characters.save_training(done)
    with furnished.read() as uow:
        assert uow.characters.trainings("p1") == [done]
        with pytest.raises(NotFound, match="training"):
            uow.characters.training("w9")
