"""The job functions, named by `gator_engine.jobs.JOBS`: one id in, one service call."""

from __future__ import annotations

from gator_engine.studio import Studio
from workers.runtime import JobRun, background, deliver, process_studio


@background("generate")
def generate(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Make the pictures of a generation."""
    studio.generation.run(subject_id, run)


@background("measure")
def measure(studio: Studio, subject_id: str, run: JobRun) -> None:
    """Collect the numbers of an account."""
    studio.analytics.collect(subject_id, run)


@background("check_account")
def check_account(studio: Studio, subject_id: str, run: JobRun) -> None:
    """See whether an account's credentials still work."""
    studio.accounts.check(subject_id)


def publish(delivery_id: str, *, studio: Studio | None = None) -> None:
    """Take a delivery one step further; the id is the delivery's own."""
    deliver(delivery_id, studio or process_studio())
