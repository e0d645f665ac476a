"""Column types that carry domain values to both databases and back unchanged."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import cache
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, CheckConstraint, DateTime, Dialect, Text, TypeDecorator

from gator_engine.errors import InvalidInput


class Utc(TypeDecorator[datetime]):
    """An instant: refused without a time zone, stored in UTC, timezone-aware on the way out."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To the database; SQLite has no zones, so it gets the naive UTC value."""
        if value is None:
            return None
        if value.utcoffset() is None:
            raise InvalidInput("time", f"{value.isoformat()} has no time zone", "UTC instants")
        instant = value.astimezone(UTC)
        return instant if dialect.name == "postgresql" else instant.replace(tzinfo=None)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """From the database."""
        if value is None:
            return None
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)


class Plain(TypeDecorator[str]):
    """Text that both databases can hold: PostgreSQL refuses NUL, neither encodes half a pair."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Refuse what could not be stored, before any database sees it."""
        if value is None:
            return None
        if "\x00" in value:
            raise InvalidInput("text", "holds a NUL character", "printable text")
        if any("\ud800" <= character <= "\udfff" for character in value):
            raise InvalidInput("text", "holds half of a surrogate pair", "valid Unicode")
        return value


class Word(TypeDecorator[StrEnum]):
    """A member of one closed vocabulary, stored as its value."""

    impl = Text
    cache_ok = True

    def __init__(self, vocabulary: type[StrEnum]) -> None:
        self.vocabulary = vocabulary
        super().__init__()

    def process_bind_param(self, value: StrEnum | str | None, dialect: Dialect) -> str | None:
        """To the database."""
        return None if value is None else self.vocabulary(value).value

    def process_result_value(self, value: Any, dialect: Dialect) -> StrEnum | None:
        """From the database."""
        return None if value is None else self.vocabulary(value)


class Document(TypeDecorator[Any]):
    """A dataclass, tuple or mapping kept as JSON (see `to_json_text`); `shape` is its type."""

    impl = JSON
    cache_ok = True

    def __init__(self, shape: Any) -> None:
        self.shape = shape
        super().__init__()

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        """Back to the shape."""
        return _adapter(self.shape).validate_python(value)


@cache
def _adapter(shape: Any) -> TypeAdapter[Any]:
    return TypeAdapter(shape)


def to_json_text(value: Any) -> str:
    """The JSON text of a column: enums by value, tuples as lists, instants as ISO 8601.

    Raises InvalidInput for NaN and infinities, which JSON lacks.
    """
    try:
        return json.dumps(value, allow_nan=False, default=_to_json)
    except ValueError as error:
        raise InvalidInput("value", "holds a number that is not finite", "finite") from error


def _to_json(value: Any) -> Any:
    """What json.dumps does not know by itself, one level at a time."""
    if is_dataclass(value):
        return {field.name: getattr(value, field.name) for field in fields(value)}
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"a {type(value).__name__} cannot be stored as JSON")


def one_of(column: str, vocabulary: type[StrEnum]) -> CheckConstraint:
    """A check that a column only holds words of the vocabulary."""
    return CheckConstraint(f"{column} IN ({quoted(vocabulary)})", name=column)


def quoted(words: Any) -> str:
    """The words as an SQL list of literals (vocabularies hold no quotes)."""
    return ", ".join(f"'{word}'" for word in words)
