"""The editor of a video: a player and a timeline one can drag, trim and split on, as one component.

Gestures are drawn by the browser; what they mean is decided here and in the engine. Each gesture
sends one edit, made for exactly the version that was shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import streamlit as st

from gator_engine.domain.video.safe_zones import zone_for
from pages._ui.video_desk import Desk
from pages._ui.video_editor.tracks import tracks_of

_FOLDER = Path(__file__).parent
# In this order they make one script: the library, then ours, then what Streamlit calls.
_SCRIPTS = ("vendor/interact.min.js", "player.js", "timeline.js", "editor.js")


@dataclass(frozen=True)
class Draft:
    """What the player plays: a signed link and the name of the draft ("" for none yet)."""

    source: str = ""
    name: str = ""


@dataclass(frozen=True)
class Touched:
    """What a person did: where the playhead stands, what is chosen, and an edit, if any."""

    frame: int
    chosen: str
    edit: Mapping[str, Any] | None


def show(desk: Desk, draft: Draft, *, zone: str, nothing: str, key: str) -> Touched:
    """Draw the editor; `zone` names a safe zone ("" for none), `nothing` stands for no draft."""
    serial = st.session_state[f"{key}:serial"] = st.session_state.get(f"{key}:serial", 0) + 1
    timeline, project = desk.timeline, desk.project
    sent = _component()(
        key=key,
        data={
            "id": project.id,
            "version": project.version,
            "serial": serial,
            "draft": draft.name,
            "source": draft.source,
            "none": nothing,
            "label": f"Draft of {project.title or 'the video'}",
            "size": list(timeline.size),
            "rate": float(timeline.rate.fraction),
            "frames": max(1, timeline.length),
            "markers": [marker.frame for marker in timeline.markers],
            "zone": _zone(desk, zone),
            "tracks": tracks_of(desk),
        },
        default={"frame": 0, "chosen": ""},
        on_frame_change=lambda: None,
        on_chosen_change=lambda: None,
        on_edit_change=lambda: None,
    )
    edit = sent.edit if isinstance(sent.edit, dict) else None
    frame = sent.frame if isinstance(sent.frame, int) else 0
    last = max(0, timeline.length - 1)
    return Touched(min(max(0, frame), last), str(sent.chosen or ""), edit)


def _zone(desk: Desk, name: str) -> dict[str, Any] | None:
    if not name:
        return None
    safe = zone_for(name, desk.timeline.size)
    sides = {"left": safe.left, "top": safe.top, "right": safe.right, "bottom": safe.bottom}
    return {"label": safe.label, **sides}


@cache
def _component() -> Any:
    html, css = (_FOLDER.joinpath(f"editor.{end}").read_text("utf-8") for end in ("html", "css"))
    js = "\n".join(_FOLDER.joinpath(name).read_text("utf-8") for name in _SCRIPTS)
    return st.components.v2.component("gator_video_editor", html=html, css=css, js=js)
