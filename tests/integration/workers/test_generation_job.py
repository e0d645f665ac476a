"""A generation and its job agree on how it went, whatever happens on the way."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import Studio, open_studio
from gator_engine.domain.briefs import AspectRatio, BriefKind, Generation, GenerationStatus
from gator_engine.domain.capabilities import GeneratorCapabilities
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import Cancelled, Rejected, StaleWrite, Transient
from gator_engine.ports import GeneratedFile, GenerateRequest, GenerateResult, Run
from gator_engine.services.generation import BriefDraft
from gator_engine.studio import run_jobs
from tests.fakes import FakeClock


@dataclass
class ScriptedGenerator:
    """Raises what its script says next; without a script it makes one flat picture."""

    script: list[Exception] = field(default_factory=list)
    runs: int = 0
    capabilities = GeneratorCapabilities(
        slug="scripted",
        label="Scripted",
        description="For tests.",
        kinds=(BriefKind.IMAGE,),
        ratios=tuple(AspectRatio),
    )

    def missing(self) -> str:
        return ""

    def generate(self, request: GenerateRequest, run: Run) -> GenerateResult:
        self.runs += 1
        run.progress(0.5, "painting")
        if self.script:
            raise self.script.pop(0)
        picture = io.BytesIO()
        Image.new("RGB", (32, 32), "teal").save(picture, "PNG")
        return GenerateResult((GeneratedFile(picture.getvalue(), seed=request.seed),), "scripted-1")


@pytest.fixture
def generator() -> ScriptedGenerator:
    return ScriptedGenerator()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def studio(tmp_path: Path, generator: ScriptedGenerator, clock: FakeClock) -> Iterator[Studio]:
    adapters = {"generators": {"scripted": generator}, "clock": clock}
    with open_studio(home=tmp_path / "studio", queue="inline", adapters=adapters) as studio:
        yield studio


@pytest.fixture
def asked(studio: Studio) -> Generation:
    """A generation that waits for a worker."""
    persona = studio.personas.create(studio.personas.templates()[0].profile)
    return studio.generation.request(
        BriefDraft(persona.id, BriefKind.IMAGE, "scripted", prompt="a teal square")
    )


def outcome(studio: Studio, asked: Generation) -> tuple[GenerationStatus, JobState]:
    job = studio.generation.job(asked.id)
    assert job is not None
    return studio.generation.get(asked.id).status, job.state


def job_of(studio: Studio, asked: Generation) -> Job:
    job = studio.generation.job(asked.id)
    assert job is not None
    return job


def test_it_succeeds(studio: Studio, asked: Generation) -> None:
    assert outcome(studio, asked) == (GenerationStatus.QUEUED, JobState.QUEUED)
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.SUCCEEDED, JobState.SUCCEEDED)
    assert len(studio.generation.get(asked.id).asset_ids) == 1


def test_a_passing_fault_is_tried_again(
    studio: Studio, asked: Generation, generator: ScriptedGenerator, clock: FakeClock
) -> None:
    generator.script = [Transient("hub", "download", "connection refused")]
    run_jobs(studio)
    assert job_of(studio, asked).state is JobState.DUE
    run_jobs(studio)
    assert generator.runs == 1
    clock.advance(60)
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.SUCCEEDED, JobState.SUCCEEDED)
    assert studio.generation.get(asked.id).error == ""


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (Rejected("hub", "download", "no such model"), "no such model"),
        (ZeroDivisionError("a fault of ours"), "Unexpected fault"),
    ],
    ids=["refused", "fault"],
)
def test_a_failure_is_said_in_both_places_and_can_be_repeated(
    studio: Studio,
    asked: Generation,
    generator: ScriptedGenerator,
    error: Exception,
    text: str,
) -> None:
    generator.script = [error]
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.FAILED, JobState.FAILED)
    assert text in studio.generation.get(asked.id).error
    studio.jobs.retry_now(job_of(studio, asked).id)
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.SUCCEEDED, JobState.SUCCEEDED)


def test_a_cancelled_one_can_be_asked_for_again(
    studio: Studio, asked: Generation, generator: ScriptedGenerator
) -> None:
    generator.script = [Cancelled("Stopped on request.")]
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.CANCELLED, JobState.CANCELLED)
    studio.jobs.retry_now(job_of(studio, asked).id)
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.SUCCEEDED, JobState.SUCCEEDED)


def test_cancelling_it_in_the_queue_makes_nothing(
    studio: Studio, asked: Generation, generator: ScriptedGenerator
) -> None:
    studio.generation.cancel(asked.id)
    run_jobs(studio)
    assert generator.runs == 0
    assert outcome(studio, asked) == (GenerationStatus.CANCELLED, JobState.CANCELLED)


def test_a_worker_that_lost_it_says_nothing(
    studio: Studio, asked: Generation, generator: ScriptedGenerator, clock: FakeClock
) -> None:
    class Robbed(StaleWrite):
        """Raised after somebody else has taken the job over."""

        def __init__(self) -> None:
            super().__init__("somebody else has it")

    def rob(request: GenerateRequest, run: Run) -> GenerateResult:
        clock.advance(3600)
        assert studio.jobs.claim(job_of(studio, asked).id, "worker-2") is not None
        raise Robbed

    generator.generate = rob  # type: ignore[method-assign]
    run_jobs(studio)
    assert outcome(studio, asked) == (GenerationStatus.RUNNING, JobState.RUNNING)
    assert job_of(studio, asked).worker == "worker-2"


def test_a_job_cancelled_while_it_waits_settles_its_generation(
    studio: Studio, asked: Generation
) -> None:
    job = studio.generation.job(asked.id)
    assert job is not None
    studio.jobs.cancel(job.id)
    assert studio.generation.get(asked.id).status is GenerationStatus.CANCELLED
    assert [g.status for g in studio.generation.list()] == [GenerationStatus.CANCELLED]


def test_a_job_given_up_after_its_workers_died_settles_its_generation(
    studio: Studio, asked: Generation, clock: FakeClock
) -> None:
    job = studio.generation.job(asked.id)
    assert job is not None
    for _ in range(10):
        studio.jobs.claim(job.id, "a worker that dies")
        clock.advance(studio.settings.lease_s + 1)
        studio.jobs.dispatch()
    assert studio.jobs.get(job.id).state is JobState.FAILED
    settled = studio.generation.get(asked.id)
    assert (settled.status, "died" in settled.error) == (GenerationStatus.FAILED, True)
