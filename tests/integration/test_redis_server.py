"""The Redis that Gator starts by itself: private, durable, reachable."""

from __future__ import annotations

import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import redis

from gator_engine.errors import Unavailable
from workers.processes import MARK, family
from workers.redis_server import RedisPart, ping, redis_part, wait_until_ready


@pytest.fixture
def short_home() -> Iterator[Path]:
    """A home whose path fits a unix socket (pytest's own temporary folders may not)."""
    folder = Path(tempfile.mkdtemp(prefix="gator-"))
    yield folder
    shutil.rmtree(folder)


@contextmanager
def running(part: RedisPart) -> Iterator[subprocess.Popen[bytes]]:
    """The server of a part, ready, and killed outright at the end."""
    process = subprocess.Popen(part.argv, stdout=subprocess.DEVNULL)
    try:
        wait_until_ready(part.url, 20)
        yield process
    finally:
        process.kill()
        process.wait()


def test_it_listens_where_only_its_owner_can_reach_it(short_home: Path) -> None:
    part = redis_part(short_home)
    assert part.gate
    assert part.url == f"unix://{short_home}/redis/redis.sock"
    assert stat.S_IMODE((short_home / "redis").stat().st_mode) == 0o700
    with running(part):
        config = redis.Redis.from_url(part.url, decode_responses=True).config_get("*")
    assert config["port"] == "0"
    assert config["maxmemory-policy"] == "noeviction"
    assert (config["appendonly"], config["appendfsync"], config["save"]) == ("yes", "everysec", "")


def test_it_keeps_the_mark_its_supervisor_knows_it_by(
    short_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(MARK, "house/redis")
    with running(redis_part(short_home)) as process:
        assert [found.pid for found in family("house/")] == [process.pid]


def test_a_killed_server_keeps_what_was_written(short_home: Path) -> None:
    part = redis_part(short_home)
    with running(part):
        client = redis.Redis.from_url(part.url)
        for number in range(200):
            client.rpush("jobs", number)
        # With "everysec", lines wait in the server while a slow disk still syncs earlier ones.
        until = time.monotonic() + 20
        while client.info("persistence")["aof_buffer_length"] and time.monotonic() < until:
            time.sleep(0.05)
    with running(redis_part(short_home)):
        assert redis.Redis.from_url(part.url).llen("jobs") == 200


def test_a_home_too_deep_for_a_socket_gets_a_loopback_port_with_a_password(
    short_home: Path,
) -> None:
    part = redis_part(short_home / "deep" / ("er" * 60))
    assert part.url.startswith("redis://:")
    with running(part):
        port = int(part.url.rsplit(":", 1)[1].split("/")[0])
        assert ping(part.url)
        assert not ping(f"redis://127.0.0.1:{port}/0")


def test_paths_with_spaces_work(short_home: Path) -> None:
    part = redis_part(short_home / "my data")
    with running(part):
        assert ping(part.url)


def test_a_missing_server_is_said_in_words(short_home: Path) -> None:
    with pytest.raises(Unavailable, match=r"did not answer within 0\.1 s"):
        wait_until_ready(f"unix://{short_home}/nobody.sock", 0.1)
