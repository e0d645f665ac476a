"""Composer, review, calendar and accounts."""

from __future__ import annotations

from datetime import date, time

from gator_engine import Approval, Delivery, DeliveryQuery, DeliveryState, Studio
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, words
from tests.pages.seeded import Seeded

S = DeliveryState


def delivery(seeded: Seeded, state: DeliveryState) -> Delivery:
    """The seeded delivery in that state."""
    return seeded.deliveries[state]


def test_the_preview_shows_what_is_being_typed_and_counts_it(
    seeded: Seeded, open_page: Open
) -> None:
    page = open_page("schedule", post=seeded.in_review.id)
    field(page, "text_area", "Text").set_value("word " * 70).run()
    assert_calm(page)
    said = words(page)
    assert "of 300" in said
    assert "too many" in said
    assert not button(page, "Save").disabled


def test_text_of_a_person_never_becomes_markup(seeded: Seeded, open_page: Open) -> None:
    page = open_page("schedule", post=seeded.in_review.id)
    field(page, "text_area", "Text").set_value("<script>alert(1)</script> & co").run()
    bodies = [one.proto.body for one in page.get("html") if "g-preview" in one.proto.body]
    bodies = [body for body in bodies if "<style>" not in body]
    assert bodies
    assert all("<script>" not in body for body in bodies)
    assert any("&lt;script&gt;" in body for body in bodies)


def test_approval_and_the_way_back(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    page = open_page("schedule", post=seeded.in_review.id)
    button(page, "Send it back").click().run()
    assert "say what should change" in words(page)
    field(page, "text_area", "What should change").set_value("Softer, please").run()
    button(page, "Send it back").click().run()
    assert_calm(page)
    assert studio.composing.get(seeded.in_review.id).approval is Approval.CHANGES_REQUESTED
    assert "Softer, please" in words(page)


def test_a_time_that_the_clocks_skip_is_refused_by_name(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("schedule", post=seeded.approved.id)
    before = len(studio.scheduling.calendar(DeliveryQuery(post_id=seeded.approved.id)))
    field(page, "date_input", "Day").set_value(date(2027, 3, 28)).run()
    field(page, "time_input", "Time").set_value(time(2, 30)).run()
    field(page, "selectbox", "Time zone").set_value("Europe/Berlin").run()
    button(page, "Schedule").click().run()
    assert_calm(page)
    assert "does not exist in Europe/Berlin" in words(page)
    assert field(page, "time_input", "Time").value == time(2, 30)
    assert len(studio.scheduling.calendar(DeliveryQuery(post_id=seeded.approved.id))) == before


def test_an_hour_that_happens_twice_asks_which(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("schedule", post=seeded.approved.id)
    field(page, "date_input", "Day").set_value(date(2027, 10, 31)).run()
    field(page, "time_input", "Time").set_value(time(2, 30)).run()
    field(page, "selectbox", "Time zone").set_value("Europe/Berlin").run()
    button(page, "Schedule").click().run()
    page.radio[0].set_value(1).run()
    button(page, "Schedule").click().run()
    assert_calm(page)
    planned = [one.due_at.isoformat() for one in studio.scheduling.calendar()]
    assert "2027-10-31T01:30:00+00:00" in planned


def test_a_refused_delivery_says_why_and_can_be_tried_again(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    refused = delivery(seeded, S.REJECTED)
    page = open_page("schedule", delivery=refused.id)
    assert "the text is too long" in words(page)
    button(page, "Try again now").click().run()
    assert_calm(page)
    assert studio.publishing.get(refused.id).state is S.SCHEDULED


def test_a_person_settles_what_nobody_can_tell(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    unsure = delivery(seeded, S.NEEDS_HUMAN)
    page = open_page("schedule", delivery=unsure.id)
    assert button(page, "It is out").disabled
    field(page, "text_input", "It is out, at this address").set_value("https://s.example/1").run()
    button(page, "It is out").click().run()
    assert_calm(page)
    assert studio.publishing.get(unsure.id).state is S.PUBLISHED


def test_taking_a_delivery_off_the_calendar(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    planned = delivery(seeded, S.SCHEDULED)
    page = open_page("schedule", delivery=planned.id)
    button(page, "Yes, take it off").click().run()
    assert_calm(page)
    assert studio.publishing.get(planned.id).state is S.CANCELLED


def test_pausing_an_account_can_be_undone(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    page = open_page("accounts")
    button(page, "Pause").click().run()
    assert "paused" in {account.health.value for account in studio.accounts.list()}
    button(page, "Undo").click().run()
    assert "paused" not in {account.health.value for account in studio.accounts.list()}


def test_a_weekly_time_that_is_none_is_refused_and_kept(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("accounts")
    field(page, "text_input", "Monday").set_value("09:00, 25:00").run()
    button(page, "Save times").click().run()
    assert_calm(page)
    assert "HH:MM" in words(page)
    assert field(page, "text_input", "Monday").value == "09:00, 25:00"
    assert all(not studio.accounts.slots(account.id) for account in studio.accounts.list())


def test_an_account_form_names_the_missing_field(open_page: Open) -> None:
    page = open_page("accounts")
    button(page, "Connect").click().run()
    assert_calm(page)
    assert "is missing" in words(page)


def test_without_the_sandbox_the_button_says_what_to_start(open_page: Open) -> None:
    page = open_page("accounts")
    sandbox = next(one for one in page.button if one.label.endswith("sandbox"))
    sandbox.click().run()
    assert_calm(page)
    assert "A part of the studio does not answer" in words(page)
