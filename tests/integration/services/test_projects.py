"""Video projects: versions, undo and redo, and who may not overwrite whom."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.domain.timeline import Gap, PictureTrack, Timeline
from gator_engine.errors import IllegalTransition, StaleWrite
from tests.integration.services.conftest import Desk


def longer(timeline: Timeline) -> Timeline:
    items = (*timeline.picture.items, Gap(10))
    return replace(timeline, picture=PictureTrack(items))


def test_undo_and_redo_walk_through_the_edits(desk: Desk) -> None:
    projects = desk.studio.projects
    first = projects.create(desk.persona.id, "Bowls")
    for _ in range(3):
        projects.edit(first.id, "Lengthen", longer)
    lengths = [projects.undo(first.id).timeline.length for _ in range(3)]
    assert lengths == [20, 10, 0]
    with pytest.raises(IllegalTransition):
        projects.undo(first.id)
    assert [projects.redo(first.id).timeline.length for _ in range(3)] == [10, 20, 30]
    with pytest.raises(IllegalTransition):
        projects.redo(first.id)
    assert projects.undo(first.id).timeline.length == 20
    assert projects.edit(first.id, "Lengthen", longer).redo_to == 0
    assert projects.undo(first.id).timeline.length == 20
    assert len(projects.versions(first.id)) == projects.get(first.id).version == 13


def test_a_stale_edit_is_refused(desk: Desk) -> None:
    projects = desk.studio.projects
    first = projects.create(desk.persona.id, "Bowls")
    projects.edit(first.id, "Lengthen", longer, first.version)
    with pytest.raises(StaleWrite):
        projects.edit(first.id, "Lengthen", longer, first.version)
