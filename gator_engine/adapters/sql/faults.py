"""Failures of the database, said in Gator's own errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
from sqlalchemy.exc import DBAPIError, StatementError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from gator_engine.adapters.sql.engine import Database
from gator_engine.errors import GatorError, Unavailable

_NOT_MIGRATED = (
    "its tables are missing or of another version.",
    "Bring it up to date with the migrations, as `make run` does at its start.",
)
BUSY = ("other work holds it for too long.", "Try again in a moment.")
# Primary result codes, https://www.sqlite.org/rescode.html
_SQLITE: dict[int, tuple[str, str]] = {
    sqlite3.SQLITE_BUSY: BUSY,
    sqlite3.SQLITE_LOCKED: BUSY,
    sqlite3.SQLITE_READONLY: (
        "the file cannot be written to.",
        "Check the permissions of the file and its folder.",
    ),
    sqlite3.SQLITE_IOERR: ("reading or writing the file failed.", "Check the disk."),
    sqlite3.SQLITE_CORRUPT: ("the file is damaged.", "Restore the latest backup."),
    sqlite3.SQLITE_FULL: ("the disk is full.", "Make room on the disk."),
    sqlite3.SQLITE_CANTOPEN: (
        "the file is missing or cannot be opened.",
        "Run the migrations, as `make run` does, or correct GATOR_DATABASE_URL or GATOR_HOME.",
    ),
    sqlite3.SQLITE_NOTADB: (
        "the file is not a database.",
        "Correct GATOR_DATABASE_URL or restore the latest backup.",
    ),
}


@contextmanager
def reported(database: Database) -> Iterator[None]:
    """Turn what the driver raises inside the block into Unavailable with a cause and a remedy.

    Our own errors raised while a value was being converted come out as themselves.
    """
    try:
        yield
    except StatementError as error:
        if isinstance(error.orig, GatorError):
            raise error.orig from None
        found = _diagnosis(error, database)
        if found is None:
            raise
        raise Unavailable(database.name, *found) from error
    except PoolTimeout as error:
        raise Unavailable(
            database.name, "all connections are in use.", "Try again in a moment."
        ) from error


def _diagnosis(error: StatementError, database: Database) -> tuple[str, str] | None:
    """(problem, fix) when the database, not the statement, is at fault."""
    cause = error.orig
    if isinstance(cause, sqlite3.Error):
        if str(cause).startswith(("no such table", "no such column")):
            return _NOT_MIGRATED
        # Errors of the driver itself (a closed connection, say) carry no result code.
        code = getattr(cause, "sqlite_errorcode", None)
        return None if code is None else _SQLITE.get(code & 0xFF)
    if isinstance(cause, psycopg.errors.UndefinedTable | psycopg.errors.UndefinedColumn):
        return _NOT_MIGRATED
    if isinstance(
        cause,
        psycopg.errors.LockNotAvailable
        | psycopg.errors.DeadlockDetected
        | psycopg.errors.SerializationFailure,
    ):
        return BUSY
    lost = isinstance(error, DBAPIError) and error.connection_invalidated
    if lost or isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError):
        return f"{_first_line(cause, database)}.", "Start PostgreSQL or correct GATOR_DATABASE_URL."
    return None


def _first_line(cause: BaseException | None, database: Database) -> str:
    """The server's own words, short and without the password."""
    line = next(iter(str(cause).strip().splitlines()), "the connection was lost").rstrip(".")
    password = database.url.password
    return line.replace(str(password), "***") if password else line
