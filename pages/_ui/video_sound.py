"""Sound: music under it, a voice over it, and how loud each is."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from gator_engine.domain.assets import AssetKind, AssetQuery
from gator_engine.domain.projects import Project
from gator_engine.domain.timeline import Sound, SoundTrack, placed
from gator_engine.domain.video import layers
from gator_engine.domain.video.layers import Role
from gator_engine.domain.video.time import timecode
from pages._ui import shell, state
from pages._ui.commands import attempt
from pages._ui.session import studio
from pages._ui.video_desk import Desk

NAMES = {Role.VOICE: "Voice", Role.MUSIC: "Music"}


def show(desk: Desk, chosen: str = "") -> None:
    """Add sounds, set their levels, and let the picture follow the beat or the voice."""
    _music(desk)
    _voice(desk)
    for role, tracks in ((Role.VOICE, desk.timeline.voice), (Role.MUSIC, desk.timeline.music)):
        for number, track in enumerate(tracks):
            _track(desk, role, number, track)
    _mix(desk)
    _rhythm(desk)


def _music(desk: Desk) -> None:
    with st.container(key="card-video-music"):
        shell.section("Music", "Made by Gator, free to use; or a file of your own.")
        beds = {bed.slug: bed for bed in studio().projects.beds()}
        slug = st.pills(
            "Mood", list(beds), format_func=lambda one: beds[one].label, key="video:bed",
        )  # fmt: skip
        if slug:
            st.caption(
                f"{beds[slug].mood}, {beds[slug].bpm:.0f} beats a minute. {beds[slug].licence}"
            )
        with st.container(horizontal=True, vertical_alignment="center"):
            seed = st.number_input("Variation", 0, 999, 0, key="video:bed-seed")
            if st.button("Add music", type="primary", disabled=not slug, key="video-add-bed"):
                attempt(
                    lambda: studio().projects.add_music(
                        desk.project.id, bed=str(slug), seed=int(seed),
                        expected_version=desk.project.version,
                    ),
                    done="Music added, as long as the video.",
                )  # fmt: skip
            _own(desk, Role.MUSIC)


def _voice(desk: Desk) -> None:
    with st.container(key="card-video-voice"):
        shell.section("Voice", "A recording from the library, from the playhead on.")
        with st.container(horizontal=True):
            _own(desk, Role.VOICE)


def _own(desk: Desk, role: Role) -> None:
    with st.popover("From the library", icon=":material/library_music:", key=f"own-{role}"):
        found = studio().library.search(AssetQuery(kind=AssetKind.AUDIO, limit=50)).items
        if not found:
            st.caption("No sound in the library yet. Upload one there: WAV, MP3, M4A, OGG or FLAC.")
            return
        names = {asset.id: asset.title or "Untitled" for asset in found}
        asset_id = st.selectbox(
            "File", list(names), format_func=names.__getitem__, key=f"own-{role}-file"
        )
        if st.button("Add", key=f"own-{role}-add"):
            attempt(lambda: _added(desk, role, str(asset_id)), done=f"{NAMES[role]} added.")


def _added(desk: Desk, role: Role, asset_id: str) -> Project:
    project, projects = desk.project, studio().projects
    if role is Role.MUSIC:
        return projects.add_music(project.id, asset_id, expected_version=project.version)
    at, version = desk.frame, project.version
    return projects.add_voice(project.id, asset_id, at=at, expected_version=version)


def _track(desk: Desk, role: Role, number: int, track: SoundTrack) -> None:
    name = f"{NAMES[role]} {number + 1}" if number else NAMES[role]
    with st.expander(name, expanded=True):
        key = f"{desk.form}:{role}:{number}"
        gain = st.slider("Level of the track, dB", -40, 12, round(track.gain_db), key=f"{key}:gain")
        muted = st.toggle("Muted", track.muted, key=f"{key}:muted")
        if (gain, muted) != (round(track.gain_db), track.muted):
            desk.edit(
                "Level of a track",
                lambda line: layers.set_track(line, role, number, gain_db=gain, muted=muted),
            )
        for span, item in placed(track.items):
            if isinstance(item, Sound):
                _sound(desk, item, timecode(span.start, desk.timeline.rate), key)


def _sound(desk: Desk, item: Sound, at: str, key: str) -> None:
    key = f"{key}:{item.id}"
    st.markdown(f"**{at}** {state.plain(item.name or item.text[:60] or 'Sound')}")
    columns = st.columns(3)
    with columns[0]:
        gain = st.number_input("dB", -60.0, 12.0, item.gain_db, 1.0, key=f"{key}:gain")
    with columns[1]:
        fade_in = _seconds(desk, "Fade in, s", item.fade_in, f"{key}:in")
    with columns[2]:
        fade_out = _seconds(desk, "Fade out, s", item.fade_out, f"{key}:out")
    with st.container(horizontal=True, vertical_alignment="center"):
        loop = st.toggle("Repeat", item.loop, key=f"{key}:loop")
        if st.button("Delete", icon=":material/delete:", key=f"{key}:delete", type="tertiary"):
            desk.edit("Delete", lambda line: layers.remove_sound(line, item.id))
    changed = replace(item, gain_db=gain, fade_in=fade_in, fade_out=fade_out, loop=loop)
    if changed != item:
        desk.edit("Change a sound", lambda line: layers.change_sound(line, changed))


def _seconds(desk: Desk, label: str, frames: int, key: str) -> int:
    """A length in seconds; the exact frames while nobody changes it."""
    was = desk.in_seconds(frames)
    now = st.number_input(label, 0.0, 60.0, was, 0.1, format="%.1f", key=key)
    return frames if now == was else desk.in_frames(now)


def _mix(desk: Desk) -> None:
    mix = desk.timeline.mix
    with st.expander("The mix", icon=":material/tune:"):
        key = f"{desk.form}:mix"
        on = st.toggle("Music steps back while somebody speaks", mix.ducking.on, key=f"{key}:duck")
        depth = st.slider("By, dB", -30, -3, round(mix.ducking.depth_db), disabled=not on,
                          key=f"{key}:depth")  # fmt: skip
        loud = st.toggle("Bring to the loudness of platforms (−14 LUFS)", mix.loudness is not None,
                         key=f"{key}:loud")  # fmt: skip
        ducking = replace(mix.ducking, on=on)
        if depth != round(mix.ducking.depth_db):
            ducking = replace(ducking, depth_db=float(depth))
        level = (mix.loudness if mix.loudness is not None else -14.0) if loud else None
        wanted = replace(mix, ducking=ducking, loudness=level)
        if wanted != mix:
            desk.edit("The mix", lambda line: layers.set_mix(line, wanted))


def _rhythm(desk: Desk) -> None:
    with st.container(horizontal=True):
        for label, symbol, ready, verb, done in (
            ("Cut on the beat", "music_note", desk.timeline.music, "snap_to_beats",
             "Cuts moved to the beat where one is near."),
            ("Follow the voice", "record_voice_over", desk.timeline.voice, "stretch_to_voice",
             "Each scene lasts as long as its words."),
        ):  # fmt: skip
            if st.button(label, icon=f":material/{symbol}:", disabled=not ready, key=f"v-{verb}"):
                action = getattr(studio().projects, verb)
                attempt(
                    lambda action=action: action(
                        desk.project.id, expected_version=desk.project.version
                    ),
                    done=done,
                )
