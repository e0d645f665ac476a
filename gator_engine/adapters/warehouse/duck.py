"""Reading fragments with an in-memory DuckDB.

No native DuckDB file is ever opened (it would lock every other process out) and no extension is
ever fetched: core, Parquet and ICU are inside the wheel, installing and loading others is off.
The questions themselves stand in `queries/*.sql`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache, lru_cache
from importlib import resources
from pathlib import Path
from threading import Lock
from typing import Any

import duckdb

from gator_engine.errors import Unavailable

_CONFIG: dict[str, str | bool | int | float | list[str]] = {
    "threads": 2,
    "memory_limit": "512MB",
    "autoinstall_known_extensions": False,
    "autoload_known_extensions": False,
}

ANSWERS_KEPT = 32


@cache
def query_text(name: str) -> str:
    """The SQL of `queries/<name>.sql`."""
    return (resources.files(__package__) / "queries" / f"{name}.sql").read_text("utf-8")


class Duck:
    """Answers queries over lists of Parquet files, from any thread.

    A worker may fork before its first query (as RQ's workers do) but not after it.
    """

    def __init__(self) -> None:
        # Files never change, so the same question about the same files has the same answer.
        self._answer = lru_cache(maxsize=ANSWERS_KEPT)(self._ask)
        self._guard = Lock()
        self._pid = 0
        self._connection: duckdb.DuckDBPyConnection | None = None

    def rows(self, name: str, files: Sequence[Path], **params: Any) -> Sequence[dict[str, Any]]:
        """Run query `name` over `files`; no files, no rows. Raises Unavailable.

        The rows are shared by everybody who asks the same, so they may only be read.
        """
        if not files:
            return ()
        frozen = {k: tuple(v) if isinstance(v, list) else v for k, v in params.items()}
        return self._answer(name, tuple(map(str, files)), tuple(frozen.items()))

    def _ask(
        self, name: str, files: tuple[str, ...], params: tuple[tuple[str, Any], ...]
    ) -> Sequence[dict[str, Any]]:
        thawed = {k: list(v) if isinstance(v, tuple) else v for k, v in params}
        everything = {"files": list(files), **thawed}
        try:
            found = self.session().sql(query_text(name), params=everything)
            return tuple(found.to_arrow_table().to_pylist())
        except duckdb.IOException as error:
            raise Unavailable(
                "The measurement store",
                f"a listed file cannot be read ({str(error).splitlines()[0]}).",
                "Restore the folder from a backup.",
            ) from error

    def relation(self, files: Sequence[Path]) -> duckdb.DuckDBPyRelation:
        """All snapshots in `files` (at least one) as a relation that keeps its session alive."""
        return self.session().sql("FROM snapshots($files)", params={"files": list(map(str, files))})

    def session(self) -> duckdb.DuckDBPyConnection:
        """A session of its own for the caller: DuckDB sessions must not be shared by threads."""
        with self._guard:
            if self._connection is None:
                self._connection, self._pid = _connect(), os.getpid()
            if self._pid != os.getpid():
                # DuckDB's threads do not survive a fork: going on hangs or crashes now and then.
                raise Unavailable(
                    "The measurement store",
                    "this process was forked from one that had already read measurements.",
                    "Fork before the first reading, or start a fresh process.",
                )
            return self._connection.cursor()


def _connect() -> duckdb.DuckDBPyConnection:
    """An empty in-memory database that knows the table macro `snapshots(files)`."""
    connection = duckdb.connect(":memory:", config=_CONFIG)
    connection.execute("SET GLOBAL TimeZone = 'UTC'")
    connection.execute(f"CREATE MACRO snapshots(files) AS TABLE {query_text('snapshots')}")
    return connection
