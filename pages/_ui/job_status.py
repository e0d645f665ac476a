"""A job that is being worked on: progress that refreshes alone, and a way to stop it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import streamlit as st

from gator_engine.domain.briefs import Generation, GenerationStatus
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import GatorError
from pages._ui import state, words
from pages._ui.errors import boundary
from pages._ui.session import studio

REFRESH = timedelta(seconds=1)


def watch(generation_id: str) -> None:
    """Follow a generation until it ends, then draw the page again with what it made."""

    @st.fragment(run_every=REFRESH)
    def follow() -> None:
        with boundary():
            generation = studio().generation.get(generation_id)
            if generation.status.final:
                st.rerun(scope="app")
            _progress(generation, studio().generation.job(generation_id))

    follow()


def _progress(generation: Generation, job: Job | None) -> None:
    if job is not None and job.state is JobState.FAILED:
        st.error(job.error, icon=":material/error:")
        return
    with st.container(key=f"card-progress-{generation.id}"):
        bar(job, waiting=generation.status is GenerationStatus.QUEUED)
        if st.button("Stop", key=f"stop-{generation.id}", icon=":material/stop_circle:"):
            _stop(lambda: studio().generation.cancel(generation.id))


def bar(job: Job | None, *, waiting: bool = False) -> None:
    """How far a job is: stage, share done, time left, and a preview when there is one."""
    if job is None or (waiting and job.state is not JobState.RUNNING):
        st.progress(0.0, "Waits for a free worker")
        return
    done = job.progress
    stage = done.stage or "Working"
    left = f" · about {round(done.eta_s)} s left" if done.eta_s else ""
    st.progress(min(1.0, max(0.0, done.fraction)), f"{stage} · {done.fraction:.0%}{left}")
    if done.preview:
        st.image(done.preview, alt="Preview of the picture in the making", width=220)


def _stop(cancel: Callable[[], object]) -> None:
    try:
        cancel()
    except GatorError as error:
        state.tell(str(error), good=False)
    st.rerun(scope="app")


def word(job: Job) -> words.Word:
    """The state of a job in words."""
    if job.cancel_requested and not job.state.final:
        return words.Word("Stopping", "stop_circle", "orange")
    return words.JOB[job.state]
