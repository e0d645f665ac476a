"""The GPU benchmark goes its whole way on tiny models; its figures mean nothing here."""

from __future__ import annotations

import pytest

from benchmarks import generation_gpu


def test_the_way_through_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(generation_gpu.TINY, "1")
    found = generation_gpu.run(quick=True)
    for model, batch in (("sdxl", "1"), ("sdxl", "2"), ("flux", "1")):
        figures = found["models"][model][batch]
        assert figures["ssim_to_stock"] > 0.99
        assert min(figures["stock_ips"], figures["ours_ips"], figures["floor_ips"]) > 0


def test_without_a_gpu_it_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        generation_gpu.run(quick=True)
    assert ended.value.code == generation_gpu.EXIT_NO_GPU
    assert "needs a CUDA GPU" in capsys.readouterr().err
