"""Second job on a warm worker against a cold start, our overhead, previews and cancelling."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
KINDS = ("sd15", "sdxl", "flux")
STEPS = 20
EDGE = 256
COLD = """
import json, sys, time
began = time.perf_counter()
from benchmarks.generation_warm import Idle, generator_of, wish
made = generator_of(sys.argv[1])
times = []
for number in range(2):
    started = began if number == 0 else time.perf_counter()
    made.generate(wish(4, 64, number), Idle())
    times.append(time.perf_counter() - started)
print(json.dumps(times))
"""


class Idle:
    """A Run that nobody watches; with `stop` it asks to stop once that is set."""

    def __init__(self, stop: threading.Event | None = None) -> None:
        self._stop = stop
        self.previews = 0

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Count previews, and stop when asked to."""
        self.previews += preview is not None
        self.check()

    def check(self) -> None:
        """Stop when asked to."""
        if self._stop is not None and self._stop.is_set():
            from gator_engine.errors import Cancelled

            raise Cancelled("Stopped.")


def run(quick: bool) -> dict[str, Any]:
    """Tiny real pipelines on the CPU; medians over pairs, and of the families the worst."""
    repeats = 3 if quick else 15
    with tempfile.TemporaryDirectory(prefix="gator-warm-") as home:
        folders = _models(Path(home))
        starts = [_cold(folders["sd15"]) for _ in range(1 if quick else 3)]
        found = {kind: _family(folder, repeats) for kind, folder in folders.items()}
        cancels = _cancel_steps(folders["sd15"], 4 if quick else 20)
    cold, warm = (statistics.median(times) for times in zip(*starts, strict=True))
    return {
        "cold_s": round(cold, 3),
        "warm_s": round(warm, 3),
        "ratio": round(cold / warm, 1),
        "overhead_pct": round(max(one["overhead_pct"] for one in found.values()), 2),
        "preview_pct": round(max(one["preview_pct"] for one in found.values()), 2),
        "cancel_steps": cancels,
        "families": found,
        "repeats": repeats,
    }


def _models(home: Path) -> dict[str, Path]:
    """Tiny pipelines on disk, as any model is."""
    import torch

    from tests.media.tiny_models import save_tiny

    torch.set_num_threads(1)
    return {kind: save_tiny(kind, home) for kind in KINDS}


def generator_of(folder: Path | str) -> Any:
    """The text-to-image generator with this model."""
    from gator_engine.adapters.generators import discover
    from gator_engine.config import Settings

    return discover(Settings(image_model=str(folder), device="cpu"))["diffusers"]


def wish(steps: int, edge: int, seed: int = 7, *, count: int = 1) -> Any:
    """A request for square pictures."""
    from gator_engine.domain.briefs import BriefKind, CompiledPrompt, Fragment
    from gator_engine.domain.personas import Identity, PersonaProfile
    from gator_engine.ports import GenerateRequest

    return GenerateRequest(
        kind=BriefKind.IMAGE,
        compiled=CompiledPrompt((Fragment("a red chair by the window", "brief.prompt"),)),
        profile=PersonaProfile(Identity(name="Ada Stone", handle="ada", age=31)),
        size=(edge, edge),
        count=count,
        seed=seed,
        settings={"steps": steps, "width": edge, "height": edge},
    )


def _cold(folder: Path) -> tuple[float, float]:
    """Wall seconds of the first and the second picture of a fresh process, its imports included."""
    argv = [sys.executable, "-c", COLD, str(folder)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True, check=True)
    first, second = json.loads(done.stdout.strip().splitlines()[-1])
    return first, second


def _family(folder: Path, repeats: int) -> dict[str, float]:
    """Ours against the bare pipeline, alternating, in processor seconds; and what previews take."""
    from gator_engine.adapters.generators._diffusers.models import warm_model

    made, run_ = generator_of(folder), Idle()
    model, _ = warm_model(str(folder), "cpu", "auto")
    ours = _timed(lambda: made.generate(wish(STEPS, EDGE), run_))
    bare = _timed(lambda: _bare(model.pipe))
    ours(), bare()  # Warm both up.
    run_.previews = 0
    pairs = [(ours(), bare()) for _ in range(repeats)]
    our_s, bare_s = (statistics.median(times) for times in zip(*pairs, strict=True))
    preview = _preview_s(model) * run_.previews / repeats
    return {
        "ours_cpu_s": round(our_s, 4),
        "direct_cpu_s": round(bare_s, 4),
        "overhead_pct": round(100 * statistics.median(a / b - 1 for a, b in pairs), 2),
        "preview_pct": round(100 * preview / our_s, 2),
    }


def _bare(pipe: Any) -> None:
    """The pipeline as its documentation calls it."""
    import torch

    pipe(
        "a red chair by the window",
        num_inference_steps=STEPS,
        width=EDGE,
        height=EDGE,
        generator=torch.Generator().manual_seed(7),
    )


def _timed(work: Callable[[], object]) -> Callable[[], float]:
    def measure() -> float:
        began = time.process_time()
        work()
        return time.process_time() - began

    return measure


def _preview_s(model: Any) -> float:
    """Processor seconds of one preview, at the size of the run."""
    import torch

    from gator_engine.adapters.generators._diffusers.preview import preview_of

    config = model.pipe.vae.config
    if hasattr(model.pipe, "_pack_latents"):
        tokens = (EDGE // 16) ** 2
        latents = torch.randn(1, tokens, 4 * config.latent_channels)
    else:
        latents = torch.randn(1, config.latent_channels, EDGE // 8, EDGE // 8)
    one = _timed(lambda: preview_of(latents, model.shows, model.pipe, (EDGE, EDGE)))
    return statistics.median(one() for _ in range(20))


def _cancel_steps(folder: Path, tries: int) -> int:
    """Most passes of the denoiser that began after a wish to stop, asked for at odd moments."""
    from gator_engine.adapters.generators._diffusers.models import warm_model
    from gator_engine.errors import Cancelled

    made, worst = generator_of(folder), 0
    model, _ = warm_model(str(folder), "cpu", "auto")
    for number in range(tries):
        stop, late = threading.Event(), [0]
        hook = model.denoiser.register_forward_hook(partial(_count, stop, late))
        timer = threading.Timer(0.05 + 0.017 * number, stop.set)
        timer.start()
        try:
            made.generate(wish(150, 64), Idle(stop))
        except Cancelled:
            worst = max(worst, late[0])
        finally:
            timer.cancel()
            hook.remove()
    return worst


def _count(stop: threading.Event, late: list[int], *_: object) -> None:
    """A pass that ends after the wish counts: it was running, or it began too late."""
    late[0] += stop.is_set()
