"""The full-text index over the terms of assets: FTS5 in SQLite, GIN over a tsvector in PostgreSQL.

Both hold the terms of `domain/search_terms.py` as they are: neither database cuts, stems or folds
anything itself, so both find the same. The index is written in the transaction of the asset.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    cast,
    column,
    event,
    func,
    literal_column,
    table,
    text,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from gator_engine.adapters.sql.tables import assets, metadata
from gator_engine.domain.search_terms import TextQuery

FTS = table("asset_search", column("rowid"))
# External content: the terms stay in `assets`, the index refers to them by `place`. The ascii
# tokenizer keeps every character beyond ASCII, and our terms hold no ASCII but letters and digits.
_SQLITE = (
    "CREATE VIRTUAL TABLE asset_search USING fts5(search_text, content='assets',"
    " content_rowid='place', tokenize='ascii', prefix='1 2 3', detail='none')"
)
_POSTGRESQL = (
    "CREATE INDEX asset_search ON assets USING gin"
    " (array_to_tsvector(string_to_array(search_text, ' ')))"
)


def is_ours(name: str | None) -> bool:
    """Whether a table or index of the database belongs to the full-text index.

    No `Table` describes it, so whoever compares the schema with the tables leaves it out.
    """
    return (name or "").startswith("asset_search")


@event.listens_for(metadata, "after_create")
def create(_target: object, connection: Connection, **_options: Any) -> None:
    """Make the index over what is stored already, whenever the tables are made."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(_POSTGRESQL))
        return
    connection.execute(text(_SQLITE))
    rebuild(connection)


def rebuild(connection: Connection) -> None:
    """Fill SQLite's index from the table; PostgreSQL's is never behind."""
    if connection.dialect.name != "postgresql":
        connection.execute(text("INSERT INTO asset_search(asset_search) VALUES ('rebuild')"))


def put(connection: Connection, place: int, terms: str) -> None:
    """Index a new asset's terms (PostgreSQL does that by itself)."""
    if connection.dialect.name != "postgresql":
        statement = text("INSERT INTO asset_search(rowid, search_text) VALUES (:place, :terms)")
        connection.execute(statement, {"place": place, "terms": terms})


def take_out(connection: Connection, place: int, terms: str) -> None:
    """Forget an asset; FTS5 wants to be told the very terms it was given."""
    if connection.dialect.name != "postgresql":
        statement = text(
            "INSERT INTO asset_search(asset_search, rowid, search_text)"
            " VALUES ('delete', :place, :terms)"
        )
        connection.execute(statement, {"place": place, "terms": terms})


def matches(connection: Connection, query: TextQuery) -> ColumnElement[bool]:
    """The condition that an asset holds all terms; on SQLite the query must also select from FTS.

    Terms hold no quotes or operators (see `search_terms`), so quoting them suffices.
    """
    if connection.dialect.name == "postgresql":
        parts = [f"'{term}'" for term in query.whole]
        parts += [f"'{term}':*" for term in query.beginnings]
        # Spelled exactly as the index spells it.
        terms = func.string_to_array(assets.c.search_text, literal_column("' '"))
        return func.array_to_tsvector(terms).op("@@")(cast(" & ".join(parts), TSQUERY))
    parts = [f'"{term}"' for term in query.whole]
    parts += [f'"{term}"*' for term in query.beginnings]
    return literal_column("asset_search").op("MATCH")(" AND ".join(parts))
