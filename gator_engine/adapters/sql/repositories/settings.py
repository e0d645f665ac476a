"""Installation-wide values that people change in the studio."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects import postgresql, sqlite

from gator_engine.adapters.sql.tables import settings


class SqlSettings:
    """SettingRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key: str) -> Any | None:
        """The value, or None when there is none."""
        query = select(settings.c.value).where(settings.c.key == key)
        return self._connection.execute(query).scalar_one_or_none()

    def put(self, key: str, value: Any) -> None:
        """Store a JSON-able value."""
        dialect = postgresql if self._connection.dialect.name == "postgresql" else sqlite
        statement = dialect.insert(settings).values(key=key, value=value)
        self._connection.execute(
            statement.on_conflict_do_update(
                index_elements=["key"], set_={"value": statement.excluded.value}
            )
        )

    def all(self) -> Mapping[str, Any]:
        """Every key and value."""
        query = select(settings.c.key, settings.c.value).order_by(settings.c.key)
        return {row.key: row.value for row in self._connection.execute(query)}
