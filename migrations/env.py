"""How Alembic reaches the database: through `migrate()`, or alone from the command line."""

from __future__ import annotations

from typing import Any, Literal

from alembic import context
from sqlalchemy import Connection, TypeDecorator

from gator_engine.adapters.sql import fulltext
from gator_engine.adapters.sql.engine import database_at, open_for_migration
from gator_engine.adapters.sql.tables import metadata
from gator_engine.config import load_settings


def plain_type(kind: str, item: Any, _autogenerate: Any) -> str | Literal[False]:
    """Write new migrations with SQL's own types: they must not change when our classes do."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: Connection) -> None:
    """Migrate over one connection, in its transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        render_as_batch=connection.dialect.name == "sqlite",
        render_item=plain_type,
        include_name=lambda name, _kind, _parents: not fulltext.is_ours(name),
        # Our SQLite engine begins transactions itself, so its DDL rolls back like PostgreSQL's.
        transactional_ddl=True,
    )
    with context.begin_transaction():
        context.run_migrations()


given: Connection | None = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    engine = open_for_migration(database_at(load_settings().sql_url), busy_timeout_s=30)
    with engine.begin() as own:
        run(own)
