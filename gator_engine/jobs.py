"""The table of background jobs: name → function path, queue, time-out, retry budget.

Front ends enqueue by dotted path because RQ refuses functions of ``__main__`` and Streamlit pages
run as ``__main__``. A job function takes one id and makes one service call.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class JobSpec:
    """How one sort of job runs. `attempts` bounds the tries after transient failures."""

    name: str
    path: str
    queue: str
    timeout_s: int
    attempts: int
    label: str


JOBS: dict[str, JobSpec] = {
    spec.name: spec
    for spec in (
        JobSpec("generate", "workers.jobs.generate", "gpu", 3600, 2, "Make pictures"),
        JobSpec(
            "reference_candidates",
            "workers.jobs.reference_candidates",
            "gpu",
            3600,
            2,
            "Make candidates for the look",
        ),
        JobSpec(
            "character_set", "workers.jobs.character_set", "gpu", 4 * 3600, 2, "Shoot a character"
        ),
        JobSpec("train_lora", "workers.jobs.train_lora", "gpu", 12 * 3600, 1, "Train a LoRA"),
        JobSpec("publish", "workers.jobs.publish", "publish", 120, 1, "Publish a delivery"),
        JobSpec("measure", "workers.jobs.measure", "metrics", 300, 5, "Collect metrics"),
        JobSpec(
            "check_account", "workers.jobs.check_account", "default", 120, 3, "Check an account"
        ),
    )
}
QUEUES = ("publish", "default", "metrics", "gpu")
