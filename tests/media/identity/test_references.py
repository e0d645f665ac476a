"""Reference pictures through a tiny real IP-Adapter."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from gator_engine.adapters.generators import discover
from gator_engine.config import Settings
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import GenerateResult, Generator
from tests.media.diffusers.conftest import RecordingRun, ask
from tests.media.identity.conftest import picture

Make = Callable[[str], Generator]
Adapter = Callable[[int], Path]
CROSS = {"sd15": 32, "sdxl": 64}


def drawn(generator: Generator, adapter: object, *colours: str, strength: float = 1.0) -> bytes:
    settings = {
        "references": [f"id-{colour}" for colour in colours],
        "reference_adapter": str(adapter),
        "reference_strength": strength,
    }
    references = tuple(picture(colour) for colour in colours)
    result = generator.generate(ask(settings=settings, references=references), RecordingRun())
    return result.files[0].data


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_a_reference_changes_the_picture_and_leaves_no_trace(
    generator: Make, ip_adapter: Adapter, kind: str
) -> None:
    adapter = ip_adapter(CROSS[kind])
    plain = generator(kind).generate(ask(), RecordingRun()).files
    red, blue = (drawn(generator(kind), adapter, colour) for colour in ("red", "blue"))
    assert len({plain[0].data, red, blue}) == 3
    assert drawn(generator(kind), adapter, "red") == red
    assert generator(kind).generate(ask(), RecordingRun()).files == plain


def test_several_references_and_their_strength_count(generator: Make, ip_adapter: Adapter) -> None:
    adapter, sd15 = ip_adapter(32), generator("sd15")
    both = drawn(sd15, adapter, "red", "blue")
    weak = drawn(sd15, adapter, "red", "blue", strength=0.2)
    assert len({drawn(sd15, adapter, "red"), both, weak}) == 3


def test_it_is_on_record_what_the_picture_was_made_from(
    generator: Make, ip_adapter: Adapter
) -> None:
    settings = {"references": ["a1"], "reference_adapter": str(ip_adapter(32))}
    request = ask(settings=settings, references=(picture("red"),), count=2)
    for file in generator("sd15").generate(request, RecordingRun()).files:
        assert file.parameters["references"] == ["a1"]
        assert file.parameters["reference_strength"] == 0.6


def test_references_without_an_adapter_are_refused(generator: Make, tmp_path: Path) -> None:
    for adapter in ("", tmp_path / "nothing.safetensors", tmp_path):
        with pytest.raises(InvalidInput) as caught:
            drawn(generator("sd15"), adapter, "red")
        assert caught.value.field == "settings.reference_adapter"


def test_an_adapter_of_another_model_is_refused_and_leaves_no_trace(
    generator: Make, ip_adapter: Adapter, tmp_path: Path
) -> None:
    plain = generator("sd15").generate(ask(), RecordingRun()).files
    with pytest.raises(InvalidInput, match="does not fit"):
        drawn(generator("sd15"), ip_adapter(64), "red")
    alone = tmp_path / "alone.safetensors"
    alone.write_bytes(ip_adapter(32).read_bytes())
    with pytest.raises(InvalidInput, match="not beside"):
        drawn(generator("sd15"), alone, "red")
    assert generator("sd15").generate(ask(), RecordingRun()).files == plain


def test_a_pipeline_that_takes_no_references_says_so(generator: Make, ip_adapter: Adapter) -> None:
    with pytest.raises(CapabilityError, match="reference pictures"):
        drawn(generator("pixart"), ip_adapter(32), "red")


def test_an_adapter_that_lacks_layers_leaves_no_trace(generator: Make, ip_adapter: Adapter) -> None:
    from safetensors.torch import load_file, save_file

    plain = generator("sd15").generate(ask(), RecordingRun()).files
    whole = load_file(ip_adapter(32))
    torn = ip_adapter(32).with_name("torn.safetensors")
    save_file({name: whole[name] for name in whole if ".layers.3." not in name}, torn)
    with pytest.raises(InvalidInput, match="torn"):
        drawn(generator("sd15"), torn, "red")
    assert generator("sd15").generate(ask(), RecordingRun()).files == plain
    assert drawn(generator("sd15"), ip_adapter(32), "red") != plain[0].data


def test_an_editing_model_takes_references_as_pictures(klein: Path) -> None:
    editor = discover(Settings(image_model=str(klein), device="cpu"))["diffusers"]
    plain = editor.generate(ask(), RecordingRun())

    def made(*colours: str, **more: object) -> GenerateResult:
        settings = {"references": list(colours), **more}
        pictures = tuple(picture(colour) for colour in colours)
        return editor.generate(ask(settings=settings, references=pictures), RecordingRun())

    results = [plain, made("red"), made("blue"), made("red", "blue")]
    assert len({result.files[0].data for result in results}) == 4
    [file] = results[3].files
    assert file.parameters["references"] == ["red", "blue"]
    assert "reference_strength" not in file.parameters
    weighted = made("red", reference_strength=0.9)
    assert any("strength is not applied" in note for note in weighted.notes)
    assert weighted.files[0].data == results[1].files[0].data
