"""When accounts are measured, and what becomes of the answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gator_engine.domain.accounts import AccountHealth
from gator_engine.domain.measuring import POINTS, due
from gator_engine.domain.metrics import Metric
from gator_engine.domain.work import JobState
from gator_engine.errors import AuthExpired, InvalidInput, NotFound, Transient
from gator_engine.ports import MetricReading
from tests.unit.analytics.world import World

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def world() -> World:
    return World()


def likes(remote_id: str, value: float) -> MetricReading:
    return MetricReading(remote_id, Metric.LIKES, value)


def test_a_young_post_waits_for_its_first_point() -> None:
    assert not due(NOON, None, NOON + 14 * MINUTE)
    assert due(NOON, None, NOON + 15 * MINUTE)


def test_the_sandbox_is_measured_after_a_minute() -> None:
    assert not due(NOON, None, NOON + MINUTE)
    assert due(NOON, None, NOON + MINUTE, sandbox=True)


@pytest.mark.parametrize("point", POINTS)
def test_every_point_is_due_once(point: timedelta) -> None:
    reached = NOON + point
    assert due(NOON, reached - MINUTE, reached)
    assert not due(NOON, reached, reached + MINUTE)


def test_points_that_were_slept_through_are_one_measurement() -> None:
    assert due(NOON, NOON + 16 * MINUTE, NOON + 8 * DAY)
    assert not due(NOON, NOON + 8 * DAY, NOON + 9 * DAY)


def test_nothing_is_due_before_publication_or_after_the_last_point() -> None:
    assert not due(NOON, None, NOON - HOUR)
    assert not due(NOON, NOON + 31 * DAY, NOON + 400 * DAY)


def test_plan_asks_once_per_point(world: World) -> None:
    world.account()
    world.publish("d1", ago=20 * MINUTE)
    assert list(world.analytics.plan()) == ["acc"]
    assert [(name, world.jobs.get(id_).subject_id) for name, id_, _ in world.queue.sent] == [
        ("measure", "acc")
    ]
    world.clock.advance(60)
    assert list(world.analytics.plan()) == []
    world.clock.advance(41 * 60)
    assert list(world.analytics.plan()) == ["acc"]


def test_plan_is_one_job_while_the_first_is_unfinished(world: World) -> None:
    world.account()
    world.publish("d1", ago=20 * MINUTE)
    world.analytics.plan()
    world.clock.advance(3600)
    world.analytics.plan()
    assert len(world.store.jobs) == 1


def test_plan_asks_again_for_a_point_reached_while_a_job_was_reading(world: World) -> None:
    world.account()
    world.publish("d1", ago=14 * MINUTE)
    job = world.analytics.refresh_now("acc")
    world.jobs.claim(job.id, "worker")
    world.clock.advance(120)
    assert list(world.analytics.plan()) == ["acc"]
    running = world.jobs.get(job.id)
    assert running.state is JobState.RUNNING
    world.jobs.succeed(running)
    world.clock.advance(30)
    world.analytics.plan()
    assert len(world.store.jobs) == 2


def test_plan_looks_at_the_database_every_ten_seconds_only(world: World) -> None:
    world.account()
    world.analytics.plan()
    for _ in range(9):
        world.clock.advance(1)
        world.analytics.plan()
    assert len(world.store.delivery_queries) == 1
    world.clock.advance(1)
    world.analytics.plan()
    first, second = world.store.delivery_queries
    assert first.since is not None and second.since is not None
    assert second.since - first.since > 30 * DAY, "only a full look goes back a month"


def test_plan_catches_up_on_old_posts_at_the_next_full_look(world: World) -> None:
    world.account()
    world.analytics.plan()
    world.publish("d1", ago=5 * DAY)
    world.clock.advance(60)
    assert list(world.analytics.plan()) == []
    world.clock.advance(300)
    assert list(world.analytics.plan()) == ["acc"]


def test_plan_leaves_out_accounts_that_cannot_be_read(world: World) -> None:
    world.account("auth", health=AccountHealth.NEEDS_AUTH)
    world.account("gone", health=AccountHealth.DISCONNECTED)
    world.account("foreign", platform="unknown")
    for account_id in ("auth", "gone", "foreign"):
        world.publish(f"d-{account_id}", ago=HOUR, account_id=account_id)
    assert list(world.analytics.plan()) == []


def test_plan_leaves_out_platforms_that_report_nothing(world: World) -> None:
    world.account()
    world.publish("d1", ago=HOUR)
    world.platform.capabilities.metrics = ()
    assert list(world.analytics.plan()) == []


def test_a_paused_account_is_still_measured(world: World) -> None:
    world.account(health=AccountHealth.PAUSED)
    world.publish("d1", ago=HOUR)
    assert list(world.analytics.plan()) == ["acc"]


def test_followers_are_read_daily_when_no_post_is_due(world: World) -> None:
    world.account()
    world.publish("d1", ago=10 * DAY)
    world.analytics.plan()
    for job in list(world.store.jobs.values()):
        claimed = world.jobs.claim(job.id, "worker")
        assert claimed is not None
        world.jobs.succeed(claimed)
    world.clock.advance(DAY.total_seconds() - 1)
    assert list(world.analytics.plan()) == []
    world.clock.advance(11)
    assert list(world.analytics.plan()) == ["acc"]


def test_refresh_refuses_an_unknown_account(world: World) -> None:
    with pytest.raises(NotFound):
        world.analytics.refresh_now("nobody")
    assert world.store.jobs == {}


def test_refresh_all_asks_for_every_readable_account(world: World) -> None:
    world.account("a")
    world.account("b", health=AccountHealth.NEEDS_AUTH)
    world.account("c")
    assert [job.subject_id for job in world.analytics.refresh_all()] == ["a", "c"]


def test_collect_stores_what_the_platform_says_and_nothing_else(world: World) -> None:
    world.account(sandbox=True)
    world.publish("d1", ago=HOUR)
    world.publish("d2", ago=HOUR)
    world.publish("other", ago=HOUR, account_id="other")
    world.platform.counts = [
        likes("remote-d1", 4),
        likes("somebody-else", 99),
        MetricReading("", Metric.FOLLOWERS, 12),
    ]
    assert world.analytics.collect("acc", world.run) == 2
    assert world.platform.asked == [("remote-d1", "remote-d2")]
    assert world.platform.refreshed == 1
    first, second = world.facts.appended
    assert (first.delivery_id, first.persona_id, first.metric, first.value) == (
        "d1",
        "nova",
        Metric.LIKES,
        4,
    )
    assert (second.delivery_id, second.persona_id, second.metric) == ("", "", Metric.FOLLOWERS)
    assert {s.simulated for s in world.facts.appended} == {True}
    assert {s.taken_at for s in world.facts.appended} == {world.clock.now()}


def test_numbers_of_a_real_account_are_not_marked_as_simulated(world: World) -> None:
    world.account()
    world.platform.counts = [MetricReading("", Metric.FOLLOWERS, 12)]
    world.analytics.collect("acc", world.run)
    assert [s.simulated for s in world.facts.appended] == [False]


def test_collect_reaches_the_last_point_and_not_older_posts(world: World) -> None:
    world.account()
    world.publish("last", ago=POINTS[-1] + HOUR)
    world.publish("old", ago=60 * DAY)
    world.publish("waiting", ago=HOUR, remote={})
    world.analytics.collect("acc", world.run)
    assert world.platform.asked == [("remote-last",)]


def test_collect_marks_an_account_that_is_not_let_in_any_more(world: World) -> None:
    world.account()
    world.platform.failure = AuthExpired("birdsong", "metrics", "token revoked")
    with pytest.raises(AuthExpired):
        world.analytics.collect("acc", world.run)
    marked = world.store.accounts["acc"]
    assert marked.health is AccountHealth.NEEDS_AUTH
    assert "token revoked" in marked.health_reason
    assert world.facts.appended == []


def test_other_failures_go_up_and_mark_nothing(world: World) -> None:
    world.account()
    world.platform.failure = Transient("birdsong", "metrics", "down")
    with pytest.raises(Transient):
        world.analytics.collect("acc", world.run)
    assert world.store.accounts["acc"].health is AccountHealth.OK


def test_collect_names_a_platform_without_connector(world: World) -> None:
    world.account(platform="elsewhere")
    with pytest.raises(InvalidInput, match="platform"):
        world.analytics.collect("acc", world.run)
