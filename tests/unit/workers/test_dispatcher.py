"""The clock: what a tick hands over, and how outages are waited out."""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from typing import Any

import pytest
from structlog.testing import capture_logs

from gator_engine.errors import Unavailable
from tests.fakes import FakeQueue
from workers.dispatcher import Dispatcher

REDIS = Unavailable("Redis", "it does not answer.", "Start it.")
DATABASE = Unavailable("The database", "it does not answer.", "Start it.")


class Publishing:
    """Deliveries that want a step, until they are marked as enqueued."""

    def __init__(self, *due: str) -> None:
        self.due, self.marked = list(due), list[str]()

    def sweep(self) -> Sequence[str]:
        return tuple(self.due)

    def enqueued(self, delivery_ids: Sequence[str]) -> None:
        self.marked += delivery_ids
        self.due = [one for one in self.due if one not in delivery_ids]


class Jobs:
    """Dispatches nothing, or fails in the ways it is told to, one a call."""

    def __init__(self, *failures: Exception | None) -> None:
        self.failures, self.calls = list(failures), 0

    def dispatch(self) -> int:
        self.calls += 1
        failure = self.failures.pop(0) if self.failures else None
        if failure:
            raise failure
        return 2


class Planner:
    """Counts how often somebody planned."""

    planned = 0

    def plan(self) -> None:
        self.planned += 1


class Studio:
    """The five parts of a studio that the dispatcher uses."""

    def __init__(self, publishing: Publishing | None = None, jobs: Jobs | None = None) -> None:
        self.publishing, self.jobs = publishing or Publishing(), jobs or Jobs()
        self.queue, self.analytics = FakeQueue(), Planner()
        self.housekeeping = Planner()


def dispatcher(studio: Any) -> Dispatcher:
    return Dispatcher(studio, 0.001)


def test_a_tick_hands_over_deliveries_and_jobs_and_marks_them() -> None:
    studio = Studio(Publishing("d1", "d2"))
    assert dispatcher(studio).tick() == 4
    assert studio.queue.sent == [("publish", "d1", "d1"), ("publish", "d2", "d2")]
    assert studio.publishing.marked == ["d1", "d2"]
    assert dispatcher(studio).tick() == 2


def test_what_the_queue_did_not_take_is_not_marked() -> None:
    studio = Studio(Publishing("d1"))
    studio.queue.down = True
    with pytest.raises(Unavailable):
        dispatcher(studio).tick()
    assert studio.publishing.marked == []


def test_planning_is_rare() -> None:
    studio = Studio()
    one = dispatcher(studio)
    for _ in range(5):
        one.tick()
    assert (studio.analytics.planned, studio.housekeeping.planned) == (1, 1)


def run_until(one: Dispatcher, jobs: Jobs, calls: int) -> None:
    """Run the dispatcher in a thread until it has ticked so often."""
    thread = threading.Thread(target=one.run)
    thread.start()
    until = time.monotonic() + 10
    while jobs.calls < calls and time.monotonic() < until:
        time.sleep(0.002)
    one.stop()
    thread.join(10)
    assert not thread.is_alive()


def test_an_outage_is_said_once_and_so_is_its_end() -> None:
    jobs = Jobs(None, REDIS, REDIS, REDIS, None)
    with capture_logs() as logs:
        run_until(dispatcher(Studio(jobs=jobs)), jobs, 6)
    said = [(entry["event"], entry["part"]) for entry in logs if "part" in entry]
    assert said == [("waiting for a part of Gator", "Redis"), ("it is back", "Redis")]


def test_a_second_part_that_goes_missing_is_said_too() -> None:
    jobs = Jobs(REDIS, DATABASE, DATABASE, None)
    with capture_logs() as logs:
        run_until(dispatcher(Studio(jobs=jobs)), jobs, 5)
    parts = [entry["part"] for entry in logs if entry["event"] == "waiting for a part of Gator"]
    assert parts == ["Redis", "The database"]


def test_a_fault_of_ours_ends_it_aloud() -> None:
    jobs = Jobs(ZeroDivisionError())
    with pytest.raises(ZeroDivisionError):
        dispatcher(Studio(jobs=jobs)).run()
