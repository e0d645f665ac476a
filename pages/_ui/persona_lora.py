"""The LoRA of a persona: what a training needs, how far it is, and its use afterwards."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.identity import LoraTraining
from gator_engine.domain.personas import Persona
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import GatorError
from gator_engine.ports import LoraOptions
from pages._ui import cards, job_status, shell, state, words
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import my_zone, studio

REFRESH = timedelta(seconds=2)
SHOWN = 5


def training(persona: Persona) -> None:
    """A button that trains, or what it lacks; then every training with what became of it."""
    shell.chapter("LoRA", "Teaches a picture model this face, from the character set.")
    missing = studio().identity.training_missing(persona.id)
    if missing:
        rows = "".join(f"<li>{escape(one)}</li>" for one in missing)
        cards.html(
            f'<div class="g-soft">A training needs something first:</div>'
            f'<ul class="g-changes">{rows}</ul>'
        )
    else:
        _start(persona)
    for one in studio().identity.loras(persona.id)[:SHOWN]:
        with st.container(key=f"card-lora-{one.id}"):
            _training(persona, one)


def _start(persona: Persona) -> None:
    usual = LoraOptions()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        steps = st.number_input("Steps", 1, 20_000, usual.steps, key="lora:steps", width=140)
        if st.button("Train a LoRA", key="train-lora", icon=":material/model_training:"):
            attempt(
                lambda: studio().identity.train_lora(
                    persona.id, options=LoraOptions(steps=int(steps))
                ),
                done="The training is in line; it goes on when you leave the page.",
            )


def _training(persona: Persona, one: LoraTraining) -> None:
    at = words.when(one.created_at, my_zone())
    st.markdown(f"**{state.plain(one.trigger)}** · {state.plain(at)}")
    job = max(studio().jobs.for_subject(one.id), key=lambda found: found.id, default=None)
    if one.finished_at is not None:
        _finished(persona, one)
    elif job is not None and job.state.final:
        words.badge(words.JOB[job.state])
        cards.html(f'<div class="g-soft">{escape(job.error)}</div>')
    elif job is not None:
        _follow(job.id)


def _finished(persona: Persona, one: LoraTraining) -> None:
    loss = "" if one.loss is None else f" · loss {one.loss:.3g}"
    cards.html(f'<div class="g-soft">{escape(one.path)}{loss}</div>')
    if any(lora.model == one.path for lora in persona.profile.generation.loras):
        words.badge(words.Word("In use", "check_circle", "green"))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        weight = st.number_input(
            "Weight", 0.0, 2.0, 1.0, 0.05, key=f"lora:{one.id}:weight", width=140
        )
        if st.button("Use in this persona", key=f"lora:{one.id}:use", icon=":material/add_link:"):
            attempt(
                partial(studio().identity.use_lora, one.id, persona.version, float(weight)),
                done="The LoRA is part of the persona: pictures use it from this revision on.",
            )


def _follow(job_id: str) -> None:
    """Progress that refreshes alone, until the job ends and the page is drawn again."""

    @st.fragment(run_every=REFRESH)
    def follow() -> None:
        with boundary():
            job = studio().jobs.get(job_id)
            if job.state.final:
                st.rerun(scope="app")
            _progress(job)

    follow()


def _progress(job: Job) -> None:
    job_status.bar(job, waiting=job.state is not JobState.RUNNING)
    if st.button("Stop", key=f"stop-{job.id}", icon=":material/stop_circle:"):
        try:
            studio().jobs.cancel(job.id)
        except GatorError as error:
            state.tell(str(error), good=False)
        st.rerun(scope="app")
