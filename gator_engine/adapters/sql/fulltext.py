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
    select,
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
# The terms there are, read from the index itself (https://www.sqlite.org/fts5.html, section 5).
WORDS = table("asset_search_words", column("term"))
_SQLITE_WORDS = "CREATE VIRTUAL TABLE asset_search_words USING fts5vocab('asset_search', 'row')"
# Beginnings of up to three characters have an index of their own (`prefix` above). For a longer one
# FTS5 first gathers all matches; asked for the whole words that begin so, it walks them in order
# and stops where the page is full (100,000 assets: 122 ms became 22). With more words than this
# that gains nothing.
INDEXED_BEGINNING, MOST_WORDS = 3, 128
_AFTER_ALL = "\U0010ffff"
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
    connection.execute(text(_SQLITE_WORDS))
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
    parts += [_beginning(connection, term) for term in query.beginnings]
    return literal_column("asset_search").op("MATCH")(" AND ".join(parts))


def _beginning(connection: Connection, term: str) -> str:
    """What SQLite is asked for a word's beginning: all words that begin so, if they are few."""
    if len(term) > INDEXED_BEGINNING:
        begin_so = WORDS.c.term.between(term, term + _AFTER_ALL)
        some = select(WORDS.c.term).where(begin_so).limit(MOST_WORDS + 1)
        found = list(connection.execute(some).scalars())
        if 0 < len(found) <= MOST_WORDS:
            quoted = [f'"{word}"' for word in found]
            return f"({' OR '.join(quoted)})"
    return f'"{term}"*'
