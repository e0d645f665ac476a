"""Several slow calls at once: each tells how it grows, and a wish to stop ends them all.

The work runs in threads; everything that is told comes back in the thread that asked, so that pages
and database rows see one caller.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from typing import Generic, Protocol, TypeVar

from gator_engine.errors import Cancelled, GatorError

T = TypeVar("T")
LOOKS_EVERY_S = 0.1
# How long threads get to end after a wish to stop; one that still connects ends by its time-out.
LETS_GO_S = 1.0


class Halt:
    """A wish to stop: threads ask for it between two steps, and it wakes those that wait."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted = False
        self._wakers: list[Callable[[], None]] = []

    @property
    def wanted(self) -> bool:
        """Whether somebody wished it."""
        return self._wanted

    def check(self) -> None:
        """Raises Cancelled when somebody wished it."""
        if self._wanted:
            raise Cancelled("Stopped on request.")

    def set(self) -> None:
        """Wish it; whoever waits inside `waking` is woken."""
        with self._lock:
            self._wanted = True
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    @contextmanager
    def waking(self, wake: Callable[[], None]) -> Iterator[None]:
        """Inside, a wish to stop calls `wake` from another thread. Raises Cancelled if it is too
        late to begin."""
        with self._lock:
            self.check()
            self._wakers.append(wake)
        try:
            yield
        finally:
            with self._lock:
                self._wakers.remove(wake)


class Work(Protocol[T]):  # type: ignore[misc]  # T only comes out
    """One of the calls, in a thread of its own: `tell(text so far)` as it grows."""

    def __call__(self, number: int, tell: Callable[[str], None]) -> T: ...


class SideBySide(Generic[T]):
    """Runs numbered calls, some at a time, in the order of their numbers.

    `told(number, text)` and `ended(number, result or error)` are called in the asking thread;
    `look()` a few times a second, and whatever it raises (Cancelled, for one) stops all calls.
    """

    def __init__(
        self,
        work: Work[T],
        *,
        told: Callable[[int, str], None],
        ended: Callable[[int, T | GatorError], None],
        halt: Halt,
        look: Callable[[], None] = lambda: None,
    ) -> None:
        self._work, self._halt = work, halt
        self._told, self._ended, self._look = told, ended, look
        self._news: SimpleQueue[tuple[int, str] | None] = SimpleQueue()

    def run(self, numbers: Sequence[int], at_once: int) -> None:
        """Every call once. An error of ours hurts no other call; any other error is raised."""
        if not numbers:
            return
        pool = ThreadPoolExecutor(min(at_once, len(numbers)), thread_name_prefix="side-by-side")
        running = {pool.submit(self._one, number): number for number in numbers}
        for future in running:
            future.add_done_callback(lambda _: self._news.put(None))
        try:
            self._follow(running)
        finally:
            if any(not future.done() for future in running):
                self._halt.set()
            pool.shutdown(wait=False, cancel_futures=True)
            wait(running, LETS_GO_S)

    def _one(self, number: int) -> T:
        self._halt.check()
        return self._work(number, lambda text: self._tell(number, text))

    def _tell(self, number: int, text: str) -> None:
        self._halt.check()
        self._news.put((number, text))

    def _follow(self, running: dict[Future[T], int]) -> None:
        open_ones = dict(running)
        while open_ones:
            self._look()
            self._hear()
            ended = [each for each in open_ones if each.done()]
            for _ in range(self._news.qsize()):  # What they told last, before their end.
                self._pass_on(self._news.get())
            for future in ended:
                self._end(open_ones.pop(future), future)

    def _hear(self) -> None:
        """Pass on what is told, for a moment, or until one has ended."""
        until = time.monotonic() + LOOKS_EVERY_S
        while (left := until - time.monotonic()) > 0:
            try:
                news = self._news.get(timeout=left)
            except Empty:
                return
            if news is None:
                return
            self._pass_on(news)

    def _pass_on(self, news: tuple[int, str] | None) -> None:
        if news is not None:
            self._told(*news)

    def _end(self, number: int, future: Future[T]) -> None:
        error = future.exception()
        if isinstance(error, GatorError):
            self._ended(number, error)
        elif error is not None:
            raise error
        else:
            self._ended(number, future.result())
