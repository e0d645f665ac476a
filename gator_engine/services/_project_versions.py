"""The versions of video projects: stored one on top of the other, taken back and brought back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from gator_engine.domain.projects import LONGEST_TITLE, Project
from gator_engine.domain.video.checks import shape_problems
from gator_engine.errors import FieldProblem, IllegalTransition, InvalidInput, StaleWrite
from gator_engine.ports import UnitOfWork
from gator_engine.services._context import Context

SAVE_TRIES = 5
LONGEST_STEP, LONGEST_SCRIPT = 200, 20_000


class ProjectVersions:
    """Stores versions; nothing that was saved is ever changed or lost."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def edit(
        self,
        project_id: str,
        step: str,
        change: Callable[[Project], Project],
        expected: int | None = None,
    ) -> Project:
        """The next version; without an expectation it goes on top of whatever is newest.

        An edit that changes nothing makes no version. Raises NotFound, StaleWrite, InvalidInput, or
        IllegalTransition for a project in the trash.
        """

        def edited(uow: UnitOfWork, was: Project) -> Project:
            changed = change(was)
            if replace(changed, step=was.step) == was:
                return was
            return replace(changed, step=step, undo_to=was.version, redo_to=0, copy_of=0)

        return self._save(project_id, edited, expected)

    def undo(self, project_id: str, expected: int | None = None) -> Project:
        """What was there before the last edit, as a new version; `redo` brings the edit back.

        Raises IllegalTransition when there is nothing to take back.
        """

        def back(uow: UnitOfWork, was: Project) -> Project:
            if not was.undo_to:
                raise IllegalTransition("The project", "at its first version", "older")
            earlier = uow.projects.at_version(was.id, was.undo_to)
            step = f"Undo: {step_of(uow, was)}"[:LONGEST_STEP]
            return _again(earlier, step, undo_to=earlier.undo_to, redo_to=was.version)

        return self._save(project_id, back, expected)

    def redo(self, project_id: str, expected: int | None = None) -> Project:
        """What the last undo took back, as a new version.

        Raises IllegalTransition when nothing was taken back, or something was edited since.
        """

        def forth(uow: UnitOfWork, was: Project) -> Project:
            if not was.redo_to:
                raise IllegalTransition("The project", "at its last edit", "newer")
            later = uow.projects.at_version(was.id, was.redo_to)
            step = f"Redo: {step_of(uow, later)}"[:LONGEST_STEP]
            return _again(later, step, undo_to=later.undo_to, redo_to=later.redo_to)

        return self._save(project_id, forth, expected)

    def restore(self, project_id: str, version: int, expected: int | None = None) -> Project:
        """An earlier version as a new one; an edit like any other, which `undo` takes back.

        Raises NotFound.
        """

        def again(uow: UnitOfWork, was: Project) -> Project:
            earlier = uow.projects.at_version(was.id, version)
            step = f"Back to version {version}"
            return _again(earlier, step, undo_to=was.version, redo_to=0)

        return self._save(project_id, again, expected)

    def add(self, uow: UnitOfWork, project: Project) -> None:
        """Store a version that fits. Raises InvalidInput naming the clip, StaleWrite."""
        if problems := _problems(project):
            raise InvalidInput.collect(problems)
        uow.projects.add(project)

    def _save(
        self,
        project_id: str,
        make: Callable[[UnitOfWork, Project], Project],
        expected: int | None,
    ) -> Project:
        context = self._context
        for _ in range(SAVE_TRIES):
            with context.store.write() as uow:
                was = uow.projects.get(project_id)
                if was.deleted_at is not None:
                    raise IllegalTransition("The project", "in the trash", "edited")
                if expected is not None and was.version != expected:
                    raise StaleWrite("Somebody saved this project in the meantime.")
                made = make(uow, was)
                if made is was:
                    return was
                now = replace(
                    made,
                    version=was.version + 1,
                    saved_at=context.now(),
                    saved_by=context.actor,
                )
                try:
                    self.add(uow, now)
                except StaleWrite:
                    if expected is not None:
                        raise
                    continue  # Another process saved between reading and writing.
                context.audit(uow, "edit", "project", project_id, version=now.version)
                return now
        raise StaleWrite("Too many people change this project at once.")


def step_of(uow: UnitOfWork, project: Project) -> str:
    """What the edit did that led to this timeline, also when it was only brought back."""
    if project.copy_of:
        return uow.projects.at_version(project.id, project.copy_of).step
    return project.step


def _again(of: Project, step: str, *, undo_to: int, redo_to: int) -> Project:
    source = of.copy_of or of.version
    return replace(of, step=step, undo_to=undo_to, redo_to=redo_to, copy_of=source)


def _problems(project: Project) -> list[FieldProblem]:
    found = []
    if not 1 <= len(project.title) <= LONGEST_TITLE:
        found.append(FieldProblem("title", "is empty or too long", f"1–{LONGEST_TITLE} characters"))
    if len(project.script) > LONGEST_SCRIPT:
        found.append(FieldProblem("script", "is too long", f"{LONGEST_SCRIPT} characters"))
    if not 1 <= len(project.step) <= LONGEST_STEP:
        found.append(FieldProblem("step", "is empty or too long", f"1–{LONGEST_STEP} characters"))
    return found + shape_problems(project.timeline)
