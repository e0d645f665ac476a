"""Finding assets: one shelf, newest first, narrowed by filters and words.

`place` orders the library, so that a page continues where the last one ended without counting its
way there; the indexes of `tables/library.py` lead with the shelf and end with the place.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Connection, Select, func, select, union_all

from gator_engine.adapters.sql import fulltext
from gator_engine.adapters.sql.tables import (
    asset_tags,
    assets,
    board_assets,
    post_media,
    posts,
    project_assets,
    projects,
)
from gator_engine.adapters.sql.tables.library import FACETS
from gator_engine.domain.assets import Asset, AssetQuery, Facets, Shelf, shelf_of
from gator_engine.domain.search_terms import TextQuery, filter_term, text_query
from gator_engine.errors import InvalidInput

# Counting further costs more than the number is worth: "more than 10,000" is said instead.
COUNTED = 10_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MOST_TAGS = 200


def page_and_count(connection: Connection, query: AssetQuery) -> tuple[list[int], int, bool]:
    """`page_places` and `count`; in one walk where SQLite's full-text index answers.

    That index gathers all matches of a word's beginning before it gives the first, so asking it
    twice would cost twice.
    """
    found = _matching(connection, query)
    if found is None or not _by_index(connection, query):
        return page_places(connection, query), *count(connection, query)
    newest = found.order_by(fulltext.FTS.c.rowid.desc()).limit(COUNTED + 1)
    places = [row.place for row in connection.execute(newest)]
    start = query.offset
    if query.after is not None:
        start += bisect_right(places, -_place_of(query.after), key=lambda place: -place)
    exact = len(places) <= COUNTED
    page = places[start : start + query.limit + 1]
    if not exact and start + query.limit >= COUNTED:  # Beyond what was counted.
        page = page_places(connection, query)
    return page, min(len(places), COUNTED), exact


def page_places(connection: Connection, query: AssetQuery) -> list[int]:
    """Places of a page and, when there are more, of the first beyond it.

    Raises InvalidInput for a cursor that is none of ours.
    """
    found = _matching(connection, query)
    if found is None:
        return []
    order = _order(connection, query)
    if query.after is not None:
        found = found.where(order < _place_of(query.after))
    page = found.order_by(order.desc()).limit(query.limit + 1)
    rows = connection.execute(page.offset(query.offset) if query.offset else page)
    return [row.place for row in rows]


def count(connection: Connection, query: AssetQuery) -> tuple[int, bool]:
    """How many match, and whether that is all of them or COUNTED and more."""
    found = _matching(connection, query)
    if found is None:
        return 0, True
    if _only_facets(query) and not _by_index(connection, query):
        total = connection.execute(found.with_only_columns(func.count())).scalar_one()
        return total, True
    some = found.limit(COUNTED + 1).subquery()
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
        tags=_tags(connection, shelf),
        favourites=favourites,
        total=total,
    )


def _ranked(counter: Counter[str]) -> dict[str, int]:
    return dict(counter.most_common())


def _tags(connection: Connection, shelf: Shelf) -> dict[str, int]:
    files = func.count().label("files")
    mine = select(asset_tags.c.tag, files).where(asset_tags.c.shelf == shelf)
    tags = mine.group_by(asset_tags.c.tag)
    ranked = tags.order_by(files.desc(), asset_tags.c.tag).limit(MOST_TAGS)
    return {row.tag: row.files for row in connection.execute(ranked)}


def first_place(at: datetime) -> int:
    """The first place of an instant: microseconds since 1970, shifted by ten bits."""
    gap = at - EPOCH
    micros = (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds
    return micros << 10


def filter_terms(asset: Asset) -> tuple[str, ...]:
    """What an asset can be filtered by, as terms of the full-text index."""
    made = asset.provenance
    held = {
        "shelf": shelf_of(asset),
        "persona": asset.persona_id or "",
        "kind": asset.facts.kind,
        "origin": made.origin,
        "rating": asset.rating or "",
        "model": made.model,
        "favourite": "yes" if asset.favourite else "no",
    }
    tags = (filter_term("tag", tag) for tag in dict.fromkeys(asset.tags))
    return (*(filter_term(name, value) for name, value in held.items()), *tags)


def _asked_terms(query: AssetQuery) -> tuple[str, ...]:
    """The filters of a query as terms, the shelf left out."""
    rating = "" if query.unrated else query.rating
    favourite = None if query.favourite is None else ("yes" if query.favourite else "no")
    asked = {
        "persona": query.persona_id,
        "kind": query.kind,
        "origin": query.origin,
        "rating": rating,
        "model": query.model,
        "favourite": favourite,
        "tag": query.tag,
    }
    return tuple(filter_term(name, value) for name, value in asked.items() if value is not None)


def _matching(connection: Connection, query: AssetQuery) -> Select[tuple[int]] | None:
    """Places of every match; None when the text holds nothing that could be found."""
    words = text_query(query.text)
    if query.text.strip() and not words:
        return None
    rest = list(_elsewhere(query))
    if not _by_index(connection, query):
        found = select(assets.c.place).where(*_conditions(query), *rest)
        if words:
            found = found.where(fulltext.matches(connection, words))
        return _within(found, assets.c.place, query)
    terms = (*words.whole, filter_term("shelf", query.shelf), *_asked_terms(query))
    matches = fulltext.matches(connection, TextQuery(terms, words.beginnings))
    # The index holds all filters and walks its matches by place: a page stops where it is full,
    # and the table is looked into for nothing but what other tables know.
    found = select(fulltext.FTS.c.rowid.label("place")).where(matches)
    if rest:
        join = fulltext.FTS.join(assets, assets.c.place == fulltext.FTS.c.rowid)
        found = found.select_from(join).where(*rest)
    return _within(found, fulltext.FTS.c.rowid, query)


def _within(
    found: Select[tuple[int]], place: ColumnElement[int], query: AssetQuery
) -> Select[tuple[int]]:
    """Bounded by days: places are made of instants."""
    if query.since is not None:
        found = found.where(place >= first_place(query.since))
    if query.until is not None:
        found = found.where(place < first_place(query.until))
    return found


def _by_index(connection: Connection, query: AssetQuery) -> bool:
    """Whether SQLite's full-text index answers: for words, and for filters of any kind."""
    if connection.dialect.name == "postgresql":
        return False
    return bool(query.text.strip() or _asked_terms(query))


def _order(connection: Connection, query: AssetQuery) -> ColumnElement[int]:
    return fulltext.FTS.c.rowid if _by_index(connection, query) else assets.c.place


def _place_of(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdecimal() and len(cursor) < 20):
        raise InvalidInput("after", "is no cursor of this library")
    return int(cursor)


def _only_facets(query: AssetQuery) -> bool:
    """Whether one index of the table alone can count."""
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
    if query.tag is not None:
        yield assets.c.id.in_(select(asset_tags.c.asset_id).where(asset_tags.c.tag == query.tag))


def _elsewhere(query: AssetQuery) -> Iterator[ColumnElement[bool]]:
    """Conditions that only other tables answer."""
    if query.board_id is not None:
        on_board = select(board_assets.c.asset_id).where(board_assets.c.board_id == query.board_id)
        yield assets.c.id.in_(on_board)
    if query.used is not None:
        shown = (
            select(post_media.c.asset_id)
            .join(posts, posts.c.id == post_media.c.post_id)
            .where(posts.c.archived_at.is_(None))
        )
        edited = (
            select(project_assets.c.asset_id)
            .join(projects, projects.c.id == project_assets.c.project_id)
            .where(projects.c.deleted_at.is_(None))
        )
        used = union_all(shown, edited)
        yield assets.c.id.in_(used) if query.used else assets.c.id.not_in(used)
