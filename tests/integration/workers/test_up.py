"""`python -m workers.main up`: everything starts, one URL is printed, everything stops."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import psutil
import pytest

from gator_engine.config import load_settings
from gator_engine.studio import Studio
from tests.integration.workers.conftest import ROOT, eventually

START_WITHIN_S = 90.0


class Running:
    """A running `up`, what it printed, and what belongs to it."""

    def __init__(self, home: Path, output: Path, **env: str) -> None:
        self.home, self._output = home, output
        with output.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "workers.main", "up"],
                cwd=ROOT,
                env={**os.environ, "GATOR_HOME": str(home), **env},
                stdout=out,
                stderr=out,
                start_new_session=True,
            )

    @property
    def said(self) -> str:
        return self._output.read_text()

    @property
    def url(self) -> str:
        """What it told the person to open; waits for it."""
        eventually(lambda: "Gator is ready" in self.said or self.process.poll(), START_WITHIN_S)
        assert "Gator is ready" in self.said, self.said
        return self.said.split("Gator is ready: ")[1].split()[0]

    def family(self) -> list[psutil.Process]:
        """Every process below the home, by what its environment says."""
        return [p for p in psutil.process_iter() if self._is_ours(p)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            ours = process.environ().get("GATOR_HOME") == str(self.home)
            return ours and process.pid != os.getpid() and process.status() != "zombie"
        except psutil.Error:
            return False

    def stop(self) -> int:
        """Ctrl-C."""
        self.process.send_signal(signal.SIGINT)
        return self.process.wait(60)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "studio"


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        yield int(taken.getsockname()[1])


def test_everything_starts_works_and_stops(home: Path, tmp_path: Path, taken_port: int) -> None:
    up = Running(
        home,
        tmp_path / "up.out",
        GATOR_PORT=str(taken_port),
        GATOR_SANDBOX_PORT=str(taken_port),
        GATOR_DISPATCH_INTERVAL_S="0.2",
    )
    try:
        url = up.url
        assert f"Port {taken_port} is taken; the web app uses" in up.said
        assert up.said.count("http://") == 1
        assert httpx2.get(f"{url}/_stcore/health", timeout=10).status_code == 200
        redis_url = f"unix://{home / 'redis' / 'redis.sock'}"
        with Studio(load_settings(home=home, redis_url=redis_url)) as studio:
            queues = {"publish", "default", "metrics", "gpu", "render", "downloads"}
            eventually(lambda: {q for w in studio.jobs.workers() for q in w.queues} == queues)
        second = subprocess.run(
            [sys.executable, "-m", "workers.main", "up"],
            cwd=ROOT,
            env={**os.environ, "GATOR_HOME": str(home), "GATOR_PORT": str(taken_port)},
            capture_output=True,
            text=True,
            timeout=60,
        )
        assert second.returncode == 2
        assert "is in use by a running Gator" in second.stderr
        assert up.stop() == 0
        assert not up.family()
    finally:
        up.process.kill()
        time.sleep(0.1)
