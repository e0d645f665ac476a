"""The jobs page's parts: workers, queues, and each job with what one can do about it."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.work import Job, JobState
from gator_engine.errors import Unavailable
from gator_engine.jobs import JOBS, QUEUES
from pages._ui import cards, job_status, shell, state, words
from pages._ui.commands import attempt
from pages._ui.session import studio

QUEUE_WORDS = {
    "publish": "Publishing",
    "default": "Everyday work",
    "metrics": "Numbers",
    "gpu": "Pictures",
    "downloads": "Downloads",
}


def crew() -> None:
    """Queues with what waits, and who works."""
    try:
        depths, workers = studio().jobs.depths(), studio().jobs.workers()
    except Unavailable as error:
        st.warning(
            f"{state.plain(str(error))} Nothing is lost: jobs wait in the database.",
            icon=":material/cloud_off:",
        )
        return
    with st.grid(len(QUEUES), min_column_width=150, gap=14):
        for queue in QUEUES:
            hands = [worker for worker in workers if queue in worker.queues]
            with st.container(key=f"card-queue-{queue}"):
                st.metric(QUEUE_WORDS.get(queue, queue.capitalize()), depths.get(queue, 0))
                some = f"waiting · {len(hands)} worker{'s' * (len(hands) != 1)}"
                cards.html(f'<div class="g-soft">{some}</div>')
    if not workers:
        st.warning("No worker is running. `make run` starts them.", icon=":material/engineering:")


def row(job: Job) -> None:
    """One job: what, how far, why it failed, and the way on."""
    spec = JOBS.get(job.name)
    with st.container(key=f"card-job-{job.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            words.badge(job_status.word(job))
            label = spec.label if spec else job.name
            cards.html(f'<span class="g-title">{escape(label)}</span>')
            cards.html(f'<span class="g-soft">{_timing(job)}</span>')
        if job.state is JobState.RUNNING:
            job_status.bar(job)
        if job.error:
            cards.html(f'<div class="g-soft">{escape(job.error)}</div>')
        with st.container(horizontal=True, vertical_alignment="center"):
            _actions(job)


def _timing(job: Job) -> str:
    if job.finished_at and job.started_at:
        seconds = (job.finished_at - job.started_at).total_seconds()
        return f"{words.ago(job.finished_at)} · took {seconds:.1f} s"
    if job.state is JobState.DUE and job.attempt:
        return f"next try {words.ago(job.due_at)} · {job.attempt} tried"
    return f"asked for {words.ago(job.created_at)}"


def _actions(job: Job) -> None:
    if (
        not job.state.final
        and not job.cancel_requested
        and st.button("Stop", key=f"cancel-{job.id}", icon=":material/stop_circle:")
    ):
        attempt(lambda: studio().jobs.cancel(job.id), done="It stops at the next safe moment.")
    waiting = job.state is JobState.DUE and job.attempt > 0
    if (job.state in (JobState.FAILED, JobState.CANCELLED) or waiting) and st.button(
        "Try again", key=f"retry-{job.id}", icon=":material/refresh:"
    ):
        attempt(lambda: studio().jobs.retry_now(job.id), done="It is being tried again.")
    if job.name == "generate":
        st.page_link(
            "pages/create.py",
            label="Open",
            icon=":material/chevron_right:",
            query_params={"generation": job.subject_id},
        )


def none() -> None:
    """The empty state."""
    shell.empty(
        "bolt",
        "No jobs here",
        "Pictures, publishing and numbers run in the background and show up here.",
        key="jobs",
    )
