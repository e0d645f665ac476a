"""The list of videos: cards to open, and how a new one starts."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.projects import Project
from gator_engine.domain.video.time import timecode
from gator_engine.services.projects import ImportedProject
from pages._ui import asset_picker, brief_form, cards, forms, shell, state, storyboard_view, words
from pages._ui.commands import attempt
from pages._ui.session import studio

FORM = "video-new"
SHAPES = (AspectRatio.STORY, AspectRatio.SQUARE, AspectRatio.PORTRAIT, AspectRatio.WIDE)


def show() -> None:
    """Every video, the one that was worked on last first."""
    trash = state.linked("view") == "trash"
    projects = studio().projects.list(trashed=trash)
    _bar(trash)
    if not trash:
        _briefs()
    if not projects:
        _nothing(trash)
        return
    covers = _covers(projects)
    names = {persona.id: persona.name for persona in studio().personas.list()}
    with st.grid(min_column_width=210, gap=16):
        for project in projects:
            with st.container(key=f"card-video-{project.id}"):
                _card(project, covers.get(project.id), names.get(project.persona_id, ""), trash)


def _bar(trash: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("New video", type="primary", icon=":material/add:", key="video-new"):
            new()
        if st.button("From a brief", icon=":material/auto_awesome:", key="video-brief"):
            storyboard_view.begin()
        _import()
        label = "All videos" if trash else "Trash"
        symbol = "arrow_back" if trash else "delete"
        if st.button(label, type="tertiary", icon=f":material/{symbol}:", key="video-trash-view"):
            state.link(view=None if trash else "trash")
            st.rerun()


def _briefs() -> None:
    """Videos that began as a brief, with what is still to do."""
    boards = studio().storyboards.list(limit=12)
    if not boards:
        return
    with st.expander("From briefs", icon=":material/auto_awesome:", expanded=False):
        for board in boards:
            due = board.due()
            said = "up to date" if not due else "still to make"
            with st.container(horizontal=True, vertical_alignment="center"):
                label = state.plain(board.title[:60])
                if st.button(label, key=f"board-{board.id}", type="tertiary"):
                    state.link(storyboard=board.id)
                    st.rerun()
                st.caption(f"{len(board.scenes)} scenes, {said} · {words.ago(board.saved_at)}")


def _nothing(trash: bool) -> None:
    if trash:
        shell.empty("delete", "The trash is empty", "Videos you delete wait here.", key="videos")
        return
    said = "Choose pictures; they move, change smoothly and get captions, music and a voice."
    shell.empty("movie", "No video yet", said, key="videos")


def _covers(projects: list[Project]) -> dict[str, Asset]:
    """The first picture of each video."""
    first = {one.id: next(iter(one.timeline.asset_ids()), "") for one in projects}
    found = {asset.id: asset for asset in studio().library.many(sorted(set(first.values()) - {""}))}
    return {project: found[asset] for project, asset in first.items() if asset in found}


def _card(project: Project, cover: Asset | None, persona: str, trash: bool) -> None:
    timeline = project.timeline
    if cover is not None and cover.thumbnail_sha256:
        cards.picture(cover, ratio="4/5")
    else:
        cards.html('<div class="g-blank" style="aspect-ratio:4/5">No pictures</div>')
    length = timecode(timeline.length, timeline.rate).split(".")[0]
    cards.html(
        f'<div class="g-title g-two-lines">{escape(project.title or "Untitled")}</div>'
        f'<div class="g-soft">{escape(persona)} · {length} · {timeline.aspect.value}'
        f" · {words.ago(project.saved_at)}</div>"
    )
    with st.container(horizontal=True, gap="small"):
        if trash:
            if st.button("Restore", key=f"restore-{project.id}", icon=":material/restore:"):
                attempt(lambda: studio().projects.restore(project.id), done="It is back.")
        elif st.button("Open", key=f"open-{project.id}", width="stretch"):
            state.link(project=project.id, view=None)
            st.rerun()


def _import() -> None:
    """A timeline of another program; what it holds that ours cannot is said."""
    with st.popover("Bring a timeline", icon=":material/upload:"):
        persona = brief_form.choose_persona(studio().personas.list(), state.linked("persona"))
        file = st.file_uploader("OpenTimelineIO file (.otio)", type=["otio"], key="video:otio")
        if st.button("Take it over", disabled=file is None, key="video-otio") and file is not None:
            data, name = file.getvalue(), file.name.removesuffix(".otio")
            attempt(
                lambda: studio().projects.import_timeline(persona.id, data, name),
                done="Taken over.",
                then=_opened,
            )


def _opened(made: ImportedProject) -> None:
    if made.remarks:
        state.tell("Taken over. " + " ".join(made.remarks[:6]))
    state.link(project=made.project.id, view=None)


@st.dialog("New video", width="large")
def new() -> None:
    """Who it is for, its shape, and the pictures it begins with."""
    people = studio().personas.list()
    persona = brief_form.choose_persona(people, state.linked("persona"))
    title = forms.text(FORM, "title", "Title", "")
    shape = st.segmented_control(
        "Shape", SHAPES, default=SHAPES[0], required=True, key=f"{FORM}:shape",
        format_func=brief_form.SHAPES.__getitem__,
    )  # fmt: skip
    chosen = asset_picker.pick(FORM, "Pictures and clips, in the order you choose them")
    forms.mark(FORM, "asset_ids", "timeline")
    if st.button("Start", type="primary", key="video-start"):
        attempt(
            lambda: studio().projects.from_assets(
                persona.id, chosen, title, aspect=AspectRatio(shape)
            ),
            done="Started. Every picture moves a little and fades into the next.",
            form=FORM,
            then=lambda made: state.link(project=made.id, view=None),
        )
