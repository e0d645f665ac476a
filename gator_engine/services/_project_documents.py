"""Video projects as documents: begun, edited, taken back, copied, put into the trash."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from gator_engine.domain.briefs import AspectRatio
from gator_engine.domain.projects import LONGEST_TITLE, Project
from gator_engine.domain.timeline import DEFAULT_RATE, Timeline
from gator_engine.domain.video.time import Ratio
from gator_engine.services._context import Context
from gator_engine.services._project_versions import ProjectVersions


class ProjectDocuments:
    """Projects without their media; every edit makes a version."""

    def __init__(self, context: Context) -> None:
        self._context = context
        self._versions = ProjectVersions(context)

    def create(
        self,
        persona_id: str,
        title: str,
        timeline: Timeline | None = None,
        *,
        aspect: AspectRatio = AspectRatio.STORY,
        rate: Ratio = DEFAULT_RATE,
        script: str = "",
        step: str = "Start",
    ) -> Project:
        """Start a video, empty or with a timeline (which then says shape and rate itself).

        Raises InvalidInput or NotFound.
        """
        context, now = self._context, self._context.now()
        with context.store.write() as uow:
            persona = uow.personas.get(persona_id)
            project = Project(
                id=context.ids.new(),
                persona_id=persona_id,
                persona_revision_id=persona.revision.id,
                title=title.strip(),
                timeline=timeline or Timeline(aspect=aspect, rate=rate),
                version=1,
                created_at=now,
                saved_at=now,
                saved_by=context.actor,
                step=step,
                script=script,
            )
            self._versions.add(uow, project)
            context.audit(uow, "add", "project", project.id)
        return project

    def get(self, project_id: str, version: int | None = None) -> Project:
        """The newest version, or the one asked for. Raises NotFound."""
        with self._context.store.read() as uow:
            if version is None:
                return uow.projects.get(project_id)
            return uow.projects.at_version(project_id, version)

    def versions(self, project_id: str, limit: int = 200) -> Sequence[Project]:
        """Newest first, each with the step that made it."""
        with self._context.store.read() as uow:
            return uow.projects.versions(project_id, limit=limit)

    def list(
        self, persona_id: str | None = None, *, trashed: bool = False, limit: int = 50
    ) -> Sequence[Project]:
        """The newest version of each, saved last first; those in use, or those in the trash."""
        with self._context.store.read() as uow:
            return uow.projects.list(persona_id, deleted=trashed, limit=limit)

    def edit(
        self,
        project_id: str,
        step: str,
        change: Callable[[Timeline], Timeline],
        expected_version: int | None = None,
    ) -> Project:
        """Apply a function of `domain.video.editing` (or several) and store the next version.

        `step` says in plain words what it does. An edit that changes nothing makes no version.
        Raises InvalidInput naming the clip, StaleWrite when somebody saved meanwhile, NotFound, or
        IllegalTransition for a project in the trash.
        """

        def edited(was: Project) -> Project:
            return replace(was, timeline=change(was.timeline))

        return self._versions.edit(project_id, step, edited, expected_version)

    def rename(
        self, project_id: str, title: str, *, expected_version: int | None = None
    ) -> Project:
        """Another title. Raises InvalidInput, NotFound or StaleWrite."""
        name = title.strip()
        return self._versions.edit(
            project_id, "Rename", lambda was: replace(was, title=name), expected_version
        )

    def set_script(
        self, project_id: str, script: str, *, expected_version: int | None = None
    ) -> Project:
        """What the voice says. Raises InvalidInput, NotFound or StaleWrite."""
        return self._versions.edit(
            project_id,
            "Change the script",
            lambda was: replace(was, script=script),
            expected_version,
        )

    def undo(self, project_id: str, expected_version: int | None = None) -> Project:
        """Take the last edit back: a new version equal to the one before it.

        Raises IllegalTransition when there is nothing to take back, NotFound or StaleWrite.
        """
        return self._versions.undo(project_id, expected_version)

    def redo(self, project_id: str, expected_version: int | None = None) -> Project:
        """Bring back what `undo` took. Raises IllegalTransition, NotFound or StaleWrite."""
        return self._versions.redo(project_id, expected_version)

    def restore_version(
        self, project_id: str, version: int, expected_version: int | None = None
    ) -> Project:
        """Go on from an earlier version; an edit like any other. Raises NotFound or StaleWrite."""
        return self._versions.restore(project_id, version, expected_version)

    def duplicate(self, project_id: str, title: str = "") -> Project:
        """A project of its own that begins with the newest version of this one.

        Raises NotFound or InvalidInput.
        """
        was = self.get(project_id)
        name = title.strip() or f"{was.title[: LONGEST_TITLE - 7]} (copy)"
        return self.create(
            was.persona_id, name, was.timeline, script=was.script, step=f"Copy of {was.title}"[:200]
        )

    def trash(self, project_id: str) -> None:
        """Put it into the trash, where it goes after the days that files do. Raises NotFound."""
        self._set_deleted(project_id, self._context.now(), "trash")

    def restore(self, project_id: str) -> None:
        """Take it out of the trash. Raises NotFound."""
        self._set_deleted(project_id, None, "restore")

    def _set_deleted(self, project_id: str, at: datetime | None, verb: str) -> None:
        with self._context.store.write() as uow:
            uow.projects.set_deleted(project_id, at)
            self._context.audit(uow, verb, "project", project_id)
