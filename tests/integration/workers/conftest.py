"""A small plant of real processes: own Redis, own database, workers and dispatchers to kill."""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest

from gator_engine.config import Settings, load_settings
from gator_engine.domain.work import Job
from gator_engine.studio import Studio, migrate_store
from tests.integration.workers.trial import Notes
from workers.redis_server import RedisPart, redis_part, wait_until_ready

ROOT = Path(__file__).resolve().parents[3]
PATIENCE_S = 60.0
LEASE_S = 2.0


def eventually(condition: Callable[[], Any], seconds: float = PATIENCE_S) -> Any:
    """What `condition` returns once it is truthy."""
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        found = condition()
        if found:
            return found
        time.sleep(0.05)
    pytest.fail(f"not within {seconds:g} s: {condition}")


class Plant:
    """Processes under test; each has a session of its own, and all are killed at the end."""

    def __init__(self, home: Path, **values: object) -> None:
        self.home, self.notes_folder = home, home / "notes"
        self.notes_folder.mkdir(parents=True)
        self._redis_part: RedisPart = redis_part(home)
        self._values = {
            "home": home,
            "redis_url": self._redis_part.url,
            "lease_s": LEASE_S,
            "dispatch_interval_s": 0.1,
            **values,
        }
        self.settings: Settings = load_settings(**self._values)
        migrate_store(self.settings)
        self.studio = Studio(self.settings)
        self._processes: list[subprocess.Popen[bytes]] = []
        self.redis = self.start_redis()

    def start_redis(self) -> subprocess.Popen[bytes]:
        """Start (again) the Redis of this plant, with what its files still hold."""
        process = self._start("redis", self._redis_part.argv)
        wait_until_ready(self._redis_part.url, 20)
        return process

    def start_worker(self, queues: str = "default") -> subprocess.Popen[bytes]:
        """Start a worker and wait until it is known to Redis."""
        process = self._trial("worker", queues)
        eventually(lambda: process.pid in {info.pid for info in self.studio.jobs.workers()})
        return process

    def start_supervised(self) -> subprocess.Popen[bytes]:
        """Start a supervisor that keeps one warm worker running."""
        return self._trial("supervised")

    def start_dispatcher(self) -> subprocess.Popen[bytes]:
        """Start a dispatcher."""
        return self._trial("dispatcher")

    def freeze(self, pid: int) -> None:
        """Stop a process between two of its writes.

        One that is stopped inside a write keeps SQLite's only write lock, and nobody can go on
        until it wakes up.
        """
        process = psutil.Process(pid)
        while True:
            process.suspend()
            eventually(lambda: process.status() == psutil.STATUS_STOPPED)
            if self._can_write():
                return
            process.resume()
            time.sleep(0.05)

    def _can_write(self) -> bool:
        with closing(sqlite3.connect(self.home / "gator.db", timeout=0.5)) as database:
            try:
                database.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError:
                return False
            return True

    def notes(self, subject_id: str) -> Notes:
        """What trials of a subject did."""
        return Notes(self.notes_folder, subject_id)

    def started(self, subject_id: str, times: int = 1) -> int:
        """Wait for a start of a trial; the id of the process that it runs in."""
        notes = self.notes(subject_id)
        eventually(lambda: notes.count("start") >= times)
        return [pid for what, pid in notes.read() if what == "start"][times - 1]

    def finished(self, job: Job) -> Job:
        """Wait for the end of a job; its row."""
        return eventually(
            lambda: (row := self.studio.jobs.get(job.id)).state.final and row  # type: ignore[func-returns-value]
        )

    def log(self, name: str) -> str:
        """What the processes of that name printed."""
        return "".join(path.read_text() for path in sorted(self.home.glob(f"{name}*.out")))

    def stop(self) -> None:
        """Kill whatever still runs, work-horses included."""
        self.studio.close()
        for process in self._processes:
            for child in _session(process.pid):
                _kill(child.pid)
            _kill(process.pid)
            process.wait()

    def start_part(self, *words: str) -> subprocess.Popen[bytes]:
        """Start `python -m workers.main` with these words."""
        return self._start(words[0], (sys.executable, "-m", "workers.main", *words))

    def _trial(self, *words: str) -> subprocess.Popen[bytes]:
        return self._start(
            words[0], (sys.executable, "-m", "tests.integration.workers.trial", *words)
        )

    def _start(self, name: str, argv: tuple[str, ...]) -> subprocess.Popen[bytes]:
        told = {f"GATOR_{name.upper()}": str(value) for name, value in self._values.items()}
        env = {**os.environ, **told, "TRIAL_FOLDER": str(self.notes_folder)}
        path = self.home / f"{name}-{len(self._processes)}.out"
        with path.open("wb") as out:
            process = subprocess.Popen(
                argv, cwd=ROOT, env=env, stdout=out, stderr=out, start_new_session=True
            )
        self._processes.append(process)
        return process


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of one process, not of its children."""
    process.send_signal(signal.SIGKILL)
    process.wait()


def kill_session(process: subprocess.Popen[bytes]) -> None:
    """kill -9 of a process and everything it started."""
    members = _session(process.pid)
    kill(process)
    for member in members:
        _kill(member.pid)


def _session(leader: int) -> list[psutil.Process]:
    return [p for p in psutil.process_iter() if p.pid != leader and _session_of(p.pid) == leader]


def _session_of(pid: int) -> int | None:
    try:
        return os.getsid(pid)
    except ProcessLookupError:
        return None


def _kill(pid: int) -> None:
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return  # ended by itself


@contextmanager
def running_plant(**values: object) -> Iterator[Plant]:
    """A plant with these settings, whose Redis runs; the caller starts the rest."""
    # pytest's temporary paths outgrow what a unix socket may be called.
    home = Path(tempfile.mkdtemp(prefix="gator-plant-"))
    plant = Plant(home, **values)
    try:
        yield plant
    finally:
        plant.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def plant() -> Iterator[Plant]:
    """A plant whose Redis runs; the test starts the rest."""
    with running_plant() as plant:
        yield plant
