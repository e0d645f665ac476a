"""The character set of a persona: fourteen shots as one job, and the dataset made of them."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import streamlit as st

from gator_engine.domain.briefs import BriefKind
from gator_engine.domain.capabilities import Task
from gator_engine.domain.identity import SHOTS, CharacterShot, ShotState
from gator_engine.domain.personas import Persona
from gator_engine.domain.work import Job
from gator_engine.errors import GatorError
from gator_engine.services.identity import CharacterSheet
from pages._ui import cards, face_route, job_status, shell, state
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio

REFRESH = timedelta(seconds=2)


def generator_choice(form: str) -> str | None:
    """A ready generator that makes pictures of the persona out of words; None without one."""
    ready = {
        info.capabilities.slug: info.capabilities.label
        for info in studio().generation.generators()
        if not info.missing
        and BriefKind.IMAGE in info.capabilities.kinds
        and info.capabilities.uses_prompt
        and info.capabilities.task is Task.TEXT_TO_IMAGE
    }
    if not ready:
        cards.html(
            '<div class="g-soft">No picture model is installed: Settings says which fit. Upload'
            " pictures until then.</div>"
        )
        return None
    return st.selectbox(
        "Made by", list(ready), format_func=ready.__getitem__, key=f"{form}:generator"
    )


def character_set(persona: Persona) -> None:
    """The newest set with its shots, and the buttons that start, repeat and export it."""
    note = f"{len(SHOTS)} shots of angles, expressions and places; the material of a LoRA."
    shell.chapter("Character set", note)
    sheets = studio().identity.character_sheets(persona.id)
    chosen = generator_choice("shots")
    way = face_route.choose("shots:route") if chosen else None
    if chosen:
        face_route.show(lambda: studio().identity.shot_route(persona.id, chosen, way))
    with st.container(horizontal=True, vertical_alignment="center"):
        if chosen and st.button("Make the shots", key="make-shots", icon=":material/photo_camera:"):
            attempt(
                lambda: studio().identity.character_set(persona.id, chosen, route=way),
                done="The character set is being made.",
            )
        _dataset(persona, sheets[0] if sheets else None)
    if sheets:
        _sheet(sheets[0])


def _dataset(persona: Persona, sheet: CharacterSheet | None) -> None:
    accepted = studio().identity.references(persona.id).accepted
    shots = [shot for shot in sheet.shots if shot.asset_id] if sheet else []
    if not accepted and not shots:
        return
    st.download_button(
        "Training dataset",
        partial(studio().identity.export_dataset, persona.id),
        file_name=f"{persona.handle}-dataset.zip",
        mime="application/zip",
        icon=":material/download:",
        on_click="ignore",
        help="Pictures with caption files, in the folders that kohya and diffusers read.",
    )


def _sheet(sheet: CharacterSheet) -> None:
    job = max(studio().jobs.for_subject(sheet.set.id), key=lambda one: one.id, default=None)
    if job is not None and not job.state.final:
        _follow(sheet.set.id, job.id)
    done = sum(shot.state is ShotState.DONE for shot in sheet.shots)
    cards.html(f'<div class="g-eyebrow">{done} of {len(sheet.shots)} shots are there</div>')
    made = [shot.asset_id for shot in sheet.shots if shot.asset_id]
    assets = {asset.id: asset for asset in studio().library.many(made)}
    with st.grid(min_column_width=130, gap=10):
        for shot in sheet.shots:
            with st.container(key=f"shot-{shot.id}"):
                if shot.asset_id in assets:
                    cards.picture(assets[shot.asset_id], ratio="1")
                _shot(sheet.set.id, shot, busy=job is not None and not job.state.final)


def _shot(set_id: str, shot: CharacterShot, *, busy: bool) -> None:
    st.caption(f"{shot.spec.label} · {shot.state}")
    if shot.error:
        st.caption(f":material/error: {state.plain(shot.error)}")
    if busy or shot.state is ShotState.PENDING:
        return
    if st.button("Again", key=f"again-{shot.id}", icon=":material/refresh:"):
        attempt(
            partial(studio().identity.retry_shot, set_id, shot.key),
            done=f"{shot.spec.label} is being made again.",
        )


def _follow(set_id: str, job_id: str) -> None:
    """Progress that refreshes alone, until the job ends and the page is drawn again."""

    @st.fragment(run_every=REFRESH)
    def follow() -> None:
        with boundary():
            job = studio().jobs.get(job_id)
            if job.state.final:
                st.rerun(scope="app")
            _progress(set_id, job)

    follow()


def _progress(set_id: str, job: Job) -> None:
    job_status.bar(job)
    if st.button("Stop", key=f"stop-{set_id}", icon=":material/stop_circle:"):
        try:
            studio().identity.cancel_character_set(set_id)
        except GatorError as error:
            state.tell(str(error), good=False)
        st.rerun(scope="app")
