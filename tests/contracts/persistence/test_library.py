"""Briefs, generations, assets, lineage, and the search of the library, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.assets import (
    AssetKind,
    AssetQuery,
    FileFacts,
    Lineage,
    Origin,
    Provenance,
    Rendition,
    Shelf,
)
from gator_engine.domain.briefs import BriefKind, CompiledPrompt, GenerationStatus
from gator_engine.domain.personas import Rating
from gator_engine.errors import InvalidInput, NotFound
from tests.contracts.persistence.samples import (
    MINUTE,
    NOW,
    asset,
    brief,
    generation,
    persona,
    post,
)


def found(store: SqlStore, **filters: object) -> list[str]:
    """Ids that a search gives; the total must agree when everything fits a page."""
    with store.read() as uow:
        page = uow.assets.search(AssetQuery(**filters))  # type: ignore[arg-type]
    assert page.exact and page.total == len(page.items)
    assert page.next is None
    return [one.id for one in page.items]


def test_briefs_and_generations_come_back_equal(store: SqlStore) -> None:
    bare = brief(id="b2", kind=BriefKind.TEXT, formats=(), seed=None, texts={}, settings={})
    with store.write() as uow:
        uow.personas.add(persona())
        uow.generations.add_brief(brief())
        uow.generations.add_brief(bare)
        uow.generations.add(generation())
    with store.read() as uow:
        assert uow.generations.brief("b1") == brief()
        assert uow.generations.brief("b2") == bare
        assert {one.id: one for one in uow.generations.briefs(["b2", "b1", "x"])} == {
            "b1": brief(),
            "b2": bare,
        }
        assert uow.generations.get("g1") == generation()
        for look in (uow.generations.brief, uow.generations.get):
            with pytest.raises(NotFound):
                look("x")


def test_a_saved_generation_keeps_its_origin(store: SqlStore) -> None:
    later = generation(
        status=GenerationStatus.FAILED,
        error="no memory",
        compiled=CompiledPrompt(()),
        asset_ids=(),
        started_at=None,
        finished_at=NOW + 2 * MINUTE,
        timings_s={},
    )
    with store.write() as uow:
        uow.personas.add(persona())
        uow.generations.add_brief(brief())
        uow.generations.add(generation())
        uow.generations.save(replace(later, persona_id="p9", created_at=NOW + MINUTE))
        assert uow.generations.get("g1") == later
        with pytest.raises(NotFound):
            uow.generations.save(replace(later, id="g9"))


def test_generations_are_listed_newest_first_by_persona(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())
        uow.personas.add(persona("p2", "two"))
        uow.generations.add_brief(brief())
        for number in range(4):
            owner = "p2" if number == 3 else "p1"
            made = generation(id=f"g{number}", persona_id=owner, created_at=NOW + number * MINUTE)
            uow.generations.add(made)
        assert [one.id for one in uow.generations.list()] == ["g3", "g2", "g1", "g0"]
        assert [one.id for one in uow.generations.list(persona_id="p1", limit=2)] == ["g2", "g1"]


def test_an_asset_comes_back_equal(store: SqlStore) -> None:
    bare = asset(
        "a2",
        facts=FileFacts(AssetKind.SUBTITLE, "text/vtt", 0),
        provenance=Provenance(Origin.UPLOAD, "Upload"),
        rating=None,
        tags=(),
        thumbnail_sha256=None,
    )
    with store.write() as uow:
        uow.personas.add(persona())
        uow.generations.add_brief(brief())
        uow.generations.add(generation())
        full = asset(persona_id="p1", persona_revision_id="p1r1", generation_id="g1")
        uow.assets.add(full)
        uow.assets.add(bare)
    with store.read() as uow:
        assert uow.assets.get("a1") == full
        assert uow.assets.get("a2") == bare
        assert uow.assets.many(["a2", "nope", "a1", "a2"]) == [bare, full, bare]
        assert uow.assets.many([]) == []
        with pytest.raises(NotFound):
            uow.assets.get("nope")


def test_the_same_bytes_are_found_outside_the_trash_first(store: SqlStore) -> None:
    sha256 = "ab" * 32
    with store.write() as uow:
        assert uow.assets.by_sha256(sha256) is None
        uow.assets.add(asset("a1", sha256=sha256))
        uow.assets.add(asset("a2", sha256=sha256, created_at=NOW + MINUTE, deleted_at=NOW))
        same = uow.assets.by_sha256(sha256)
        assert same is not None and same.id == "a1"
        uow.assets.save(replace(same, deleted_at=NOW))
        still = uow.assets.by_sha256(sha256)
        assert still is not None and still.id == "a2"


def test_lineage_is_known_both_ways(store: SqlStore) -> None:
    crop, blend = Lineage("a1", "a3", "crop"), Lineage("a2", "a3", "blend")
    with store.write() as uow:
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2"))
        uow.assets.add(asset("a3"), parents=[blend, crop])
        assert uow.assets.parents("a3") == [crop, blend]
        assert uow.assets.children("a1") == [crop]
        assert uow.assets.parents("a1") == []


def test_only_the_editable_fields_are_saved(store: SqlStore) -> None:
    edited = asset(title="New", alt_text="", tags=("x",), rating=None, deleted_at=NOW)
    with store.write() as uow:
        uow.assets.add(asset())
        uow.assets.save(replace(edited, sha256="e" * 64, thumbnail_sha256=None))
        assert uow.assets.get("a1") == edited
        with pytest.raises(NotFound):
            uow.assets.save(asset("nope"))


SEARCHES = {
    "": ["a2", "a1"],
    "BOWL": ["a1"],
    "bo": ["a1"],
    "owl": [],
    "TABLE red": ["a1"],
    "table missing": [],
    "bowl - red": ["a1"],
    "clay": ["a1"],
    "straße": ["a2"],
    "STRASSE": ["a2"],
    "100%": ["a2"],
    "%": [],
    "_": [],
    "\\": [],
    "'; --": [],
    "café": ["a2"],
    "cafe": ["a2"],
    "cafe\u0301": ["a2"],
    "ΟΔΟΣ": ["a2"],
    "海": ["a2"],
    "の海": ["a2"],
    "朝の海辺": ["a2"],
    "朝海": [],
    "ｶﾌｪ": ["a2"],
    "🌊": ["a2"],
    "☀️": ["a2"],
    "ทะเล": ["a2"],
    "바다": ["a2"],
}
# What an attacker, or a person in a hurry, types; it may find nothing but must not fail.
HOSTILE = (
    '"',
    "'",
    '"" AND',
    "NEAR(a b, 3)",
    "a NOT b",
    "title: bowl",
    "bowl*",
    "^bowl",
    "(bowl",
    "bowl) OR (1=1",
    "a:* | !b & <->",
    "\\' OR 1=1; DROP TABLE assets; --",
    "-" * 5000,
    "bowl " * 5000,
    "x" * 100_000,
    "\u200d\u202e\ufeff",
    "́̂",
    "%s %(x)s :x ?",
)


def test_search_finds_every_word_in_any_text_and_takes_wildcards_literally(
    store: SqlStore,
) -> None:
    odd = asset(
        "a2",
        created_at=NOW + MINUTE,
        title="Straße 100% _x 朝の海辺で 🌊☀",
        alt_text="back\\slash CAFÉ カフェ",
        tags=("οδος", "ริมทะเล", "바다에서"),
        provenance=Provenance(Origin.UPLOAD, "Upload"),
    )
    with store.write() as uow:
        uow.assets.add(asset())
        uow.assets.add(odd)
    assert {text: found(store, text=text) for text in SEARCHES} == SEARCHES


@pytest.mark.parametrize("text", HOSTILE)
def test_no_search_text_is_an_error(store: SqlStore, text: str) -> None:
    with store.write() as uow:
        uow.assets.add(asset())
    assert found(store, text=text) in ([], ["a1"])


def test_search_follows_an_edit(store: SqlStore) -> None:
    with store.write() as uow:
        uow.assets.add(asset())
        uow.assets.save(asset(title="Vase", alt_text="", tags=()))
    assert found(store, text="vase") == ["a1"]
    assert found(store, text="clay") == []


def test_search_filters_by_persona_kind_origin_and_trash(store: SqlStore) -> None:
    video = FileFacts(AssetKind.VIDEO, "video/mp4", 1)
    with store.write() as uow:
        uow.personas.add(persona())
        uow.assets.add(asset("a1", persona_id="p1"))
        uow.assets.add(asset("a2", facts=video, created_at=NOW + MINUTE))
        uow.assets.add(asset("a3", provenance=Provenance(Origin.DESIGNED, "Card"), created_at=NOW))
        uow.assets.add(asset("a4", deleted_at=NOW))
    assert found(store) == ["a2", "a3", "a1"]
    assert found(store, persona_id="p1") == ["a1"]
    assert found(store, kind=AssetKind.VIDEO) == ["a2"]
    assert found(store, origin=Origin.DESIGNED) == ["a3"]
    assert found(store, trashed=True) == ["a4"]
    assert found(store, persona_id="p1", kind=AssetKind.VIDEO) == []


def test_used_means_shown_by_a_post_that_is_not_archived(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())
        for asset_id in ("a1", "a2", "a3"):
            uow.assets.add(asset(asset_id))
        uow.posts.add(post())
        uow.posts.add(post("o2", media=post().media[:1], created_at=NOW + MINUTE))
        assert uow.assets.used_by("a2") == ["o2", "o1"]
        assert uow.assets.used_by("a3") == []
    assert found(store, used=True) == ["a2", "a1"]
    assert found(store, used=False) == ["a3"]
    with store.write() as uow:
        uow.posts.save(post(archived_at=NOW), expected_version=1)
        assert uow.assets.used_by("a1") == []
    assert found(store, used=True) == ["a2"]
    assert found(store, used=False) == ["a3", "a1"]


def test_pages_follow_each_other_and_the_total_counts_all(store: SqlStore) -> None:
    with store.write() as uow:
        for number in range(25):
            uow.assets.add(asset(f"a{number:02}", created_at=NOW + number // 3 * MINUTE))
    seen = []
    with store.read() as uow:
        for offset in range(0, 30, 10):
            page = uow.assets.search(AssetQuery(text="bowl", limit=10, offset=offset))
            assert (page.total, page.exact) == (25, True)
            seen += [one.id for one in page.items]
    assert seen == sorted(seen, reverse=True)
    assert len(set(seen)) == 25


@pytest.mark.parametrize("text", ["", "bowl"])
def test_a_cursor_continues_where_the_page_ended_even_when_files_arrive(
    store: SqlStore, text: str
) -> None:
    with store.write() as uow:
        for number in range(12):  # Several of the same instant: their order is that of arrival.
            uow.assets.add(asset(f"a{number:02}", created_at=NOW + number // 5 * MINUTE))
    seen, after = [], None
    while True:
        with store.write() as uow:
            page = uow.assets.search(AssetQuery(text=text, limit=5, after=after))
            uow.assets.add(asset(f"new{len(seen)}", created_at=NOW + 60 * MINUTE))
        seen += [one.id for one in page.items]
        if (after := page.next) is None:
            break
    assert seen == [f"a{number:02}" for number in range(11, -1, -1)]
    with store.read() as uow, pytest.raises(InvalidInput, match="cursor"):
        uow.assets.search(AssetQuery(after="0 OR 1"))


def test_search_filters_by_what_people_and_studio_put_beside_a_file(store: SqlStore) -> None:
    with store.write() as uow:
        uow.assets.add(asset("a1", favourite=True, tags=("clay",)))
        uow.assets.add(asset("a2", rating=None, created_at=NOW + MINUTE))
        uow.assets.add(asset("a3", tags=("mask",), created_at=NOW + 2 * MINUTE))
        uow.assets.add(
            asset("a4", provenance=Provenance(Origin.UPLOAD, "Up"), created_at=NOW + 3 * MINUTE)
        )
    assert found(store) == ["a4", "a2", "a1"]
    assert found(store, inputs=True) == found(store, inputs=True, tag="mask") == ["a3"]
    assert found(store, favourite=True) == ["a1"]
    assert found(store, unrated=True) == ["a2"]
    assert found(store, rating=Rating.MATURE) == ["a4", "a1"]
    assert found(store, rating=Rating.GENERAL) == []
    assert found(store, model="m") == ["a2", "a1"]
    assert found(store, tag="red", text="bowl") == ["a4", "a2"]
    assert found(store, since=NOW + MINUTE, until=NOW + 3 * MINUTE) == ["a2"]


def test_facets_count_one_shelf_and_tags(store: SqlStore) -> None:
    with store.write() as uow:
        uow.personas.add(persona())
        uow.assets.add(asset("a1", persona_id="p1", favourite=True))
        uow.assets.add(asset("a2", rating=None, provenance=Provenance(Origin.UPLOAD, "Up")))
        uow.assets.add(asset("a3", deleted_at=NOW))
        uow.assets.save(asset("a2", rating=None, tags=("clay",)))
    with store.read() as uow:
        facets = uow.assets.facets()
        trash = uow.assets.facets(Shelf.TRASH)
    assert (trash.total, trash.tags) == (1, {"clay": 1, "red": 1})
    assert (facets.total, facets.favourites) == (2, 1)
    assert facets.personas == {"p1": 1, "": 1}
    assert facets.kinds == {"image": 2}
    assert facets.origins == {"ai_generated": 1, "upload": 1}
    assert facets.ratings == {"mature": 1, "": 1}
    assert facets.models == {"m": 1, "": 1}
    assert facets.tags == {"clay": 2, "red": 1}
    with store.write() as uow:
        uow.assets.save(asset("a3"))  # Restored: its tags come along.
        assert uow.assets.facets().tags == {"clay": 3, "red": 2}
        assert uow.assets.facets(Shelf.TRASH).tags == {}


@pytest.mark.parametrize("beginning", ["gla", "glaz", "glaze1", "glaze19", "glaze199", "glazx"])
def test_the_beginning_of_few_words_or_of_very_many_finds_them_all(
    store: SqlStore, beginning: str
) -> None:
    """Up to 128 words are asked for one by one, more of them by their beginning."""
    titles = [f"glaze{number}" for number in range(200)]
    with store.write() as uow:
        for number, title in enumerate(titles):
            uow.assets.add(asset(f"a{number:03}", title=title, alt_text="", tags=()))
    with store.read() as uow:
        found = uow.assets.search(AssetQuery(text=beginning, limit=200))
    expected = sorted(title for title in titles if title.startswith(beginning))
    assert sorted(item.title for item in found.items) == expected
    assert found.total == len(expected)


def test_a_removed_asset_is_gone_from_everywhere(store: SqlStore) -> None:
    with store.write() as uow:
        uow.assets.add(asset("a1"))
        uow.assets.add(asset("a2"), parents=[Lineage("a1", "a2", "crop")])
        uow.assets.remove("a2")
        assert uow.assets.children("a1") == []
        with pytest.raises(NotFound):
            uow.assets.remove("a2")
    assert found(store, text="bowl") == found(store, tag="clay") == ["a1"]


def test_an_asset_is_found_by_its_content_before_signing(store: SqlStore) -> None:
    content = "c" * 64
    with store.write() as uow:
        assert uow.assets.by_content(content) is None
        uow.assets.add(asset("a1", content_sha256=content, deleted_at=NOW))
        uow.assets.add(asset("a2", content_sha256=content))
        uow.assets.add(asset("a3"))
        found = uow.assets.by_content(content)
    assert found is not None and found.id == "a2"


def test_of_two_copies_for_one_rule_the_first_stays(store: SqlStore) -> None:
    facts = FileFacts(AssetKind.IMAGE, "image/jpeg", 9, 4, 5)
    first, second = (Rendition("k", letter * 64, facts) for letter in "ab")
    with store.write() as uow:
        assert uow.assets.rendition("k") is None
        assert uow.assets.keep_rendition(first) == first
    with store.write() as uow:
        assert uow.assets.keep_rendition(second) == first
        assert uow.assets.rendition("k") == first
