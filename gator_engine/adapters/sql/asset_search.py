"""Finding assets: one shelf, newest first, narrowed by filters and words.

`place` orders the library, so that a page continues where the last one ended without counting its
way there; the indexes of `tables/library.py` lead with the shelf and end with the place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import ColumnElement, Connection, Select, func, select

from gator_engine.adapters.sql import fulltext
from gator_engine.adapters.sql.tables import asset_tags, assets, board_assets, post_media, posts
from gator_engine.adapters.sql.tables.library import FACETS
from gator_engine.domain.assets import AssetQuery, Facets, Shelf
from gator_engine.domain.search_terms import text_query
from gator_engine.errors import InvalidInput

# Counting further costs more than the number is worth: "more than 10,000" is said instead.
COUNTED = 10_000
MOST_TAGS = 200


def page_ids(connection: Connection, query: AssetQuery) -> list[tuple[str, int]]:
    """(id, place) of a page and, when there are more, of the first beyond it.

    Raises InvalidInput for a cursor that is none of ours.
    """
    found = _matching(connection, query)
    if found is None:
        return []
    if query.after is not None:
        found = found.where(_order(connection, query) < _place_of(query.after))
    page = found.order_by(_order(connection, query).desc()).limit(query.limit + 1)
    rows = connection.execute(page.offset(query.offset) if query.offset else page)
    return [(row.id, row.place) for row in rows]


def count(connection: Connection, query: AssetQuery) -> tuple[int, bool]:
    """How many match, and whether that is all of them or COUNTED and more."""
    found = _matching(connection, query)
    if found is None:
        return 0, True
    if _only_facets(query):
        total = connection.execute(found.with_only_columns(func.count())).scalar_one()
        return total, True
    some = found.with_only_columns(assets.c.place).limit(COUNTED + 1).subquery()
    total = connection.execute(select(func.count()).select_from(some)).scalar_one()
    return min(total, COUNTED), total <= COUNTED


def facets(connection: Connection, shelf: Shelf) -> Facets:
    """Values to filter by and how often each occurs, in one walk over one index."""
    columns = [assets.c[name] for name in FACETS]
    grouped = (
        select(*columns, func.count().label("files"))
        .where(assets.c.shelf == shelf)
        .group_by(*columns)
    )
    counters: dict[str, Counter[str]] = {name: Counter() for name in FACETS}
    favourites = total = 0
    for row in connection.execute(grouped):
        for name in FACETS:
            counters[name][str(getattr(row, name) or "")] += row.files
        favourites += row.files if row.favourite else 0
        total += row.files
    return Facets(
        personas=_ranked(counters["persona_id"]),
        kinds=_ranked(counters["kind"]),
        origins=_ranked(counters["origin"]),
        ratings=_ranked(counters["rating"]),
        models=_ranked(counters["model"]),
        tags=_tags(connection),
        favourites=favourites,
        total=total,
    )


def _ranked(counter: Counter[str]) -> dict[str, int]:
    return dict(counter.most_common())


def _tags(connection: Connection) -> dict[str, int]:
    files = func.count().label("files")
    tags = select(asset_tags.c.tag, files).group_by(asset_tags.c.tag)
    ranked = tags.order_by(files.desc(), asset_tags.c.tag).limit(MOST_TAGS)
    return {row.tag: row.files for row in connection.execute(ranked)}


def _matching(connection: Connection, query: AssetQuery) -> Select[tuple[str, int]] | None:
    """Every match; None when the text holds nothing that could be found."""
    found = select(assets.c.id, assets.c.place).where(*_conditions(query))
    if not query.text.strip():
        return found
    asked = text_query(query.text)
    if not asked:
        return None
    found = found.where(fulltext.matches(connection, asked))
    if _by_index(connection, query):
        # The index walks its matches in order of place, so a page stops where it is full.
        join = fulltext.FTS.join(assets, assets.c.place == fulltext.FTS.c.rowid)
        return found.select_from(join)
    return found


def _by_index(connection: Connection, query: AssetQuery) -> bool:
    return bool(query.text.strip()) and connection.dialect.name != "postgresql"


def _order(connection: Connection, query: AssetQuery) -> ColumnElement[int]:
    return fulltext.FTS.c.rowid if _by_index(connection, query) else assets.c.place


def _place_of(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 20):
        raise InvalidInput("after", "is no cursor of this library")
    return int(cursor)


def _only_facets(query: AssetQuery) -> bool:
    """Whether an index alone can count."""
    beyond = (query.text.strip(), query.board_id, query.tag, query.since, query.until)
    return query.used is None and not any(beyond)


def _conditions(query: AssetQuery) -> Iterator[ColumnElement[bool]]:
    yield assets.c.shelf == query.shelf
    for column, wanted in (
        (assets.c.persona_id, query.persona_id),
        (assets.c.kind, query.kind),
        (assets.c.origin, query.origin),
        (assets.c.rating, query.rating),
        (assets.c.model, query.model),
        (assets.c.favourite, query.favourite),
    ):
        if wanted is not None:
            yield column == wanted
    if query.unrated:
        yield assets.c.rating.is_(None)
    if query.since is not None:
        yield assets.c.created_at >= query.since
    if query.until is not None:
        yield assets.c.created_at < query.until
    yield from _elsewhere(query)


def _elsewhere(query: AssetQuery) -> Iterator[ColumnElement[bool]]:
    """Conditions that other tables answer."""
    if query.board_id is not None:
        on_board = select(board_assets.c.asset_id).where(board_assets.c.board_id == query.board_id)
        yield assets.c.id.in_(on_board)
    if query.tag is not None:
        yield assets.c.id.in_(select(asset_tags.c.asset_id).where(asset_tags.c.tag == query.tag))
    if query.used is not None:
        shown = (
            select(post_media.c.asset_id)
            .join(posts, posts.c.id == post_media.c.post_id)
            .where(posts.c.archived_at.is_(None))
        )
        yield assets.c.id.in_(shown) if query.used else assets.c.id.not_in(shown)
