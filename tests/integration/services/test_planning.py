"""From a persona to the calendar: what is refused, by which name, and what is kept."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine import (
    Approval,
    DeliveryState,
    IllegalTransition,
    InvalidInput,
    NotFound,
    Rating,
    StaleWrite,
)
from gator_engine.domain.accounts import AccountHealth
from tests.integration.services.conftest import Desk

S = DeliveryState


def test_a_handle_is_taken_once(desk: Desk) -> None:
    with pytest.raises(InvalidInput, match="taken") as caught:
        desk.studio.personas.create(desk.persona.profile)
    assert caught.value.field == "identity.handle"


def test_a_revision_keeps_the_one_before_and_two_writers_do_not_mix(desk: Desk) -> None:
    personas, first = desk.studio.personas, desk.persona
    renamed = replace(first.profile, identity=replace(first.profile.identity, name="Luna R."))
    second = personas.revise(first.id, renamed, "shorter name", first.version)
    assert [r.number for r in personas.revisions(first.id)] == [2, 1]
    older = replace(first.profile, identity=replace(first.profile.identity, name="L."))
    with pytest.raises(StaleWrite):
        personas.revise(first.id, older, "from an old page", first.version)
    back = personas.restore_revision(personas.revisions(first.id)[-1].id, second.version)
    assert (back.profile, back.revision.number) == (first.profile, 3)


def test_an_unchanged_profile_makes_no_revision(desk: Desk) -> None:
    same = desk.studio.personas.revise(desk.persona.id, desk.persona.profile, "", 1)
    assert same.revision.number == 1


def test_only_an_approved_post_is_scheduled_and_an_edit_takes_the_approval_back(
    desk: Desk,
) -> None:
    composing, scheduling = desk.studio.composing, desk.studio.scheduling
    post = composing.draft(desk.persona.id, "Hello")
    with pytest.raises(IllegalTransition, match="draft"):
        scheduling.post_now(post.id, [desk.account_id])
    composing.submit(post.id)
    changes = composing.request_changes(post.id, "warmer, please")
    assert (changes.approval, changes.review_comment) == (
        Approval.CHANGES_REQUESTED,
        "warmer, please",
    )
    composing.submit(post.id)
    approved = composing.approve(post.id)
    edited = composing.save(replace(approved, text="Hello!"), approved.version)
    assert edited.approval is Approval.DRAFT
    with pytest.raises(StaleWrite):
        composing.save(replace(approved, text="Hi"), approved.version)


def test_a_rejection_needs_a_reason(desk: Desk) -> None:
    post = desk.studio.composing.submit(desk.studio.composing.draft(desk.persona.id, "Hi").id)
    with pytest.raises(InvalidInput) as caught:
        desk.studio.composing.request_changes(post.id, "  ")
    assert caught.value.field == "comment"


@pytest.mark.parametrize(
    ("local_time", "timezone", "field"),
    [
        ("2026-11-22T11:00", "UTC", "local_time"),
        ("2027-03-28T02:30", "Europe/Berlin", "local_time"),
        ("2026-12-01T09:00", "Atlantis/Capital", "timezone"),
    ],
)
def test_impossible_times_are_refused(
    desk: Desk, local_time: str, timezone: str, field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.scheduling.schedule(desk.approved().id, [desk.account_id], local_time, timezone)
    assert caught.value.field == field
    assert desk.studio.scheduling.calendar() == []


def test_what_the_platform_would_refuse_is_refused_when_scheduling(desk: Desk) -> None:
    post = desk.approved("x" * 101)
    preview = desk.studio.composing.preview(post, desk.account_id)
    assert (preview.measure.over, [p.field for p in preview.problems]) == (1, ["text"])
    with pytest.raises(InvalidInput, match="limit: 100"):
        desk.studio.scheduling.post_now(post.id, [desk.account_id])


def test_a_rating_beyond_the_boundaries_is_refused(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.composing.draft(desk.persona.id, "Hi", rating=Rating.EXPLICIT)
    assert caught.value.field == "rating"


def test_the_same_post_does_not_go_to_an_account_twice_at_one_time(desk: Desk) -> None:
    post = desk.approved()
    desk.studio.scheduling.schedule(post.id, [desk.account_id], "2026-12-01T09:00", "UTC")
    with pytest.raises(InvalidInput):
        desk.studio.scheduling.schedule(post.id, [desk.account_id], "2026-12-01T09:00", "UTC")


def test_a_delivery_moves_on_the_calendar_and_can_be_cancelled(desk: Desk) -> None:
    scheduling = desk.studio.scheduling
    [delivery] = scheduling.schedule(
        desk.approved().id, [desk.account_id], "2026-12-01T09:00", "Europe/Berlin"
    )
    assert delivery.due_at.hour == 8
    moved = scheduling.reschedule(delivery.id, "2026-12-02T10:00", "Europe/Berlin")
    assert (moved.due_at.day, moved.due_at.hour) == (2, 9)
    assert scheduling.cancel(delivery.id).state is S.CANCELLED
    with pytest.raises(IllegalTransition):
        scheduling.cancel(delivery.id)


def test_disconnecting_forgets_the_credentials_and_cancels_what_was_planned(desk: Desk) -> None:
    [delivery] = desk.studio.scheduling.schedule(
        desk.approved().id, [desk.account_id], "2026-12-01T09:00", "UTC"
    )
    desk.studio.accounts.disconnect(desk.account_id)
    assert desk.state(delivery) is S.CANCELLED
    assert desk.studio.accounts.list() == []
    assert desk.studio.accounts.get(desk.account_id).health is AccountHealth.DISCONNECTED
    with pytest.raises(InvalidInput, match="disconnected"):
        desk.studio.scheduling.post_now(desk.approved().id, [desk.account_id])


def test_slots_are_checked_and_the_next_free_one_is_found(desk: Desk) -> None:
    accounts, scheduling = desk.studio.accounts, desk.studio.scheduling
    with pytest.raises(InvalidInput):
        accounts.set_slots(desk.account_id, [(7, "09:00")])
    assert scheduling.next_free_slot(desk.account_id) is None
    accounts.set_slots(desk.account_id, [(0, "09:00"), (2, "18:30")])
    free = scheduling.next_free_slot(desk.account_id)
    assert free is not None
    assert f"{free:%a %H:%M}" == "Mon 09:00"
    scheduling.schedule(desk.approved().id, [desk.account_id], f"{free:%Y-%m-%dT%H:%M}", "UTC")
    after = scheduling.next_free_slot(desk.account_id)
    assert after is not None
    assert f"{after:%a %H:%M}" == "Wed 18:30"


def test_a_slot_is_kept_for_a_pillar_of_a_persona(desk: Desk) -> None:
    accounts, scheduling, persona = desk.studio.accounts, desk.studio.scheduling, desk.persona
    accounts.set_slots(desk.account_id, [(0, "09:00"), (2, "18:30")])
    monday = accounts.slots(desk.account_id)[0]
    pillar = persona.profile.pillars[0].name
    with pytest.raises(InvalidInput, match="pillar"):
        accounts.keep_slot_for(desk.account_id, monday.id, persona.id, "no such thing")
    with pytest.raises(NotFound):
        accounts.keep_slot_for(desk.account_id, "nothing", persona.id)
    accounts.keep_slot_for(desk.account_id, monday.id, persona.id, pillar)
    accounts.set_slots(desk.account_id, [(0, "09:00"), (2, "18:30"), (4, "07:00")])
    first = accounts.slots(desk.account_id)[0]
    assert (first.id, first.persona_id, first.pillar) == (monday.id, persona.id, pillar)

    def free(*who: str) -> str:
        found = scheduling.next_free_slot(desk.account_id, *who)
        return f"{found:%a %H:%M}"

    assert free() == free(persona.id, pillar) == "Mon 09:00"
    assert free(persona.id) == free("somebody else") == "Wed 18:30"
    accounts.keep_slot_for(desk.account_id, monday.id, None)
    assert free("somebody else") == "Mon 09:00"


def test_home_shows_what_needs_a_person(desk: Desk) -> None:
    desk.studio.composing.submit(desk.studio.composing.draft(desk.persona.id, "Hi").id)
    [late] = desk.studio.scheduling.post_now(desk.approved().id, [desk.account_id])
    desk.clock.advance(hours=2)
    desk.studio.publishing.sweep()
    view = desk.studio.home.overview()
    assert [post.text for post in view.to_review] == ["Hi"]
    assert [delivery.id for delivery in view.troubled] == [late.id]


def test_every_change_is_in_the_audit_trail(desk: Desk) -> None:
    post = desk.approved()
    with desk.studio.store.read() as uow:
        verbs = [event.verb for event in uow.audit.list(subject_id=post.id)]
    assert verbs == ["approved", "draft"]
