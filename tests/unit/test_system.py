"""The clock and the identifiers."""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from gator_engine.adapters.system import SortableIds, SystemClock
from gator_engine.ports import Clock, Ids


def test_the_clock_tells_utc() -> None:
    clock: Clock = SystemClock()
    now = clock.now()
    assert now.tzinfo is UTC
    assert abs(now - datetime.now(UTC)) < timedelta(seconds=5)


def test_ids_sort_by_creation_and_hold_only_letters_and_digits() -> None:
    ids: Ids = SortableIds()
    made = [ids.new() for _ in range(5000)]
    assert made == sorted(set(made))
    assert {len(one) for one in made} == {26}
    assert all(one.isascii() and one.isalnum() for one in made)


def test_ids_carry_their_milliseconds_in_ten_base_32_digits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # 33 = 1·32 + 1; digit 31 is "Z". Layout: https://github.com/ulid/spec
    monkeypatch.setattr("time.time_ns", lambda: 33 * 1_000_000 + 999_999)
    assert SortableIds().new()[:10] == "0000000011"
    monkeypatch.setattr("time.time_ns", lambda: 31 * 1_000_000)
    assert SortableIds().new()[:10] == "000000000Z"


def test_ids_keep_rising_when_the_clock_steps_back(monkeypatch: pytest.MonkeyPatch) -> None:
    times = itertools.chain([2_000_000_000_000, 1_000_000_000_000], itertools.repeat(10**12))
    monkeypatch.setattr("time.time_ns", lambda: next(times))
    ids = SortableIds()
    made = [ids.new() for _ in range(5)]
    assert made == sorted(set(made))


def test_threads_never_get_the_same_id() -> None:
    ids = SortableIds()
    with ThreadPoolExecutor(8) as pool:
        made = list(pool.map(lambda _: ids.new(), range(4000)))
    assert len(set(made)) == 4000
