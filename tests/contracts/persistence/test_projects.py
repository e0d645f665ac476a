"""Video projects, their versions, the files they use, and renderings, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.assets import AssetQuery
from gator_engine.domain.projects import Measured, Project, Rendering
from gator_engine.domain.timeline import (
    Clip,
    Layout,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    Pane,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.framing import Motion, Point, Rect
from gator_engine.domain.video.time import RATES, Ratio
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Transition, TransitionKind
from gator_engine.errors import NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, asset, persona

MOVING = Pane(
    Media(MediaKind.ASSET, "a1"),
    7,
    Ratio(3, 2),
    focus=Point(0.1, 1 / 3),
    motion=Motion(Rect(), Rect(0.1, 0.1, 0.8, 0.8), skip=3, over=90),
)
TIMELINE = Timeline(
    picture=PictureTrack(
        (
            Clip("c1", 60, (MOVING, MOVING), Layout.SIDE_BY_SIDE, name="Töpfe ☀"),
            Clip(
                "c2",
                40,
                (Pane(Media(MediaKind.COLOUR, colour="#123456")),),
                transition=Transition(TransitionKind.PUSH, 9),
                gain_db=-3.5,
            ),
        )
    ),
    overlays=(OverlayTrack((Overlay("o1", 9, Media(MediaKind.TITLE, title=Title("Hi"))),)),),
    music=(SoundTrack((Sound("s1", 90, "a2", loop=True),), gain_db=-2.25, muted=True),),
    captions=Captions((Cue("q", 3, 20, (Word("你", 3, 8), Word("好", 12, 8, joined=True))),)),
    rate=RATES["29.97"],
)


def project(**changes: Any) -> Project:
    """A project of persona p1 that shows a1 and plays a2."""
    made = Project(
        id="v1",
        persona_id="p1",
        persona_revision_id="p1r1",
        title="Bowls",
        timeline=TIMELINE,
        version=1,
        created_at=NOW,
        saved_at=NOW,
        saved_by="ada",
        step="Start",
        script="Guten Morgen\n☀",
        undo_to=4,
        redo_to=5,
        copy_of=6,
    )
    return replace(made, **changes)


def rendering(**changes: Any) -> Rendering:
    """A rendering that was asked for."""
    return replace(Rendering("r1", "v1", 1, "9:16", "standard", NOW), **changes)


@pytest.fixture
def furnished(store: SqlStore) -> SqlStore:
    """Persona p1, assets a1 and a2."""
    with store.write() as uow:
        uow.personas.add(persona())
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2"))
    return store


def used(store: SqlStore, *, used: bool = True) -> set[str]:
    with store.read() as uow:
        return {one.id for one in uow.assets.search(AssetQuery(used=used)).items}


def test_versions_come_back_equal_and_none_is_overwritten(furnished: SqlStore) -> None:
    second = project(version=2, title="Cups", timeline=Timeline(), saved_at=NOW + MINUTE)
    with furnished.write() as uow:
        uow.projects.add(project())
        uow.projects.add(second)
    with pytest.raises(StaleWrite), furnished.write() as uow:
        uow.projects.add(project(version=2))
    with furnished.read() as uow:
        assert uow.projects.get("v1") == second
        assert uow.projects.at_version("v1", 1) == project()
        assert uow.projects.versions("v1") == [second, project()]
        assert uow.projects.versions("v1", limit=1) == [second]
        for look in (
            lambda: uow.projects.get("x"),
            lambda: uow.projects.at_version("v1", 3),
            lambda: uow.projects.at_version("x", 1),
        ):
            with pytest.raises(NotFound):
                look()


def test_the_list_shows_the_newest_version_of_each(furnished: SqlStore) -> None:
    newest = project(version=2, saved_at=NOW + 2 * MINUTE)
    other = project(id="v2", saved_at=NOW + MINUTE)
    with furnished.write() as uow:
        for each in (project(), other, newest):
            uow.projects.add(each)
    with furnished.read() as uow:
        assert uow.projects.list() == [newest, other]
        assert uow.projects.list("p1", limit=1) == [newest]
        assert uow.projects.list("p2") == []
        assert uow.projects.list(deleted=True) == []


def test_the_trash_holds_a_project_with_all_its_versions(furnished: SqlStore) -> None:
    with furnished.write() as uow:
        uow.projects.add(project())
        uow.projects.add(project(version=2))
        uow.projects.set_deleted("v1", NOW)
        with pytest.raises(NotFound):
            uow.projects.set_deleted("x", NOW)
    with furnished.read() as uow:
        assert uow.projects.list() == []
        assert uow.projects.list(deleted=True) == [project(version=2, deleted_at=NOW)]
        assert uow.projects.get("v1").deleted_at == NOW
        assert uow.projects.trashed(NOW) == []
        assert uow.projects.trashed(NOW + MINUTE) == ["v1"]
    with furnished.write() as uow:
        uow.projects.set_deleted("v1", None)
    with furnished.read() as uow:
        assert uow.projects.list() == [project(version=2)]


def test_what_is_removed_is_gone_with_its_renderings(furnished: SqlStore) -> None:
    with furnished.write() as uow:
        uow.projects.add(project())
        uow.projects.add(project(id="v2"))
        uow.projects.add_rendering(rendering())
        uow.projects.remove("v1")
    with furnished.write() as uow:
        assert uow.projects.list() == [project(id="v2")]
        assert uow.projects.used_by("a1") == ["v2"]
        for gone in (lambda: uow.projects.rendering("r1"), lambda: uow.projects.remove("v1")):
            with pytest.raises(NotFound):
                gone()


def test_files_of_the_newest_version_count_as_used(furnished: SqlStore) -> None:
    unknown = replace(TIMELINE, music=(SoundTrack((Sound("s1", 90, "nowhere"),)),))
    with furnished.write() as uow:
        uow.projects.add(project())
    assert (used(furnished), used(furnished, used=False)) == ({"a1", "a2"}, set())
    with furnished.write() as uow:
        uow.projects.add(project(version=2, timeline=unknown))
    assert (used(furnished), used(furnished, used=False)) == ({"a1"}, {"a2"})
    with furnished.read() as uow:
        assert (uow.projects.used_by("a1"), uow.projects.used_by("a2")) == (["v1"], [])
        assert uow.usage.needed(["a1", "a2", "a3"]) == {
            "a1": "a video project uses it",
            "a2": "an earlier version of a video project uses it",
        }
    with furnished.write() as uow:
        uow.projects.set_deleted("v1", NOW)
    assert used(furnished) == set()
    with furnished.read() as uow:
        assert uow.projects.used_by("a1") == []
        assert set(uow.usage.needed(["a1", "a2"])) == {"a1", "a2"}


def test_a_rendering_says_what_came_of_it(furnished: SqlStore) -> None:
    measured = Measured(600, 20.02, 1080, 1920, 9, 7, "libx264", 12.5, -14.1, -1.3, ("slow",))
    over = rendering(asset_id="a1", finished_at=NOW + MINUTE, measured=measured)
    failed = rendering(id="r2", error="clip c1: gone", created_at=NOW + MINUTE, finished_at=NOW)
    with furnished.write() as uow:
        uow.projects.add(project())
        uow.projects.add_rendering(rendering())
        uow.projects.add_rendering(failed)
        assert uow.projects.rendering("r1") == rendering()
        uow.projects.save_rendering(over)
        with pytest.raises(NotFound):
            uow.projects.save_rendering(rendering(id="r9"))
    with furnished.read() as uow:
        assert uow.projects.renderings("v1") == [failed, over]
        assert uow.projects.renderings("v1", limit=1) == [failed]
        assert (over.done, failed.done, rendering().done) == (True, False, False)
        assert uow.usage.needed(["a1"]) == {"a1": "a video project uses it"}
