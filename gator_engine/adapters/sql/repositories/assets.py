"""Assets, their lineage, and the search of the library."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select, update

from gator_engine.adapters.sql.rows import Rows, fields_of
from gator_engine.adapters.sql.tables import assets, lineage, post_media, posts
from gator_engine.domain.assets import Asset, AssetQuery, FileFacts, Lineage, Provenance
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
MOST_IDS = 500


class SqlAssets:
    """AssetRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._lineage = Rows(connection, lineage, Lineage, "lineage")

    def add(self, asset: Asset, parents: Sequence[Lineage] = ()) -> None:
        """Store an asset and what it was made from."""
        self._connection.execute(assets.insert().values(**_from_asset(asset)))
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

    def many(self, asset_ids: Sequence[str]) -> Sequence[Asset]:
        """In the order asked for; unknown ids are left out."""
        found: dict[str, Asset] = {}
        for start in range(0, len(asset_ids), MOST_IDS):
            some = select(assets).where(assets.c.id.in_(asset_ids[start : start + MOST_IDS]))
            found |= {row.id: _to_asset(row) for row in self._connection.execute(some)}
        return [found[asset_id] for asset_id in asset_ids if asset_id in found]

    def search(self, query: AssetQuery) -> tuple[Sequence[Asset], int]:
        """A page of assets, newest first, and the total that matches.

        Every word of `query.text` must occur, whatever its case, in the title, the alt text, the
        prompt or the tags.
        """
        matching = select(assets).where(*_conditions(query))
        total = self._connection.execute(
            select(func.count()).select_from(assets).where(*_conditions(query))
        ).scalar_one()
        page = matching.order_by(*NEWEST_FIRST).limit(query.limit).offset(query.offset)
        return [_to_asset(row) for row in self._connection.execute(page)], total

    def save(self, asset: Asset) -> None:
        """Store the editable fields (title, alt text, tags, rating, deleted_at).

        Raises NotFound.
        """
        statement = (
            update(assets)
            .where(assets.c.id == asset.id)
            .values(
                title=asset.title,
                alt_text=asset.alt_text,
                tags=asset.tags,
                rating=asset.rating,
                deleted_at=asset.deleted_at,
                search_text=_search_text(asset),
            )
        )
        if self._connection.execute(statement).rowcount == 0:
            raise NotFound("asset", asset.id)

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


def _conditions(query: AssetQuery) -> Iterator[ColumnElement[bool]]:
    trashed = assets.c.deleted_at.is_not(None)
    yield trashed if query.trashed else ~trashed
    for column, wanted in (
        (assets.c.persona_id, query.persona_id),
        (assets.c.kind, query.kind),
        (assets.c.origin, query.origin),
    ):
        if wanted is not None:
            yield column == wanted
    if query.used is not None:
        shown = exists().where(
            post_media.c.asset_id == assets.c.id,
            posts.c.id == post_media.c.post_id,
            posts.c.archived_at.is_(None),
        )
        yield shown if query.used else ~shown
    for word in _folded(query.text).split():
        yield assets.c.search_text.contains(word, autoescape=True)


def _search_text(asset: Asset) -> str:
    return _folded("\n".join((asset.title, asset.alt_text, asset.provenance.prompt, *asset.tags)))


def _folded(text: str) -> str:
    """Compatibility-composed and without case, so that databases need not know about either."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())


def _from_asset(asset: Asset) -> dict[str, Any]:
    return {
        **fields_of(asset, without=("facts", "provenance")),
        **fields_of(asset.facts),
        **fields_of(asset.provenance),
        "search_text": _search_text(asset),
    }


def _to_asset(row: Row[Any]) -> Asset:
    cells = dict(row._mapping)
    del cells["search_text"]
    facts = FileFacts(**{name: cells.pop(name) for name in FACTS})
    provenance = Provenance(**{name: cells.pop(name) for name in PROVENANCE})
    return Asset(facts=facts, provenance=provenance, **cells)
