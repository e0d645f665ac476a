"""Seconds from `make run` (installed) to the first rendered page, and the cost of the import."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import sync_playwright

from workers.supervisor import state_file

ROOT = Path(__file__).resolve().parent.parent
CHROMIUM = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--disable-gpu"]
WAIT_S = 120
RENDERED = "[data-testid='stMainBlockContainer'] h1, [data-testid='stMainBlockContainer'] h2"
MEASURE_IMPORT = (
    "import time, resource; t, c = time.perf_counter(), time.process_time(); import gator_engine; "
    "print(time.perf_counter() - t, time.process_time() - c, "
    "resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)"
)


@dataclass(frozen=True)
class Start:
    """One start: wall seconds to the rendered page, and processor seconds by part until then."""

    seconds: float
    cpu_s: dict[str, float]


def run(quick: bool) -> dict[str, Any]:
    """Medians of several starts on fresh homes, and of several imports."""
    repeats = 1 if quick else 5
    imports = [_import_cost() for _ in range(repeats + 2)]
    starts = [_start() for _ in range(repeats)]
    figures = {
        "first_page_s": statistics.median(first.seconds for first, _ in starts),
        "second_start_s": statistics.median(second.seconds for _, second in starts),
        "import_s": statistics.median(seconds for seconds, _, _ in imports),
        "import_cpu_s": statistics.median(cpu for _, cpu, _ in imports),
        "import_rss_mb": statistics.median(rss for _, _, rss in imports),
    }
    rounded = {key: round(value, 3) for key, value in figures.items()}
    dominates = {"import_top": _import_top(), "start_cpu_s": starts[-1][1].cpu_s}
    return {**rounded, **dominates, "repeats": repeats}


def _import_cost() -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak memory (MiB) of `import gator_engine`."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURE_IMPORT], cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, cpu, rss = map(float, done.stdout.split())
    return seconds, cpu, rss


def _import_top(count: int = 8) -> list[dict[str, Any]]:
    """The packages whose own modules take the most time of `import gator_engine`."""
    argv = [sys.executable, "-X", "importtime", "-c", "import gator_engine"]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    own: dict[str, int] = {}
    for line in done.stderr.splitlines():
        columns = line.removeprefix("import time:").split("|")
        if len(columns) == 3 and columns[0].strip().isdigit():
            package = columns[2].strip().split(".")[0]
            own[package] = own.get(package, 0) + int(columns[0])
    largest = sorted(own.items(), key=lambda item: -item[1])[:count]
    return [{"package": name, "ms": round(us / 1000, 1)} for name, us in largest]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start() -> tuple[Start, Start]:
    """The first page on an empty home, and again on the home that now exists."""
    with tempfile.TemporaryDirectory(prefix="gator-") as home:
        return _first_page(Path(home)), _first_page(Path(home))


def _cpu_by_part(home: Path) -> dict[str, float]:
    """Processor seconds each part has used so far, the largest first."""
    state = json.loads(state_file(home).read_text())
    pids = {"supervisor": state["supervisor"]}
    pids |= {name: part["pid"] for name, part in state["parts"].items() if part["pid"]}
    used = {}
    for name, pid in pids.items():
        try:
            used[name] = round(sum(psutil.Process(pid).cpu_times()[:4]), 2)
        except psutil.NoSuchProcess:
            continue
    return dict(sorted(used.items(), key=lambda item: -item[1]))


def _first_page(home: Path) -> Start:
    """From the command to a rendered page; the browser is up beforehand, as a person's is."""
    port = _free_port()
    environment = {k: v for k, v in os.environ.items() if not k.startswith("GATOR_")}
    environment |= {
        "GATOR_HOME": str(home),
        "GATOR_PORT": str(port),
        "GATOR_SANDBOX_PORT": str(_free_port()),
    }
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
        page = browser.new_page()
        log = home / "make-run.log"
        began = time.perf_counter()
        with log.open("wb") as output:
            server = subprocess.Popen(
                ["make", "run"],
                cwd=ROOT,
                env=environment,
                stdout=output,
                stderr=output,
                start_new_session=True,
            )
        try:
            _wait_for_port(port, server, log)
            page.goto(f"http://127.0.0.1:{port}/")
            page.locator(RENDERED).first.wait_for(timeout=WAIT_S * 1000)
            return Start(time.perf_counter() - began, _cpu_by_part(home))
        finally:
            browser.close()
            os.killpg(server.pid, signal.SIGTERM)
            server.wait(60)


def _wait_for_port(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        if server.poll() is not None:
            raise SystemExit(f"`make run` ended with code {server.returncode}:\n{log.read_text()}")
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.02)
    raise SystemExit(f"no web app on port {port} after {WAIT_S} s:\n{log.read_text()}")


def _chromium() -> str:
    path = next((found for name in CHROMIUM if (found := shutil.which(name))), None)
    if path is None:
        raise SystemExit("startup needs Chromium; run scripts/system_packages.sh")
    return path
