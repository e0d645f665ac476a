"""Assets from before the library could be searched properly are found, placed and rated after."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC

import sqlalchemy as sa
from alembic.script import ScriptDirectory

from gator_engine.adapters.sql import migrate, open_store, schema
from gator_engine.adapters.sql.engine import database_at, open_for_migration
from gator_engine.domain.assets import AssetQuery, Shelf
from gator_engine.domain.personas import Rating
from tests.contracts.persistence.samples import MINUTE, NOW

COUNT = 2100  # More than two batches.


def fill(url: str) -> None:
    """Assets as the version before stored them."""
    engine = open_for_migration(database_at(url), 10)
    with engine.begin() as connection:
        table = sa.Table("assets", sa.MetaData(), autoload_with=connection)
        zone = None if url.startswith("sqlite") else UTC  # SQLite keeps instants without it.
        rows = [
            {
                "id": f"a{number:05}",
                "sha256": f"{number:064}",
                "kind": "image",
                "mime": "image/png",
                "size": 1,
                "origin": "upload",
                **dict.fromkeys(("label", "generator", "model"), ""),
                "prompt": "朝の海辺" if number == 7 else "a red bowl",
                "parameters": {},
                "software": {},
                # The newest has the lowest id; two share each minute.
                "created_at": (NOW - number // 2 * MINUTE).replace(tzinfo=zone),
                "title": f"Bowl {number}",
                "alt_text": "",
                "tags": ["mask"] if number == 8 else ["clay", "clay"],
                "rating": "mature" if number == 9 else None,
                "deleted_at": None if number else NOW.replace(tzinfo=zone),
                "search_text": "",
            }
            for number in range(COUNT)
        ]
        connection.execute(table.insert(), rows)
    engine.dispose()


def test_assets_of_before_are_placed_searched_tagged_and_their_ratings_are_a_persons(
    database_url: str,
) -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    migrate(database_url, to=str(scripts.get_revision("2026_11_22_library").down_revision))
    fill(database_url)
    migrate(database_url)
    with closing(open_store(database_url)) as store, store.read() as uow:
        first = uow.assets.search(AssetQuery(limit=3))
        assert (first.total, first.exact) == (COUNT - 2, True)
        assert [asset.id for asset in first.items] == ["a00001", "a00003", "a00002"]
        assert [a.id for a in uow.assets.search(AssetQuery(text="海辺")).items] == ["a00007"]
        assert uow.assets.search(AssetQuery(text="bowl 2099")).total == 1
        assert [a.id for a in uow.assets.search(AssetQuery(inputs=True)).items] == ["a00008"]
        assert [a.id for a in uow.assets.search(AssetQuery(trashed=True)).items] == ["a00000"]
        assert uow.assets.facets().tags == {"clay": COUNT - 2}
        assert uow.assets.facets(Shelf.INPUTS).tags == {"mask": 1}
        assert uow.assets.facets(Shelf.TRASH).tags == {"clay": 1}
        rated = uow.assets.search(AssetQuery(rating=Rating.MATURE))
        assert [asset.id for asset in rated.items] == ["a00009"]
        assert uow.assets.search(AssetQuery(tag="clay", text="bowl 2099")).total == 1
        [said] = uow.ratings.history("a00009")
        assert (said.source, said.rating, said.at) == ("person", "mature", NOW - 4 * MINUTE)
