"""The ports of video projects (versions, and what was rendered of them) and of storyboards."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from gator_engine.domain.projects import Project, Rendering
from gator_engine.domain.storyboard import Storyboard


class ProjectRepository(Protocol):
    """Video projects, every version kept, and their renderings."""

    def add(self, project: Project) -> None:
        """Store a version; the files of this one count as used from now on.

        Raises StaleWrite when that version exists already.
        """

    def get(self, project_id: str) -> Project:
        """The newest version, also of a project in the trash. Raises NotFound."""

    def at_version(self, project_id: str, version: int) -> Project:
        """Raises NotFound."""

    def versions(self, project_id: str, *, limit: int = 200) -> Sequence[Project]:
        """Newest first."""

    def list(
        self, persona_id: str | None = None, *, deleted: bool = False, limit: int = 50
    ) -> Sequence[Project]:
        """The newest version of each, saved last first; those in use, or those in the trash."""

    def set_deleted(self, project_id: str, at: datetime | None) -> None:
        """Raises NotFound."""

    def trashed(self, until: datetime) -> Sequence[str]:
        """Ids of those put into the trash before `until`."""

    def remove(self, project_id: str) -> None:
        """Forget it for good, with its versions and renderings. Raises NotFound."""

    def used_by(self, asset_id: str) -> Sequence[str]:
        """Ids of the projects (outside the trash) whose newest version uses the file."""

    def add_rendering(self, rendering: Rendering) -> None: ...
    def rendering(self, rendering_id: str) -> Rendering:
        """Raises NotFound."""

    def save_rendering(self, rendering: Rendering) -> None:
        """Store what has come of it. Raises NotFound."""

    def renderings(self, project_id: str, *, limit: int = 50) -> Sequence[Rendering]:
        """Newest first."""


class StoryboardRepository(Protocol):
    """Storyboards, every version kept."""

    def add(self, board: Storyboard) -> None:
        """Store a version. Raises StaleWrite when that version exists already."""

    def get(self, storyboard_id: str) -> Storyboard:
        """The newest version. Raises NotFound."""

    def versions(self, storyboard_id: str, *, limit: int = 100) -> Sequence[Storyboard]:
        """Newest first."""

    def list(self, persona_id: str | None = None, *, limit: int = 50) -> Sequence[Storyboard]:
        """The newest version of each, newest first."""
