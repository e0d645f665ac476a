"""What a running Gator consists of: each part as a process for the supervisor to keep."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gator_engine.config import Settings
from gator_engine.errors import ConfigError, Unavailable
from workers.redis_server import ping, redis_part
from workers.supervisor import Part

PORTS_TRIED = 50
# On two cores the workers' imports would double the time to the first page.
HOLD_S = 3.0
LOOPBACK = "127.0.0.1"
PYTHON = sys.executable


@dataclass(frozen=True)
class Plan:
    """The parts in the order they start, and the URL to open once they are ready."""

    parts: tuple[Part, ...]
    url: str


def plan(
    settings: Settings, say: Callable[[str], None], *, prepared: Callable[[], bool] = lambda: True
) -> Plan:
    """Everything `up` runs; moves to free ports and says so.

    The web app comes first and alone, so that the first page does not wait for the processor; it
    counts as ready once `prepared` says that the database is.

    Raises Unavailable when a configured Redis does not answer, ConfigError when there is no Redis
    to start or no free port.
    """
    redis = () if settings.redis_url else (redis_part(settings.home),)
    if not redis and not ping(settings.redis_url):
        raise redis_unavailable("the one at GATOR_REDIS_URL does not answer")
    port = free_port(settings.host, settings.port, "web app", say)
    env = environment(settings, redis_url=redis[0].url if redis else settings.redis_url)
    sandbox: tuple[Part, ...] = ()
    if not settings.sandbox_url:
        own = free_port(LOOPBACK, settings.sandbox_port, "sandbox", say, but_not=port)
        env["GATOR_SANDBOX_URL"] = address(LOOPBACK, own)
        sandbox = (sandbox_part(env, LOOPBACK, own),)
    web = web_part(settings, env, port, prepared)
    parts = (*redis, web, *sandbox, *background_parts(settings, env))
    return Plan(parts, settings.public_url or address(settings.host, port))


def redis_unavailable(problem: str) -> Unavailable:
    """One wording for a Redis out of reach."""
    return Unavailable(
        "Redis", f"{problem}.", "Start it, correct GATOR_REDIS_URL, or unset it to use our own."
    )


def environment(settings: Settings, **resolved: str) -> dict[str, str]:
    """What every part is told: the settings that were worked out once, such as real addresses."""
    return {
        "GATOR_HOME": str(settings.home),
        "GATOR_DATABASE_URL": settings.sql_url,
        **{f"GATOR_{name.upper()}": value for name, value in resolved.items()},
    }


def background_parts(settings: Settings, env: Mapping[str, str]) -> list[Part]:
    """The dispatcher and all workers."""
    publish = _worker("publish", "default")
    default = _worker("default", "metrics")
    devices = _devices(settings, os.environ)
    return [
        Part("dispatcher", _command("dispatcher"), env),
        *(Part(f"publish-{n + 1}", publish, env) for n in range(settings.publish_workers)),
        *(Part(f"default-{n + 1}", default, env, nice=5) for n in range(settings.default_workers)),
        *(
            Part(f"render-{n + 1}", _worker("render"), env, nice=10)
            for n in range(settings.render_workers)
        ),
        # A download takes hours and hardly any processor; nothing else may have to wait for it.
        Part("downloads", _worker("downloads"), env, nice=10),
        *(
            Part(f"gpu-{n + 1}", _worker("gpu"), {**env, **one}, nice=10, recycles=True)
            for n, one in enumerate(devices)
        ),
    ]


def sandbox_part(env: Mapping[str, str], host: str, port: int) -> Part:
    """The local network of platform twins."""
    argv = _command("sandbox", "--host", host, "--port", str(port))
    return Part("sandbox", argv, env, ready=_answers(f"http://{host}:{port}/"))


def web_part(
    settings: Settings, env: Mapping[str, str], port: int, prepared: Callable[[], bool]
) -> Part:
    """The web app; ready when its health page answers and the database is prepared."""
    answers = _answers(f"http://{_reachable(settings.host)}:{port}/_stcore/health")
    argv = tuple(web_command(settings, port))
    own = {**env, "GATOR_PORT": str(port)}
    return Part("web", argv, own, ready=lambda: prepared() and answers(), gate=True, hold_s=HOLD_S)


def web_command(settings: Settings, port: int) -> list[str]:
    """How the web app is run: one uvicorn process that serves pages and routes."""
    return [
        *(PYTHON, "-m", "uvicorn", "app:app"),
        *("--host", settings.host, "--port", str(port)),
        *("--log-level", settings.log_level.lower(), "--no-access-log"),
    ]


def free_port(
    host: str, first: int, what: str, say: Callable[[str], None], *, but_not: int = 0
) -> int:
    """`first`, or the next port nobody listens on; says aloud when it had to move.

    `but_not` is promised to another part that has not started yet.

    Raises ConfigError when 50 ports in a row are taken or the host is not ours.
    """
    for port in range(first, min(first + PORTS_TRIED, 65536)):
        if port != but_not and _is_free(host, port):
            if port != first:
                say(f"Port {first} is taken; the {what} uses {port}.")
            return port
    raise ConfigError(
        "GATOR_PORT" if what == "web app" else "GATOR_SANDBOX_PORT",
        f"no free port from {first} on at {host}.",
        "Free one, or choose another port or host.",
    )


def address(host: str, port: int) -> str:
    """The URL a person on this machine opens."""
    return f"http://{_reachable(host)}:{port}"


def _reachable(host: str) -> str:
    # Compared with, not bound to.
    if host in ("0.0.0.0", "", "::"):  # nosec B104
        return "127.0.0.1"
    return f"[{host}]" if ":" in host else host


def _is_free(host: str, port: int) -> bool:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        # As servers do: a port that merely waits out old connections counts as free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
        return True


def _answers(url: str) -> Callable[[], bool]:
    def ask() -> bool:
        try:
            with urllib.request.urlopen(url, timeout=1) as answer:  # nosec B310
                return bool(answer.status < 500)
        except (urllib.error.URLError, OSError):
            return False

    return ask


def _command(*words: str) -> tuple[str, ...]:
    return (PYTHON, "-m", "workers.main", *words)


def _worker(*queues: str) -> tuple[str, ...]:
    return _command("worker", "--queues", ",".join(queues))


def _devices(settings: Settings, env: Mapping[str, str]) -> list[dict[str, str]]:
    """What each generation worker is told: its device, or which one GPU it may see."""
    named = [name.strip() for name in settings.devices.split(",") if name.strip()]
    if settings.gpu_workers == 0:
        return []
    if named and named != ["auto"]:
        return [{"GATOR_DEVICE": name} for name in named]
    given = env.get("CUDA_VISIBLE_DEVICES")
    allowed = [name.strip() for name in (given or "").split(",") if name.strip()]
    found = allowed if given is not None else [str(n) for n in range(_gpus())]
    workers = max(settings.gpu_workers, len(found))
    if workers == 1:
        return [{}]
    names = found or [str(n) for n in range(workers)]
    return [{"CUDA_VISIBLE_DEVICES": names[n % len(names)]} for n in range(workers)]


def _gpus() -> int:
    """How many NVIDIA GPUs the driver tells of; asking torch would take seconds."""
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return 0
    try:
        done = subprocess.run([tool, "-L"], capture_output=True, text=True, timeout=10)
    except (OSError, subprocess.TimeoutExpired):
        return 0
    return done.stdout.count("UUID:") if done.returncode == 0 else 0
