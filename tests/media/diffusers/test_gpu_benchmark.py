"""The GPU benchmark goes its whole way on tiny models; its figures mean nothing here."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from benchmarks import __main__ as runner
from benchmarks import generation_gpu, startup
from benchmarks._real_size import flux_schnell, sdxl


def test_the_way_through_it() -> None:
    found = runner.run_one("generation_gpu", quick=True, tiny=True)
    for model, batch in (("sdxl", "1"), ("sdxl", "2"), ("flux", "1")):
        figures = found["models"][model][batch]
        assert figures["ssim_to_stock"] > 0.99
        assert min(figures["stock_ips"], figures["ours_ips"], figures["floor_ips"]) > 0


def test_without_a_gpu_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        generation_gpu.run(quick=True)
    assert ended.value.code == generation_gpu.EXIT_NO_GPU
    assert "needs a CUDA GPU" in capsys.readouterr().err


def test_a_benchmark_without_a_tiny_form_says_so() -> None:
    with pytest.raises(SystemExit, match="startup has no tiny form"):
        runner.run_one(startup.__name__.rpartition(".")[2], quick=True, tiny=True)


@pytest.mark.parametrize(("build", "billions"), [(sdxl, 2.57), (flux_schnell, 11.9)])
def test_the_real_sizes_are_those_of_the_published_models(
    build: Callable[[str], Any], billions: float
) -> None:
    """Built without memory: shapes alone."""
    pipe = build("meta")
    denoiser = getattr(pipe, "transformer", None) or pipe.unet
    weights = sum(one.numel() for one in denoiser.parameters())
    assert weights / 1e9 == pytest.approx(billions, rel=0.01)
    latents, text = pipe.vae.config.latent_channels, pipe.text_encoder_2.config
    width = (
        getattr(text, "d_model", None) or text.hidden_size + pipe.text_encoder.config.hidden_size
    )
    config = denoiser.config
    assert width == config.get("joint_attention_dim") or width == config.cross_attention_dim
    assert config.in_channels in (latents, 4 * latents)
