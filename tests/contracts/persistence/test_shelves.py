"""Boards, ratings, fingerprints, and what keeps a file from being removed, on both databases."""

from __future__ import annotations

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.assets import AssetKind, AssetQuery, FileFacts, Lineage, Rendition
from gator_engine.domain.boards import Board
from gator_engine.domain.fingerprints import DETAIL_BITS, PictureFingerprint
from gator_engine.domain.personas import Rating
from gator_engine.domain.posts import PostMedia
from gator_engine.domain.ratings import ContentRating, RatedKind, RatingSource
from gator_engine.errors import NotFound
from tests.contracts.persistence.samples import (
    MINUTE,
    NOW,
    asset,
    brief,
    generation,
    persona,
    post,
)


def test_boards_hold_files_and_count_those_outside_the_trash(store: SqlStore) -> None:
    board, other = Board("b1", "spring", NOW, "ada"), Board("b2", "Autumn", NOW, "ada")
    with store.write() as uow:
        for number in range(3):
            uow.assets.add(asset(f"a{number}", deleted_at=None if number else NOW))
        uow.boards.add(board)
        uow.boards.add(other)
        assert uow.boards.put("b1", ["a0", "a1", "a2", "a1"], NOW) == 3
        assert uow.boards.put("b1", ["a2"], NOW) == 0
        assert [(s.board.name, s.count) for s in uow.boards.list()] == [
            ("Autumn", 0),
            ("spring", 2),
        ]
        found = uow.assets.search(AssetQuery(board_id="b1", text="bowl"))
        assert [one.id for one in found.items] == ["a2", "a1"]
        assert uow.boards.take("b1", ["a1", "nope"]) == 1
        assert uow.boards.of("a2") == [board]
        away = Board("b1", "Spring", NOW, "ada", cover_asset_id="a2", archived_at=NOW)
        uow.boards.save(away)
        assert uow.boards.get("b1") == away
        assert [s.board.id for s in uow.boards.list(archived=True)] == ["b1"]
        assert uow.boards.of("a2") == []
        uow.assets.remove("a2")
        assert uow.boards.get("b1").cover_asset_id is None
        with pytest.raises(NotFound):
            uow.boards.get("b9")


def test_ratings_are_appended_and_read_newest_first(store: SqlStore) -> None:
    first = ContentRating(
        "r1", RatedKind.ASSET, "a1", Rating.MATURE, RatingSource.CLASSIFIER, "m", NOW, 0.75, "n"
    )
    second = ContentRating(
        "r2", RatedKind.ASSET, "a1", None, RatingSource.PERSON, "ada", NOW + MINUTE
    )
    with store.write() as uow:
        uow.ratings.add(first)
        uow.ratings.add(second)
        assert uow.ratings.history("a1") == [second, first]
        assert uow.ratings.history("a2") == []


def test_fingerprints_come_back_whole_and_are_found_by_their_bands(store: SqlStore) -> None:
    high = PictureFingerprint(2**64 - 1, 2**DETAIL_BITS - 1)
    low = PictureFingerprint(0, 0)
    with store.write() as uow:
        for number in range(4):
            uow.assets.add(asset(f"a{number}", deleted_at=NOW if number == 3 else None))
        assert uow.fingerprints.missing(2) == ["a2", "a1"]
        uow.fingerprints.put("a0", high)
        uow.fingerprints.put("a1", low)
        uow.fingerprints.put("a1", low)
        uow.fingerprints.put("a2", None)
        uow.fingerprints.put("a3", high)
        assert uow.fingerprints.missing(9) == []
        assert uow.fingerprints.all() == {"a0": high.bits, "a1": low.bits}
        assert uow.fingerprints.many(["a1", "a2", "a3"]) == {"a1": low, "a3": high}
        assert uow.fingerprints.near(high.bits ^ 0b1111111) == {"a0": high}
        assert (uow.fingerprints.of("a0"), uow.fingerprints.of("a2")) == (high, None)


def test_a_file_stays_while_anything_refers_to_it(store: SqlStore) -> None:
    ids = [f"a{number}" for number in range(8)]
    shown = post(media=(PostMedia("a1", "eins"),))
    with store.write() as uow:
        uow.personas.add(persona())
        for asset_id in ids:
            uow.assets.add(asset(asset_id, deleted_at=NOW))
        uow.assets.add(asset("living"), parents=[Lineage("a2", "living", "crop")])
        uow.assets.add(
            asset("child", deleted_at=NOW),
            parents=[Lineage("a3", "child", "crop")],
        )
        uow.posts.add(shown)
        uow.posts.save(post(media=(PostMedia("a5", "x"),)), expected_version=1)
        uow.generations.add_brief(brief(settings={"init": {"picture": "a6"}}))
        uow.generations.add(generation(asset_ids=("a7",)))
        needed = uow.usage.needed([*ids, "child"])
    assert needed == {
        "a1": "an earlier version of a post shows it",
        "a2": "another file was made from it",
        "a5": "a post shows it",
        "a6": "a picture was asked for with it",
    }


def test_what_a_staying_file_was_made_from_stays_through_all_levels(store: SqlStore) -> None:
    with store.write() as uow:
        for asset_id, parent in (("a1", ""), ("a2", "a1"), ("a3", "a2"), ("b1", ""), ("b2", "b1")):
            edges = [Lineage(parent, asset_id, "crop")] if parent else []
            uow.assets.add(asset(asset_id, deleted_at=NOW), parents=edges)
        uow.assets.add(asset("a4"), parents=[Lineage("a3", "a4", "crop")])
        assert set(uow.usage.needed(["a1", "a2", "a3", "b1", "b2"])) == {"a1", "a2", "a3"}


def test_copies_are_forgotten_with_their_original_alone(store: SqlStore) -> None:
    facts = FileFacts(AssetKind.IMAGE, "image/jpeg", 9, 3, 3)
    with store.write() as uow:
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2"))
        one, other = asset("a1").sha256, asset("a2").sha256
        # The last is of an earlier version, whose keys did not name their original.
        for key, copy in (
            (f"{one}:x", "1"),
            (f"{one}:y", "2"),
            (f"{other}:x", "3"),
            ("9" * 64, "4"),
        ):
            uow.assets.keep_rendition(Rendition(key, copy * 64, facts))
        assert uow.usage.copies([one]) == {"1" * 64, "2" * 64}
        assert uow.usage.forget_copies() == {"4" * 64}
        uow.assets.remove("a1")
        assert uow.usage.forget_copies() == {"1" * 64, "2" * 64}
        assert uow.usage.forget_copies() == frozenset()
        assert uow.assets.rendition(f"{other}:x") is not None
        assert {"3" * 64, other} <= uow.usage.stored_sha256()
        assert "1" * 64 not in uow.usage.stored_sha256()


def test_storage_is_summed_and_every_hash_is_known(store: SqlStore) -> None:
    inside = "ab" * 32
    with store.write() as uow:
        uow.personas.add(persona())
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2", deleted_at=NOW, thumbnail_sha256=None))
        uow.generations.add_brief(brief(settings={"preview": f"blob:{inside}"}))
        rows = {(row.shelf, row.month, row.files, row.size) for row in uow.usage.storage()}
        assert rows == {("library", "2026-03", 1, 2**33), ("trash", "2026-03", 1, 2**33)}
        assert uow.usage.trashed(NOW) == []
        assert uow.usage.trashed(NOW + MINUTE) == ["a2"]
        known = uow.usage.stored_sha256()
    assert known == {asset("a1").sha256, asset("a2").sha256, "f" * 64, inside}
