"""What every FactStore keeps to. `FACT_STORES` names the implementations."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gator_engine.adapters.warehouse.facts import ParquetFacts
from gator_engine.domain.metrics import AnalyticsQuery, Metric, Snapshot, TrendPoint
from gator_engine.errors import InvalidInput
from gator_engine.ports import FactStore

FACT_STORES: dict[str, Callable[[Path], FactStore]] = {"parquet": ParquetFacts}
DAY = timedelta(days=1)
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = AnalyticsQuery(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


@pytest.fixture(params=FACT_STORES)
def facts(request: pytest.FixtureRequest, tmp_path: Path) -> FactStore:
    return FACT_STORES[request.param](tmp_path / "facts")


def count(value: float, at: datetime = NOON, **changes: object) -> Snapshot:
    likes = Snapshot(at, "birdsong", "acc", "nova", "d1", Metric.LIKES, value)
    return replace(likes, **changes)


def follower_count(value: float, at: datetime = NOON, **changes: object) -> Snapshot:
    return count(value, at, metric=Metric.FOLLOWERS, delivery_id="", persona_id="", **changes)


def test_an_empty_store_answers_with_nothing(facts: FactStore) -> None:
    assert list(facts.trend(MARCH)) == []
    assert list(facts.results(MARCH)) == []
    assert list(facts.followers(MARCH)) == []
    assert not facts.measured(MARCH)
    assert facts.relation().df().empty
    assert "taken_at" in facts.relation().columns


def test_appending_nothing_writes_nothing(facts: FactStore, tmp_path: Path) -> None:
    facts.append([])
    assert not (tmp_path / "facts").exists()


def test_the_first_value_and_then_the_differences_are_gained(facts: FactStore) -> None:
    facts.append([count(4)])
    facts.append([count(7, NOON + timedelta(hours=1))])
    facts.append([count(9, NOON + DAY)])
    assert list(facts.trend(MARCH)) == [
        TrendPoint("2026-03-10", "birdsong", Metric.LIKES, 7.0),
        TrendPoint("2026-03-11", "birdsong", Metric.LIKES, 2.0),
    ]


def test_days_are_cut_at_midnight_utc(facts: FactStore) -> None:
    midnight = datetime(2026, 3, 11, tzinfo=UTC)
    facts.append([count(1, midnight - timedelta(microseconds=1)), count(3, midnight)])
    assert [(p.day, p.gained) for p in facts.trend(MARCH)] == [("2026-03-10", 1), ("2026-03-11", 2)]


def test_a_period_starts_from_the_value_before_it(facts: FactStore) -> None:
    facts.append([count(100, MARCH.since - DAY)])
    facts.append([count(103)])
    assert [point.gained for point in facts.trend(MARCH)] == [3.0]


def test_the_end_of_a_period_is_exclusive(facts: FactStore) -> None:
    facts.append([count(1, MARCH.until - timedelta(seconds=1)), count(9, MARCH.until)])
    assert [point.gained for point in facts.trend(MARCH)] == [1.0]
    assert [result.counts for result in facts.results(MARCH)] == [{Metric.LIKES: 1.0}]


def test_counts_that_go_down_are_kept(facts: FactStore) -> None:
    facts.append([count(10)])
    facts.append([count(6, NOON + DAY)])
    assert [point.gained for point in facts.trend(MARCH)] == [10.0, -4.0]
    assert facts.results(MARCH)[0].counts == {Metric.LIKES: 6.0}


def test_a_measured_zero_is_a_point_and_no_measurement_is_none(facts: FactStore) -> None:
    facts.append([count(0)])
    assert [point.gained for point in facts.trend(MARCH)] == [0.0]
    assert facts.results(MARCH)[0].counts == {Metric.LIKES: 0.0}


def test_the_same_measurement_twice_counts_once_and_the_last_written_wins(
    facts: FactStore,
) -> None:
    facts.append([count(5), count(6)])
    facts.append([count(8)])
    assert [point.gained for point in facts.trend(MARCH)] == [8.0]
    assert list(facts.relation().df()["value"]) == [8.0]


def test_results_are_the_latest_counts_strongest_engagement_first(facts: FactStore) -> None:
    later = NOON + timedelta(hours=2)
    facts.append([count(3), count(900, metric=Metric.VIEWS), count(5, delivery_id="d2")])
    facts.append([count(4, later), count(2, later, metric=Metric.SHARES)])
    first, second = facts.results(MARCH)
    assert (first.delivery_id, first.engagement, first.measured_at) == ("d1", 6.0, later)
    assert first.counts == {Metric.LIKES: 4.0, Metric.SHARES: 2.0, Metric.VIEWS: 900.0}
    assert (second.delivery_id, second.account_id, second.persona_id) == ("d2", "acc", "nova")


def test_results_keep_to_the_limit_and_to_the_deliveries_asked_for(facts: FactStore) -> None:
    facts.append([count(n, delivery_id=f"d{n}") for n in range(6)])
    assert [r.delivery_id for r in facts.results(MARCH, limit=2)] == ["d5", "d4"]
    few = facts.results(MARCH, delivery_ids=["d1", "d3", "gone"])
    assert [result.delivery_id for result in few] == ["d3", "d1"]
    assert list(facts.results(MARCH, delivery_ids=[])) == []


def test_filters_of_persona_platform_and_simulation(facts: FactStore) -> None:
    facts.append(
        [
            count(1),
            count(2, delivery_id="d2", persona_id="rex"),
            count(4, delivery_id="d3", platform="piazza"),
            count(8, delivery_id="d4", simulated=True),
        ]
    )

    def gained(**filters: object) -> float:
        return sum(point.gained for point in facts.trend(replace(MARCH, **filters)))

    assert gained() == 15.0
    assert gained(persona_id="rex") == 2.0
    assert gained(platform="piazza") == 4.0
    assert gained(simulated=True) == 8.0
    assert gained(simulated=False) == 7.0
    assert [r.simulated for r in facts.results(replace(MARCH, simulated=True))] == [True]


def test_followers_are_the_last_count_of_each_day_and_account(facts: FactStore) -> None:
    facts.append([follower_count(10), follower_count(12, NOON + timedelta(hours=3))])
    facts.append([follower_count(15, NOON + DAY), follower_count(2, account_id="other")])
    counted = [(s.account_id, s.taken_at, s.value) for s in facts.followers(MARCH)]
    assert counted == [
        ("acc", NOON + timedelta(hours=3), 12.0),
        ("acc", NOON + DAY, 15.0),
        ("other", NOON, 2.0),
    ]
    assert facts.followers(MARCH)[0].metric is Metric.FOLLOWERS
    assert facts.followers(MARCH)[0].taken_at.utcoffset() == timedelta(0)


def test_followers_of_a_persona_are_those_of_the_accounts_it_posts_to(facts: FactStore) -> None:
    facts.append([count(1, MARCH.since - 40 * DAY)])
    facts.append([follower_count(10), follower_count(99, account_id="other")])
    assert [s.value for s in facts.followers(replace(MARCH, persona_id="nova"))] == [10.0]


def test_followers_do_not_count_as_engagement_of_a_post(facts: FactStore) -> None:
    facts.append([follower_count(10)])
    assert list(facts.trend(MARCH)) == []
    assert list(facts.results(MARCH)) == []
    assert facts.measured(MARCH)


def test_measured_looks_inside_the_period_only(facts: FactStore) -> None:
    facts.append([count(1, MARCH.until)])
    assert not facts.measured(MARCH)


def test_the_relation_becomes_a_data_frame_with_utc_times(facts: FactStore) -> None:
    facts.append([count(1)])
    frame = facts.relation().df()
    assert frame.loc[0, "taken_at"].to_pydatetime() == NOON
    assert frame.loc[0, "metric"] == "likes"
    assert "written_at" not in frame.columns


def test_what_cannot_be_stored_is_refused_by_name(facts: FactStore) -> None:
    with pytest.raises(InvalidInput, match="value: likes is nan"):
        facts.append([count(1), count(float("nan"))])
    with pytest.raises(InvalidInput, match="taken_at"):
        facts.append([count(1, datetime(2026, 3, 10))])  # noqa: DTZ001
    assert not facts.measured(MARCH)


def test_a_period_that_ends_before_it_begins_is_refused(facts: FactStore) -> None:
    with pytest.raises(InvalidInput, match="until"):
        facts.trend(AnalyticsQuery(NOON, NOON))
