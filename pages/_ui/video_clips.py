"""The clips of a video: a table for lengths and changes, and an inspector for one of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import streamlit as st

from gator_engine.domain.assets import AssetKind
from gator_engine.domain.timeline import Clip, Layout, Media, MediaKind, Pane, Timeline
from gator_engine.domain.video import editing, framing_edits
from gator_engine.domain.video.framing import Fit, Motion, Rect
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.transitions import Direction, Transition, TransitionKind
from pages._ui import asset_picker, cards, shell
from pages._ui.session import studio
from pages._ui.video_desk import Desk

CUT = "Cut"
CHANGES = {
    CUT: None,
    "Crossfade": TransitionKind.CROSSFADE,
    "Fade through colour": TransitionKind.FADE,
    "Wipe": TransitionKind.WIPE,
    "Slide": TransitionKind.SLIDE,
    "Push": TransitionKind.PUSH,
    "Zoom": TransitionKind.ZOOM,
    "Dissolve": TransitionKind.DISSOLVE,
}
DIRECTED = (TransitionKind.WIPE, TransitionKind.SLIDE, TransitionKind.PUSH)
ARROWS = {
    Direction.LEFT: ":material/arrow_back:",
    Direction.RIGHT: ":material/arrow_forward:",
    Direction.UP: ":material/arrow_upward:",
    Direction.DOWN: ":material/arrow_downward:",
}
MOTIONS: dict[str, tuple[Rect, Rect] | None] = {
    "Still": None,
    "Zoom in": (Rect(), Rect(0.07, 0.07, 0.86, 0.86)),
    "Zoom out": (Rect(0.07, 0.07, 0.86, 0.86), Rect()),
    "Move right": (Rect(0, 0.06, 0.88, 0.88), Rect(0.12, 0.06, 0.88, 0.88)),
    "Move left": (Rect(0.12, 0.06, 0.88, 0.88), Rect(0, 0.06, 0.88, 0.88)),
    "Move up": (Rect(0.06, 0.12, 0.88, 0.88), Rect(0.06, 0, 0.88, 0.88)),
    "Move down": (Rect(0.06, 0, 0.88, 0.88), Rect(0.06, 0.12, 0.88, 0.88)),
}
OWN = "As it is set"
FITS = {Fit.COVER: "Fill, cut off", Fit.CONTAIN: "Whole, with bars", Fit.BLUR: "Whole, blurred"}
LAYOUTS = {
    Layout.SINGLE: "One picture",
    Layout.SIDE_BY_SIDE: "Two, side by side",
    Layout.PICTURE_IN_PICTURE: "One inside another",
    Layout.GRID: "Four in a grid",
}


def show(desk: Desk, chosen: str = "") -> None:
    """All clips, then the chosen one."""
    _add(desk)
    clips = desk.timeline.clips
    if not clips:
        shell.empty("movie", "No clip yet", "Add pictures or films from the library.", key="clips")
        return
    _table(desk)
    ids = [clip.id for clip in clips]
    start = ids.index(chosen) if chosen in ids else 0
    names = {clip.id: desk.clip_name(clip) for clip in clips}
    picked = st.selectbox(
        "Clip", ids, index=start, format_func=names.__getitem__, key=f"{desk.form}:clip:{chosen}"
    )
    _inspect(desk, next(clip for clip in clips if clip.id == picked))


def _add(desk: Desk) -> None:
    with st.popover("Add clips", icon=":material/add:"):
        form = f"add:{desk.project.id}"
        ids = asset_picker.pick(form, "Added at the end")
        if st.button("Add", type="primary", disabled=not ids, key="video-add-clips"):
            new = [_clip_of(one) for one in ids]
            st.session_state.pop(f"{form}:chosen", None)
            desk.edit("Add clips", lambda line: editing.append(line, *[make(line) for make in new]))


def _clip_of(asset_id: str) -> Callable[[Timeline], Clip]:
    asset = studio().library.get(asset_id)
    pane = Pane(Media(MediaKind.ASSET, asset_id))
    film = asset.facts.kind is AssetKind.VIDEO

    def make(line: Timeline) -> Clip:
        length_s = (asset.facts.duration_s or 4.0) if film else 4.0
        length = max(1, int(line.rate.fraction * int(length_s * 1000) / 1000))
        return Clip("", length, (pane,), name=asset.title[:60], gain_db=0.0 if film else None)

    return make


# ------------------------------------------------------------------ the table


def _table(desk: Desk) -> None:
    rows = [_row(desk, clip, number) for number, clip in enumerate(desk.timeline.clips)]
    edited: list[dict[str, Any]] = st.data_editor(
        rows,
        key=f"{desk.form}:table",
        hide_index=True,
        height="content",
        column_config={
            "id": None,
            "picture": st.column_config.ImageColumn("", width=56),
            "name": st.column_config.TextColumn("Name", max_chars=60),
            "seconds": st.column_config.NumberColumn(
                "Seconds", min_value=0.1, max_value=600.0, step=0.1, format="%.1f", width=84
            ),
            "change": st.column_config.SelectboxColumn(
                "Change into it", options=list(CHANGES), required=True
            ),
        },
        column_order=("picture", "name", "seconds", "change"),
    )
    changed = [(was, now) for was, now in zip(rows, edited, strict=True) if was != now]
    if changed:
        desk.edit("Change the clips", lambda line: _applied(line, changed, desk))


def _row(desk: Desk, clip: Clip, number: int) -> dict[str, Any]:
    media = clip.panes[0].media
    kind = clip.transition.kind if clip.transition else None
    change = next(name for name, one in CHANGES.items() if one is kind)
    source = ""
    if media.kind is MediaKind.ASSET:
        source = studio().library.url(media.asset_id, thumbnail=True)
    return {
        "id": clip.id,
        "picture": source,
        "name": clip.name,
        "seconds": round(desk.in_seconds(clip.length), 1),
        "change": change if number else CUT,
    }


def _applied(
    line: Timeline, changed: list[tuple[dict[str, Any], dict[str, Any]]], desk: Desk
) -> Timeline:
    for was, now in changed:
        clip_id = str(was["id"])
        if now["name"] != was["name"]:
            line = editing.name_clip(line, clip_id, str(now["name"] or ""))
        if now["seconds"] != was["seconds"]:
            line = editing.set_length(line, clip_id, desk.in_frames(float(now["seconds"] or 0)))
        if now["change"] != was["change"]:
            line = editing.set_transition(line, clip_id, _change(line, str(now["change"])))
    return line


def _change(line: Timeline, name: str) -> Transition | None:
    kind = CHANGES[name]
    return None if kind is None else Transition(kind, max(1, round(line.rate.fraction / 2)))


# ------------------------------------------------------------------ one clip


def _inspect(desk: Desk, clip: Clip) -> None:
    key = f"{desk.form}:{clip.id}"
    with st.container(key="card-video-clip"):
        _arrangement(desk, clip, key)
        for number, pane in enumerate(clip.panes):
            if len(clip.panes) > 1:
                cards.html(f'<div class="g-eyebrow">Picture {number + 1}</div>')
            _pane(desk, clip, number, pane, f"{key}:{number}")
        if clip.transition is not None:
            _transition(desk, clip, clip.transition, key)


def _arrangement(desk: Desk, clip: Clip, key: str) -> None:
    place = desk.timeline.clips.index(clip)
    last = len(desk.timeline.clips) - 1
    with st.container(horizontal=True, gap="small"):
        for label, symbol, to, off in (
            ("Earlier", "arrow_back", place - 1, place == 0),
            ("Later", "arrow_forward", place + 1, place == last),
        ):
            if st.button(label, icon=f":material/{symbol}:", disabled=off, key=f"{key}:{label}"):
                desk.edit("Move a clip", lambda line, to=to: _moved(line, clip.id, to))
        if st.button("Duplicate", icon=":material/content_copy:", key=f"{key}:copy"):
            desk.edit("Duplicate", lambda line: editing.duplicate(line, clip.id))
        if st.button("Delete", icon=":material/delete:", key=f"{key}:delete"):
            desk.edit("Delete", lambda line: editing.remove(line, clip.id))
    layout = st.selectbox(
        "Layout", list(LAYOUTS), index=list(LAYOUTS).index(clip.layout),
        format_func=LAYOUTS.__getitem__, key=f"{key}:layout",
    )  # fmt: skip
    if layout is not clip.layout:
        panes = [*clip.panes, *[clip.panes[-1]] * 4][: layout.panes]
        desk.edit("Layout", lambda line: framing_edits.set_layout(line, clip.id, layout, panes))


def _moved(line: Timeline, clip_id: str, to: int) -> Timeline:
    others = [one.id for one in line.clips if one.id != clip_id]
    return editing.move(line, clip_id, others[to] if to < len(others) else "")


def _pane(desk: Desk, clip: Clip, number: int, pane: Pane, key: str) -> None:
    left, right = st.columns(2)
    with left:
        fit = st.selectbox(
            "In the frame", list(FITS), index=list(FITS).index(pane.fit),
            format_func=FITS.__getitem__, key=f"{key}:fit",
        )  # fmt: skip
    with right:
        now = _motion_name(pane.motion)
        names = [*MOTIONS, *([OWN] if now == OWN else [])]
        move = st.selectbox("Camera", names, index=names.index(now), key=f"{key}:motion")
    if fit is not pane.fit:
        desk.edit("Framing", lambda line: framing_edits.set_fit(line, clip.id, fit, pane=number))
    if move != now and move is not None:
        desk.edit("Camera", lambda line: _with_motion(line, clip.id, move, number))
    _focus(desk, clip, number, pane, key)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        with st.popover("Another picture", icon=":material/image:"):
            ids = asset_picker.pick(f"swap:{clip.id}:{number}", "The first one is taken")
            if st.button("Use it", disabled=not ids, key=f"{key}:swap"):
                media = Media(MediaKind.ASSET, ids[0])
                st.session_state.pop(f"swap:{clip.id}:{number}:chosen", None)
                desk.edit(
                    "Another picture",
                    lambda line: editing.replace_media(line, clip.id, media, pane=number),
                )
        if number == 0 and clip.gain_db is not None:
            _film(desk, clip, pane, key)


def _motion_name(motion: Motion | None) -> str:
    if motion is None:
        return "Still"
    return next((name for name, one in MOTIONS.items() if one == (motion.start, motion.end)), OWN)


def _with_motion(line: Timeline, clip_id: str, name: str, pane: int) -> Timeline:
    rects = MOTIONS[name]
    if rects is None:
        return framing_edits.set_still(line, clip_id, pane=pane)
    return framing_edits.set_motion(line, clip_id, *rects, pane=pane)


def _focus(desk: Desk, clip: Clip, number: int, pane: Pane, key: str) -> None:
    """What every shape keeps in view."""
    left, right = st.columns(2)
    with left:
        x = st.slider("In view, across", 0, 100, round(pane.focus.x * 100), format="%d %%",
                      key=f"{key}:x")  # fmt: skip
    with right:
        y = st.slider("In view, down", 0, 100, round(pane.focus.y * 100), format="%d %%",
                      key=f"{key}:y")  # fmt: skip
    if (x, y) != (round(pane.focus.x * 100), round(pane.focus.y * 100)):
        desk.edit(
            "What to keep in view",
            lambda line: framing_edits.set_focus(line, clip.id, x / 100, y / 100, pane=number),
        )


def _film(desk: Desk, clip: Clip, pane: Pane, key: str) -> None:
    speed = st.number_input(
        "Speed", 0.25, 4.0, float(pane.speed.fraction), 0.25, format="%.2f", key=f"{key}:speed"
    )
    if abs(speed - float(pane.speed.fraction)) > 1e-6:
        wanted = Ratio(round(speed * 100), 100)
        desk.edit("Speed", lambda line: editing.set_speed(line, clip.id, wanted))
    gain = st.number_input("Sound, dB", -60.0, 12.0, clip.gain_db, 1.0, key=f"{key}:gain")
    if gain != clip.gain_db:
        desk.edit("Loudness of a clip", lambda line: editing.set_gain(line, clip.id, gain))


def _transition(desk: Desk, clip: Clip, change: Transition, key: str) -> None:
    cards.html('<div class="g-eyebrow">Change into this clip</div>')
    left, right = st.columns(2)
    with left:
        length = st.number_input(
            "Change lasts, seconds", 0.1, 5.0, max(0.1, desk.in_seconds(change.length)), 0.1,
            format="%.1f", key=f"{key}:change",
        )  # fmt: skip
    wanted = replace(change, length=max(1, desk.in_frames(length)))
    with right:
        if change.kind in DIRECTED:
            to = st.segmented_control(
                "Towards", list(ARROWS), default=change.direction, required=True,
                format_func=ARROWS.__getitem__, key=f"{key}:towards",
            )  # fmt: skip
            wanted = replace(wanted, direction=Direction(to))
        if change.kind is TransitionKind.FADE:
            wanted = replace(
                wanted, colour=st.color_picker("Through", change.colour, key=f"{key}:colour")
            )
    if abs(desk.in_seconds(wanted.length) - desk.in_seconds(change.length)) < 0.05:
        wanted = replace(wanted, length=change.length)
    if wanted != change:
        desk.edit("Change", lambda line: editing.set_transition(line, clip.id, wanted))
    if len(desk.timeline.clips) > 2 and st.button("Use at every cut", key=f"{key}:all"):
        desk.edit("Change at every cut", lambda line: editing.set_all_transitions(line, wanted))
