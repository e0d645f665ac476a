"""Transactions, values no database may see, and a database that cannot be reached."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url
from sqlalchemy.exc import DBAPIError

from gator_engine.adapters.sql import SqlStore, migrate, open_store
from gator_engine.domain.ideas import Idea
from gator_engine.errors import ConfigError, InvalidInput, Unavailable
from gator_engine.ports import Store
from tests.contracts.persistence.samples import NOW, account, delivery, persona
from tests.services.postgres_service import Cluster


def put(store: Store, value: Any = 1) -> None:
    """Write something."""
    with store.write() as uow:
        uow.settings.put("key", value)


def value(store: Store) -> Any:
    """Read it again."""
    with store.read() as uow:
        return uow.settings.get("key")


def test_a_block_that_raises_changes_nothing(store: SqlStore) -> None:
    with pytest.raises(KeyError), store.write() as uow:
        uow.settings.put("key", 1)
        raise KeyError
    assert value(store) is None


def test_a_reader_sees_one_moment_and_blocks_nobody(store: SqlStore) -> None:
    put(store, "before")
    with store.read() as uow:
        assert uow.settings.get("key") == "before"
        put(store, "after")
        assert uow.settings.get("key") == "before"
    assert value(store) == "after"


def test_a_read_block_cannot_write(store: SqlStore) -> None:
    with pytest.raises((DBAPIError, Unavailable)), store.read() as uow:
        uow.settings.put("key", 1)
    assert value(store) is None


def test_writing_inside_writing_is_refused_at_once(store: SqlStore) -> None:
    with pytest.raises(RuntimeError, match="inside write"), store.write(), store.write():
        pass
    put(store)


def test_threads_share_a_store(store: SqlStore) -> None:
    put(store, 0)
    with store.write() as uow:
        uow.accounts.add(account())
    threads = [threading.Thread(target=count_up, args=[store]) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert value(store) == 80


def count_up(store: Store) -> None:
    """Twenty increments, each under the row lock that a write to the account takes."""
    for _ in range(20):
        with store.write() as uow:
            uow.accounts.save(account())
            uow.settings.put("key", uow.settings.get("key") + 1)


def test_instants_are_refused_without_a_zone_and_come_back_in_utc(store: SqlStore) -> None:
    elsewhere = datetime(2026, 10, 25, 2, 30, tzinfo=timezone(timedelta(hours=-9, minutes=-30)))
    with store.write() as uow:
        uow.ideas.add(Idea("i1", "x", elsewhere))
        stored = uow.ideas.get("i1").created_at
        assert stored == elsewhere
        assert stored.utcoffset() == timedelta(0)
    with pytest.raises(InvalidInput, match="no time zone"), store.write() as uow:
        uow.ideas.add(Idea("i2", "x", datetime(2026, 1, 1)))  # noqa: DTZ001
    with pytest.raises(InvalidInput, match="no time zone"), store.read() as uow:
        uow.jobs.due(datetime(2026, 1, 1), limit=1)  # noqa: DTZ001


@pytest.mark.parametrize("text", ["a\x00b", "half \ud83d"])
def test_text_that_only_one_database_would_take_is_refused(store: SqlStore, text: str) -> None:
    with pytest.raises(InvalidInput, match="text"), store.write() as uow:
        uow.ideas.add(Idea("i1", text, NOW))
    with pytest.raises(InvalidInput, match="text"), store.write() as uow:
        uow.ideas.list(text)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_numbers_that_json_lacks_are_refused(store: SqlStore, number: float) -> None:
    with pytest.raises(InvalidInput, match="not finite"):
        put(store, {"a": [number]})


def test_a_row_must_refer_to_rows_that_exist(store: SqlStore) -> None:
    with pytest.raises(DBAPIError, match=r"(?i)foreign key"), store.write() as uow:
        uow.personas.add(persona())
        uow.deliveries.add(delivery())


def test_error_texts_never_quote_what_was_stored(store: SqlStore) -> None:
    with pytest.raises(DBAPIError) as failed, store.write() as uow:
        uow.ideas.add(Idea("i1", "my secret thought", NOW, "no such persona"))
    assert "secret thought" not in str(failed.value)


def test_a_store_works_again_after_it_was_closed(store: SqlStore) -> None:
    put(store, 1)
    store.close()
    assert value(store) == 1
    store.ping()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="forking workers exist on POSIX only")
def test_parent_and_child_may_both_go_on_after_a_fork(store: SqlStore) -> None:
    put(store, 1)
    child = os.fork()
    if child == 0:
        try:
            store.ping()
            put(store, value(store) + 1)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert value(store) == 2
    put(store, 3)


def test_a_database_without_tables_says_so(database_url: str) -> None:
    if database_url.startswith("sqlite"):
        with closing(sqlite3.connect(str(make_url(database_url).database))) as connection:
            connection.execute("CREATE TABLE other (id)")
    with closing(open_store(database_url)) as store:
        store.ping()
        with pytest.raises(Unavailable, match=r"tables are missing.*migrations"):
            value(store)


@pytest.mark.parametrize(
    "url", ["", "nonsense", "sqlite://", "sqlite:///:memory:", "mysql://u:hunter2@h/d"]
)
def test_an_address_that_cannot_work_is_a_config_error(url: str) -> None:
    with pytest.raises(ConfigError, match="GATOR_DATABASE_URL") as refused:
        open_store(url)
    assert "hunter2" not in str(refused.value)


def test_a_missing_file_is_said_and_not_created(tmp_path: Path) -> None:
    path = tmp_path / "nowhere" / "gator.db"
    with closing(open_store(f"sqlite:///{path}")) as store:
        with pytest.raises(Unavailable, match=r"gator\.db is unavailable.*missing"):
            store.ping()
        path.parent.mkdir()
        with pytest.raises(Unavailable):
            put(store)
        assert not path.exists()
        migrate(f"sqlite:///{path}")
        store.ping()


def test_a_file_that_is_no_database_is_said(tmp_path: Path) -> None:
    path = tmp_path / "gator.db"
    path.write_bytes(b"not a database " * 100)
    with (
        closing(open_store(f"sqlite:///{path}")) as store,
        pytest.raises(Unavailable, match="not a database"),
    ):
        store.ping()


def test_a_writer_waits_for_another_but_not_for_ever(migrated_sqlite: str) -> None:
    with closing(open_store(migrated_sqlite, busy_timeout_s=0.2)) as store:
        other = sqlite3.connect(str(make_url(migrated_sqlite).database), isolation_level=None)
        with closing(other):
            other.execute("BEGIN IMMEDIATE")
            with pytest.raises(Unavailable, match=r"too long.*Try again"):
                put(store)
            assert value(store) is None
            other.execute("COMMIT")
        put(store)


def test_a_lock_on_postgresql_is_not_awaited_for_ever(migrated_postgres: str) -> None:
    with (
        closing(open_store(migrated_postgres, busy_timeout_s=0.2)) as store,
        closing(open_store(migrated_postgres)) as other,
    ):
        put(store)
        with other.write() as uow:
            uow.settings.put("key", 2)
            with pytest.raises(Unavailable, match=r"too long.*Try again"):
                put(store)
        assert value(store) == 2


def test_a_server_that_is_away_is_said_without_the_password(free_port: int) -> None:
    url = f"postgresql://gator:hunter2@127.0.0.1:{free_port}/studio"
    with closing(open_store(url)) as store:
        with pytest.raises(
            Unavailable, match=rf"'studio' at 127.0.0.1:{free_port}.*refused"
        ) as away:
            store.ping()
        assert "hunter2" not in str(away.value)
        with pytest.raises(Unavailable, match="Start PostgreSQL"):
            migrate(url)


def test_it_recovers_when_the_server_drops_its_connections(
    postgres_cluster: Cluster, migrated_postgres: str
) -> None:
    with closing(open_store(migrated_postgres)) as store:
        put(store)
        with pytest.raises(Unavailable), store.write() as uow:
            uow.settings.put("key", 2)
            _drop_connections(postgres_cluster, migrated_postgres)
            uow.settings.get("key")
        assert value(store) == 1
        _drop_connections(postgres_cluster, migrated_postgres)
        put(store, 3)
        assert value(store) == 3


def _drop_connections(cluster: Cluster, url: str) -> None:
    name = make_url(url).database
    cluster.execute(
        f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"
    )
