"""Pictures a second on a GPU: stock diffusers, ours, and the floor of the denoiser's arithmetic.

Architectures have their real size and random weights: speed does not depend on the values. Without
a GPU it ends with code 3. `--tiny` takes the same way on the CPU with tiny models: it proves the
way, and its figures say nothing about a GPU.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

EXIT_NO_GPU = 3
SSIM_SIDE = 8


@dataclass(frozen=True)
class Case:
    """One model: how its pipeline is built, the edge of a picture, steps and pass sizes."""

    build: Callable[[], Any]
    edge: int
    steps: int
    batches: tuple[int, ...]


def run(quick: bool, *, tiny: bool = False) -> dict[str, Any]:
    """Per model and pass size: stock, ours and floor in pictures a second, and the likeness."""
    import torch

    if not tiny and not torch.cuda.is_available():
        print(
            "generation_gpu needs a CUDA GPU, and torch finds none here. `--tiny` proves its way"
            " on the CPU.",
            file=sys.stderr,
        )
        raise SystemExit(EXIT_NO_GPU)
    device, dtype = ("cpu", torch.float32) if tiny else ("cuda", torch.bfloat16)
    rate = matmul_rate(device, dtype, 256 if tiny else 8192)
    repeats = 1 if quick or tiny else 5
    cases = tiny_cases() if tiny else real_cases(quick)
    models = {name: _measured(case, device, rate, repeats) for name, case in cases.items()}
    return {
        "tiny": tiny,
        "matmul_tflops": round(rate / 1e12, 3),
        "models": models,
        "repeats": repeats,
    }


def real_cases(quick: bool) -> dict[str, Case]:
    """Architectures in real size."""
    from benchmarks._real_size import flux_schnell, sdxl

    batches = (1, 4) if quick else (1, 2, 4, 8)
    return {"sdxl": Case(sdxl, 1024, 30, batches), "flux": Case(flux_schnell, 1024, 4, batches[:1])}


def tiny_cases() -> dict[str, Case]:
    """The same families, tiny."""
    from tests.media.tiny_models import flux, sdxl

    return {"sdxl": Case(sdxl, 64, 4, (1, 2)), "flux": Case(flux, 64, 4, (1,))}


def matmul_rate(device: str, dtype: Any, side: int) -> float:
    """Operations a second of a square product: the best of ten, as the hardware can do at most."""
    import torch

    a = torch.randn(side, side, device=device, dtype=dtype)
    times = [_seconds(lambda: a @ a, device) for _ in range(12)]
    return 2 * side**3 / min(times[2:])


def _seconds(work: Callable[[], object], device: str) -> float:
    import torch

    if device != "cpu":
        torch.cuda.synchronize()
    began = time.perf_counter()
    work()
    if device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter() - began


def _measured(case: Case, device: str, rate: float, repeats: int) -> dict[str, Any]:
    """Stock first, from the very files that ours loads then."""
    import torch
    from diffusers import AutoPipelineForText2Image

    torch.manual_seed(0)
    with tempfile.TemporaryDirectory(prefix="gator-gpu-") as home:
        folder = Path(home) / "model"
        case.build().save_pretrained(folder, safe_serialization=True)
        dtype = torch.float32 if device == "cpu" else torch.bfloat16
        stock = AutoPipelineForText2Image.from_pretrained(folder, dtype=dtype).to(device)
        stock.set_progress_bar_config(disable=True)
        flops = _denoiser_flops(stock, case)
        plain = {n: _stock(stock, case, n, device, repeats) for n in case.batches}
        del stock
        ours = {n: _ours(folder, case, n, device, repeats) for n in case.batches}
    found = {}
    for n in case.batches:
        (stock_s, pictures), (our_s, made) = plain[n], ours[n]
        floor_s = flops * n / rate
        found[str(n)] = {
            "stock_ips": round(n / stock_s, 4),
            "ours_ips": round(n / our_s, 4),
            "floor_ips": round(n / floor_s, 4),
            "ratio": round(stock_s / our_s, 3),
            "ssim_to_stock": round(min(map(ssim, pictures, made)), 4),
        }
    return found


def _call(pipe: Any, case: Case, pictures: int) -> Any:
    import torch

    # Ours reads an empty negative prompt, where SDXL without one would take zeros.
    against = {"negative_prompt": [""] * pictures} if hasattr(pipe, "unet") else {}
    return pipe(
        prompt=["a red chair by the window"] * pictures,
        **against,
        num_inference_steps=case.steps,
        width=case.edge,
        height=case.edge,
        generator=[torch.Generator().manual_seed(7 + n) for n in range(pictures)],
    ).images


def _denoiser_flops(pipe: Any, case: Case) -> float:
    """Operations of the denoiser for one picture, counted by torch while it runs."""
    from torch.utils.flop_counter import FlopCounterMode

    denoiser = getattr(pipe, "transformer", None) or pipe.unet
    counted: list[float] = []
    forward = denoiser.forward

    def counting(*given: Any, **named: Any) -> Any:
        with FlopCounterMode(display=False) as counter:
            out = forward(*given, **named)
        counted.append(counter.get_total_flops())
        return out

    denoiser.forward = counting
    try:
        _call(pipe, case, 1)
    finally:
        del denoiser.forward
    return sum(counted)


def _stock(
    pipe: Any, case: Case, pictures: int, device: str, repeats: int
) -> tuple[float, list[Any]]:
    made = _call(pipe, case, pictures)
    times = [_seconds(lambda: _call(pipe, case, pictures), device) for _ in range(repeats)]
    return statistics.median(times), made


def _ours(
    folder: Path, case: Case, pictures: int, device: str, repeats: int
) -> tuple[float, list[Any]]:
    """Through the generator, as a job does, files included."""
    import io

    from PIL import Image

    from benchmarks.generation_warm import Idle, wish
    from gator_engine.adapters.generators import discover
    from gator_engine.config import Settings

    made = discover(Settings(image_model=str(folder), device=device, batch=pictures))["diffusers"]
    request = wish(case.steps, case.edge, count=pictures)
    files = made.generate(request, Idle()).files
    times = [_seconds(lambda: made.generate(request, Idle()), device) for _ in range(repeats)]
    return statistics.median(times), [Image.open(io.BytesIO(file.data)) for file in files]


def ssim(one: Any, other: Any) -> float:
    """Structural similarity of two pictures in grey, by windows of 8 × 8 (Wang et al., 2004)."""
    import numpy as np

    a, b = (np.asarray(image.convert("L"), dtype="float64") for image in (one, other))
    shape = (a.shape[0] // SSIM_SIDE, SSIM_SIDE, a.shape[1] // SSIM_SIDE, SSIM_SIDE)
    a, b = (
        x[: shape[0] * SSIM_SIDE, : shape[2] * SSIM_SIDE].reshape(shape).swapaxes(1, 2)
        for x in (a, b)
    )
    axes, c1, c2 = (2, 3), (0.01 * 255) ** 2, (0.03 * 255) ** 2
    mean_a, mean_b = a.mean(axes), b.mean(axes)
    both = (a * b).mean(axes) - mean_a * mean_b
    top = (2 * mean_a * mean_b + c1) * (2 * both + c2)
    bottom = (mean_a**2 + mean_b**2 + c1) * (a.var(axes) + b.var(axes) + c2)
    return float((top / bottom).mean())
