"""The stage: the editor component over the newest draft, and how a draft is made."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import streamlit as st

from gator_engine.domain.projects import Project, Rendering
from gator_engine.domain.video.profiles import PROFILES
from gator_engine.domain.video.safe_zones import SAFE_ZONES
from gator_engine.domain.video.time import timecode
from gator_engine.domain.work import JobState
from gator_engine.errors import NotFound
from pages._ui import brief_form, job_status, state, video_edits
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio
from pages._ui.video_desk import Desk
from pages._ui.video_editor import Draft, Touched
from pages._ui.video_editor import show as show_editor

REFRESH = timedelta(seconds=1)
NO_ZONE = "Nothing over it"


def summary(project: Project) -> str:
    """What it is in one line."""
    timeline = project.timeline
    length = timecode(timeline.length, timeline.rate)
    clips = len(timeline.clips)
    shape = brief_form.SHAPES[timeline.aspect]
    return (
        f"{length} · {clips} clip{'s' * (clips != 1)} · {shape} · {timeline.rate} frames a second"
    )


@dataclass(frozen=True)
class Drafts:
    """The newest draft that can be played with its link, one that is being made, and a failure."""

    playable: Rendering | None = None
    source: str = ""
    running: Rendering | None = None
    failed: str = ""


def drafts_of(project: Project) -> Drafts:
    """What there is to play of a project."""
    running, failed = None, ""
    every = studio().projects.renderings(project.id)
    for number, one in enumerate(each for each in every if PROFILES[each.profile].draft):
        if one.finished_at is None:
            job = studio().projects.job(one.id)
            running = running or (one if job is not None and not job.state.final else None)
        elif one.error and number == 0:
            failed = one.error
        elif one.done:
            try:
                source = studio().projects.draft_url(one.id)
            except NotFound:
                continue  # It made room for newer ones.
            return Drafts(one, source, running, failed)
    return Drafts(running=running, failed=failed)


def show(project: Project) -> Touched:
    """Draw the editor; what a person did to it comes back, edits are carried out at once."""
    desk, drafts = Desk(project), drafts_of(project)
    zones = [NO_ZONE, *SAFE_ZONES]
    zone = st.selectbox(
        "Show what platforms lay over it", zones, key="video:zone",
        format_func=lambda name: SAFE_ZONES[name].label if name in SAFE_ZONES else name,
    )  # fmt: skip
    there = project.timeline.length
    touched = show_editor(
        desk,
        Draft(drafts.source, drafts.playable.id if drafts.playable else ""),
        zone="" if zone == NO_ZONE else str(zone),
        nothing="No draft yet. Press “Preview” to see it." if there else "Add clips first.",
        key=f"editor-{project.id}",
    )
    if touched.edit is not None:
        video_edits.apply(desk, touched.edit)
    _preview(desk, drafts)
    return touched


def _preview(desk: Desk, drafts: Drafts) -> None:
    project, shown = desk.project, drafts.playable
    if drafts.running is not None:
        _follow(drafts.running)
        return
    fresh = shown is not None and shown.version == project.version
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button(
            "Preview", icon=":material/play_circle:", type="secondary" if fresh else "primary",
            disabled=not project.timeline.length, key="video-preview",
        ):  # fmt: skip
            attempt(lambda: studio().projects.preview(project.id), done="A draft is on its way.")
        if shown is not None and not fresh:
            st.caption(f"The player shows version {shown.version}; this is {project.version}.")
    if drafts.failed:
        st.warning(state.plain(drafts.failed), icon=":material/error:")
    for problem in studio().projects.problems(project.id)[:4]:
        st.warning(state.plain(str(problem)), icon=":material/error:")


def _follow(rendering: Rendering) -> None:
    @st.fragment(run_every=REFRESH)
    def watch() -> None:
        with boundary():
            job = studio().projects.job(rendering.id)
            if job is None or job.state.final:
                st.rerun(scope="app")
            job_status.bar(job, waiting=job.state is not JobState.RUNNING)
            if st.button("Stop", key=f"stop-{rendering.id}", icon=":material/stop_circle:"):
                attempt(lambda: studio().projects.cancel(rendering.id), done="Stopping.")

    watch()
