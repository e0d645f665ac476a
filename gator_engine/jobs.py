"""The table of background jobs: name → function path, queue, time-out, retry budget.

Front ends enqueue by dotted path because RQ refuses functions of ``__main__`` and Streamlit pages
run as ``__main__``. A job function takes one id and makes one service call.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class JobSpec:
    """How one sort of job runs. `attempts` bounds the tries after transient failures.

    `awaited` says that a person usually waits for it, so that it goes before batches.
    """

    name: str
    path: str
    queue: str
    timeout_s: int
    attempts: int
    label: str
    awaited: bool = False


JOBS: dict[str, JobSpec] = {
    spec.name: spec
    for spec in (
        JobSpec("generate", "workers.jobs.generate", "gpu", 3600, 2, "Make pictures", True),
        JobSpec(
            "reference_candidates",
            "workers.jobs.reference_candidates",
            "gpu",
            3600,
            2,
            "Make candidates for the look",
            True,
        ),
        JobSpec(
            "character_set", "workers.jobs.character_set", "gpu", 4 * 3600, 2, "Shoot a character"
        ),
        JobSpec("train_lora", "workers.jobs.train_lora", "gpu", 12 * 3600, 1, "Train a LoRA"),
        JobSpec(
            "download_model",
            "workers.jobs.download_model",
            "downloads",
            24 * 3600,
            8,
            "Download a model",
        ),
        JobSpec("publish", "workers.jobs.publish", "publish", 120, 1, "Publish a delivery"),
        JobSpec("tidy", "workers.jobs.tidy", "default", 3600, 2, "Empty the trash and tidy up"),
        JobSpec("write_text", "workers.jobs.write_text", "default", 1800, 3, "Write text"),
        JobSpec("draw_slides", "workers.jobs.draw_slides", "default", 900, 2, "Draw slides"),
        JobSpec(
            "render_video", "workers.jobs.render_video", "render", 4 * 3600, 2, "Render a video"
        ),
        JobSpec(
            "make_video", "workers.jobs.make_video", "render", 2 * 3600, 2, "Make a video", True
        ),
        JobSpec(
            "shoot_video", "workers.jobs.shoot_video", "gpu", 6 * 3600, 2, "Shoot and make a video"
        ),
        JobSpec("measure", "workers.jobs.measure", "metrics", 300, 5, "Collect metrics"),
        JobSpec(
            "check_account",
            "workers.jobs.check_account",
            "default",
            120,
            3,
            "Check an account",
            True,
        ),
    )
}
QUEUES = ("publish", "default", "metrics", "gpu", "render", "downloads")
# Workers of these stay warm: they choose among what waits by what they have loaded.
WARM_QUEUES = frozenset({"gpu"})
# Deliveries have a state machine of their own and are stopped one by one.
PAUSABLE = tuple(queue for queue in QUEUES if queue != "publish")


def names_of(queues: Iterable[str]) -> tuple[str, ...]:
    """The sorts of job that travel by these queues."""
    wanted = set(queues)
    return tuple(spec.name for spec in JOBS.values() if spec.queue in wanted)
