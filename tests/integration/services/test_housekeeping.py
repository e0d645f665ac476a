"""Cleaning up never takes what anything needs, and survives being killed at any point."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gator_engine import AssetQuery, Studio, open_studio
from gator_engine.adapters.storage.blobs_local import LocalBlobStore
from gator_engine.domain.assets import Asset, Origin, Provenance, Rendition
from gator_engine.domain.posts import PostMedia
from gator_engine.services.library import NewAsset
from tests.integration.services.conftest import Desk
from tests.integration.services.test_library import picture

COLOURS = ("teal", "red", "blue", "green", "black", "white")
DAY_S = 86_400


def age(home: Path, days: float = 2) -> None:
    """Let every stored file lie unused for some days."""
    for path in (home / "blobs").rglob("*"):
        if path.is_file():
            old = path.stat().st_mtime - days * DAY_S
            os.utime(path, (old, old))


def some(studio: Studio) -> list[Asset]:
    return [studio.library.upload(picture(colour), f"{colour}.png") for colour in COLOURS]


def whole(studio: Studio) -> bool:
    """Whether every asset that is there has its file and its thumbnail."""
    shelves = (AssetQuery(limit=100), AssetQuery(limit=100, trashed=True))
    found = [asset for query in shelves for asset in studio.library.search(query).items]
    names = [name for asset in found for name in (asset.sha256, asset.thumbnail_sha256)]
    return all(studio.blobs.exists(name) for name in names if name)


def test_the_trash_is_emptied_after_its_days_but_never_of_what_is_needed(desk: Desk) -> None:
    studio, keeping = desk.studio, desk.studio.housekeeping
    shown, look, parent, lonely, young, living = some(studio)
    studio.composing.draft(desk.persona.id, "Look", media=(PostMedia(shown.id, "teal"),))
    studio.identity.propose(desk.persona.id, [look.id])
    edited = NewAsset(
        picture("pink"), Provenance(Origin.AI_EDITED, "t"), parents=((parent.id, "x"),)
    )
    studio.library.keep(edited)
    studio.selection.trash([shown.id, look.id, parent.id, lonely.id])
    desk.clock.advance(days=29)
    studio.selection.trash([young.id])
    assert keeping.empty_trash().assets == []
    desk.clock.advance(days=2)
    age(studio.settings.home)
    planned = keeping.empty_trash()
    assert (planned.dry_run, planned.assets) == (True, [lonely.id])
    assert {refusal.name: refusal.reason for refusal in planned.kept} == {
        "teal.png": "a post shows it",
        "red.png": "a persona's look refers to it",
        "blue.png": "another file was made from it",
    }
    done = keeping.empty_trash(dry_run=False)
    assert (done.assets, done.blobs) == ([lonely.id], planned.blobs)
    assert done.blobs.files == 2
    assert not studio.blobs.exists(lonely.sha256)
    assert whole(studio)
    assert keeping.empty_trash(everything=True).assets == [young.id]
    assert studio.library.get(living.id).deleted_at is None


def test_copies_that_platforms_got_go_with_their_original(desk: Desk) -> None:
    studio = desk.studio
    going, staying = some(studio)[:2]
    copies = []
    for asset, data in ((going, b"copy of teal"), (staying, b"copy of red")):
        copy = Rendition(f"{asset.sha256}:rule", studio.blobs.put(data), asset.facts)
        with studio.store.write() as uow:
            copies.append(uow.assets.keep_rendition(copy))
    studio.selection.trash([going.id])
    desk.clock.advance(days=2)
    age(studio.settings.home)
    planned = studio.housekeeping.empty_trash(everything=True)
    done = studio.housekeeping.empty_trash(everything=True, dry_run=False)
    assert (done.assets, done.blobs.files) == ([going.id], 3)
    assert done.blobs == planned.blobs
    assert [studio.blobs.exists(copy.sha256) for copy in copies] == [False, True]
    with studio.store.read() as uow:
        kept = [uow.assets.rendition(copy.key) for copy in copies]
    assert kept == [None, copies[1]]
    studio.housekeeping.sweep(dry_run=False)
    assert studio.blobs.exists(copies[1].sha256)


def test_the_sweep_takes_old_orphans_and_leftovers_and_nothing_else(desk: Desk) -> None:
    studio, keeping = desk.studio, desk.studio.housekeeping
    some(studio)
    orphan = studio.blobs.put(b"nobody's")
    incoming = studio.settings.home / "blobs" / "incoming"
    (incoming / "tmp123").write_bytes(b"half")
    assert keeping.sweep(dry_run=False).blobs.files == 0
    age(studio.settings.home)
    again = studio.blobs.put(b"put anew")
    assert keeping.sweep().blobs.files == 1
    report = keeping.report()
    assert (report.unused.files, report.leftovers.files) == (2, 1)
    done = keeping.sweep(dry_run=False)
    assert (done.blobs.size, done.leftovers.size) == (len(b"nobody's"), len(b"half"))
    assert not studio.blobs.exists(orphan) and studio.blobs.exists(again)
    assert list(incoming.iterdir()) == []
    assert whole(studio)


def test_the_report_adds_up(desk: Desk) -> None:
    studio = desk.studio
    files = some(studio)
    studio.library.trash(files[0].id)
    report = studio.housekeeping.report()
    assert (report.library.files, report.trash.files) == (5, 1)
    assert report.by_kind["image"] == report.by_origin["upload"] == report.library
    assert report.by_month == {"2026-11": report.library}
    assert report.originals.size == report.library.size + report.trash.size
    assert report.thumbnails.files == 6 and report.deduplicated == 0


def test_the_daily_round_is_asked_for_once_a_day(desk: Desk) -> None:
    plan = desk.studio.housekeeping.plan
    assert [plan(), plan()] == [False, False]
    desk.clock.advance(days=1)
    assert [plan(), plan()] == [True, False]
    [job] = [job for job in desk.studio.jobs.list() if job.name == "tidy"]
    assert job.subject_id == "studio"


class Dying(LocalBlobStore):
    """A store whose process is killed at its nth deletion."""

    left = 1

    def delete(self, sha256: str) -> None:
        self.left -= 1
        if self.left < 0:
            os.kill(os.getpid(), signal.SIGKILL)
        super().delete(sha256)


def _clean_and_die(home: Path, deletions: int) -> None:
    blobs = Dying(home / "blobs")
    blobs.left = deletions
    with open_studio(home=home, queue="inline", adapters={"blobs": blobs}) as studio:
        studio.housekeeping.empty_trash(everything=True, dry_run=False)


@pytest.mark.skipif(sys.platform == "win32", reason="kills")
@pytest.mark.parametrize("deletions", [0, 3])
def test_killed_between_rows_and_blobs_the_next_sweep_finishes(
    tmp_path: Path, deletions: int
) -> None:
    home = tmp_path / "studio"
    with open_studio(home=home, queue="inline") as studio:
        files = some(studio)
        studio.selection.trash([asset.id for asset in files[:4]])
        age(home)
    run: Callable[..., Any] = multiprocessing.get_context("fork").Process
    process = run(target=_clean_and_die, args=(home, deletions))
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL
    with open_studio(home=home, queue="inline") as studio:
        assert studio.library.search(AssetQuery(trashed=True)).total == 0
        assert whole(studio)
        assert studio.housekeeping.sweep(dry_run=False).blobs.files == 8 - deletions
        assert studio.housekeeping.sweep().blobs.files == 0
        assert whole(studio) and studio.library.search(AssetQuery()).total == 2
