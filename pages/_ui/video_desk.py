"""One video on the desk: the project as it was read, and edits that expect exactly that version."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from gator_engine.domain.projects import Project
from gator_engine.domain.timeline import Clip, Timeline
from gator_engine.domain.video.time import frames, seconds
from pages._ui.commands import attempt
from pages._ui.session import studio


@dataclass(frozen=True)
class Desk:
    """The project at the version on the page, and the frame its player stands on."""

    project: Project
    frame: int = 0

    @property
    def timeline(self) -> Timeline:
        """The timeline of that version."""
        return self.project.timeline

    @property
    def form(self) -> str:
        """Prefix of the editor's widgets: a new version starts them from its own values."""
        return f"video:{self.project.id}:{self.project.version}"

    def edit(
        self, step: str, change: Callable[[Timeline], Timeline], *, done: str = "", form: str = ""
    ) -> None:
        """Apply one edit and draw the page again; another's edit in between is never lost."""
        project = self.project
        attempt(
            lambda: studio().projects.edit(project.id, step, change, project.version),
            done=done or f"{step}.",
            form=form,
        )

    def in_seconds(self, count: int) -> float:
        """Frames of this timeline in seconds, to the hundredth."""
        return round(seconds(count, self.timeline.rate), 2)

    def in_frames(self, length_s: float) -> int:
        """Seconds in frames of this timeline."""
        return frames(length_s, self.timeline.rate)

    def clip_name(self, clip: Clip) -> str:
        """What a clip is called: its own name, else its place."""
        place = self.timeline.clips.index(clip) + 1
        return f"{place}. {clip.name}" if clip.name else f"Clip {place}"


def history(desk: Desk) -> None:
    """Undo, redo, and every version to go back to."""
    project = desk.project
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if st.button(
            "Undo", icon=":material/undo:", disabled=not project.undo_to, key="video-undo",
            shortcut="Ctrl+Z",
        ):  # fmt: skip
            attempt(lambda: studio().projects.undo(project.id, project.version), done="Undone.")
        if st.button(
            "Redo", icon=":material/redo:", disabled=not project.redo_to, key="video-redo",
            shortcut="Ctrl+Shift+Z",
        ):  # fmt: skip
            attempt(lambda: studio().projects.redo(project.id, project.version), done="Done again.")
        with st.popover(f"Version {project.version}", icon=":material/history:"):
            _versions(desk)


def _versions(desk: Desk) -> None:
    project = desk.project
    versions = studio().projects.versions(project.id, limit=30)
    for one in versions:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{one.version}** {one.step or 'Start'}", width="stretch")
            if one.version == project.version:
                st.caption("now")
            elif st.button("Go back", key=f"video-back-{one.version}", type="tertiary"):
                _go_back(desk, one.version)


def _go_back(desk: Desk, version: int) -> None:
    project = desk.project
    attempt(
        lambda: studio().projects.restore_version(project.id, version, project.version),
        done=f"Version {version} again; nothing is lost.",
    )
