"""Every family of video models, on tiny real pipelines."""

from __future__ import annotations

import io
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gator_engine.adapters.generators import discover
from gator_engine.adapters.generators._films.encoding import film_facts
from gator_engine.config import Settings
from gator_engine.domain.briefs import BriefKind
from gator_engine.errors import Cancelled, CapabilityError
from gator_engine.ports import GenerateRequest, GenerateResult
from tests.media.diffusers.conftest import PROFILE, PROMPT, RecordingRun

WORDS, MOTION = "diffusers_video", "diffusers_motion"
KINDS = [
    (WORDS, "wan"),
    (WORDS, "animatediff"),
    (WORDS, "cogvideox"),
    (MOTION, "wan_motion"),
    (MOTION, "svd"),
]


@pytest.fixture(scope="session")
def film_model(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """The folder of a tiny model by kind, built once."""
    import torch

    from tests.media.tiny_films import save_film

    torch.set_num_threads(1)
    home, made = tmp_path_factory.mktemp("films"), dict[str, Path]()

    def folder(kind: str) -> Path:
        if kind not in made:
            made[kind] = save_film(kind, home)
        return made[kind]

    return folder


def picture(colour: str = "navy") -> bytes:
    image = Image.new("RGB", (64, 64), colour)
    image.paste("white", (16, 16, 48, 48))
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def make(slug: str, model: Path, run: RecordingRun | None = None, **more: Any) -> GenerateResult:
    settings = {"frames": 5, "steps": 2, **more.pop("settings", {})}
    given: dict[str, Any] = {"kind": BriefKind.VIDEO, "compiled": PROMPT, "profile": PROFILE}
    if slug == MOTION:
        settings |= {"source": "id"}
        given |= {"pictures": {"source": picture(), **more.pop("pictures", {})}}
    given |= {"size": (64, 64), "count": 1, "seed": 5, "settings": settings, **more}
    generator = discover(Settings(video_model=str(model), device="cpu"))[slug]
    return generator.generate(GenerateRequest(**given), run or RecordingRun())


@pytest.mark.parametrize(("slug", "kind"), KINDS)
def test_each_family_makes_a_video(film_model: Callable[[str], Path], slug: str, kind: str) -> None:
    run = RecordingRun()
    result = make(slug, film_model(kind), run)
    [file] = result.files
    facts = film_facts(file.data, "test")
    assert (facts.size, facts.frames) == ((64, 64), 9 if kind == "cogvideox" else 5)
    assert facts.rate == Fraction(file.parameters["fps"])
    assert any("Video 1 of 1: step 2 of 2" in stage for _, stage, _ in run.told)


@pytest.mark.parametrize(("slug", "kind"), KINDS)
def test_a_stop_ends_it_within_a_step_and_the_model_works_on(
    film_model: Callable[[str], Path], slug: str, kind: str
) -> None:
    run = RecordingRun(stop_when=lambda stage: "step 1 of" in stage)
    with pytest.raises(Cancelled):
        make(slug, film_model(kind), run, settings={"steps": 6})
    assert not any("step 2 of" in stage for _, stage, _ in run.told)
    assert make(slug, film_model(kind)).files


@pytest.mark.parametrize(("slug", "kind"), [(WORDS, "wan"), (WORDS, "animatediff")])
def test_a_preview_shows_the_middle_frame(
    film_model: Callable[[str], Path], slug: str, kind: str
) -> None:
    run = RecordingRun()
    make(slug, film_model(kind), run)
    shown = [preview for _, _, preview in run.told if preview]
    assert shown
    assert Image.open(io.BytesIO(shown[0])).size == (256, 256)


def test_frames_are_rounded_to_what_the_model_makes_and_that_is_said(
    film_model: Callable[[str], Path],
) -> None:
    result = make(WORDS, film_model("wan"), settings={"frames": 8, "fps": 12})
    assert result.files[0].parameters["frames"] == 9
    assert any("9 instead of 8" in note for note in result.notes)
    facts = film_facts(result.files[0].data, "test")
    assert (facts.frames, facts.rate) == (9, 12)


def test_a_last_picture_counts_where_the_model_takes_one(
    film_model: Callable[[str], Path],
) -> None:
    model = film_model("wan_motion")
    there = {"pictures": {"last": picture("red")}, "settings": {"last": "other"}}
    with_last = make(MOTION, model, **there).files[0]
    assert with_last.data != make(MOTION, model).files[0].data
    assert with_last.parameters["last"] == "other"
    with pytest.raises(CapabilityError, match="last picture"):
        make(MOTION, film_model("svd"), **there)


def test_a_model_that_reads_no_words_says_so(film_model: Callable[[str], Path]) -> None:
    assert any("reads no words" in note for note in make(MOTION, film_model("svd")).notes)


def test_a_model_for_pictures_in_motion_makes_none_from_words(
    film_model: Callable[[str], Path],
) -> None:
    with pytest.raises(CapabilityError, match="from words"):
        make(WORDS, film_model("svd"))
