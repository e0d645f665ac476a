"""Analytics shows what was measured, says what was simulated, and what to do when nothing is."""

from __future__ import annotations

from datetime import timedelta

from gator_engine import DeliveryState, Metric, Snapshot, Studio
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, words
from tests.pages.seeded import Seeded


def measure(studio: Studio, seeded: Seeded, *, simulated: bool = True) -> None:
    """The published delivery got 9 likes and 3 shares, and its account has 120 followers."""
    delivery = seeded.deliveries[DeliveryState.PUBLISHED]
    at = studio.clock.now() - timedelta(minutes=5)

    def count(metric: Metric, value: float, delivery_id: str) -> Snapshot:
        persona = delivery.persona_id if delivery_id else ""
        return Snapshot(
            at,
            delivery.platform,
            delivery.account_id,
            persona,
            delivery_id,
            metric,
            value,
            simulated,
        )

    studio.facts.append(
        [
            count(Metric.LIKES, 9, delivery.id),
            count(Metric.SHARES, 3, delivery.id),
            count(Metric.FOLLOWERS, 120, ""),
        ]
    )


def test_an_empty_studio_points_to_the_schedule(open_page: Open) -> None:
    page = open_page("analytics")
    assert_calm(page)
    assert "Nothing went out in this period" in words(page)
    assert not page.metric


def test_what_is_out_but_not_measured_can_be_measured_now(
    seeded: Seeded, studio: Studio, open_page: Open
) -> None:
    page = open_page("analytics")
    assert_calm(page)
    assert "Published, not measured yet" in words(page)
    button(page, "Measure now").click().run()
    assert_calm(page)
    readable = {account.id for account in seeded.accounts if account.health == "ok"}
    assert {job.subject_id for job in studio.jobs.list() if job.name == "measure"} == readable


def test_numbers_of_the_sandbox_are_called_simulated(
    seeded: Seeded, studio: Studio, open_page: Open
) -> None:
    measure(studio, seeded)
    page = open_page("analytics")
    assert_calm(page)
    said = words(page)
    assert "Simulated" in said
    assert "not from real people" in said
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown == {
        "Posts published": "1",
        "Engagement gained": "12",
        "Per post": "12.0",
        "Followers": "120",
    }
    assert "Engagement gained between" in said
    assert "Third glaze test. Closer, though." in said
    assert "studio.analytics.relation().df()" in said


def test_real_numbers_are_not_called_simulated(
    seeded: Seeded, studio: Studio, open_page: Open
) -> None:
    measure(studio, seeded, simulated=False)
    page = open_page("analytics")
    assert_calm(page)
    assert "Simulated" not in words(page)


def test_real_and_simulated_numbers_are_never_added_up(
    seeded: Seeded, studio: Studio, open_page: Open
) -> None:
    measure(studio, seeded)
    measure(studio, seeded, simulated=False)
    delivery = seeded.deliveries[DeliveryState.PUBLISHED]
    other = Snapshot(
        studio.clock.now(), delivery.platform, "real", "", "", Metric.FOLLOWERS, 5, False
    )
    studio.facts.append([other])
    page = open_page("analytics")
    assert_calm(page)
    followers = next(metric for metric in page.metric if metric.label == "Followers")
    assert followers.value == "125"
    assert "Simulated" not in words(page)


def test_a_number_that_was_not_measured_is_a_dash(
    seeded: Seeded, studio: Studio, open_page: Open
) -> None:
    delivery = seeded.deliveries[DeliveryState.PUBLISHED]
    at = studio.clock.now()
    studio.facts.append(
        [Snapshot(at, delivery.platform, delivery.account_id, "", "", Metric.FOLLOWERS, 7, True)]
    )
    page = open_page("analytics")
    assert_calm(page)
    shown = {metric.label: metric.value for metric in page.metric}
    assert shown["Engagement gained"] in ("—", "–", "None", "")
    assert shown["Followers"] == "7"
    assert "No engagement was measured in this period." in words(page)
