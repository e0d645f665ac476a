"""Assets, their lineage, and the search of the library."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from gator_engine.adapters.sql import asset_search, fulltext
from gator_engine.adapters.sql.rows import Rows, fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import (
    asset_tags,
    assets,
    board_assets,
    boards,
    content_ratings,
    fingerprints,
    lineage,
    post_media,
    posts,
    renditions,
)
from gator_engine.domain.assets import (
    Asset,
    AssetKind,
    AssetQuery,
    Facets,
    FileFacts,
    Found,
    Lineage,
    Provenance,
    Rendition,
    Shelf,
    shelf_of,
)
from gator_engine.domain.search_terms import terms_of
from gator_engine.errors import NotFound

NEWEST_FIRST = (assets.c.created_at.desc(), assets.c.id.desc())
FACTS = ("kind", "mime", "size", "width", "height", "duration_s")
PROVENANCE = (
    "origin",
    "label",
    "generator",
    "model",
    "seed",
    "prompt",
    "parameters",
    "software",
)
# Columns the domain does not know.
OURS = ("search_text", "shelf", "place")
MOST_AT_ONCE = 1024
MOST_IDS = 500


class SqlAssets:
    """AssetRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lineage = Rows(connection, lineage, Lineage, "lineage")

    def add(self, asset: Asset, parents: Sequence[Lineage] = ()) -> None:
        """Store an asset and what it was made from."""
        row = {**row_of(asset), "place": self._place(asset)}
        self._connection.execute(assets.insert().values(**row))
        fulltext.put(self._connection, row["place"], row["search_text"])
        self._put_tags(asset)
        for edge in parents:
            self._lineage.add(edge)

    def get(self, asset_id: str) -> Asset:
        """Raises NotFound. Trashed ones are found too: posts may still show them."""
        for row in self._connection.execute(select(assets).where(assets.c.id == asset_id)):
            return _to_asset(row)
        raise NotFound("asset", asset_id)

    def by_sha256(self, sha256: str) -> Asset | None:
        """The newest asset with these bytes, one outside the trash if there is one."""
        query = (
            select(assets)
            .where(assets.c.sha256 == sha256)
            .order_by(assets.c.deleted_at.is_not(None), *NEWEST_FIRST)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_asset(row)

    def by_content(self, content_sha256: str) -> Asset | None:
        """The newest asset whose content before signing was this, outside the trash if possible."""
        query = (
            select(assets)
            .where(assets.c.content_sha256 == content_sha256)
            .order_by(assets.c.deleted_at.is_not(None), *NEWEST_FIRST)
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        return None if row is None else _to_asset(row)

    def rendition(self, key: str) -> Rendition | None:
        """The copy kept under a key."""
        row = self._connection.execute(select(renditions).where(renditions.c.key == key)).first()
        if row is None:
            return None
        facts = FileFacts(AssetKind.IMAGE, row.mime, row.size, row.width, row.height)
        return Rendition(row.key, row.sha256, facts)

    def keep_rendition(self, made: Rendition) -> Rendition:
        """Keep a copy; of two made at once, the first one stays and is returned."""
        facts = made.facts
        values = {"key": made.key, "sha256": made.sha256, "mime": facts.mime, "size": facts.size}
        values |= {"width": facts.width, "height": facts.height}
        insert_unless_taken(self._connection, renditions, values, ["key"])
        return self.rendition(made.key) or made

    def many(self, asset_ids: Sequence[str]) -> Sequence[Asset]:
        """In the order asked for; unknown ids are left out."""
        found: dict[str, Asset] = {}
        for start in range(0, len(asset_ids), MOST_IDS):
            some = select(assets).where(assets.c.id.in_(asset_ids[start : start + MOST_IDS]))
            found |= {row.id: _to_asset(row) for row in self._connection.execute(some)}
        return [found[asset_id] for asset_id in asset_ids if asset_id in found]

    def search(self, query: AssetQuery) -> Found:
        """A page of assets, newest first, and how many match (exact to a limit).

        Every word of `query.text` must begin a word of the title, the alt text, the prompt or the
        tags; see `domain/search_terms.py`. Raises InvalidInput for a cursor that is none of ours.
        """
        places, total, exact = asset_search.page_and_count(self._connection, query)
        shown, more = places[: query.limit], len(places) > query.limit
        return Found(
            items=self._at(shown),
            total=total,
            exact=exact,
            next=str(shown[-1]) if more else None,
        )

    def _at(self, places: Sequence[int]) -> Sequence[Asset]:
        """The assets of these places, newest first."""
        if not places:
            return []
        some = select(assets).where(assets.c.place.in_(places)).order_by(assets.c.place.desc())
        return [_to_asset(row) for row in self._connection.execute(some)]

    def facets(self, shelf: Shelf = Shelf.LIBRARY) -> Facets:
        """What there is to filter by."""
        return asset_search.facets(self._connection, shelf)

    def save(self, asset: Asset) -> None:
        """Store the editable fields (title, alt text, tags, rating, favourite, deleted_at).

        Raises NotFound.
        """
        query = select(assets.c.place, assets.c.search_text).where(assets.c.id == asset.id)
        was = self._connection.execute(query).one_or_none()
        if was is None:
            raise NotFound("asset", asset.id)
        terms = _terms(asset)
        changes = {
            "title": asset.title,
            "alt_text": asset.alt_text,
            "tags": asset.tags,
            "rating": asset.rating,
            "favourite": asset.favourite,
            "deleted_at": asset.deleted_at,
            "shelf": shelf_of(asset),
            "search_text": terms,
        }
        self._connection.execute(update(assets).where(assets.c.id == asset.id).values(changes))
        if terms != was.search_text:
            fulltext.take_out(self._connection, was.place, was.search_text)
            fulltext.put(self._connection, was.place, terms)
        self._put_tags(asset)

    def remove(self, asset_id: str) -> None:
        """Forget an asset for good, with its tags, boards, lineage, ratings and fingerprint.

        Raises NotFound; fails when anything else still refers to it.
        """
        query = select(assets.c.place, assets.c.search_text).where(assets.c.id == asset_id)
        was = self._connection.execute(query).one_or_none()
        if was is None:
            raise NotFound("asset", asset_id)
        covers = update(boards).where(boards.c.cover_asset_id == asset_id)
        self._connection.execute(covers.values(cover_asset_id=None))
        for column in (
            asset_tags.c.asset_id,
            board_assets.c.asset_id,
            fingerprints.c.asset_id,
            lineage.c.child_id,
            lineage.c.parent_id,
            content_ratings.c.subject_id,
            assets.c.id,
        ):
            self._connection.execute(delete(column.table).where(column == asset_id))
        fulltext.take_out(self._connection, was.place, was.search_text)

    def _put_tags(self, asset: Asset) -> None:
        mine, shelf = asset_tags.c.asset_id == asset.id, shelf_of(asset)
        moved = update(asset_tags).where(mine, asset_tags.c.shelf != shelf).values(shelf=shelf)
        self._connection.execute(moved)
        known = set(self._connection.execute(select(asset_tags.c.tag).where(mine)).scalars())
        if gone := known - set(asset.tags):
            self._connection.execute(delete(asset_tags).where(mine, asset_tags.c.tag.in_(gone)))
        if new := [tag for tag in dict.fromkeys(asset.tags) if tag not in known]:
            rows = [{"tag": tag, "asset_id": asset.id, "shelf": shelf} for tag in new]
            self._connection.execute(asset_tags.insert(), rows)

    def _place(self, asset: Asset) -> int:
        """After everything of the same microsecond: places are unique and newest first."""
        base = asset_search.first_place(asset.created_at)
        taken, last = assets.c.place, func.max(assets.c.place)
        same = select(last).where(taken.between(base, base + MOST_AT_ONCE - 1))
        found = self._connection.execute(same).scalar()
        if found is None:
            return base
        if found + 1 < base + MOST_AT_ONCE:
            return int(found) + 1
        return int(self._connection.execute(select(last)).scalar_one()) + 1

    def parents(self, asset_id: str) -> Sequence[Lineage]:
        """What it was made from."""
        query = self._lineage.select.where(lineage.c.child_id == asset_id)
        return self._lineage.all(query.order_by(lineage.c.parent_id))

    def children(self, asset_id: str) -> Sequence[Lineage]:
        """What was made from it."""
        query = self._lineage.select.where(lineage.c.parent_id == asset_id)
        return self._lineage.all(query.order_by(lineage.c.child_id))

    def used_by(self, asset_id: str) -> Sequence[str]:
        """Ids of the posts (archived ones left out) that show the asset, newest first."""
        query = select(posts.c.id).where(
            posts.c.archived_at.is_(None),
            posts.c.id.in_(select(post_media.c.post_id).where(post_media.c.asset_id == asset_id)),
        )
        newest_first = query.order_by(posts.c.created_at.desc(), posts.c.id.desc())
        return list(self._connection.execute(newest_first).scalars())


def _terms(asset: Asset) -> str:
    texts = (asset.title, asset.alt_text, asset.provenance.prompt, *asset.tags)
    return " ".join((*terms_of(*texts), *asset_search.filter_terms(asset)))


def row_of(asset: Asset) -> dict[str, Any]:
    """The row of an asset, all but its place."""
    return {
        **fields_of(asset, without=("facts", "provenance")),
        **fields_of(asset.facts),
        **fields_of(asset.provenance),
        "search_text": _terms(asset),
        "shelf": shelf_of(asset),
    }


def _to_asset(row: Row[Any]) -> Asset:
    cells = dict(row._mapping)
    for name in OURS:
        del cells[name]
    facts = FileFacts(**{name: cells.pop(name) for name in FACTS})
    provenance = Provenance(**{name: cells.pop(name) for name in PROVENANCE})
    return Asset(facts=facts, provenance=provenance, **cells)
