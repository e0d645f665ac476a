"""Wall-clock intent to UTC: gaps, folds, zones, bounds, slots."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from gator_engine.domain.schedule import (
    future_instant,
    next_slot,
    resolve_local,
    to_local_text,
)
from gator_engine.errors import InvalidInput

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def test_the_same_wall_clock_time_moves_in_utc_over_daylight_saving() -> None:
    before = resolve_local("2026-10-24T09:00", "Europe/Berlin")
    after = resolve_local("2026-10-26T09:00", "Europe/Berlin")
    assert (before.hour, after.hour) == (7, 8)


def test_a_time_the_clocks_skip_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput, match="does not exist in Europe/Berlin") as caught:
        resolve_local("2027-03-28T02:30", "Europe/Berlin")
    assert caught.value.field == "local_time"


def test_a_time_that_happens_twice_is_asked_about_and_then_obeyed() -> None:
    with pytest.raises(InvalidInput, match="happens twice"):
        resolve_local("2027-10-31T02:30", "Europe/Berlin")
    first = resolve_local("2027-10-31T02:30", "Europe/Berlin", fold=0)
    second = resolve_local("2027-10-31T02:30", "Europe/Berlin", fold=1)
    assert second - first == timedelta(hours=1)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "CEST", "../etc/passwd"])
def test_an_unknown_zone_is_refused(zone: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve_local("2027-01-01T09:00", zone)
    assert caught.value.field == "timezone"


@pytest.mark.parametrize("text", ["tomorrow", "2027-13-01T09:00", "2027-01-01T09:00+01:00", ""])
def test_what_is_not_a_wall_clock_time_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        resolve_local(text, "UTC")
    assert caught.value.field == "local_time"


def test_the_past_is_refused_but_a_slowly_filled_form_is_not() -> None:
    assert future_instant("2026-11-22T11:59", "UTC", NOW) == NOW - timedelta(minutes=1)
    with pytest.raises(InvalidInput, match="past"):
        future_instant("2026-11-22T11:00", "UTC", NOW)
    with pytest.raises(InvalidInput, match="too far"):
        future_instant("2029-11-22T11:00", "UTC", NOW)


def test_local_text_round_trips() -> None:
    due = resolve_local("2026-12-24T18:30", "America/New_York")
    assert to_local_text(due, "America/New_York") == "2026-12-24T18:30"


def test_the_next_free_slot_skips_taken_ones_and_gaps() -> None:
    monday_nine = [(0, "09:00")]
    first = next_slot(monday_nine, "UTC", NOW, frozenset())
    assert first == datetime(2026, 11, 23, 9, tzinfo=UTC)
    second = next_slot(monday_nine, "UTC", NOW, frozenset({first}))
    assert second == datetime(2026, 11, 30, 9, tzinfo=UTC)
    before_gap = datetime(2027, 3, 27, 12, tzinfo=UTC)
    in_gap = next_slot([(6, "02:30")], "Europe/Berlin", before_gap, frozenset())
    assert in_gap == datetime(2027, 4, 4, 0, 30, tzinfo=UTC)
    assert next_slot([], "UTC", NOW, frozenset()) is None
