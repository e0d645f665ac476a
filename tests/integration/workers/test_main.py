"""The command line that starts the parts: clear words and exit codes instead of tracebacks."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from gator_engine.errors import ConfigError
from workers.parts import free_port

ROOT = Path(__file__).resolve().parents[3]


def gator(*words: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run one command to its end, with these settings."""
    return subprocess.run(
        [sys.executable, "-m", "workers.main", *words],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("words", [("up",), ("worker", "--queues", "publish")])
def test_an_unreachable_redis_is_said_in_one_line(words: tuple[str, ...], free_port: int) -> None:
    ended = gator(*words, GATOR_REDIS_URL=f"redis://:hunter2@127.0.0.1:{free_port}")
    assert ended.returncode == 3
    _assert_one_clear_line(ended, "Redis")


@pytest.mark.parametrize("words", [("migrate",), ("dispatcher",)])
def test_an_unreachable_database_is_said_in_one_line(
    words: tuple[str, ...], free_port: int, redis_url: str
) -> None:
    url = f"postgresql://gator:hunter2@127.0.0.1:{free_port}/gator"
    ended = gator(*words, GATOR_REDIS_URL=redis_url, GATOR_DATABASE_URL=url)
    assert ended.returncode == 3
    _assert_one_clear_line(ended, "PostgreSQL")


def _assert_one_clear_line(ended: subprocess.CompletedProcess[str], part: str) -> None:
    assert ended.stderr.startswith("gator: ")
    assert part in ended.stderr
    assert "Traceback" not in ended.stderr
    assert "hunter2" not in ended.stdout + ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1


def test_a_part_alone_needs_to_be_told_its_redis() -> None:
    ended = gator("worker", "--queues", "publish")
    assert ended.returncode == 2
    assert "GATOR_REDIS_URL" in ended.stderr


def test_a_wrong_setting_is_named() -> None:
    ended = gator("up", GATOR_PORT="99999")
    assert ended.returncode == 2
    assert "GATOR_PORT" in ended.stderr
    assert "Traceback" not in ended.stderr


def test_migrate_makes_the_database(gator_home: Path) -> None:
    assert gator("migrate").returncode == 0
    assert (gator_home / "gator.db").exists()
    assert gator("migrate").returncode == 0


def test_a_taken_port_moves_to_the_next_and_says_so() -> None:
    said: list[str] = []
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        moved = free_port("127.0.0.1", port, "web app", said.append)
    assert moved > port
    assert said == [f"Port {port} is taken; the web app uses {moved}."]


def test_a_host_that_is_not_ours_is_refused() -> None:
    with pytest.raises(ConfigError, match="GATOR_PORT"):
        free_port("203.0.113.7", 8501, "web app", lambda _: None)
