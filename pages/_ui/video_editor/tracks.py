"""What the timeline draws: each track with its items, in frames."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from gator_engine.domain.assets import Asset, AssetKind
from gator_engine.domain.timeline import (
    Clip,
    Gap,
    Item,
    MediaKind,
    Overlay,
    Sound,
    placed,
)
from gator_engine.errors import GatorError
from pages._ui.session import studio
from pages._ui.video_desk import Desk

PEAKS = 240


def tracks_of(desk: Desk) -> list[dict[str, Any]]:
    """Titles above, then the picture, captions, voice and music; empty tracks are left out."""
    timeline = desk.timeline
    files = {one.id: one for one in studio().library.many(timeline.asset_ids())}
    found = [
        _track(f"overlay:{number}", "overlay", track.name or "Titles", track.items, desk, files)
        for number, track in reversed(list(enumerate(timeline.overlays)))
    ]
    found.append(_track("picture", "picture", "Picture", timeline.picture.items, desk, files))
    if timeline.captions.cues:
        found.append(_captions(desk))
    for kind, name, tracks in (
        ("voice", "Voice", timeline.voice),
        ("music", "Music", timeline.music),
    ):
        found += [
            _track(f"{kind}:{number}", kind, track.name or name, track.items, desk, files)
            for number, track in enumerate(tracks)
        ]
    return [track for track in found if track["items"] or track["kind"] == "picture"]


def _track(
    name: str,
    kind: str,
    label: str,
    items: Sequence[Item],
    desk: Desk,
    files: Mapping[str, Asset],
) -> dict[str, Any]:
    drawn = []
    for span, item in placed(items):
        if isinstance(item, Gap):
            if kind == "picture":
                drawn.append({"gap": True, "start": span.start, "length": span.length})
            continue
        about = {"id": item.id, "start": span.start, "length": span.length}
        drawn.append({**about, **_drawn(item, desk, files)})
    return {"id": name, "kind": kind, "name": label, "items": drawn}


def _drawn(item: Clip | Sound | Overlay, desk: Desk, files: Mapping[str, Asset]) -> dict[str, Any]:
    if isinstance(item, Clip):
        return _clip(item, desk, files)
    if isinstance(item, Sound):
        file = files.get(item.asset_id)
        label = item.name or item.text or (file.title if file else "") or "Sound"
        return {"label": label, "peaks": _peaks(item.asset_id), "head": item.source_start}
    title = item.media.title
    return {"label": item.name or (title.heading if title else "Picture")}


def _clip(item: Clip, desk: Desk, files: Mapping[str, Asset]) -> dict[str, Any]:
    pane = item.panes[0]
    file = files.get(pane.media.asset_id)
    named = item.name or (file.title if file else "")
    if not named and pane.media.kind is MediaKind.TITLE and pane.media.title:
        named = pane.media.title.heading
    told: dict[str, Any] = {"label": named or "Clip"}
    if file is not None and file.thumbnail_sha256:
        told["thumb"] = studio().library.url(file.id, thumbnail=True)
    if item.transition is not None:
        told["change"] = item.transition.length
    if file is not None and file.facts.kind is AssetKind.VIDEO and file.facts.duration_s:
        left = desk.in_frames(file.facts.duration_s) - pane.source_start
        told["most"] = int(left / pane.speed.fraction)
        told["head"] = int(pane.source_start / pane.speed.fraction)
    return told


def _captions(desk: Desk) -> dict[str, Any]:
    cues = [
        {"id": cue.id, "start": cue.start, "length": cue.length, "label": cue.text}
        for cue in desk.timeline.captions.cues
    ]
    return {"id": "captions", "kind": "captions", "name": "Captions", "items": cues}


@st.cache_data(show_spinner=False, max_entries=200)
def _peaks(asset_id: str) -> list[float]:
    """The waveform of a sound file; none where it cannot be read."""
    try:
        return [round(peak, 2) for peak in studio().projects.waveform(asset_id, PEAKS)]
    except GatorError:
        return []
