"""What analytics says about a period."""

from __future__ import annotations

import csv
from dataclasses import replace
from datetime import timedelta
from io import StringIO

import pytest

from gator_engine.domain.metrics import AnalyticsQuery, Metric, Snapshot, TrendPoint
from gator_engine.services.analytics import Headline
from tests.unit.analytics.world import World, result

DAY = timedelta(days=1)


@pytest.fixture
def world() -> World:
    world = World()
    world.account()
    return world


@pytest.fixture
def week(world: World) -> AnalyticsQuery:
    return AnalyticsQuery(world.clock.now() - 7 * DAY, world.clock.now())


def gained(metric: Metric, value: float) -> TrendPoint:
    return TrendPoint("2026-03-01", "birdsong", metric, value)


def followers(world: World, account_id: str, value: float) -> Snapshot:
    at = world.clock.now()
    return Snapshot(at, "birdsong", account_id, "", "", Metric.FOLLOWERS, value)


def test_an_unmeasured_period_has_no_numbers_but_knows_what_was_published(
    world: World, week: AnalyticsQuery
) -> None:
    world.publish("d1", ago=DAY)
    overview = world.analytics.overview(week)
    assert overview.posts == Headline(1, 0)
    assert overview.engagement == Headline(None, None)
    assert overview.per_post.value is None
    assert overview.followers == Headline(None, None)
    assert overview.measured_at is None
    assert not overview.gained


def test_engagement_sums_its_metrics_and_compares_with_the_period_before(
    world: World, week: AnalyticsQuery
) -> None:
    world.facts.trends = {
        week.since: [gained(Metric.LIKES, 5), gained(Metric.SHARES, 2), gained(Metric.VIEWS, 90)],
        week.since - 7 * DAY: [gained(Metric.LIKES, 10)],
    }
    overview = world.analytics.overview(week)
    assert overview.engagement == Headline(7, 10)
    assert overview.engagement.change == -3
    assert overview.gained == {Metric.LIKES: 5, Metric.SHARES: 2, Metric.VIEWS: 90}


def test_a_change_needs_both_periods() -> None:
    assert Headline(7, None).change is None
    assert Headline(None, 7).change is None
    assert Headline(0, 0).change == 0


def test_views_alone_are_no_engagement(world: World, week: AnalyticsQuery) -> None:
    world.publish("d1", ago=DAY)
    world.facts.trends = {week.since: [gained(Metric.VIEWS, 90)]}
    world.facts.counted = {week.since: [result("d1", world.clock.now(), views=90)]}
    overview = world.analytics.overview(week)
    assert overview.engagement.value is None
    assert overview.per_post.value is None
    (post,) = world.analytics.top_posts(week)
    assert post.engagement is None


def test_per_post_is_the_mean_of_the_posts_of_the_period(
    world: World, week: AnalyticsQuery
) -> None:
    now = world.clock.now()
    world.publish("d1", ago=DAY)
    world.publish("d2", ago=DAY)
    world.publish("before", ago=20 * DAY)
    counted = [result("d1", now, likes=4), result("d2", now, likes=1, views=9)]
    world.facts.counted = {week.since: [result("before", now, likes=100), *counted]}
    overview = world.analytics.overview(week)
    assert overview.per_post.value == 2.5
    assert overview.measured_at == now


def test_followers_are_added_up_over_accounts(world: World, week: AnalyticsQuery) -> None:
    world.facts.followed = {
        week.since: [followers(world, "acc", 10), followers(world, "b", 5)],
        week.since - 7 * DAY: [followers(world, "acc", 8), followers(world, "b", 4)],
    }
    assert world.analytics.overview(week).followers == Headline(15, 12)


def test_a_newly_measured_account_is_not_growth(world: World, week: AnalyticsQuery) -> None:
    world.facts.followed = {
        week.since: [followers(world, "acc", 10), followers(world, "b", 5000)],
        week.since - 7 * DAY: [followers(world, "acc", 8)],
    }
    assert world.analytics.overview(week).followers == Headline(5010, None)


def test_top_posts_carry_what_is_needed_to_recognise_them(
    world: World, week: AnalyticsQuery
) -> None:
    now = world.clock.now()
    world.publish("d1", ago=DAY)
    world.publish("bare", ago=DAY)
    world.publish("before", ago=20 * DAY)
    rows = [result(id_, now, likes=5) for id_ in ("before", "d1", "bare")]
    world.facts.counted = {week.since: rows}
    first, second = world.analytics.top_posts(week)
    assert (first.text, first.handle, first.engagement) == ("Post d1", "nova_acc", 5)
    assert first.remote_url == "https://birdsong.test/d1"
    assert first.published_at == now - DAY
    assert first.thumbnail_asset_id == "asset-d1"
    assert second.thumbnail_asset_id is None
    assert len(world.analytics.top_posts(week, limit=1)) == 1


def test_posts_are_counted_by_platform_persona_and_world(
    world: World, week: AnalyticsQuery
) -> None:
    world.account("sand", sandbox=True)
    world.publish("d1", ago=DAY)
    world.publish("d2", ago=DAY, account_id="sand")
    world.publish("d3", ago=DAY, persona_id="rex")
    world.publish("d4", ago=DAY, platform="piazza")

    def posts(**filters: object) -> float | None:
        query = AnalyticsQuery(week.since, week.until, **filters)
        return world.analytics.overview(query).posts.value

    assert posts() == 4
    assert posts(persona_id="rex") == 1
    assert posts(platform="piazza") == 1
    assert posts(simulated=True) == 1
    assert posts(simulated=False) == 3


def test_a_late_post_counts_when_it_was_published(world: World, week: AnalyticsQuery) -> None:
    due_at = week.since - timedelta(hours=1)
    world.publish("late", due_at=due_at, published_at=week.since)
    assert world.analytics.overview(week).posts == Headline(1, 0)


@pytest.mark.parametrize(
    ("kinds", "asked", "simulated", "real"),
    [
        (set(), None, False, False),
        ({True}, None, True, False),
        ({False}, None, False, True),
        ({True, False}, None, True, True),
        ({True, False}, True, True, False),
        ({True, False}, False, False, True),
        ({False}, True, False, False),
    ],
)
def test_simulated_numbers_are_told_from_real_ones(
    world: World,
    week: AnalyticsQuery,
    kinds: set[bool],
    asked: bool | None,
    simulated: bool,
    real: bool,
) -> None:
    world.facts.kinds = kinds
    query = AnalyticsQuery(week.since, week.until, simulated=asked)
    assert world.analytics.any_simulated(query) is simulated
    assert world.analytics.any_real(query) is real
    assert world.analytics.overview(query).any_simulated is simulated


def test_the_notebook_gets_every_snapshot(world: World) -> None:
    world.platform.counts = []
    world.facts.appended = [followers(world, "acc", 3)]
    assert world.analytics.relation() == world.facts.appended


def test_the_spreadsheet_leaves_unreported_metrics_empty(
    world: World, week: AnalyticsQuery
) -> None:
    now = world.clock.now()
    world.publish("d1", ago=DAY)
    world.store.posts["post-d1"] = replace(world.store.posts["post-d1"], text='Two\n"lines"')
    world.facts.counted = {week.since: [result("d1", now, likes=5)]}
    (row,) = csv.DictReader(StringIO(world.analytics.export_csv(week)))
    assert (row["likes"], row["views"], row["text"]) == ("5", "", 'Two\n"lines"')
    assert (row["simulated"], row["measured_at"]) == ("false", now.isoformat())
    assert row["url"] == "https://birdsong.test/d1"
