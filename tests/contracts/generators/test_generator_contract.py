"""What every generator does; a new file under adapters/generators is covered by itself."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO
from typing import Any

import av
import pytest
from PIL import Image

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._films.encoding import decoded, film_facts
from gator_engine.adapters.media.files import FileInspector
from gator_engine.config import Settings
from gator_engine.domain.assets import Origin
from gator_engine.domain.briefs import AspectRatio, BriefKind
from gator_engine.domain.capabilities import (
    MASK,
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
)
from gator_engine.domain.options import check_options
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.prompts import compile_picture
from gator_engine.errors import Cancelled, CapabilityError, InvalidInput
from gator_engine.ports import GenerateRequest, GenerateResult, Generator
from tests.media.diffusers.conftest import RecordingRun
from tests.services.comfyui_server import comfyui
from tests.services.image_api_server import image_api
from tests.services.runway_server import KEY, runway_api

SLUGS = sorted(discover(Settings()))
MAKER = TEMPLATES[0].profile
SIZE = (320, 320)
# Small enough that what is enlarged stays small; not square, so that edges cannot be mixed up.
SOURCE_SIZE = (64, 48)
WORDS = {"title": "Slow mornings", "body": "Coffee first.", "items": "One | a\nTwo | b"}


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Tiny real models, for generators that need them: the settings that name each."""
    import torch

    from tests.media import tiny_families, tiny_films

    torch.set_num_threads(1)
    home = tmp_path_factory.mktemp("models")
    return {
        "image_model": str(tiny_families.save_family("sd15", home)),
        "edit_model": str(tiny_families.save_family("klein", home)),
        "control_model": str(tiny_families.save_controlnet("sd15", home)),
        "depth_model": str(tiny_families.save_depth(home)),
        "upscale_model": str(tiny_families.save_swin2sr(home)),
        # A model each, since most do one task of the two.
        "diffusers_video": str(tiny_films.save_film("animatediff", home)),
        "diffusers_motion": str(tiny_films.save_film("wan_motion", home)),
    }


@pytest.fixture(scope="session")
def services() -> Iterator[dict[str, Any]]:
    """Settings of local stand-ins, for generators that ask another machine."""
    with image_api() as images, comfyui() as comfy, runway_api() as runway:
        yield {
            "image_api_url": images.url,
            "image_api_model": "tiny-painter",
            "image_api_takes_seed": True,
            "comfyui_url": comfy.url,
            "runway_url": runway.url,
            "runway_api_key": KEY,
            "runway_poll_s": 0.05,
        }


@pytest.fixture(params=SLUGS)
def generator(
    request: pytest.FixtureRequest, models: dict[str, str], services: dict[str, Any]
) -> Generator:
    named = {name: value for name, value in models.items() if name.endswith("_model")}
    film = models.get(request.param, "")
    settings = Settings(device="cpu", video_model=film, **named, **services)
    return discover(settings)[request.param]


def picture(option: Option, size: tuple[int, int]) -> bytes:
    """A PNG with a bright square in the middle: something to vary, to repaint or to trace."""
    image = Image.new("RGB", size, "black" if option.name == MASK else "navy")
    image.paste("white", (size[0] // 4, size[1] // 4, size[0] * 3 // 4, size[1] * 3 // 4))
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def asked(generator: Generator, **more: Any) -> GenerateRequest:
    """The smallest ordinary request this generator takes."""
    can = generator.capabilities
    kind = BriefKind.IMAGE if BriefKind.IMAGE in can.kinds else can.kinds[0]
    texts = {name: WORDS[name] for name in can.text_fields if name in WORDS and name != "items"}
    # Few steps, few tiles, few frames: the contract is about behaviour, not beauty.
    short = {"steps": 2, "scale": 1.25, "frames": 5, "duration": 2}
    settings: dict[str, object] = {o.name: short[o.name] for o in can.options if o.name in short}
    size = SOURCE_SIZE if can.size_from is SizeFrom.SOURCE else SIZE
    given = {"kind": kind, "size": size, "count": 1, "seed": 5, "texts": texts}
    required = [option for option in can.pictures if option.required]
    settings |= {option.name: f"id-of-{option.name}" for option in required}
    given |= {"pictures": {option.name: picture(option, size) for option in required}}
    given |= {"compiled": compile_picture(MAKER, prompt="a quiet bench"), "profile": MAKER}
    return GenerateRequest(**{**given, "settings": settings, **more})


def films(generator: Generator) -> bool:
    """Whether videos come out of it."""
    return BriefKind.VIDEO in generator.capabilities.kinds


def make(generator: Generator, **more: Any) -> GenerateResult:
    return generator.generate(asked(generator, **more), RecordingRun())


def test_capabilities_are_sound(generator: Generator) -> None:
    can: GeneratorCapabilities = generator.capabilities
    assert re.fullmatch(r"[a-z][a-z0-9_]*", can.slug)
    assert can.label and can.description.endswith(".")
    assert can.kinds and can.ratios
    assert can.max_count >= 1
    assert Origin(can.origin) is not Origin.UPLOAD
    names = [option.name for option in can.options]
    assert len(set(names)) == len(names)


def test_every_default_is_allowed(generator: Generator) -> None:
    can = generator.capabilities
    check_options(can, {option.name: option.default for option in can.options})


def test_it_is_ready(generator: Generator) -> None:
    assert generator.missing() == ""


@pytest.mark.parametrize("ratio", AspectRatio)
def test_each_format_has_its_size_and_passes_inspection(
    generator: Generator, ratio: AspectRatio
) -> None:
    can = generator.capabilities
    if ratio not in can.ratios or can.size_from is SizeFrom.SOURCE:
        pytest.skip("not one of its formats")
    result = make(generator, size=ratio.size)
    facts = FileInspector(Settings()).inspect(result.files[0].data)
    came = (facts.width, facts.height)
    # A service that makes few sizes must say what came back instead of cropping it.
    assert came == ratio.size or any(f"{came[0]}×{came[1]}" in note for note in result.notes)


def test_a_result_has_the_shape_of_its_source(generator: Generator) -> None:
    if generator.capabilities.size_from is not SizeFrom.SOURCE:
        pytest.skip("its size comes from the format")
    [file] = make(generator).files
    facts = FileInspector(Settings()).inspect(file.data)
    times = float(str(file.parameters.get("scale", 1)))
    assert (facts.width, facts.height) == tuple(round(edge * times) for edge in SOURCE_SIZE)


def test_every_picture_it_works_on_is_asked_for_and_on_record(generator: Generator) -> None:
    required = [option for option in generator.capabilities.pictures if option.required]
    for option in required:
        with pytest.raises(InvalidInput) as caught:
            make(generator, pictures={})
        assert caught.value.field == f"settings.{required[0].name}"
        told = make(generator).files[0].parameters
        assert told[option.name] == f"id-of-{option.name}"


def test_what_is_no_picture_is_refused(generator: Generator) -> None:
    for option in (each for each in generator.capabilities.pictures if each.required):
        given = {**asked(generator).pictures, option.name: b"no picture"}
        with pytest.raises(InvalidInput) as caught:
            make(generator, pictures=given)
        assert caught.value.field == f"settings.{option.name}"


def test_a_video_is_what_players_and_platforms_take(generator: Generator) -> None:
    if not films(generator):
        pytest.skip("it makes pictures")
    [file] = make(generator).files
    with av.open(BytesIO(file.data)) as container:
        assert "mp4" in container.format.name
        codec = container.streams.video[0].codec_context
        assert (codec.name, codec.pix_fmt, codec.colorspace) == ("h264", "yuv420p", 1)
    facts, told = film_facts(file.data, "test"), file.parameters
    assert facts.size == (told["width"], told["height"])
    assert (facts.frames, float(facts.rate)) == (told["frames"], told["fps"])
    assert len(list(decoded(file.data))) == facts.frames >= 5


def test_count_and_seeds_are_honoured(generator: Generator) -> None:
    if not generator.capabilities.seeded:
        pytest.skip("it gives the same for every seed")
    files = make(generator, count=3).files
    assert [file.seed for file in files] == [5, 6, 7]
    assert len({file.data for file in files}) == 3


def test_the_same_request_gives_the_same_bytes(generator: Generator) -> None:
    assert make(generator).files == make(generator).files


def test_a_later_seed_of_a_series_stands_alone(generator: Generator) -> None:
    if not generator.capabilities.seeded:
        pytest.skip("it gives the same for every seed")
    series = make(generator, count=2).files
    alone = make(generator, seed=6).files
    assert pixels(series[1].data) == pixels(alone[0].data)


def test_another_seed_gives_another_picture(generator: Generator) -> None:
    if not generator.capabilities.seeded:
        pytest.skip("it gives the same for every seed")
    assert pixels(make(generator, seed=5).files[0].data) != pixels(
        make(generator, seed=50).files[0].data
    )


def test_the_result_can_be_explained_and_repeated(generator: Generator) -> None:
    result = make(generator)
    assert result.model and result.software and result.timings_s
    assert all(seconds >= 0 for seconds in result.timings_s.values())
    assert result.files[0].parameters
    assert result.files[0].alt_text


def test_progress_begins_rises_and_ends(generator: Generator) -> None:
    run = RecordingRun()
    generator.generate(asked(generator, count=min(2, generator.capabilities.max_count)), run)
    fractions = [fraction for fraction, _, _ in run.told]
    assert fractions == sorted(fractions)
    assert 0 <= fractions[0] < fractions[-1] <= 1
    assert all(stage for _, stage, _ in run.told)


@pytest.mark.parametrize("after", [1, 2])
def test_it_stops_when_asked(generator: Generator, after: int) -> None:
    calls: list[str] = []

    def enough(stage: str) -> bool:
        calls.append(stage)
        return len(calls) >= after

    count = min(4, generator.capabilities.max_count)
    with pytest.raises(Cancelled):
        generator.generate(asked(generator, count=count), RecordingRun(stop_when=enough))
    assert make(generator).files


def test_an_unknown_option_is_refused(generator: Generator) -> None:
    request = asked(generator)
    with pytest.raises(CapabilityError, match="no_such_option"):
        generator.generate(
            replace(request, settings={**request.settings, "no_such_option": 1}), RecordingRun()
        )


def test_values_out_of_bounds_are_refused(generator: Generator) -> None:
    for option in generator.capabilities.options:
        for value in bad_values(option):
            request = asked(generator)
            settings = {**request.settings, option.name: value}
            with pytest.raises(InvalidInput) as caught:
                generator.generate(replace(request, settings=settings), RecordingRun())
            assert option.name in str(caught.value)


@pytest.mark.parametrize("count", [0, -1, 1000])
def test_an_impossible_count_is_refused(generator: Generator, count: int) -> None:
    with pytest.raises(InvalidInput) as caught:
        make(generator, count=count)
    assert caught.value.field == "count"


def test_an_unknown_text_is_refused(generator: Generator) -> None:
    with pytest.raises(InvalidInput):
        make(generator, texts={"no_such_text": "words"})


def bad_values(option: Option) -> list[object]:
    wrong: dict[OptionKind, list[object]] = {
        OptionKind.INTEGER: ["many", 1.5, True],
        OptionKind.NUMBER: ["much", True],
        OptionKind.TEXT: [5],
        OptionKind.MODEL: [5],
        OptionKind.CHOICE: ["no such choice", 5],
        OptionKind.FLAG: ["yes", 1],
        OptionKind.LORAS: ["a.safetensors", [["a.safetensors", 3]], [["a.safetensors"]]],
        OptionKind.REFERENCES: ["id", [5], ["id"] * 9],
        OptionKind.PICTURE: [5, ["id"]],
    }
    cast = int if option.kind is OptionKind.INTEGER else float
    below = [] if option.minimum is None else [cast(option.minimum - 1)]
    above = [] if option.maximum is None else [cast(option.maximum + 1)]
    return [*wrong[option.kind], *below, *above]


def pixels(data: bytes) -> bytes:
    """Of a picture, or of all frames of a video."""
    if data[4:8] == b"ftyp":
        return b"".join(frame.tobytes() for frame in decoded(data))
    return Image.open(BytesIO(data)).convert("RGB").tobytes()
