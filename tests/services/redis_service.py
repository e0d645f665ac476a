"""A real Redis per test process, flushed for every test that asks for it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from tests.services import unavailable
from workers.redis_server import find_redis_server, wait_until_ready


@pytest.fixture(scope="session")
def redis_server() -> Iterator[str]:
    """URL of a Redis that lives as long as this test process; start one only when asked for."""
    binary = find_redis_server()
    if binary is None:
        unavailable("A Redis server", "run `make setup`, or install redis-server or valkey-server.")
    # A short folder of its own: pytest's temporary paths outgrow what a unix socket may be called.
    folder = Path(tempfile.mkdtemp(prefix="gator-redis-"))
    sock = folder / "redis.sock"
    argv = [str(binary), "--port", "0", "--unixsocket", str(sock), "--dir", str(folder)]
    argv += ["--save", "", "--appendonly", "no", "--databases", "16", "--loglevel", "warning"]
    with (folder / "redis.log").open("wb") as log:
        process = subprocess.Popen(argv, stdout=log, stderr=log)
    url = f"unix://{sock}"
    try:
        wait_until_ready(url, 20)
        yield url
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def redis_url(redis_server: str) -> Iterator[str]:
    """URL of an empty Redis database; whatever the test leaves in it is thrown away."""
    client = redis.Redis.from_url(f"{redis_server}?db=0")
    client.flushall()
    yield f"{redis_server}?db=0"
    client.close()
