"""The library page in a real browser: from the address to the last thumbnail of the first page."""

from __future__ import annotations

import io
import os
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from benchmarks.startup import FLAGS, ROOT, WAIT_S, _chromium
from gator_engine.adapters.storage.blobs_local import LocalBlobStore

DIFFERENT = 48
SHOWN = 24
_THUMBNAILS = '[class*="st-key-asset-"] img.g-thumb'
_LOADED = f"""() => {{
  const all = [...document.querySelectorAll('{_THUMBNAILS}')];
  const first = all.filter(one => one.getBoundingClientRect().top < innerHeight);
  return all.length === {SHOWN} && first.every(one => one.complete && one.naturalWidth > 0);
}}"""


def thumbnails_in(home: Path) -> tuple[str, ...]:
    """Different thumbnails in the file store of a home; assets share them."""
    blobs, names = LocalBlobStore(home / "blobs"), []
    for number in range(DIFFERENT):
        noise = Image.effect_noise((384, 480), 20 + number).convert("RGB")
        out = io.BytesIO()
        noise.save(out, "WEBP", quality=82)
        names.append(blobs.put(out.getvalue()))
    return tuple(names)


def first_paint(home: Path, repeats: int) -> dict[str, float]:
    """Milliseconds until the first page's visible thumbnails stand: cold, then with a warm server.

    Every visit is a new browser context: nothing is cached on that side.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    clean = {name: value for name, value in os.environ.items() if not name.startswith("GATOR_")}
    given = {"GATOR_HOME": str(home), "GATOR_REDIS_URL": "redis://127.0.0.1:1"}
    argv = [sys.executable, "-m", "workers.main", "web", "--port", str(port)]
    log = (home / "web.log").open("wb")
    server = subprocess.Popen(argv, cwd=ROOT, env={**clean, **given}, stdout=log, stderr=log)
    try:
        _wait(port)
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=_chromium(), args=FLAGS)
            visits = [_visit(browser, port) for _ in range(repeats + 1)]
            browser.close()
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(30)
        log.close()
    warm = [visit["whole"] for visit in visits[1:]]
    return {
        "cold": round(visits[0]["whole"]),
        "warm_median": round(statistics.median(warm)),
        "of_which_shell": round(statistics.median(visit["shell"] for visit in visits[1:])),
    }


def _visit(browser: Browser, port: int) -> dict[str, Any]:
    context = browser.new_context(viewport={"width": 1440, "height": 1000})
    page = context.new_page()
    began = time.perf_counter()
    page.goto(f"http://127.0.0.1:{port}/library")
    page.locator('[data-testid="stMain"] h1').wait_for(timeout=1000 * WAIT_S)
    shell = time.perf_counter()
    page.wait_for_function(_LOADED, timeout=1000 * WAIT_S)
    whole = time.perf_counter()
    context.close()
    return {"shell": 1000 * (shell - began), "whole": 1000 * (whole - began)}


def _wait(port: int) -> None:
    until = time.monotonic() + WAIT_S
    while time.monotonic() < until:
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
        except OSError:
            time.sleep(0.2)
        else:
            return
    raise SystemExit(f"no web app on port {port} after {WAIT_S} s")
