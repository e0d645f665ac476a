"""Waiting for another machine without going deaf: a person may stop at any time."""

from __future__ import annotations

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from gator_engine.ports import Run

T = TypeVar("T")

LOOK_EVERY_S = 0.25


def while_waiting(call: Callable[[], T], run: Run, fraction: float, stage: str) -> T:
    """What `call` returns or raises, with the seconds counted in the stage meanwhile.

    Raises Cancelled within a quarter of a second of a person asking for it. The call itself cannot
    be taken back; it ends by its own time-out and what it brings is dropped.
    """
    run.progress(fraction, stage)
    began, told = time.monotonic(), 0
    pool = ThreadPoolExecutor(1, thread_name_prefix="remote-picture")
    try:
        outcome = pool.submit(call)
        while not _settled(outcome):
            seconds = int(time.monotonic() - began)
            if seconds > told:
                told = seconds
                run.progress(fraction, f"{stage} ({seconds} s)")
            run.check()
        return outcome.result()
    finally:
        pool.shutdown(wait=False)


def _settled(outcome: Future[T]) -> bool:
    try:
        outcome.exception(LOOK_EVERY_S)
    except TimeoutError:
        # The call's own TimeoutError would be returned, not raised, by `exception`.
        return False
    return True
