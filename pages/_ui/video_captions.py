"""Captions: their words and times, their looks, and files in and out."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video import caption_edits, cueing, layers
from gator_engine.domain.video.captions import STYLES, CaptionStyle, Highlight, Place
from gator_engine.domain.video.safe_zones import SAFE_ZONES
from gator_engine.domain.video.time import Span
from pages._ui import shell
from pages._ui.commands import attempt
from pages._ui.session import studio
from pages._ui.video_desk import Desk

PLACES = {Place.TOP: "Top", Place.MIDDLE: "Middle", Place.BOTTOM: "Bottom"}
HIGHLIGHTS = {
    Highlight.NONE: "Not marked",
    Highlight.COLOUR: "In colour",
    Highlight.BOX: "In a box",
    Highlight.SINGLE: "One word at a time",
    Highlight.REVEAL: "Word by word",
}
KINDS = {"srt": "SubRip (.srt)", "vtt": "WebVTT (.vtt)", "ass": "ASS (.ass)"}


def show(desk: Desk, chosen: str = "") -> None:
    """Words first: typed, or taken from a file; then the table, then the looks."""
    _words(desk)
    if desk.timeline.captions.cues:
        _table(desk)
        _look(desk)
        _files(desk)
    else:
        said = "Type what is said, or bring a caption file. A voice-over brings its own captions."
        shell.empty("closed_caption", "No captions yet", said, key="captions")


def _words(desk: Desk) -> None:
    there = bool(desk.timeline.captions.cues)
    with st.expander("Words for the whole video", expanded=not there, icon=":material/edit:"):
        text = st.text_area(
            "What is said", desk.project.script, height=120, key=f"{desk.form}:script"
        )
        st.caption("They are spread over the video by how long each word takes to say.")
        with st.container(horizontal=True, vertical_alignment="center"):
            if st.button("Make captions", type="primary", disabled=not (text or "").strip()):
                desk.edit("Captions from words", lambda line: _spread(line, text or ""))
            file = st.file_uploader(
                "Or a caption file", type=list(KINDS), key=f"{desk.form}:file",
                label_visibility="collapsed",
            )  # fmt: skip
            if file is not None and st.button("Use this file", icon=":material/upload:"):
                data, name = file.getvalue(), file.name
                attempt(
                    lambda: studio().projects.import_captions(
                        desk.project.id, data, name, desk.project.version
                    ),
                    done="Captions taken from the file.",
                )


def _spread(line: Timeline, text: str) -> Timeline:
    words = cueing.words_from_text(text, Span(0, max(1, line.length)))
    captions = line.captions
    rules = cueing.rules_for(captions.style, line.size, captions.safe_zone)
    cues = cueing.cues_from_words(words, line.rate, rules, line.length)
    return layers.set_cues(line, cues)


# ------------------------------------------------------------------ the table


def _table(desk: Desk) -> None:
    rows = [
        {
            "id": cue.id,
            "from": desk.in_seconds(cue.start),
            "seconds": desk.in_seconds(cue.length),
            "text": cue.text,
        }
        for cue in desk.timeline.captions.cues
    ]
    edited: list[dict[str, Any]] = st.data_editor(
        rows,
        key=f"{desk.form}:cues",
        hide_index=True,
        num_rows="delete",
        height=min(420, 42 + 36 * len(rows)),
        column_config={
            "id": None,
            "from": st.column_config.NumberColumn("From, s", step=0.01, format="%.2f", width=84),
            "seconds": st.column_config.NumberColumn(
                "Lasts, s", step=0.01, format="%.2f", width=84
            ),
            "text": st.column_config.TextColumn("Words", required=True),
        },
        column_order=("from", "seconds", "text"),
    )
    if edited != rows:
        desk.edit("Change captions", lambda line: _applied(line, rows, edited, desk))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        _merge_and_shift(desk)


def _applied(
    line: Timeline, rows: list[dict[str, Any]], edited: list[dict[str, Any]], desk: Desk
) -> Timeline:
    captions = line.captions
    was = {row["id"]: row for row in rows}
    now = {row["id"]: row for row in edited}
    for cue_id, old in was.items():
        row = now.get(cue_id)
        if row is None:
            captions = caption_edits.removed(captions, cue_id)
            continue
        if row["text"] != old["text"]:
            captions = caption_edits.reworded(captions, cue_id, str(row["text"] or ""))
        if (row["from"], row["seconds"]) != (old["from"], old["seconds"]):
            start, length = (desk.in_frames(float(row[name] or 0)) for name in ("from", "seconds"))
            captions = caption_edits.moved(captions, cue_id, start, length)
    return layers.set_captions(line, captions)


def _merge_and_shift(desk: Desk) -> None:
    cues = desk.timeline.captions.cues
    here = desk.timeline.captions.cue(desk.frame)
    last = bool(cues) and here is not None and here.id == cues[-1].id
    if st.button("Join with the next", disabled=here is None or last, key="video-cue-join",
                 help="The caption under the playhead"):  # fmt: skip
        desk.edit("Join captions", lambda line: layers.set_captions(
            line, caption_edits.merged(line.captions, here.id)))  # fmt: skip
    by = st.number_input("Move all, seconds", -60.0, 60.0, 0.0, 0.1, key=f"{desk.form}:shift")
    if by and st.button("Move", key="video-cue-shift"):
        frames = desk.in_frames(abs(by)) * (1 if by > 0 else -1)
        desk.edit("Move all captions", lambda line: layers.set_captions(
            line, caption_edits.shifted(line.captions, frames)))  # fmt: skip


# ------------------------------------------------------------------ looks and files


def _look(desk: Desk) -> None:
    captions, key = desk.timeline.captions, f"{desk.form}:look"
    with st.container(key="card-video-look"):
        shell.section("Look")
        name = st.selectbox(
            "Style", list(STYLES), index=_index(list(STYLES), captions.style.name),
            format_func=lambda one: STYLES[one].label, key=f"{key}:style",
        )  # fmt: skip
        style = captions.style if name == captions.style.name else STYLES[name]
        style = _own(style, f"{key}:{name}")
        with st.container(horizontal=True, vertical_alignment="center"):
            burned = st.toggle("In the picture", captions.burned, key=f"{key}:burned",
                               help="Off: only as a file beside the video.")  # fmt: skip
        zone = st.selectbox(
            "Keep clear of the buttons of", list(SAFE_ZONES),
            index=_index(list(SAFE_ZONES), captions.safe_zone),
            format_func=lambda one: SAFE_ZONES[one].label, key=f"{key}:zone",
        )  # fmt: skip
    if (style, burned, zone) != (captions.style, captions.burned, captions.safe_zone):
        desk.edit(
            "Look of captions",
            lambda line: layers.set_caption_look(line, style, burned=burned, safe_zone=zone),
        )


def _own(style: CaptionStyle, key: str) -> CaptionStyle:
    """The style with a person's own variations."""
    left, right = st.columns(2)
    with left:
        place = st.selectbox(
            "Place", list(PLACES), index=list(PLACES).index(style.place),
            format_func=PLACES.__getitem__, key=f"{key}:place",
        )  # fmt: skip
        size = st.slider("Size", 3, 16, round(style.size * 100), format="%d %%", key=f"{key}:size")
    with right:
        mark = st.selectbox(
            "The spoken word", list(HIGHLIGHTS), index=list(HIGHLIGHTS).index(style.highlight),
            format_func=HIGHLIGHTS.__getitem__, key=f"{key}:mark",
        )  # fmt: skip
        with st.container(horizontal=True):
            ink = st.color_picker("Words", style.ink, key=f"{key}:ink")
            accent = st.color_picker("Spoken", style.accent, key=f"{key}:accent")
    exact = style.size if size == round(style.size * 100) else size / 100
    return replace(style, place=place, highlight=mark, ink=ink, accent=accent, size=exact)


def _files(desk: Desk) -> None:
    with st.container(horizontal=True):
        for kind, label in KINDS.items():
            st.download_button(
                label,
                studio().projects.export_captions(desk.project.id, kind),
                file_name=f"{desk.project.title or 'captions'}.{kind}",
                mime="text/plain",
                icon=":material/download:",
                on_click="ignore",
                key=f"captions-{kind}",
            )


def _index(names: list[str], name: str) -> int:
    return names.index(name) if name in names else 0
