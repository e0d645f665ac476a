"""The list of videos: cards to open, and how a new one starts."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind, AssetQuery
from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.projects import Project
from gator_engine.domain.video.time import timecode
from pages._ui import brief_form, cards, forms, shell, state, words
from pages._ui.commands import attempt
from pages._ui.session import studio

FORM = "video-new"
OFFERED = 24
SHAPES = (AspectRatio.STORY, AspectRatio.SQUARE, AspectRatio.PORTRAIT, AspectRatio.WIDE)


def show() -> None:
    """Every video, the one that was worked on last first."""
    trash = state.linked("view") == "trash"
    projects = studio().projects.list(trashed=trash)
    _bar(trash)
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
        label = "All videos" if trash else "Trash"
        symbol = "arrow_back" if trash else "delete"
        if st.button(label, type="tertiary", icon=f":material/{symbol}:", key="video-trash-view"):
            state.link(view=None if trash else "trash")
            st.rerun()


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
    chosen = pick(FORM, "Pictures and clips, in the order you choose them")
    forms.mark(FORM, "pictures", "timeline")
    if st.button("Start", type="primary", key="video-start"):
        attempt(
            lambda: studio().projects.from_assets(
                persona.id, title or "Untitled video", chosen, aspect=AspectRatio(shape)
            ),
            done="Started. Every picture moves a little and fades into the next.",
            form=FORM,
            then=lambda made: state.link(project=made.id, view=None),
        )


def pick(form: str, label: str) -> list[str]:
    """Ids of pictures and clips of the library, in the order they were chosen in."""
    text = st.text_input(
        "Find", type="search", key=f"{form}:find", placeholder="Search the library"
    )
    chosen: list[str] = st.session_state.setdefault(f"{form}:chosen", [])
    found = [
        asset
        for kind in (AssetKind.IMAGE, AssetKind.VIDEO)
        for asset in studio()
        .library.search(AssetQuery(text=text or "", kind=kind, limit=OFFERED))
        .items
    ]
    st.caption(f"{label} · {len(chosen)} chosen")
    with st.grid(min_column_width=96, gap=10), st.container(key=f"{form}-picker"):
        for asset in found:
            _choice(form, asset, chosen)
    return chosen


def _choice(form: str, asset: Asset, chosen: list[str]) -> None:
    with st.container(key=f"{form}-pick-{asset.id}", gap="small"):
        cards.picture(asset, ratio="1")
        place = chosen.index(asset.id) + 1 if asset.id in chosen else 0
        label = f"Chosen {place}" if place else "Choose"
        kind = "primary" if place else "secondary"
        if st.button(label, key=f"{form}-take-{asset.id}", type=kind, width="stretch"):
            if place:
                chosen.remove(asset.id)
            else:
                chosen.append(asset.id)
            st.rerun(scope="fragment")
