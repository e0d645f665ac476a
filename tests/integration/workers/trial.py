"""A job whose side effects can be counted, run by the real worker and dispatcher processes.

`python -m tests.integration.workers.trial worker default` is `workers.main worker` with more rows
in the job table. A trial notes in a file that it started, waits for its gate, and notes its end.
One in a warm worker "loads" the model its job asks for, and a greedy one never gives its memory
back. `trial supervised` keeps one warm worker running, as `up` does.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from gator_engine.config import load_settings
from gator_engine.errors import Cancelled, StaleWrite, Transient
from gator_engine.jobs import JOBS, JobSpec
from gator_engine.ports import WarmModel, WorkerLoad
from gator_engine.studio import Studio
from workers.dispatcher import run_dispatcher
from workers.job_run import JobRun
from workers.logs import configure_logging
from workers.rq_worker import run_worker
from workers.runtime import background, process_studio
from workers.supervisor import Part, Supervisor

GREED_MB = 400
_kept: list[bytearray] = []

for _name, _queue in (("trial", "default"), ("warm_trial", "gpu")):
    JOBS[_name] = JobSpec(_name, f"{__name__}.{_name}", _queue, 60, 3, "Try the workers")


class Notes:
    """The file in which trials of one subject leave a line for each thing that happened."""

    def __init__(self, folder: Path, subject_id: str) -> None:
        self._path = folder / f"{subject_id}.txt"
        self._gate = folder / f"{subject_id}.go"

    def add(self, what: str) -> None:
        """One line, written at once."""
        with self._path.open("a") as file:
            file.write(f"{what} {os.getpid()}\n")

    def read(self) -> list[tuple[str, int]]:
        """What happened, and in which process."""
        if not self._path.exists():
            return []
        lines = [line.split() for line in self._path.read_text().splitlines()]
        return [(what, int(pid)) for what, pid in lines]

    def count(self, what: str) -> int:
        """How often it happened."""
        return sum(1 for word, _ in self.read() if word == what)

    def open_gate(self) -> None:
        """Let trials of this subject end."""
        self._gate.touch()

    @property
    def gate_is_open(self) -> bool:
        """Whether trials of this subject may end."""
        return self._gate.exists()


def _try(subject_id: str, run: JobRun) -> None:
    notes = Notes(Path(os.environ["TRIAL_FOLDER"]), subject_id)
    notes.add("start")
    if subject_id.startswith("shaky") and notes.count("start") == 1:
        raise Transient("trial", "start", "the first try never works")
    try:
        for step in range(10_000):
            run.progress(min(0.9, step / 100), "waiting")
            if notes.gate_is_open:
                break
            time.sleep(0.02)
    except Cancelled:
        notes.add("cancelled")
        raise
    except StaleWrite:
        notes.add("lost")
        raise
    notes.add("end")


@background("trial")
def trial(studio: Studio, subject_id: str, run: JobRun) -> None:
    """A trial in a forking worker."""
    _try(subject_id, run)


class Models:
    """A generator as far as the routing of jobs asks: which models this process has loaded."""

    def __init__(self) -> None:
        self.loaded: set[str] = set()

    def affinity(self, settings: Mapping[str, Any]) -> str:
        """None of its own."""
        return ""

    def load(self) -> WorkerLoad:
        """What trials have loaded."""
        return WorkerLoad(models=tuple(WarmModel(name, name) for name in sorted(self.loaded)))


MODELS = Models()


@background("warm_trial")
def warm_trial(studio: Studio, subject_id: str, run: JobRun) -> None:
    """A trial in a worker that does not fork: it has one model loaded, that of the last job."""
    MODELS.loaded = {job.affinity for job in studio.jobs.for_subject(subject_id)}
    if subject_id.startswith("greedy"):
        _kept.append(bytearray(os.urandom(2**20)) * GREED_MB)
    _try(subject_id, run)


def supervised(home: Path) -> None:
    """A warm worker under a supervisor."""
    argv = (sys.executable, "-m", __spec__.name, "worker", "gpu")
    Supervisor(home, [Part("gpu-1", argv, recycles=True)]).run()


def main(part: str, queues: str = "") -> None:
    """Run one part until killed."""
    settings = load_settings()
    configure_logging(settings)
    if part == "supervised":
        supervised(settings.home)
    elif part == "worker":
        # As handed in to a studio's constructor, which this process does not call.
        vars(process_studio())["generators"] = {"trial": MODELS}
        run_worker(settings.redis_url, queues.split(","))
    else:
        run_dispatcher(Studio(settings), settings.dispatch_interval_s)


if __name__ == "__main__":
    # Job functions are named by module, so the module must not be known as __main__ alone.
    from tests.integration.workers.trial import main as run_part

    run_part(*sys.argv[1:])
