"""The real stack on a home of its own, and a browser that looks at it."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
START_S, STOP_S = 120, 30


@dataclass(frozen=True)
class Stack:
    """Where the running parts answer, and the home they work on."""

    url: str
    sandbox_url: str
    home: Path


def free_ports(count: int) -> list[int]:
    """Different loopback ports nobody listens on right now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Everything that `make run` starts, on an empty home for each file of tests."""
    with running_stack(tmp_path_factory.mktemp("stack") / "home") as running:
        yield running


@contextmanager
def running_stack(home: Path, **more: str) -> Iterator[Stack]:
    """Everything that `make run` starts, on this home; `more` are environment variables."""
    home.parent.mkdir(parents=True, exist_ok=True)
    port, sandbox_port = free_ports(2)
    settings = {
        "GATOR_HOME": str(home),
        "GATOR_PORT": str(port),
        "GATOR_SANDBOX_PORT": str(sandbox_port),
        "GATOR_PUBLISH_WORKERS": "1",
        **more,
    }
    log = home.parent / "up.log"
    with log.open("w") as out:
        process = subprocess.Popen(
            [sys.executable, "-m", "workers.main", "up"],
            cwd=ROOT,
            env={**os.environ, **settings},
            stdout=out,
            stderr=subprocess.STDOUT,
        )
        try:
            url = _wait_until_ready(process, log)
            yield Stack(url, f"http://127.0.0.1:{sandbox_port}", home)
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(STOP_S)


def _wait_until_ready(process: subprocess.Popen[bytes], log: Path) -> str:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        said = re.search(r"Gator is ready: (\S+)", log.read_text())
        if said:
            return said[1]
        time.sleep(0.3)
    raise AssertionError(f"The stack did not start:\n{log.read_text()[-3000:]}")


@pytest.fixture(scope="session")
def browser(chromium_path: str, chromium_flags: list[str]) -> Iterator[Browser]:
    """One Chromium for all tests of this process."""
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=chromium_path, args=chromium_flags)
        yield opened
        opened.close()
