"""Words designed into the picture: titles and lower thirds in the persona's colours."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain

import streamlit as st

from gator_engine.domain.brand import TYPEFACES
from gator_engine.domain.personas import Brand
from gator_engine.domain.timeline import Media, MediaKind, Overlay, placed
from gator_engine.domain.video import layers
from gator_engine.domain.video.time import Span, timecode
from gator_engine.domain.video.titles import LONGEST_HEADING, LONGEST_LINE, Title, TitleDesign
from pages._ui import forms, shell, state
from pages._ui.session import studio
from pages._ui.video_desk import Desk

DESIGNS = {
    TitleDesign.TITLE: "Title, in the middle",
    TitleDesign.LOWER_THIRD: "Lower third",
    TitleDesign.QUOTE: "Quote",
    TitleDesign.CORNER: "Label in a corner",
}
LASTS_S = 3.0


def show(desk: Desk, chosen: str = "") -> None:
    """A form for a new title, then the ones there are."""
    brand = studio().personas.get(desk.project.persona_id).profile.brand
    with st.container(key="card-video-title"):
        shell.section("New title", f"It begins at the playhead, {_at(desk, desk.frame)}.")
        title, length = _fields(f"{desk.form}:title", _blank(brand), LASTS_S)
        if st.button("Add", type="primary", disabled=not title.heading, key="video-add-title"):
            new = Overlay("", desk.in_frames(length), Media(MediaKind.TITLE, title=title))
            at = desk.frame
            desk.edit("Add a title", lambda line: layers.add_overlay(line, new, at))
    found = [
        (span, item)
        for span, item in chain.from_iterable(placed(one.items) for one in desk.timeline.overlays)
        if isinstance(item, Overlay) and item.media.title is not None
    ]
    for span, item in sorted(found, key=lambda pair: pair[0].start):
        _existing(desk, span, item, opened=item.id == chosen)


def _blank(brand: Brand) -> Title:
    """Nothing yet, in the brand's type and colours."""
    colours = [*brand.palette, "#111111", "#ffb000"]
    return Title("", typeface=brand.typeface, ground=colours[0].lower(), accent=colours[1].lower())


def _existing(desk: Desk, span: Span, item: Overlay, *, opened: bool) -> None:
    assert item.media.title is not None
    name = state.plain(item.media.title.heading)
    with st.expander(f"{_at(desk, span.start)} · {name}", expanded=opened):
        length_s = desk.in_seconds(item.length)
        title, length = _fields(f"{desk.form}:{item.id}", item.media.title, length_s)
        with st.container(horizontal=True):
            if st.button("Save", key=f"save-{item.id}", icon=":material/save:"):
                frames = item.length if length == length_s else desk.in_frames(length)
                media = replace(item.media, title=title)
                changed = replace(item, media=media, length=frames)
                desk.edit("Change a title", lambda line: layers.change_overlay(line, changed))
            if st.button("Delete", key=f"delete-{item.id}", icon=":material/delete:"):
                desk.edit("Delete", lambda line: layers.remove_overlay(line, item.id))


def _fields(form: str, was: Title, lasts_s: float) -> tuple[Title, float]:
    heading = forms.text(form, "heading", "Words", was.heading)[:LONGEST_HEADING]
    line = forms.text(form, "line", "Second line", was.line)[:LONGEST_LINE]
    left, right = st.columns(2)
    with left:
        design = st.selectbox(
            "Design", list(DESIGNS), index=list(DESIGNS).index(was.design),
            format_func=DESIGNS.__getitem__, key=f"{form}:design",
        )  # fmt: skip
        length = st.number_input(
            "Seconds", 0.3, 600.0, max(0.3, lasts_s), 0.5, format="%.1f", key=f"{form}:length"
        )
    with right:
        typeface = st.selectbox(
            "Typeface", TYPEFACES, index=TYPEFACES.index(was.typeface),
            format_func=str.capitalize, key=f"{form}:typeface",
        )  # fmt: skip
        ground = st.toggle("Colour behind the words", was.ground_opacity > 0, key=f"{form}:ground")
    with st.container(horizontal=True):
        ink = st.color_picker("Words", was.ink, key=f"{form}:ink")
        behind = st.color_picker("Behind", was.ground, key=f"{form}:behind")
        accent = st.color_picker("Accent", was.accent, key=f"{form}:accent")
    opacity = (was.ground_opacity or 0.8) if ground else 0.0
    made = Title(heading, line, design, typeface, ink, behind, accent, opacity)
    return made, float(length)


def _at(desk: Desk, frame: int) -> str:
    return timecode(frame, desk.timeline.rate)
