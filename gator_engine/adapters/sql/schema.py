"""The schema: bringing a database up to date, and asking how far it is."""

from __future__ import annotations

import contextlib
import re
import sqlite3
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, inspect, text

from gator_engine.adapters.sql.engine import Database, database_at, open_engines, open_for_migration
from gator_engine.adapters.sql.faults import BUSY, reported
from gator_engine.errors import ConfigError, Unavailable

if TYPE_CHECKING:
    # Imported where it is used: every start asks for the revision, hardly any has to migrate, and
    # Alembic takes longer to import than the question takes to answer.
    from alembic.config import Config

MIGRATIONS = Path(__file__).parents[3] / "migrations"
LOCK_WAIT_S = 300.0
_ASK_AGAIN_S = 0.02
_ADVISORY_LOCK = 0x6761746F72  # "gator": one number that all our processes agree on
_REVISION = re.compile(r"""^revision(?:: str)? = ["'](\w+)["']""", re.MULTILINE)
_DOWN_REVISION = re.compile(r"""^down_revision[^=\n]*= ["'](\w+)["']""", re.MULTILINE)
# Alembic keeps the migration in progress in a module-wide variable.
_one_at_a_time = threading.Lock()


def migrate(url: str, *, to: str = "head") -> None:
    """Bring the database to the newest revision (or up to `to`); safe to call from many processes.

    The first caller holds the database while it migrates, the others wait and find nothing left
    to do. Everything happens in one transaction: a failed migration leaves the database as it was.
    Raises Unavailable or ConfigError.
    """
    database = database_at(url)
    if to == "head" and current_revision(url) == head_revision():
        return
    from alembic import command

    _run(database, lambda config: command.upgrade(config, to))


def downgrade(url: str, to: str) -> None:
    """Take the database back to the revision `to` ("base": no tables at all)."""
    from alembic import command

    _run(database_at(url), lambda config: command.downgrade(config, to))


def head_revision() -> str:
    """The newest revision this version of Gator knows."""
    _require_folder()
    scripts = [path.read_text() for path in (MIGRATIONS / "versions").glob("*.py")]
    known: set[str] = {found for script in scripts for found in _REVISION.findall(script)}
    replaced = {found for script in scripts for found in _DOWN_REVISION.findall(script)}
    heads = known - replaced
    if len(heads) != 1:
        raise ConfigError(
            "migrations", f"there are {len(heads)} newest revisions.", "Restore the folder."
        )
    return heads.pop()


def _require_folder() -> None:
    if not (MIGRATIONS / "env.py").is_file():
        raise ConfigError("migrations", f"{MIGRATIONS} is missing.", "Restore the folder.")


def current_revision(url: str) -> str | None:
    """The revision the database is at; None when it has not been set up. Raises Unavailable."""
    database = database_at(url)
    if database.path is not None and not database.path.exists():
        return None
    engines = open_engines(database)
    try:
        with reported(database), engines.reader.begin() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            found: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
            return found
    finally:
        engines.dispose()


def _config(connection: Connection | None = None) -> Config:
    _require_folder()
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.attributes["connection"] = connection
    return config


def _run(database: Database, step: Callable[[Config], None]) -> None:
    """Run a step of Alembic's in the one transaction that everybody else waits for."""
    engine = open_for_migration(database, LOCK_WAIT_S)
    with _one_at_a_time, reported(database):
        if database.path is not None:
            database.path.parent.mkdir(parents=True, exist_ok=True)
            _use_wal(engine, database)
        with engine.begin() as connection:
            if not database.is_sqlite:
                connection.execute(text(f"SELECT pg_advisory_xact_lock({_ADVISORY_LOCK})"))
            step(_config(connection))
            if database.is_sqlite:
                _check_references(connection)


def _use_wal(engine: Engine, database: Database) -> None:
    """Write-ahead logging, so that readers never block; the file remembers it.

    Raises ConfigError where the file system cannot do it (network drives), Unavailable when
    somebody else keeps the file busy.
    """
    with contextlib.closing(engine.raw_connection()) as connection:
        mode = _switched_to_wal(connection.cursor(), database)
    if mode != "wal":
        raise ConfigError(
            "GATOR_HOME",
            f"{database.path} lies on a file system without write-ahead logging ({mode}).",
            "Keep it on a local disk, or use PostgreSQL by GATOR_DATABASE_URL.",
        )


def _switched_to_wal(cursor: Any, database: Database) -> str:
    """The mode after asking for it.

    The switch upgrades a read lock, and there SQLite says "busy" at once instead of waiting for
    its time-out (two that upgrade would wait for each other): a second process that starts on a
    new file would fail. So we wait and ask again. https://sqlite.org/c3ref/busy_handler.html
    """
    until = time.monotonic() + LOCK_WAIT_S
    while True:
        try:
            return str(cursor.execute("PRAGMA journal_mode=WAL").fetchone()[0])
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
                raise
            if time.monotonic() > until:
                raise Unavailable(database.name, *BUSY) from error
        time.sleep(_ASK_AGAIN_S)


def _check_references(connection: Connection) -> None:
    """Foreign keys are off while SQLite tables are rebuilt; look before the change is kept."""
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise ConfigError(
            "migrations",
            f"row {broken[1]} of {broken[0]} would refer to a missing row of {broken[2]}.",
            "Nothing was changed; report this migration.",
        )
