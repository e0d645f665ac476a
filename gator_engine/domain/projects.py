"""Projects: videos that a person edits, as documents with versions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from gator_engine.domain.timeline import Timeline

LONGEST_TITLE = 200


@dataclass(frozen=True)
class Project:
    """A video project at one version; every edit makes the next version.

    `step` says in plain words what the edit did ("Split a clip"). `undo_to` and `redo_to` name the
    versions that going back and forth would bring back (0: none); `copy_of` the version that this
    one repeats, when it came about by going back or forth. `script` is what the voice says.
    """

    id: str
    persona_id: str
    persona_revision_id: str
    title: str
    timeline: Timeline
    version: int
    created_at: datetime
    saved_at: datetime
    saved_by: str
    step: str = ""
    script: str = ""
    undo_to: int = 0
    redo_to: int = 0
    copy_of: int = 0
    deleted_at: datetime | None = None

    @property
    def cover_asset_id(self) -> str:
        """The first file that is seen in it ("" when there is none)."""
        panes = (pane for clip in self.timeline.clips for pane in clip.panes)
        return next((pane.media.asset_id for pane in panes if pane.media.asset_id), "")


@dataclass(frozen=True)
class Measured:
    """What was measured on a finished file; loudness None for a silent one."""

    frames: int
    duration_s: float
    width: int
    height: int
    segments: int
    segments_reused: int
    encoder: str
    took_s: float
    loudness_lufs: float | None = None
    true_peak_db: float | None = None
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Rendering:
    """One render of a project's version in one shape and profile; the row its job works on.

    A draft has no asset: its file lies in the cache of drafts for a while.
    """

    id: str
    project_id: str
    version: int
    aspect: str
    profile: str
    created_at: datetime
    asset_id: str = ""
    error: str = ""
    finished_at: datetime | None = None
    measured: Measured | None = None

    @property
    def done(self) -> bool:
        """Whether it came to its end well."""
        return self.finished_at is not None and not self.error
