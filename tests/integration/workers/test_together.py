"""Briefs that one pass serves are made together, and each job keeps its own fate."""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from gator_engine import Studio, open_studio
from gator_engine.domain.briefs import AspectRatio, BriefDraft, BriefKind, Generation
from gator_engine.domain.capabilities import GeneratorCapabilities
from gator_engine.domain.work import JobState
from gator_engine.errors import Cancelled, GatorError, Rejected
from gator_engine.ports import (
    GeneratedFile,
    GenerateRequest,
    GenerateResult,
    Member,
    MemberDone,
    Run,
    WorkerLoad,
)
from gator_engine.studio import run_jobs


@dataclass
class Shared:
    """Makes flat pictures, up to `room` in a pass; `faults` says whose words end badly."""

    room: int = 4
    faults: dict[str, GatorError | Exception] = field(default_factory=dict)
    passes: list[list[str]] = field(default_factory=list)
    capabilities = GeneratorCapabilities(
        slug="shared",
        label="Shared",
        description="For tests.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
    )

    def missing(self) -> str:
        return ""

    def affinity(self, settings: Mapping[str, Any]) -> str:
        return "model-a"

    def load(self) -> WorkerLoad:
        return WorkerLoad()

    def batch_key(self, request: GenerateRequest) -> str:
        return str(request.size)

    def batch_room(self, request: GenerateRequest) -> int:
        return self.room

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        self.passes.append([_scene(request)])
        return self._made(request)

    def generate_together(self, members: Sequence[Member], done: MemberDone) -> None:
        self.passes.append([_scene(member.request) for member in members])
        for number, member in enumerate(members):
            fault = self.faults.get(_scene(member.request))
            if fault is not None and not isinstance(fault, GatorError):
                raise fault
            done(number, fault or self._made(member.request))

    def _made(self, request: GenerateRequest) -> GenerateResult:
        picture = io.BytesIO()
        Image.new("RGB", (8, 8), "teal").save(picture, "PNG")
        return GenerateResult((GeneratedFile(picture.getvalue(), request.seed),), "shared-1")


def _scene(request: GenerateRequest) -> str:
    return next(p.text for p in request.compiled.fragments if p.source == "brief.prompt")


@pytest.fixture
def generator() -> Shared:
    return Shared()


@pytest.fixture
def studio(tmp_path: Path, generator: Shared) -> Iterator[Studio]:
    adapters = {"generators": {"shared": generator}}
    with open_studio(home=tmp_path / "studio", queue="inline", adapters=adapters) as studio:
        yield studio


@pytest.fixture
def asked(studio: Studio) -> list[Generation]:
    """Five briefs, the fourth of another shape."""
    persona = studio.personas.create(studio.personas.templates()[0].profile)
    shapes = {3: (AspectRatio.WIDE,)}
    return [
        studio.generation.request(
            BriefDraft(
                persona.id,
                BriefKind.IMAGE,
                "shared",
                prompt=f"scene {number}",
                formats=shapes.get(number, (AspectRatio.SQUARE,)),
            )
        )
        for number in range(5)
    ]


def states(studio: Studio, asked: list[Generation]) -> list[tuple[str, JobState]]:
    found = []
    for one in asked:
        job = studio.generation.job(one.id)
        assert job is not None
        found.append((studio.generation.get(one.id).status.value, job.state))
    return found


DONE = ("succeeded", JobState.SUCCEEDED)


def test_what_agrees_shares_a_pass_and_the_rest_does_not(
    studio: Studio, asked: list[Generation], generator: Shared
) -> None:
    run_jobs(studio)
    assert generator.passes == [["scene 0", "scene 1", "scene 2", "scene 4"], ["scene 3"]]
    assert states(studio, asked) == [DONE] * 5
    assert all(len(studio.generation.get(one.id).asset_ids) == 1 for one in asked)


def test_a_pass_holds_no_more_than_fits(
    studio: Studio, asked: list[Generation], generator: Shared
) -> None:
    generator.room = 2
    run_jobs(studio)
    assert [len(one) for one in generator.passes] == [2, 2, 1]
    assert states(studio, asked) == [DONE] * 5


def test_one_that_fails_and_one_that_is_stopped_hurt_no_other(
    studio: Studio, asked: list[Generation], generator: Shared
) -> None:
    generator.faults = {
        "scene 1": Rejected("shared", "generate", "no such thing"),
        "scene 2": Cancelled("Stopped on request."),
    }
    run_jobs(studio)
    assert states(studio, asked) == [
        DONE,
        ("failed", JobState.FAILED),
        ("cancelled", JobState.CANCELLED),
        DONE,
        DONE,
    ]
    assert "no such thing" in studio.generation.get(asked[1].id).error


def test_a_fault_of_ours_ends_those_that_had_not_ended(
    studio: Studio, asked: list[Generation], generator: Shared
) -> None:
    generator.faults = {"scene 1": ZeroDivisionError("a fault of ours")}
    run_jobs(studio)
    failed = ("failed", JobState.FAILED)
    assert states(studio, asked) == [DONE, failed, failed, DONE, failed]


def test_one_cancelled_while_it_waits_is_not_taken_along(
    studio: Studio, asked: list[Generation], generator: Shared
) -> None:
    studio.generation.cancel(asked[1].id)
    run_jobs(studio)
    assert generator.passes[0] == ["scene 0", "scene 2", "scene 4"]
