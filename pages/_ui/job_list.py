"""The jobs page's parts: workers, queues, and each job with what one can do about it."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.work import Job, JobState
from gator_engine.errors import Unavailable
from gator_engine.jobs import JOBS, PAUSABLE, QUEUES
from gator_engine.ports import WorkerInfo
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

NOTHING = "No model is loaded; the first picture loads one."


def crew() -> None:
    """Queues with what waits, and who works."""
    try:
        depths, workers = studio().jobs.depths(), studio().jobs.workers()
        paused = studio().jobs.paused()
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
                cards.html(f'<div class="g-soft">{"paused" if queue in paused else some}</div>')
                if queue in PAUSABLE:
                    _pause(queue, paused=queue in paused)
    for worker in workers:
        if worker.load.device:
            _device(worker)
    if not workers:
        st.warning("No worker is running. `make run` starts them.", icon=":material/engineering:")


def _pause(queue: str, *, paused: bool) -> None:
    """The button that stops or restarts a queue."""
    named = QUEUE_WORDS.get(queue, queue)
    if paused:
        if st.button(
            "Resume",
            key=f"resume-{queue}",
            icon=":material/play_arrow:",
            help=f"{named}: go on with what waits",
        ):
            attempt(lambda: studio().jobs.resume(queue), done="It goes on.")
    elif st.button(
        "Pause",
        key=f"pause-{queue}",
        icon=":material/pause:",
        help=f"{named}: start nothing more; what runs goes on to its end",
    ):
        attempt(
            lambda: studio().jobs.pause(queue), done="Nothing more is started until you resume."
        )


def _device(worker: WorkerInfo) -> None:
    """A worker that keeps models loaded: where, which, and how much memory."""
    load = worker.load
    models = " · ".join(f"{model.label} ({_memory(model.memory_mb)})" for model in load.models)
    held = f"{_memory(load.memory_mb)} of main memory"
    if load.device_mb:
        held = f"{_memory(load.device_mb)} of its memory, {held}"
    busy = "Working" if worker.state == "busy" else "Free"
    device = "Processor" if load.device in ("cpu", "auto") else load.device.upper()
    ready = f"Ready to draw: {models}" if models else NOTHING
    with st.container(key=f"card-device-{worker.name}"):
        cards.html(
            f'<span class="g-title">{escape(device)}</span> '
            f'<span class="g-soft">{busy} · {escape(held)}</span>'
            f'<div class="g-soft">{escape(ready)}</div>'
        )


def _memory(mebibytes: int) -> str:
    return f"{mebibytes / 1024:.1f} GB" if mebibytes >= 1024 else f"{mebibytes} MB"


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
