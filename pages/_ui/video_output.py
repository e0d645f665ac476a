"""Finish: shapes and quality, renders as jobs, and files for other programs."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.projects import Rendering
from gator_engine.domain.video import retiming
from gator_engine.domain.video.profiles import PROFILES, VARIANTS
from gator_engine.domain.video.time import timecode
from gator_engine.domain.work import JobState
from pages._ui import brief_form, cards, forms, job_status, players, shell, state, words
from pages._ui.commands import attempt
from pages._ui.errors import boundary
from pages._ui.session import studio
from pages._ui.video_desk import Desk

FORM = "video-output"
REFRESH = timedelta(seconds=1)


def show(desk: Desk, chosen: str = "") -> None:
    """The main shape, the renders, and the files."""
    _shape(desk)
    _render(desk)
    _renders(desk)
    _files(desk)


def _shape(desk: Desk) -> None:
    now = desk.timeline.aspect
    shape = st.segmented_control(
        "Shape you edit in", VARIANTS, default=now, required=True,
        format_func=brief_form.SHAPES.__getitem__, key=f"{desk.form}:shape",
    )  # fmt: skip
    if shape is not now:
        desk.edit("Another shape", lambda line: retiming.set_aspect(line, AspectRatio(shape)))


def _render(desk: Desk) -> None:
    with st.container(key="card-video-render"):
        shell.section("Render", "Each shape becomes a video in the library, ready to post.")
        shapes = st.pills(
            "Shapes", VARIANTS, selection_mode="multi", default=[desk.timeline.aspect],
            format_func=brief_form.SHAPES.__getitem__, key=f"{FORM}:shapes",
        )  # fmt: skip
        offered = [slug for slug, one in PROFILES.items() if not one.draft]
        profile = st.selectbox(
            "Quality", offered, format_func=lambda one: PROFILES[one].label, key=f"{FORM}:profile"
        )
        forms.mark(FORM, "timeline", "profile", "aspects")
        if st.button("Render", type="primary", icon=":material/movie:", disabled=not shapes):
            attempt(
                lambda: studio().projects.render(desk.project.id, str(profile), tuple(shapes)),
                done="Rendering. You can leave this page; nothing is lost.",
                form=FORM,
            )


def _renders(desk: Desk) -> None:
    found = [
        one for one in studio().projects.renderings(desk.project.id)
        if not PROFILES[one.profile].draft
    ]  # fmt: skip
    if not found:
        return
    shell.section("Renders")
    for one in found[:8]:
        with st.container(key=f"card-render-{one.id}"):
            if one.finished_at is None:
                _running(one)
            else:
                _ended(one)


def _running(one: Rendering) -> None:
    @st.fragment(run_every=REFRESH)
    def watch() -> None:
        with boundary():
            now = studio().projects.rendering(one.id)
            if now.finished_at is not None:
                st.rerun(scope="app")
            job = studio().projects.job(one.id)
            cards.html(f'<div class="g-eyebrow">{_name(one)}</div>')
            job_status.bar(job, waiting=job is not None and job.state is not JobState.RUNNING)
            if st.button("Stop", key=f"stop-{one.id}", icon=":material/stop_circle:"):
                attempt(lambda: studio().projects.cancel(one.id), done="Stopping.")

    watch()


def _name(one: Rendering) -> str:
    shape = brief_form.SHAPES[AspectRatio(one.aspect)]
    return f"{shape} · {PROFILES[one.profile].label} · version {one.version}"


def _ended(one: Rendering) -> None:
    cards.html(f'<div class="g-eyebrow">{_name(one)}</div>')
    if one.error or not one.asset_id:
        st.warning(state.plain(one.error or "It ended early."), icon=":material/error:")
        return
    asset = studio().library.get(one.asset_id)
    with st.container(width=260):
        players.show(asset)
    made = one.measured
    if made is not None:
        loud = f"{made.loudness_lufs:.1f} LUFS" if made.loudness_lufs is not None else "silent"
        reused = f"{made.segments_reused} of {made.segments} parts reused"
        cards.facts(
            {
                "Size": f"{made.width} × {made.height}, {words.size(asset.facts.size)}",
                "Length": f"{made.duration_s:.2f} s, {made.frames} frames",
                "Sound": loud,
                "Made in": f"{made.took_s:.1f} s, {reused}",
            }
        )
        for note in made.notes:
            st.caption(state.plain(note))
    with st.container(horizontal=True):
        st.page_link(
            "pages/library.py", label="In the library", icon=":material/photo_library:",
            query_params={"asset": asset.id},
        )  # fmt: skip


def _files(desk: Desk) -> None:
    project = desk.project
    shell.section("For other programs")
    name = project.title or "video"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "OpenTimelineIO (.otio)",
            lambda: studio().projects.export_timeline(project.id),
            file_name=f"{name}.otio",
            mime="application/json",
            icon=":material/download:",
            on_click="ignore",
        )
        at = timecode(desk.frame, desk.timeline.rate)
        st.download_button(
            f"Picture at {at} (.png)",
            lambda: studio().projects.frame(project.id, desk.frame, profile="standard"),
            file_name=f"{name}.png",
            mime="image/png",
            icon=":material/image:",
            on_click="ignore",
            disabled=not desk.timeline.length,
        )
