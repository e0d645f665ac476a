"""Every switch of the speed plan that a CPU can try, compiling once among them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._diffusers.models import WARM
from gator_engine.adapters.generators._diffusers.policy import Policy, adopt
from gator_engine.adapters.generators._diffusers.speed import apply
from gator_engine.config import Settings
from gator_engine.domain.speed import speed_plan
from gator_engine.errors import ConfigError
from gator_engine.ports import GenerateResult
from tests.media.diffusers.conftest import RecordingRun, alike, ask

Folder = Callable[[str], Path]


@pytest.fixture(autouse=True)
def loaded_anew() -> Iterator[None]:
    """A plan is applied when a model is loaded, so none may be loaded before or after."""
    WARM.clear()
    yield
    WARM.clear()
    adopt(Policy())


def made(folder: Path, speed: str, **settings: float) -> GenerateResult:
    WARM.clear()
    generator = discover(Settings(image_model=str(folder), device="cpu", speed=speed))["diffusers"]
    return generator.generate(ask(settings={"steps": 8, **settings}), RecordingRun())


@pytest.mark.parametrize(
    ("kind", "switch"),
    [
        ("sd15", "channels_last=on"),
        ("sdxl", "fuse_projections=on"),
        ("flux", "attention=native"),
    ],
)
def test_a_switch_that_keeps_the_picture(tiny_model: Folder, kind: str, switch: str) -> None:
    plain, quick = made(tiny_model(kind), ""), made(tiny_model(kind), switch)
    assert "speed" not in plain.files[0].parameters
    told = quick.files[0].parameters["speed"]
    assert told == [switch.removesuffix("=on")]
    without = {k: v for k, v in quick.files[0].parameters.items() if k != "speed"}
    assert without == plain.files[0].parameters
    bare = GenerateResult(plain.files, plain.model)
    same = type(plain.files[0])(quick.files[0].data, 7, plain.files[0].alt_text, without)
    assert alike([same], bare.files)


@pytest.mark.parametrize("cache", ["first_block", "taylor"])
def test_a_step_cache_is_told_with_the_picture(tiny_model: Folder, cache: str) -> None:
    quick = made(tiny_model("flux"), f"step_cache={cache},cache_threshold=0.5")
    assert quick.files[0].parameters["speed"] == [f"step_cache={cache}"]


def test_what_a_model_cannot_do_is_left_out(tiny_model: Folder) -> None:
    result = made(tiny_model("sd15"), "step_cache=first_block")
    assert "speed" not in result.files[0].parameters


def test_an_attention_that_is_not_there_is_named(tiny_model: Folder) -> None:
    with pytest.raises(ConfigError, match="attention=warp cannot be used"):
        made(tiny_model("flux"), "attention=warp")


@pytest.fixture
def compiling(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Compiled kernels in a folder of the test, made in this process, and nothing left behind."""
    import torch

    # Looked at when compiling begins; the pool of helpers would outlive the test.
    monkeypatch.setenv("TORCHINDUCTOR_CACHE_DIR", str(tmp_path / "kernels"))
    monkeypatch.setattr("torch._inductor.config.compile_threads", 1)
    # Plain kernels: finding out what the processor has takes a third of the time.
    monkeypatch.setattr("torch._inductor.config.cpp.simdlen", 1)
    yield
    torch.compiler.reset()


@pytest.mark.timeout(600)  # Beside other work g++ takes its time.
@pytest.mark.skipif(not shutil.which("g++"), reason="torch.compile needs g++ on a CPU")
def test_compiled_blocks_draw_the_same_picture(compiling: None, tmp_path: Path) -> None:
    """The smallest transformer with one sort of block: some twenty processor seconds."""
    import torch

    from tests.media.tiny_families import save_family

    torch.set_num_threads(1)
    folder = save_family("z_image", tmp_path)
    switches = ("", "compile_blocks=on,fixed_shapes=on")
    plain, quick = (made(folder, speed, steps=2, guidance=0.0) for speed in switches)
    assert quick.files[0].parameters["speed"] == ["compile_blocks"]
    told = plain.files[0].parameters
    same = type(plain.files[0])(quick.files[0].data, 7, plain.files[0].alt_text, told)
    assert alike([same], plain.files)
    # What is compiled is what ran: the kernels lie where they were asked for.
    assert list((tmp_path / "kernels").rglob("*.so"))


def test_compiling_without_a_compiler_is_named(
    tiny_model: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CXX", "no-such-compiler")
    with pytest.raises(ConfigError, match=r"compile_blocks needs a C\+\+ compiler") as caught:
        made(tiny_model("flux"), "compile_blocks=on")
    assert "Install it, or leave compile_blocks out." in str(caught.value)


def test_weights_that_move_are_left_as_they_are(tiny_model: Folder) -> None:
    """The memory plan's hooks sit on each layer, and a new layout would pull it from under them."""
    from diffusers import FluxPipeline

    pipe = FluxPipeline.from_pretrained(tiny_model("flux"))
    plan = speed_plan(
        "cpu", "channels_last=on,fuse_projections=on,compile_blocks=on,attention=native"
    )
    assert apply(plan, pipe, resident=False) == ("attention=native",)
