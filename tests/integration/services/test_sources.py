"""Briefs that work on library pictures: what the generator gets, and the lineage of the result."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import (
    AspectRatio,
    BriefDraft,
    BriefKind,
    Generation,
    Persona,
    Studio,
    open_studio,
    run_jobs,
)
from gator_engine.domain.assets import Origin
from gator_engine.domain.capabilities import (
    CONTROL,
    MASK,
    SOURCE,
    GeneratorCapabilities,
    Option,
    OptionKind,
    SizeFrom,
    Task,
)
from gator_engine.errors import InvalidInput
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run

SHAPE = (48, 32)


class Retoucher:
    """Gives a plain picture per seed at the size asked for, and remembers its requests."""

    capabilities = GeneratorCapabilities(
        slug="retoucher",
        label="Retoucher",
        description="Works on pictures.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
        options=(
            Option(SOURCE, "Picture", OptionKind.PICTURE, "", required=True),
            Option(MASK, "Mask", OptionKind.PICTURE, ""),
            Option(CONTROL, "Control", OptionKind.PICTURE, ""),
            Option("references", "References", OptionKind.REFERENCES, ()),
        ),
        origin="ai_edited",
        task=Task.INPAINT,
        size_from=SizeFrom.SOURCE,
    )

    def __init__(self) -> None:
        self.requests: list[GenerateRequest] = []

    def missing(self) -> str:
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        self.requests.append(request)
        seeds = range(request.seed, request.seed + request.count)
        files = [GeneratedFile(plain((s, 9, 9), request.size), s) for s in seeds]
        return GenerateResult(tuple(files), "brush")


def plain(colour: tuple[int, int, int], size: tuple[int, int] = SHAPE) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", size, colour).save(data, "PNG")
    return data.getvalue()


@pytest.fixture
def retoucher() -> Retoucher:
    return Retoucher()


@pytest.fixture
def studio(tmp_path: Path, retoucher: Retoucher) -> Iterator[Studio]:
    adapters = {"generators": {"retoucher": retoucher}}
    with open_studio(home=tmp_path / "studio", queue="inline", adapters=adapters) as opened:
        yield opened


@pytest.fixture
def persona(studio: Studio) -> Persona:
    return studio.personas.create(studio.personas.templates()[0].profile)


def uploaded(studio: Studio, number: int, size: tuple[int, int] = SHAPE) -> str:
    return studio.library.upload(plain((number, 0, 0), size), f"{number}.png").id


def draft(persona: Persona, **settings: object) -> BriefDraft:
    return BriefDraft(persona.id, BriefKind.IMAGE, "retoucher", "a hat", seed=7, settings=settings)


def carried_out(studio: Studio, asked: BriefDraft) -> Generation:
    generation = studio.generation.request(asked)
    run_jobs(studio)
    return studio.generation.get(generation.id)


def test_it_gets_the_pictures_and_the_lineage_remembers_them(
    studio: Studio, persona: Persona, retoucher: Retoucher
) -> None:
    source, mask, control, one, two = (uploaded(studio, number) for number in range(5))
    asked = draft(persona, source=source, mask=mask, control=control, references=[one, two])
    made = carried_out(studio, asked)
    [request] = retoucher.requests
    assert request.pictures == {
        name: studio.library.read(i)
        for name, i in (("source", source), ("mask", mask), ("control", control))
    }
    assert request.references == (studio.library.read(one), studio.library.read(two))
    [asset] = studio.library.many(made.asset_ids)
    assert asset.provenance.origin is Origin.AI_EDITED
    with studio.library._context.store.read() as uow:
        found = {edge.parent_id: edge.relation for edge in uow.assets.parents(asset.id)}
    assert found == {
        source: "inpaint",
        mask: "mask",
        control: "control",
        one: "reference",
        two: "reference",
    }
    assert studio.library.lineage(source).used_in == [asset]


def test_the_size_of_the_source_makes_one_run_for_all_formats(
    studio: Studio, persona: Persona, retoucher: Retoucher
) -> None:
    both = (AspectRatio.SQUARE, AspectRatio.WIDE)
    asked = replace(draft(persona, source=uploaded(studio, 1)), formats=both, count=2)
    made = carried_out(studio, asked)
    assert [(r.size, r.count) for r in retoucher.requests] == [(SHAPE, 2)]
    assert len(made.asset_ids) == 2
    none = replace(asked, formats=(), seed=30)
    assert len(carried_out(studio, none).asset_ids) == 2


@pytest.mark.parametrize("settings", [{}, {"source": ""}, {"source": "nowhere"}])
def test_a_brief_without_its_picture_is_refused(
    studio: Studio, persona: Persona, settings: dict[str, object]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        studio.generation.request(draft(persona, **settings))
    assert caught.value.field == "settings.source"


@pytest.mark.parametrize(
    ("task", "relation"),
    [
        (Task.IMAGE_TO_IMAGE, "variation"),
        (Task.INPAINT, "inpaint"),
        (Task.UPSCALE, "upscale"),
        (Task.EDIT, "edit"),
        (Task.TEXT_TO_IMAGE, "source"),
    ],
)
def test_each_task_names_its_relation(task: Task, relation: str) -> None:
    assert task.relation == relation
