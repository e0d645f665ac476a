"""The clock of Gator: sees what is due in the database and hands it to the workers.

Any number may run: every step is a conditional update, so what two of them hand over twice is
claimed once. Losing one, or Redis with all it holds, loses nothing but the seconds until the next.
"""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from queue import Empty, SimpleQueue
from types import FrameType

import structlog

from gator_engine.errors import Unavailable
from gator_engine.studio import Studio

log = structlog.get_logger(__name__)

PLAN_EVERY_S = 60.0


class Dispatcher:
    """Calls `tick` every `interval_s` until stopped; outages are logged once, then waited out."""

    def __init__(self, studio: Studio, interval_s: float) -> None:
        self._studio, self._interval_s = studio, interval_s
        self._stopping = False
        # Its put may be called by a signal handler while the same thread is inside its get; an
        # Event would now and then deadlock there.
        self._wake: SimpleQueue[None] = SimpleQueue()
        self._outage: str | None = None
        self._planned_at = float("-inf")

    def run(self) -> None:
        """Tick until `stop` is called."""
        while not self._stopping:
            began = time.monotonic()
            self._guarded_tick()
            with suppress(Empty):
                self._wake.get(timeout=max(0.0, self._interval_s - (time.monotonic() - began)))

    def stop(self) -> None:
        """End `run` after the present tick."""
        self._stopping = True
        self._wake.put(None)

    def _guarded_tick(self) -> None:
        try:
            self.tick()
        except Unavailable as error:
            if self._outage != error.part:
                log.error("waiting for a part of Gator", part=error.part, why=str(error))
            self._outage = error.part
        else:
            if self._outage:
                log.info("it is back", part=self._outage)
            self._outage = None

    def tick(self) -> int:
        """Hand over everything that is due now; returns how much that was. Raises Unavailable."""
        if time.monotonic() - self._planned_at >= PLAN_EVERY_S:
            self._studio.analytics.plan()
            self._studio.housekeeping.plan()
            self._planned_at = time.monotonic()
        handed = dispatch_deliveries(self._studio) + self._studio.jobs.dispatch()
        if handed:
            log.info("handed over", count=handed)
        return handed


def dispatch_deliveries(studio: Studio) -> int:
    """Enqueue a step of every delivery that wants one; returns how many. Raises Unavailable."""
    ids = studio.publishing.sweep()
    for delivery_id in ids:
        studio.queue.enqueue("publish", delivery_id, key=delivery_id)
    studio.publishing.enqueued(ids)
    return len(ids)


def run_dispatcher(studio: Studio, interval_s: float) -> None:
    """Run a dispatcher in this process until SIGTERM or SIGINT."""
    dispatcher = Dispatcher(studio, interval_s)

    def stop(_number: int, _frame: FrameType | None) -> None:
        dispatcher.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    dispatcher.run()
