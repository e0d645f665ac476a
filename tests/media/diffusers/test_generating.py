"""Pictures from real (tiny) pipelines: repeatable, sized, marked, and told step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from gator_engine.adapters.provenance import MADE_BY_AI, source_type
from gator_engine.config import Settings
from gator_engine.domain.briefs import CompiledPrompt, Fragment
from gator_engine.errors import CapabilityError, InvalidInput
from gator_engine.ports import Generator
from tests.media.diffusers.conftest import PROMPT, RecordingRun, ask

KINDS = ("sd15", "sdxl", "flux", "pixart")
Make = Callable[[str], Generator]


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_seed_gives_the_same_bytes(generator: Make, kind: str) -> None:
    first = generator(kind).generate(ask(seed=7), RecordingRun()).files
    again = generator(kind).generate(ask(seed=7), RecordingRun()).files
    other = generator(kind).generate(ask(seed=8), RecordingRun()).files
    assert first == again
    assert first[0].data != other[0].data


@pytest.mark.parametrize("kind", KINDS)
def test_the_nth_picture_has_the_nth_seed(generator: Make, kind: str) -> None:
    three = generator(kind).generate(ask(count=3, seed=7), RecordingRun()).files
    alone = generator(kind).generate(ask(seed=9), RecordingRun()).files
    assert [file.seed for file in three] == [7, 8, 9]
    assert three[2].data == alone[0].data


@pytest.mark.parametrize("kind", KINDS)
def test_progress_never_falls_and_counts_steps(generator: Make, kind: str) -> None:
    run = RecordingRun()
    generator(kind).generate(ask(count=2), run)
    fractions = [fraction for fraction, _, _ in run.told]
    assert fractions == sorted(fractions)
    assert (fractions[0], fractions[-1]) == (0.0, 1.0)
    passes = 4 if kind == "sd15" else 3  # PNDM takes its second step twice.
    steps = [stage for _, stage, _ in run.told if "step" in stage]
    assert steps == [
        f"Picture {picture} of 2: step {step} of {passes}"
        for picture in (1, 2)
        for step in range(1, passes + 1)
    ]


@pytest.mark.parametrize("kind", ["sd15", "sdxl", "flux"])
def test_previews_are_small_webp(generator: Make, kind: str) -> None:
    run = RecordingRun()
    generator(kind).generate(ask(size=(64, 48)), run)
    preview = next(picture for _, _, picture in run.told if picture)
    assert opened(preview).format == "WEBP"
    assert opened(preview).size == (256, 192)


def test_previews_come_at_most_four_times_a_second(generator: Make) -> None:
    run = RecordingRun()
    result = generator("sd15").generate(ask(settings={"steps": 40}), run)
    shown = sum(1 for _, _, picture in run.told if picture)
    assert 1 <= shown <= 1 + result.timings_s["denoise_s"] * 4


def test_a_preview_resembles_the_picture(
    generator: Make, tiny_model: Callable[[str], Path]
) -> None:
    """The fitted map explains much of what the VAE makes of latents it was not fitted on."""
    import torch

    from gator_engine.adapters.generators._diffusers.models import warm_model

    model, _ = warm_model(str(tiny_model("sd15")), "cpu", "auto")
    assert model.colours is not None
    noise = torch.randn((1, 4, 5, 5), generator=torch.Generator().manual_seed(9))
    latents = torch.nn.functional.interpolate(noise, size=(10, 10), mode="bilinear")
    with torch.inference_mode():
        picture = model.pipe.vae.decode(latents / model.pipe.vae.config.scaling_factor).sample
    truth = torch.nn.functional.adaptive_avg_pool2d(picture, 10)[0].flatten(1).T
    guess = latents[0].flatten(1).T @ model.colours.factors + model.colours.bias
    assert (truth - guess).square().mean() < 0.7 * truth.var()


def test_a_file_says_how_it_was_made(generator: Make, tiny_model: Callable[[str], Path]) -> None:
    result = generator("sd15").generate(ask(settings={"guidance": 5.0}), RecordingRun())
    info = opened(result.files[0].data).info
    assert info["parameters"].startswith(
        "31-year-old adult, a red chair\nNegative prompt: gore\nSteps: 3, Sampler: PNDMScheduler,"
        " CFG scale: 5, Seed: 7, Size: 64x64"
    )
    assert source_type(info["xmp"]) == MADE_BY_AI
    assert result.model == str(tiny_model("sd15"))
    assert {"torch", "diffusers", "transformers"} <= set(result.software)
    assert {"load_s", "denoise_s", "decode_s"} <= set(result.timings_s)
    assert all(seconds >= 0 for seconds in result.timings_s.values())
    assert result.files[0].parameters["steps"] == 3
    assert result.files[0].alt_text == "AI-generated picture of Ada Stone: a red chair"


def test_a_warm_model_is_not_loaded_again(generator: Make) -> None:
    generator("sd15").generate(ask(), RecordingRun())
    assert generator("sd15").generate(ask(), RecordingRun()).timings_s["load_s"] == 0


def test_a_large_format_is_made_small_and_enlarged_aloud(generator: Make) -> None:
    result = generator("sd15").generate(ask(size=(1080, 1350)), RecordingRun())
    [file] = result.files
    assert opened(file.data).size == (1080, 1350)
    made = (file.parameters["width"], file.parameters["height"])
    assert made[0] % 8 == made[1] % 8 == 0
    assert made[0] * made[1] <= 64 * 64 * 1.33
    assert abs(made[0] / made[1] - 0.8) < 0.01
    assert any("enlarged" in note for note in result.notes)


def test_a_typed_size_is_made_exactly(generator: Make) -> None:
    size = {"width": 72, "height": 104}
    result = generator("sd15").generate(ask(settings=size), RecordingRun())
    assert opened(result.files[0].data).size == (72, 104)
    assert result.notes == ()


@pytest.mark.parametrize(
    ("kind", "size", "field"),
    [
        ("sd15", {"width": 70, "height": 64}, "settings.width"),
        ("sd15", {"width": 64, "height": 60}, "settings.height"),
        ("sd15", {"width": 64}, "settings.height"),
        ("flux", {"width": 72, "height": 64}, "settings.width"),
    ],
)
def test_a_size_off_the_grid_is_refused(
    generator: Make, kind: str, size: dict[str, int], field: str
) -> None:
    with pytest.raises(InvalidInput, match="multiples of") as caught:
        generator(kind).generate(ask(settings=size), RecordingRun())
    assert caught.value.field == field


@pytest.mark.parametrize("name", ["EulerDiscreteScheduler", "euler", "DDIM"])
def test_a_compatible_scheduler_is_used(generator: Make, name: str) -> None:
    own = generator("sd15").generate(ask(), RecordingRun()).files[0]
    other = generator("sd15").generate(ask(settings={"scheduler": name}), RecordingRun()).files[0]
    assert name.casefold()[:4] in str(other.parameters["scheduler"]).casefold()
    assert other.data != own.data
    assert generator("sd15").generate(ask(), RecordingRun()).files[0] == own


def test_an_unknown_scheduler_is_refused_with_the_list(generator: Make) -> None:
    with pytest.raises(CapabilityError, match="EulerDiscreteScheduler"):
        generator("sd15").generate(ask(settings={"scheduler": "magic"}), RecordingRun())
    with pytest.raises(CapabilityError, match="FlowMatchEulerDiscreteScheduler"):
        generator("flux").generate(ask(settings={"scheduler": "DDIM"}), RecordingRun())


def test_a_typed_negative_prompt_changes_the_picture(generator: Make) -> None:
    plain = generator("sd15").generate(ask(), RecordingRun()).files[0]
    more = generator("sd15").generate(ask(settings={"negative_prompt": "hats"}), RecordingRun())
    assert more.files[0].data != plain.data
    assert more.files[0].parameters["negative_prompt"] == "gore, hats"


def test_a_typed_negative_prompt_is_refused_where_it_cannot_work(generator: Make) -> None:
    with pytest.raises(CapabilityError, match="negative prompt"):
        generator("flux").generate(ask(settings={"negative_prompt": "hats"}), RecordingRun())
    unguided = {"negative_prompt": "hats", "guidance": 0.0}
    with pytest.raises(InvalidInput, match="guidance above 1"):
        generator("sd15").generate(ask(settings=unguided), RecordingRun())


def test_what_the_persona_keeps_out_is_noted_where_it_cannot_work(generator: Make) -> None:
    notes = generator("flux").generate(ask(), RecordingRun()).notes
    assert notes == ("This model takes no negative prompt; not applied: gore.",)


@pytest.mark.parametrize("kind", ["sd15", "sdxl"])
def test_the_end_of_a_long_prompt_counts(generator: Make, kind: str) -> None:
    long = tuple(Fragment(f"part number {n} of the room", "brief.prompt") for n in range(30))
    red = CompiledPrompt((*long, Fragment("red light", "brief.prompt")))
    blue = CompiledPrompt((*long, Fragment("blue light", "brief.prompt")))
    one, two = (
        generator(kind).generate(ask(compiled=words), RecordingRun()) for words in (red, blue)
    )
    assert one.files[0].data != two.files[0].data
    assert one.notes == ()


def test_one_word_longer_than_a_window_is_read_too(generator: Make) -> None:
    words = CompiledPrompt((Fragment("x" * 200, "brief.prompt"),))
    assert generator("sd15").generate(ask(compiled=words), RecordingRun()).files


def test_a_short_prompt_is_read_as_the_pipeline_reads_it(
    generator: Make, tiny_model: Callable[[str], Path]
) -> None:
    """Windows change nothing where one window is enough."""
    import torch
    from diffusers import StableDiffusionPipeline

    short = CompiledPrompt((Fragment("a red chair", "brief.prompt"),))
    [ours] = generator("sd15").generate(ask(compiled=short), RecordingRun()).files
    pipe = StableDiffusionPipeline.from_pretrained(tiny_model("sd15"))
    theirs = pipe(
        "a red chair",
        num_inference_steps=3,
        width=64,
        height=64,
        generator=torch.Generator().manual_seed(7),
    ).images[0]
    assert opened(ours.data).tobytes() == theirs.tobytes()


def test_weights_count_and_are_noted_where_they_cannot(generator: Make) -> None:
    strong = replace(
        PROMPT, fragments=(*PROMPT.fragments[:1], Fragment("a red chair", "brief.prompt", 1.8))
    )
    plain = generator("sd15").generate(ask(), RecordingRun()).files[0]
    weighted = generator("sd15").generate(ask(compiled=strong), RecordingRun())
    assert weighted.files[0].data != plain.data
    assert weighted.notes == ()
    assert any(
        "weights" in n
        for n in generator("flux").generate(ask(compiled=strong), RecordingRun()).notes
    )


def test_a_prompt_too_long_for_the_model_is_said_aloud(generator: Make) -> None:
    long = CompiledPrompt(tuple(Fragment("chair " * 20, "brief.prompt") for _ in range(10)))
    notes = generator("pixart").generate(ask(compiled=long), RecordingRun()).notes
    assert any("tokens" in note for note in notes)


def test_loading_is_a_stage_of_its_own_and_only_when_there_is_something_to_load(
    tmp_path: Path,
) -> None:
    from gator_engine.adapters.generators import discover
    from tests.media.tiny_models import save_tiny

    model = save_tiny("sd15", tmp_path)
    made = discover(Settings(image_model=str(model), device="cpu"))["diffusers"]
    stages = []
    for _ in range(2):
        run = RecordingRun()
        made.generate(ask(), run)
        stages.append(run.told[0][1])
    assert stages[0].startswith(f"Loading the model {model}")
    assert stages[1] == "Reading the words"
