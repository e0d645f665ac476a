"""Keeps the parts of Gator running: starts them in order, restarts what dies, stops all of it.

Each part runs in a session of its own. When its leader exits, the whole family is killed before the
restart, because an orphaned work-horse would go on working beside its successor. Parts die with the
supervisor: on Ctrl-C in reverse order with time to finish, after a kill -9 by `workers.reaper`, and
what even that left behind is swept when the next supervisor of the same home starts.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from queue import Empty, SimpleQueue
from types import FrameType

from gator_engine.errors import ConfigError
from workers.keeper import ROOT, Backoff, Keeper, Part
from workers.part_log import PartLog
from workers.processes import kill_family
from workers.reaper import GOODBYE

__all__ = ["Backoff", "Part", "Supervisor", "home_lock", "state_file"]


def say_on_console(part: str, text: str) -> None:
    """One short line for whoever watches the terminal."""
    sys.stdout.write(f"{part:<12} {text}\n")
    sys.stdout.flush()


class Supervisor:
    """Runs `parts` for one home until asked to stop. Use from the main thread: `run()`."""

    def __init__(
        self,
        home: Path,
        parts: Sequence[Part],
        *,
        on_ready: Callable[[], None] = lambda: None,
        say: Callable[[str, str], None] = say_on_console,
        backoff: Backoff | None = None,
    ) -> None:
        self.home, self.say, self.backoff = home.absolute(), say, backoff or Backoff()
        self._on_ready = on_ready
        # Its put may be called by a signal handler while the same thread is inside its get; an
        # Event would now and then deadlock there.
        self._news: SimpleQueue[None] = SimpleQueue()
        self._stop_asked_at: float | None = None
        self.hurried, self._state_lock = False, threading.Lock()
        self._house = hashlib.sha256(os.fsencode(self.home.resolve())).hexdigest()[:16]
        self._mark = f"{self._house}/{uuid.uuid4().hex[:12]}"
        self._keepers = [
            Keeper(part, self._mark, PartLog(self.home / "logs", part.name), self) for part in parts
        ]

    def run(self) -> None:
        """Start everything, stay until SIGINT, SIGTERM or SIGHUP, stop everything.

        Raises ConfigError when another supervisor has this home, Unavailable when a part that
        never became ready has used up its tries.
        """
        with home_lock(self.home), self._signals(), self._reaper():
            kill_family(f"{self._house}/")
            started: list[list[Keeper]] = []
            try:
                for stage in self._stages():
                    started.append(stage)
                    self._start_stage(stage)
                if not self._stopping:
                    self._on_ready()
                while not self._stopping:
                    self._sleep()
            finally:
                for stage in reversed(started):
                    self._stop_stage(stage)
                state_file(self.home).unlink(missing_ok=True)

    def changed(self) -> None:
        """A keeper's state changed: publish it and let the main thread look."""
        parts = {keeper.part.name: keeper.state() for keeper in self._keepers}
        try:
            with self._state_lock:
                target = state_file(self.home)
                fresh = target.with_suffix(".tmp")
                fresh.write_text(json.dumps({"supervisor": os.getpid(), "parts": parts}))
                fresh.replace(target)
        except OSError as error:  # a full disk must not end what still runs
            self.say("supervisor", f"cannot write {state_file(self.home)}: {error.strerror}")
        self._news.put(None)

    def _stages(self) -> list[list[Keeper]]:
        """Groups that start together: each reaches up to and including a gate."""
        stages: list[list[Keeper]] = [[]]
        for keeper in self._keepers:
            stages[-1].append(keeper)
            if keeper.part.gate:
                stages.append([])
        return stages

    def _start_stage(self, stage: list[Keeper]) -> None:
        if self._stopping:
            return
        for keeper in stage:
            keeper.start()
        while not self._stopping and not all(keeper.was_ready for keeper in stage):
            self._sleep()
        self._hold(max((keeper.part.hold_s for keeper in stage), default=0.0))

    def _hold(self, seconds: float) -> None:
        """Let the stage that has just become ready have the processor to itself for a while."""
        until = time.monotonic() + seconds
        while not self._stopping and (left := until - time.monotonic()) > 0:
            with suppress(Empty):
                self._news.get(timeout=left)
        # Whoever failed meanwhile is noticed at once, not at the next news.
        self._news.put(None)

    def _stop_stage(self, stage: list[Keeper]) -> None:
        running = [keeper for keeper in reversed(stage) if keeper.ident is not None]
        until = time.monotonic() + max((keeper.part.grace_s for keeper in running), default=0.0)
        for keeper in running:
            keeper.terminate()
        for keeper in running:
            keeper.finish(until)
            keeper.log.close()

    def _sleep(self) -> None:
        """Wait for news; raises the failure of a keeper that has given up."""
        self._news.get()
        while not self._news.empty():
            self._news.get()
        for keeper in self._keepers:
            if keeper.failure and not self._stopping:
                raise keeper.failure

    @property
    def _stopping(self) -> bool:
        return self._stop_asked_at is not None

    def _asked_to_stop(self, number: int, _frame: FrameType | None) -> None:
        """Stop; a second Ctrl-C (not the echo of the first through `make`) skips the grace."""
        now = time.monotonic()
        if self._stop_asked_at is None:
            self._stop_asked_at = now
        elif number == signal.SIGINT and now - self._stop_asked_at > 0.5:
            self.hurried = True
        self._news.put(None)

    @contextmanager
    def _signals(self) -> Iterator[None]:
        numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, self._asked_to_stop) for number in numbers}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    @contextmanager
    def _reaper(self) -> Iterator[None]:
        argv = [sys.executable, "-m", "workers.reaper", f"{self._mark}/"]
        reaper = subprocess.Popen(argv, cwd=ROOT, stdin=subprocess.PIPE, start_new_session=True)
        try:
            yield
        finally:
            try:
                reaper.communicate(GOODBYE, timeout=5)
            except (subprocess.TimeoutExpired, BrokenPipeError):
                reaper.kill()


@contextmanager
def home_lock(home: Path) -> Iterator[None]:
    """Hold the home for this process; the kernel lets go of it however the process ends.

    Raises ConfigError when somebody else holds it.
    """
    path = home / "run" / "supervisor.lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise ConfigError(
                "GATOR_HOME",
                f"{home} is in use by a running Gator (process {holder}).",
                "Stop that one first, or set GATOR_HOME to another folder.",
            ) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def state_file(home: Path) -> Path:
    """JSON with the process id, readiness and restarts of each part, while a supervisor runs."""
    return home / "run" / "parts.json"
