"""The processes that `publish_chaos` runs and kills: a whole Gator but for its web app.

`python -m benchmarks._chaos_plant` is what `python -m workers.main up` does with the parts that
publish, under the same supervisor, whose restarts are only less patient.
"""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

import psutil

from gator_engine.config import Settings, load_settings
from workers.keeper import Backoff, Part
from workers.parts import background_parts, environment, sandbox_part
from workers.redis_server import redis_part
from workers.supervisor import Supervisor, state_file

ROOT = Path(__file__).resolve().parent.parent
SABOTAGED = "benchmarks._chaos_sabotage"
READY_WITHIN_S = 90.0


@dataclass(frozen=True)
class Setup:
    """Where the plant lives and how impatient it is; times in seconds."""

    home: Path
    sandbox_port: int
    publish_workers: int = 3
    lease_s: float = 4.0
    http_timeout_s: float = 1.5
    sabotage: bool = False

    @property
    def values(self) -> dict[str, object]:
        """What every process is told, and the benchmark itself."""
        return {
            "home": self.home,
            "redis_url": f"unix://{self.home / 'redis' / 'redis.sock'}",
            "sandbox_url": f"http://127.0.0.1:{self.sandbox_port}",
            "sandbox_port": self.sandbox_port,
            "publish_workers": self.publish_workers,
            "gpu_workers": 0,
            "lease_s": self.lease_s,
            "http_timeout_s": self.http_timeout_s,
            "dispatch_interval_s": 0.2,
            "grace_s": 86_400,
            "max_attempts": 100,
        }

    @property
    def settings(self) -> Settings:
        """The values as settings."""
        return load_settings(**self.values)

    @property
    def environment(self) -> dict[str, str]:
        """The values as variables."""
        return {f"GATOR_{name.upper()}": str(value) for name, value in self.values.items()}


class Plant:
    """The running processes."""

    def __init__(self, setup: Setup, rng: random.Random) -> None:
        self._setup, self._rng = setup, rng
        self.kills: Counter[str] = Counter()
        self._stalled: dict[threading.Timer, psutil.Process] = {}

    def __enter__(self) -> Plant:
        env = {k: v for k, v in os.environ.items() if not k.startswith("GATOR_")}
        env |= self._setup.environment
        env |= {"CHAOS_SABOTAGE": "1"} if self._setup.sabotage else {}
        self.log = self._setup.home / "plant.log"
        with self.log.open("wb") as out:
            self._supervisor = subprocess.Popen(
                [sys.executable, "-m", "benchmarks._chaos_plant"],
                cwd=ROOT,
                env=env,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        until = time.monotonic() + READY_WITHIN_S
        while b"READY" not in self.log.read_bytes():
            if self._supervisor.poll() is not None or time.monotonic() > until:
                self._supervisor.kill()
                raise SystemExit(f"the plant did not start:\n{self.log.read_text()}")
            time.sleep(0.1)
        return self

    def __exit__(self, *_: object) -> None:
        self.wake_all()
        self._supervisor.send_signal(signal.SIGTERM)
        try:
            self._supervisor.wait(30)
        except subprocess.TimeoutExpired:
            self._supervisor.kill()

    @contextmanager
    def under_fire(self, every_s: tuple[float, float]) -> Iterator[None]:
        """Strike at random intervals from a thread while the block runs."""
        over = threading.Event()

        def fire() -> None:
            while not over.wait(self._rng.uniform(*every_s)):
                self.strike()

        thread = threading.Thread(target=fire, daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()

    def strike(self) -> None:
        """kill -9 (or stop, for longer than its lease) one process of a random sort."""
        blows: dict[str, Callable[[], bool]] = {
            "work_horse": lambda: self._kill(self._work_horse()),
            "worker": lambda: self._kill(self._leader("publish")),
            "dispatcher": lambda: self._kill(self._leader("dispatcher")),
            "redis": lambda: self._kill(self._leader("redis")),
            "stall": self._stall,
        }
        kind = self._rng.choices(list(blows), weights=[6, 3, 2, 1, 3])[0]
        if blows[kind]():
            self.kills[kind] += 1

    def wake_all(self) -> None:
        """Let every stalled work-horse go on."""
        for timer, process in self._stalled.items():
            timer.cancel()
            _signal(process, signal.SIGCONT)

    def _stall(self) -> bool:
        horse = self._work_horse()
        if horse is None or not _signal(horse, signal.SIGSTOP):
            return False
        # By a timer: it may hold the database's write lock, and then we wait for it ourselves.
        lease = self._setup.lease_s
        timer = threading.Timer(1.5 * lease, lambda: _signal(horse, signal.SIGCONT))
        timer.start()
        self._stalled[timer] = horse
        return True

    def _kill(self, process: psutil.Process | None) -> bool:
        return process is not None and _signal(process, signal.SIGKILL)

    def _leader(self, part: str) -> psutil.Process | None:
        return self._rng.choice(leaders) if (leaders := self._leaders(part)) else None

    def _leaders(self, part: str) -> list[psutil.Process]:
        parts = _parts(self._setup.home)
        pids = [pid for name, pid in parts.items() if name.startswith(part)]
        return [process for pid in pids if (process := _process(pid)) is not None]

    def _work_horse(self) -> psutil.Process | None:
        """One at work now, met at a random moment of its short life."""
        until = time.monotonic() + 2
        stalled = {process.pid for timer, process in self._stalled.items() if timer.is_alive()}
        while time.monotonic() < until:
            for worker in self._leaders("publish"):
                horses = [child for child in _children(worker) if child.pid not in stalled]
                if horses:
                    time.sleep(self._rng.uniform(0, 0.3))
                    return self._rng.choice(horses)
            time.sleep(0.01)
        return None


def _parts(home: Path) -> dict[str, int]:
    try:
        state = json.loads(state_file(home).read_text())
    except FileNotFoundError:
        return {}
    return {name: part["pid"] for name, part in state["parts"].items() if part["pid"]}


def _process(pid: int) -> psutil.Process | None:
    try:
        return psutil.Process(pid)
    except psutil.NoSuchProcess:
        return None


def _children(process: psutil.Process) -> list[psutil.Process]:
    try:
        return process.children()
    except psutil.NoSuchProcess:
        return []


def _signal(process: psutil.Process, number: signal.Signals) -> bool:
    try:
        process.send_signal(number)
    except psutil.NoSuchProcess:
        return False
    return True


def main() -> None:
    """Run the parts until told to stop."""
    settings = load_settings()
    redis = redis_part(settings.home)
    env = environment(settings, redis_url=redis.url, sandbox_url=settings.sandbox_url)
    parts = background_parts(settings, env)
    if os.environ.get("CHAOS_SABOTAGE"):
        parts = [_sabotaged(part) for part in parts]
    Supervisor(
        settings.home,
        [redis, sandbox_part(env, "127.0.0.1", settings.sandbox_port), *parts],
        on_ready=lambda: print("READY", flush=True),
        backoff=Backoff(first_s=0.1, most_s=0.5, healthy_s=0.5, tries=50),
    ).run()


def _sabotaged(part: Part) -> Part:
    argv = tuple(SABOTAGED if word == "workers.main" else word for word in part.argv)
    return replace(part, argv=argv)


if __name__ == "__main__":
    main()
