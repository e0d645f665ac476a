"""Engines: how a connection to SQLite or PostgreSQL is made, and how its transactions begin."""

from __future__ import annotations

import os
import sqlite3
import weakref
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    NullPool,
    Pool,
    QueuePool,
    create_engine,
    event,
    make_url,
)
from sqlalchemy.exc import ArgumentError

from gator_engine.adapters.sql.columns import to_json_text
from gator_engine.errors import ConfigError

BUSY_TIMEOUT_S = 30.0
CONNECT_TIMEOUT_S = 10
_VARIABLE = "GATOR_DATABASE_URL"


@dataclass(frozen=True)
class Database:
    """Where the database is; `name` is fit for messages (it never holds the password)."""

    url: URL
    name: str
    path: Path | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether it is a file of ours rather than a server."""
        return self.path is not None


@dataclass(frozen=True)
class Engines:
    """One database opened twice: for transactions that write and for those that only read."""

    database: Database
    writer: Engine
    reader: Engine

    def dispose(self) -> None:
        """Close every pooled connection."""
        self.writer.dispose()
        self.reader.dispose()


def database_at(url: str) -> Database:
    """Understand a database URL. Raises ConfigError naming the variable and what is accepted."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ConfigError(
            _VARIABLE,
            "it is not a database URL.",
            "Use sqlite:////folder/gator.db or postgresql://user:password@host/database.",
        ) from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise ConfigError(
                _VARIABLE,
                "an in-memory database cannot be shared by the web app and the workers.",
                "Name a file, as in sqlite:////folder/gator.db.",
            )
        path = Path(parsed.database).absolute()
        return Database(parsed, f"The SQLite database {path}", path)
    if backend in {"postgresql", "postgres"}:
        server = f"{parsed.host or 'the local socket'}{f':{parsed.port}' if parsed.port else ''}"
        name = f"The PostgreSQL database {parsed.database!r} at {server}"
        return Database(parsed.set(drivername="postgresql+psycopg"), name)
    raise ConfigError(
        _VARIABLE, f"{backend} is not supported.", "Use a sqlite:/// or a postgresql:// URL."
    )


def open_engines(database: Database, busy_timeout_s: float = BUSY_TIMEOUT_S) -> Engines:
    """Engines of a running studio. Connects to nothing yet."""
    if database.path is not None:
        writer = _sqlite(database.path, busy_timeout_s, "BEGIN IMMEDIATE")
        reader = _sqlite(database.path, busy_timeout_s, "BEGIN", query_only=True)
    else:
        writer = _postgresql(database.url, busy_timeout_s)
        # One snapshot for the whole block, as a read transaction in SQLite's WAL mode has.
        reader = writer.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
    engines = Engines(database, writer, reader)
    _OPEN.add(writer)
    if database.is_sqlite:
        _OPEN.add(reader)
    return engines


def open_for_migration(database: Database, busy_timeout_s: float) -> Engine:
    """An engine whose one transaction may change the schema; creates a missing SQLite file."""
    if database.path is None:
        return _postgresql(database.url, busy_timeout_s, poolclass=NullPool)
    return _sqlite(
        database.path,
        busy_timeout_s,
        "BEGIN IMMEDIATE",
        mode="rwc",
        foreign_keys=False,
        poolclass=NullPool,
    )


def _sqlite(
    path: Path,
    busy_timeout_s: float,
    begin: str,
    *,
    query_only: bool = False,
    mode: str = "rw",
    foreign_keys: bool = True,
    **options: Any,
) -> Engine:
    """SQLite where we, not the driver, begin transactions.

    The driver's own deferred BEGIN lets two writers read first and then fail with "database is
    locked"; BEGIN IMMEDIATE makes the second wait. Mode rw refuses to make an empty file where a
    database should be.
    """

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(
            f"{path.as_uri()}?mode={mode}",
            uri=True,
            timeout=busy_timeout_s,
            isolation_level=None,
            check_same_thread=False,
        )
        connection.execute(f"PRAGMA foreign_keys={int(foreign_keys)}")
        # FULL: the intent to finalize a delivery must survive a power cut, not only a crash.
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA temp_store=MEMORY")
        connection.execute("PRAGMA cache_size=-20000")
        connection.execute(f"PRAGMA query_only={int(query_only)}")
        return connection

    # The bare URL alone would mean "in memory", for which SQLAlchemy keeps one connection.
    options.setdefault("poolclass", QueuePool)
    engine = create_engine("sqlite://", creator=connect, **_COMMON, **options)

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _postgresql(url: URL, lock_timeout_s: float, **options: Any) -> Engine:
    """PostgreSQL through psycopg 3, with a bounded wait for locks."""
    query = {"connect_timeout": str(CONNECT_TIMEOUT_S), "application_name": "gator"}
    engine = create_engine(
        url.update_query_dict({**query, **url.query}), pool_pre_ping=True, **_COMMON, **options
    )

    @event.listens_for(engine, "connect")
    def _bound_waiting(connection: Any, _record: object) -> None:
        connection.autocommit = True
        connection.execute(f"SET lock_timeout = {round(lock_timeout_s * 1000)}")
        connection.autocommit = False

    return engine


# Parameters stay out of error texts: they hold sealed credentials and people's words.
_COMMON: dict[str, Any] = {"hide_parameters": True, "json_serializer": to_json_text}

_OPEN: weakref.WeakSet[Engine] = weakref.WeakSet()
_LEFT_TO_PARENT: list[Pool] = []


def _forget_after_fork() -> None:
    """In a forked worker, leave the parent's connections untouched and start with none.

    The old pools are kept alive, because closing an inherited connection (also by garbage
    collection) would talk to the server, or to SQLite's locks, in the parent's name.
    https://docs.sqlalchemy.org/en/21/core/pooling.html#using-connection-pools-with-multiprocessing
    """
    for engine in _OPEN:
        _LEFT_TO_PARENT.append(engine.pool)
        engine.dispose(close=False)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_after_fork)
