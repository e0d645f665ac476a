"""One part of Gator and the thread that keeps it running."""

from __future__ import annotations

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from gator_engine.errors import Unavailable
from workers.part_log import PartLog
from workers.processes import MARK, kill_family

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Part:
    """One process to keep running.

    `ready` is asked from a thread until it says True, and never raises; without it a part is ready
    once started.
    Parts after a `gate` start only when it is ready, and stop before it. A higher `nice` leaves the
    processor to other parts first, so that heavy work does not make pages slow. `hold_s` is how
    long the parts after a gate hold back once it is ready. A part that `recycles` ends with code 0
    to be started afresh: that is no failure.
    """

    name: str
    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    ready_s: float = 60.0
    gate: bool = False
    grace_s: float = 10.0
    nice: int = 0
    hold_s: float = 0.0
    recycles: bool = False


@dataclass(frozen=True)
class Backoff:
    """How restarts are spaced; `tries` bounds the starts of a part that never became ready."""

    first_s: float = 0.5
    most_s: float = 30.0
    healthy_s: float = 20.0
    tries: int = 3

    def delay(self, failures: int) -> float:
        """Seconds to wait before the restart that follows the given number of failures in a row."""
        return float(min(self.most_s, self.first_s * 2 ** (failures - 1)))


class Watch(Protocol):
    """What a keeper needs of its supervisor."""

    home: Path
    backoff: Backoff
    say: Callable[[str, str], None]
    hurried: bool

    def changed(self) -> None:
        """Look at the keepers again."""


class Keeper(threading.Thread):
    """The thread that keeps one part running."""

    def __init__(self, part: Part, mark: str, log: PartLog, watch: Watch) -> None:
        super().__init__(name=f"keep-{part.name}", daemon=True)
        self.part, self.mark, self.log = part, f"{mark}/{part.name}/", log
        self.process: subprocess.Popen[bytes] | None = None
        self.is_ready = self.was_ready = False
        self.restarts = 0
        self.failure: Unavailable | None = None
        self._watch, self._lock, self._stopping = (
            watch,
            threading.Lock(),
            threading.Event(),
        )

    def run(self) -> None:
        """Keep the part until it is to stop; whatever else ends this thread is a failure."""
        try:
            self._keep()
        finally:
            if not self._stopping.is_set() and self.failure is None:
                fix = "That is a fault of ours; the trace is above."
                self.failure = Unavailable(self.part.name, "nobody keeps it running.", fix)
            self._watch.changed()

    def _keep(self) -> None:
        """Start, wait for the end, clean up, wait a little, start again."""
        failures = 0
        while self._start():
            healthy, code = self._live()
            if self._stopping.is_set():
                break
            if self.part.recycles and code == 0:
                failures, self.restarts = 0, self.restarts + 1
                self._watch.say(self.part.name, "ended to be started afresh")
                self._stopping.wait(self._watch.backoff.first_s)
                continue
            failures = 1 if healthy else failures + 1
            if self._gives_up(failures, code):
                break
            delay = self._watch.backoff.delay(failures)
            self._watch.say(self.part.name, f"{_ended(code)}; restarting in {delay:g} s")
            self._stopping.wait(delay)
            self.restarts += 1

    def _start(self) -> bool:
        """Start the process unless the part is being stopped; says whether to go on."""
        environment = {**os.environ, **self.part.env, MARK: self.mark}
        environment |= {"GATOR_HOME": str(self._watch.home), "PYTHONUNBUFFERED": "1"}
        with self._lock:
            if self._stopping.is_set():
                return False
            try:
                self.process = subprocess.Popen(
                    self.part.argv,
                    env=environment,
                    cwd=ROOT,
                    stdin=subprocess.DEVNULL,
                    stdout=subprocess.PIPE,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,
                )
            except OSError as error:
                self.process = None
                self.log.write(f"cannot start {self.part.argv[0]}: {error}")
                return True
        self._yield_processor(self.process.pid)
        self.log.follow(self.process)
        return True

    def _yield_processor(self, pid: int) -> None:
        """Set the priority; what it forks inherits it."""
        try:
            if self.part.nice:
                own = os.getpriority(os.PRIO_PROCESS, 0)
                os.setpriority(os.PRIO_PROCESS, pid, max(own, self.part.nice))
        except ProcessLookupError:
            return  # ended by itself

    def _live(self) -> tuple[bool, int]:
        """Accompany the process to its end; says whether it had been healthy, and its exit code."""
        process = self.process
        if process is None:
            return False, 127
        self.is_ready = self._becomes_ready(process)
        since = time.monotonic()
        if self.is_ready:
            self.was_ready = True
            self._watch.changed()
            process.wait()
        healthy = self.is_ready and time.monotonic() - since >= self._watch.backoff.healthy_s
        kill_family(self.mark, session=process.pid)
        code = process.wait()
        with self._lock:
            self.process, self.is_ready = None, False
        self._watch.changed()
        return healthy, code

    def _becomes_ready(self, process: subprocess.Popen[bytes]) -> bool:
        """True once ready; False when the process ended, took too long, or is to be stopped."""
        if self.part.ready is None:
            return True
        until = time.monotonic() + self.part.ready_s
        while process.poll() is None and time.monotonic() < until:
            if self.part.ready():
                return True
            if self._stopping.wait(0.05):
                process.wait()
                return False
        return False

    def _gives_up(self, failures: int, code: int) -> bool:
        """Whether a part that never became ready has had all its tries: it never will."""
        if self.was_ready or failures < self._watch.backoff.tries:
            return False
        problem = f"it did not get ready in {failures} tries ({_ended(code)}): {self.log.tail()}"
        self.failure = Unavailable(self.part.name, problem, f"The whole log is {self.log.path}.")
        return True

    def state(self) -> dict[str, object]:
        """Process id, readiness and restarts, for whoever looks from outside."""
        process = self.process
        pid = process.pid if process else None
        return {"pid": pid, "ready": self.is_ready, "restarts": self.restarts}

    def terminate(self) -> None:
        """Ask the part to end, and do not restart it."""
        with self._lock:
            self._stopping.set()
            if self.process is not None:
                _signal_group(self.process.pid, signal.SIGTERM)

    def finish(self, until: float) -> None:
        """Wait for the end asked for until that moment, then force it."""
        while self.is_alive() and time.monotonic() < until and not self._watch.hurried:
            self.join(0.05)
        process = self.process
        kill_family(self.mark, session=process.pid if process else None)
        self.join(10)


def _signal_group(leader: int, number: signal.Signals) -> None:
    try:
        os.killpg(leader, number)
    except ProcessLookupError:
        return  # ended by itself


def _ended(code: int) -> str:
    """An exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
