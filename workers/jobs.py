"""The job functions, named by `gator_engine.jobs.JOBS`: one id in, one service call."""

from __future__ import annotations

from collections.abc import Sequence

from gator_engine.domain.work import Job
from gator_engine.studio import Studio
from workers.job_run import JobRun
from workers.runtime import Company, Settle, background, deliver, process_studio


def _partners(studio: Studio, job: Job) -> Sequence[Job]:
    return studio.generation.partners(job)


def _generate_together(
    studio: Studio, members: Sequence[tuple[str, JobRun]], settle: Settle
) -> None:
    studio.generation.run_together(members, settle)


@background("generate", Company(_partners, _generate_together))
def generate(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Make the pictures of a generation."""
    studio.generation.run(subject_id, run)


@background("reference_candidates")
def reference_candidates(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Make the pictures of a generation, for people to choose a look from."""
    studio.identity.run_candidates(subject_id, run)


@background("character_set")
def character_set(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Make the shots of a character set that are not there yet."""
    studio.identity.run_character_set(subject_id, run)


@background("train_lora")
def train_lora(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Teach a model the persona."""
    studio.identity.run_training(subject_id, run)


@background("download_model")
def download_model(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Bring a model to this machine."""
    studio.models.run_download(subject_id, run)


@background("write_text")
def write_text(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Write the variants of a text."""
    studio.texts.run(subject_id, run)


@background("draw_slides")
def draw_slides(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Draw the slides of a carousel that have no picture, or an old one."""
    studio.carousels.run(subject_id, run)


@background("render_video")
def render_video(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Render a version of a video project in one shape."""
    studio.projects.run_render(subject_id, run)


@background("make_video")
def make_video(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Make what is due of a storyboard: shots, voice, draft."""
    studio.storyboards.run(subject_id, run)


@background("shoot_video")
def shoot_video(studio: Studio, subject_id: str, run: JobRun) -> None:
    """The same where a shot needs a model that stays loaded."""
    studio.storyboards.run(subject_id, run)


@background("measure")
def measure(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Collect the numbers of an account."""
    studio.analytics.collect(subject_id, run)


@background("tidy")
def tidy(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Empty the trash of what is due, and remove files that nothing needs."""
    studio.housekeeping.tidy()


@background("check_account")
def check_account(studio: Studio, subject_id: str, run: JobRun) -> None:
    """See whether an account's credentials still work."""
    studio.accounts.check(subject_id)


def publish(delivery_id: str, *, studio: Studio | None = None) -> None:
    """Take a delivery one step further; the id is the delivery's own."""
    deliver(delivery_id, studio or process_studio())
