"""Rows as domain objects, for tables whose columns are named as the fields of a dataclass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from typing import Any, Generic, TypeVar

from sqlalchemy import Connection, Select, Table, TextClause, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from gator_engine.errors import NotFound

T = TypeVar("T")


class Rows(Generic[T]):
    """Reads and writes of one table in one transaction; `kind` is its word in messages.

    The column types convert both ways, so a row and an object differ in nothing else.
    """

    def __init__(self, connection: Connection, table: Table, shape: type[T], kind: str) -> None:
        self._connection, self._table, self._shape, self._kind = connection, table, shape, kind
        names = [field.name for field in fields(shape)]  # type: ignore[arg-type]
        self.select: Select[Any] = select(*(table.c[name] for name in names))

    def add(self, thing: T, **extra: Any) -> None:
        """Insert; `extra` fills columns the domain does not know."""
        self._connection.execute(self._table.insert().values(**fields_of(thing), **extra))

    def get(self, identifier: str) -> T:
        """By id. Raises NotFound."""
        found = self.first(self.select.where(self._table.c.id == identifier))
        if found is None:
            raise NotFound(self._kind, identifier)
        return found

    def first(self, query: Select[Any]) -> T | None:
        """The first match, or None."""
        row = self._connection.execute(query.limit(1)).one_or_none()
        return None if row is None else self._shape(**row._mapping)

    def all(self, query: Select[Any]) -> Sequence[T]:
        """Every match."""
        return [self._shape(**row._mapping) for row in self._connection.execute(query)]

    def change(self, identifier: str, **values: Any) -> None:
        """Update by id. Raises NotFound."""
        statement = self._table.update().where(self._table.c.id == identifier).values(**values)
        if self._connection.execute(statement).rowcount == 0:
            raise NotFound(self._kind, identifier)


def fields_of(thing: Any, *, without: Sequence[str] = ()) -> dict[str, Any]:
    """Field name → value, one level deep."""
    names = (field.name for field in fields(thing))
    return {name: getattr(thing, name) for name in names if name not in without}


def insert_unless_taken(
    connection: Connection,
    table: Table,
    values: dict[str, Any],
    unique: Sequence[str],
    where: TextClause | None = None,
) -> bool:
    """Insert, or do nothing when `unique` (among rows that match `where`) is taken; says which.

    Unlike a caught IntegrityError this leaves a PostgreSQL transaction usable.
    """
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    statement = (
        dialect.insert(table)
        .values(**values)
        .on_conflict_do_nothing(index_elements=list(unique), index_where=where)
        .returning(literal(1))
    )
    return connection.execute(statement).one_or_none() is not None
