"""Real people on reference pictures: nothing is made of them without a consent on record."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gator_engine import open_studio, run_jobs
from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind
from gator_engine.domain.identity import Likeness, ReferenceState
from gator_engine.domain.personas import LikenessConsent
from gator_engine.errors import IllegalTransition, InvalidInput
from gator_engine.ports import TrainingPicture
from tests.integration.services.test_identity import Room, colour

CONSENT = LikenessConsent("Ada Stone", "2026-03-31", "folder 7")
SCOPE = "pictures of this persona on all platforms"


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Room]:
    made = Room(tmp_path / "studio")
    yield made
    made.studio.close()


def candidate(room: Room) -> tuple[str, str]:
    """Ids of a proposed reference and of its picture."""
    [picture] = room.pictures((200, 0, 0))
    [image] = room.studio.identity.propose(room.persona.id, [picture]).images
    return image.id, picture


def brief(room: Room, **settings: object) -> BriefDraft:
    return BriefDraft(
        room.persona.id, BriefKind.IMAGE, "camera", "at the wheel", (AspectRatio.SQUARE,), seed=3,
        settings=settings,
    )  # fmt: skip


def test_a_real_person_is_accepted_only_with_a_consent(room: Room) -> None:
    identity, (reference, _) = room.studio.identity, candidate(room)
    marked = identity.mark_real(reference)
    assert marked.likeness == Likeness() and not marked.usable
    with pytest.raises(InvalidInput, match="real person without a recorded consent") as refused:
        identity.accept(reference)
    assert refused.value.field == "consent"
    identity.mark_real(reference, CONSENT, SCOPE)
    accepted = identity.accept(reference)
    assert accepted.likeness == Likeness(CONSENT, SCOPE)
    said = [change.reason for change in identity.references(room.persona.id).history]
    assert f"Ada Stone agreed on 2026-03-31 to {SCOPE}, filed: folder 7" in said
    with room.studio.store.read() as uow:
        events = [one for one in uow.audit.list(subject_id=reference) if "likeness" in one.details]
    assert [one.verb for one in events] == ["mark likeness"] * 2


def test_half_a_consent_is_refused_and_marks_nothing(room: Room) -> None:
    reference, _ = candidate(room)
    for broken, scope, field in (
        (replace(CONSENT, person=" "), SCOPE, "consent.person"),
        (replace(CONSENT, given_on="spring"), SCOPE, "consent.given_on"),
        (replace(CONSENT, given_on="2026-11-23"), SCOPE, "consent.given_on"),
        (CONSENT, "", "scope"),
        (CONSENT, "x" * 401, "scope"),
    ):
        with pytest.raises(InvalidInput) as refused:
            room.studio.identity.mark_real(reference, broken, scope)
        assert refused.value.field == field
    [image] = room.studio.identity.references(room.persona.id).images
    assert image.likeness is None


def test_a_withdrawn_consent_takes_the_picture_out_of_use(room: Room) -> None:
    identity, (reference, _) = room.studio.identity, candidate(room)
    identity.mark_real(reference, CONSENT, SCOPE)
    identity.accept(reference)
    assert identity.mark_real(reference).state is ReferenceState.CANDIDATE
    assert identity.references(room.persona.id).accepted == ()


def test_a_picture_that_shows_nobody_real_is_free_again(room: Room) -> None:
    identity, (reference, _) = room.studio.identity, candidate(room)
    identity.mark_real(reference)
    with pytest.raises(InvalidInput, match="reason"):
        identity.mark_fictional(reference, " ")
    assert identity.mark_fictional(reference, "it was generated here").likeness is None
    identity.accept(reference)


def by_name(room: Room, picture: str) -> object:
    return room.studio.generation.request(brief(room, references=[picture]))


def by_training(room: Room, picture: str) -> object:
    return room.studio.identity.train_lora(room.persona.id, "base")


def by_dataset(room: Room, picture: str) -> object:
    return room.studio.identity.export_dataset(room.persona.id)


def by_character_set(room: Room, picture: str) -> object:
    return room.studio.identity.character_set(room.persona.id, "camera")


def by_score(room: Room, picture: str) -> object:
    return room.studio.identity.score(room.persona.id, picture)


def test_every_use_is_refused_while_the_consent_is_missing(room: Room) -> None:
    """The mark stands on another persona's reference: it counts for the picture."""
    reference, picture = candidate(room)
    room.studio.identity.accept(reference)
    profile = room.persona.profile
    other = room.studio.personas.create(
        replace(profile, identity=replace(profile.identity, handle="other"))
    )
    [elsewhere] = room.studio.identity.propose(other.id, [picture]).images
    room.studio.identity.mark_real(elsewhere.id)
    uses = (by_name, by_training, by_dataset, by_character_set, by_score)
    for use in uses:
        with pytest.raises(InvalidInput, match="real person without a recorded consent"):
            use(room, picture)
    room.studio.identity.mark_real(elsewhere.id, CONSENT, SCOPE)
    assert all(use(room, picture) for use in uses)


def test_a_generation_that_waited_is_refused_when_the_consent_goes(room: Room) -> None:
    reference, picture = candidate(room)
    made = room.studio.generation.request(brief(room, references=[picture]))
    room.studio.identity.mark_real(reference)
    run_jobs(room.studio)
    after = room.studio.generation.get(made.id)
    assert after.status == "failed" and "real person" in after.error
    assert room.camera.requests == []


def test_accepted_references_are_offered_where_none_are_named(room: Room) -> None:
    reference, picture = candidate(room)
    room.studio.generation.request(brief(room))
    room.studio.identity.accept(reference)
    room.studio.generation.request(brief(room))
    room.studio.generation.request(brief(room, references=[]))
    preferences = replace(room.persona.profile.generation, use_references=False)
    profile = replace(room.persona.profile, generation=preferences)
    run_jobs(room.studio)
    room.studio.personas.revise(room.persona.id, profile, "by words alone", room.persona.version)
    room.studio.generation.request(brief(room))
    run_jobs(room.studio)
    data = room.studio.library.read(picture)
    seen = [(one.references, one.references_offered) for one in room.camera.requests]
    # The first was asked for before there was a reference and made when there was one.
    assert seen == [((data,), True), ((data,), True), ((), False), ((), False)]
    assert room.camera.requests[0].settings["references"] == [picture]


def test_a_trained_lora_is_used_as_a_new_revision(room: Room) -> None:
    identity = room.studio.identity
    assert len(identity.training_missing(room.persona.id)) == 2
    room.teacher.lacks = "install the trainer"
    reference, _ = candidate(room)
    identity.accept(reference)
    assert identity.training_missing(room.persona.id, "base") == ("Install the trainer.",)
    room.teacher.lacks = ""
    assert identity.training_missing(room.persona.id, "base") == ()
    first = identity.train_lora(room.persona.id, "base")
    run_jobs(room.studio)
    assert room.teacher.requests[0].pictures == [
        TrainingPicture(colour((200, 0, 0)), f"{first.trigger}, person")
    ]
    persona = identity.use_lora(first.id, room.persona.version, 0.8)
    [lora] = persona.profile.generation.loras
    assert (lora.weight, lora.trigger_words) == (0.8, (first.trigger,))
    assert lora.model == identity.loras(persona.id)[0].path
    assert (room.home / lora.model).is_file()
    second = identity.train_lora(room.persona.id, "base")
    with pytest.raises(IllegalTransition):
        identity.use_lora(second.id, persona.version)
    run_jobs(room.studio)
    again = identity.use_lora(second.id, persona.version)
    assert [one.model for one in again.profile.generation.loras] == [
        identity.loras(persona.id)[0].path
    ]


def test_the_mark_travels_with_the_archive(room: Room, tmp_path: Path) -> None:
    reference, picture = candidate(room)
    room.studio.identity.mark_real(reference, CONSENT, SCOPE)
    room.studio.identity.accept(reference)
    export = room.studio.portability.export_archive
    good = export(room.persona.id, {picture: "reference"})
    room.studio.identity.mark_real(reference)
    bad = export(room.persona.id, {picture: "reference"})
    for data, state in ((good, ReferenceState.ACCEPTED), (bad, ReferenceState.CANDIDATE)):
        with open_studio(home=tmp_path / state, queue="inline") as there:
            persona = there.portability.accept(there.portability.read(data))
            [image] = there.identity.references(persona.id).images
            assert image.state is state
            assert image.likeness == (Likeness(CONSENT, SCOPE) if data is good else Likeness())
            again = there.portability.export_archive(persona.id, {image.asset_id: "reference"})
            assert again == data
