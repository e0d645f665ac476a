"""Video: the list of projects; or one of them, with its player on the left and its parts beside."""

from __future__ import annotations

import streamlit as st

from pages._ui import (
    shell,
    state,
    storyboard_view,
    video_captions,
    video_clips,
    video_desk,
    video_list,
    video_output,
    video_sound,
    video_stage,
    video_titles,
)
from pages._ui.session import studio

PARTS = {
    "clips": ":material/movie: Clips",
    "titles": ":material/title: Titles",
    "captions": ":material/closed_caption: Captions",
    "sound": ":material/music_note: Sound",
    "output": ":material/download: Finish",
}
DRAW = {
    "clips": video_clips.show,
    "titles": video_titles.show,
    "captions": video_captions.show,
    "sound": video_sound.show,
    "output": video_output.show,
}


def part() -> str:
    """Which part of the video is worked on; it stands in the address."""
    linked = state.linked("part") or "clips"
    chosen = st.segmented_control(
        "Part",
        list(PARTS),
        default=linked if linked in PARTS else "clips",
        format_func=PARTS.__getitem__,
        key="video:part",
        label_visibility="collapsed",
        required=True,
    )
    state.link(part=None if chosen == "clips" else chosen)
    return str(chosen)


def editor(project_id: str) -> None:
    """One video."""
    project = studio().projects.get(project_id)
    shell.heading(project.title or "Untitled video", video_stage.summary(project))
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("All videos", type="tertiary", icon=":material/arrow_back:", key="video-all"):
            state.link(project=None, part=None)
            st.rerun()
        video_desk.history(video_desk.Desk(project))
    left, right = st.columns([7, 6], gap="large")
    with left:
        touched = video_stage.show(project)
    with right:
        DRAW[part()](video_desk.Desk(project, touched.frame), touched.chosen)


linked, board = state.linked("project"), state.linked("storyboard")
if linked:
    editor(linked)
elif board:
    storyboard_view.show(board)
elif not studio().personas.list():
    shell.heading("Video", "Pictures that move, with words, a voice and music.")
    place = shell.empty(
        "face", "There is nobody to make a video for yet", "A video belongs to a persona.",
        key="video-nobody",
    )  # fmt: skip
    place.page_link("pages/personas.py", label="Create a persona", icon=":material/add:")
else:
    shell.heading("Video", "Pictures that move, with words, a voice and music.")
    video_list.show()
