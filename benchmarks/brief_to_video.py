"""From a brief to a finished 20 s video: wall and processor seconds by stage, without a GPU."""

from __future__ import annotations

import os
import resource
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from gator_engine import Studio, open_studio
from gator_engine.domain.storyboard import Look, Storyboard
from gator_engine.studio import run_jobs

LINES = (
    "Clay | Every bowl begins as a lump of clay, wedged until no air is left in it.",
    "Centre | I throw it on the wheel and centre it, which takes longer than anything else.",
    "Open | Two thumbs open it, and the walls come up in three slow pulls.",
    "Dry | Then it stands on a shelf for a week, and nobody may touch it.",
    "Fire | What comes out of the kiln is never quite what went in.",
)


def run(quick: bool) -> dict[str, Any]:
    """Seconds on the clock and of all processes, by stage; the video's own length beside them.

    The brief's lines are the script: a language model's time is its provider's. Shots are designed
    cards, the voice is the built-in one, music is made here, and the render is the standard one.
    """
    repeats = 1 if quick else 3
    runs = [_once() for _ in range(repeats)]
    stages = {
        name: {
            "wall_s": round(statistics.median(one[name][0] for one in runs), 2),
            "cpu_s": round(statistics.median(one[name][1] for one in runs), 2),
        }
        for name in runs[0]
        if name != "video_s"
    }
    return {
        "total_cpu_s": round(sum(stage["cpu_s"] for stage in stages.values()), 2),
        "total_wall_s": round(sum(stage["wall_s"] for stage in stages.values()), 2),
        "stages": stages,
        "video_s": round(runs[0]["video_s"][0], 2),
        "repeats": repeats,
    }


def _once() -> dict[str, tuple[float, float]]:
    found: dict[str, tuple[float, float]] = {}
    with (
        tempfile.TemporaryDirectory() as home,
        open_studio(home=Path(home), queue="inline") as studio,
    ):
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        look = Look(music="calm", seed=7)
        begun: list[Storyboard] = []

        def begin() -> None:
            topic = "How a bowl is made"
            begun.append(studio.storyboards.start(persona.id, topic, lines=LINES, look=look))

        found["script"] = _timed(begin)
        run = _Staged()
        whole = _timed(lambda: studio.storyboards.run(begun[0].id, run))
        found |= run.ended(whole)
        board = studio.storyboards.get(begun[0].id)
        found["draft"] = _timed(lambda: _ran(studio))
        studio.projects.render(board.project_id)
        found["render"] = _timed(lambda: _ran(studio))
        project = studio.projects.get(board.project_id)
        found["video_s"] = (project.timeline.duration_s, 0.0)
    return found


def _ran(studio: Studio) -> None:
    if not run_jobs(studio):
        raise SystemExit("There was nothing to render.")


def _timed(action: Callable[[], object]) -> tuple[float, float]:
    began, used = time.perf_counter(), _cpu()
    action()
    return time.perf_counter() - began, _cpu() - used


def _cpu() -> float:
    own, ended = os.times(), resource.getrusage(resource.RUSAGE_CHILDREN)
    return own.user + own.system + ended.ru_utime + ended.ru_stime


class _Staged:
    """A run that notes when the stages of a storyboard begin, by what they say."""

    _NAMES = (("Speaking", "voice"), ("Putting", "assembly"), ("Shot", "shots"))

    def __init__(self) -> None:
        self._marks: list[tuple[str, float, float]] = []

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """Note the first word of each stage."""
        name = next((one for word, one in self._NAMES if stage.startswith(word)), "")
        if name and name not in {mark[0] for mark in self._marks}:
            self._marks.append((name, time.perf_counter(), _cpu()))

    def check(self) -> None:
        """Nobody stops it."""

    def ended(self, whole: tuple[float, float]) -> dict[str, tuple[float, float]]:
        """Seconds of each stage: to the beginning of the next, the last to the end."""
        ends = [*self._marks[1:], ("", time.perf_counter(), _cpu())]
        return {
            name: (after[1] - wall, after[2] - cpu)
            for (name, wall, cpu), after in zip(self._marks, ends, strict=True)
        }
