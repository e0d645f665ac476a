"""The migrations: equal to the tables, reversible, one line, safe to start many times at once."""

from __future__ import annotations

import multiprocessing
import os
import re
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, make_url

from gator_engine.adapters.sql import (
    current_revision,
    fulltext,
    head_revision,
    migrate,
    open_store,
    schema,
)
from gator_engine.adapters.sql.engine import database_at, open_engines, open_for_migration
from gator_engine.adapters.sql.tables import metadata
from gator_engine.errors import ConfigError
from tests.contracts.persistence.samples import account, delivery, post, with_post

ROOT = Path(__file__).resolve().parents[3]


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """A connection to look at the schema with."""
    engines = open_engines(database_at(url))
    with engines.reader.begin() as connection:
        yield connection
    engines.dispose()


def tables_of(url: str) -> set[str]:
    """Names of the tables, Alembic's own left out."""
    with connected(url) as connection:
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in found if not fulltext.is_ours(name)}


def differences(connection: Connection) -> list[Any]:
    """How the schema differs from the tables, the full-text index left out."""
    options = {"include_name": lambda name, _kind, _parents: not fulltext.is_ours(name)}
    context = MigrationContext.configure(connection, opts=options)
    return list(compare_metadata(context, metadata))


def fine_print(connection: Connection) -> dict[str, Any]:
    """What `compare_metadata` does not look at: checks, and the conditions of partial indexes."""
    found: dict[str, Any] = {}
    inspector = inspect(connection)
    for table in metadata.tables:
        checks = inspector.get_check_constraints(table)
        found[table] = {check["name"]: words(check["sqltext"]) for check in checks}
        for index in inspector.get_indexes(table):
            conditions = [str(value) for value in (index.get("dialect_options") or {}).values()]
            found[f"{table}.{index['name']}"] = [words(condition) for condition in conditions]
    return found


def words(condition: str) -> list[str]:
    """The parts of a condition in any order: each migration may list a vocabulary its own way."""
    return sorted(re.findall(r"'[^']*'|\w+|[<>=]+", condition))


def test_a_fresh_upgrade_equals_the_tables(database_url: str) -> None:
    migrate(database_url)
    with connected(database_url) as connection:
        assert differences(connection) == []
        migrated = fine_print(connection)
    schema.downgrade(database_url, "base")
    engine = open_for_migration(database_at(database_url), 5)
    with engine.begin() as connection:
        metadata.create_all(connection)
        created = fine_print(connection)
    assert migrated == created


def test_a_difference_would_be_seen(sqlite_url: str) -> None:
    migrate(sqlite_url)
    with closing(sqlite3.connect(str(make_url(sqlite_url).database))) as connection:
        connection.execute("ALTER TABLE ideas ADD COLUMN surplus TEXT")
        connection.execute("DROP INDEX uq_jobs_unfinished")
    with connected(sqlite_url) as looking:
        found = differences(looking)
    assert len(found) == 2


def test_there_is_one_line_of_revisions_and_each_says_why() -> None:
    scripts = ScriptDirectory(str(schema.MIGRATIONS))
    assert scripts.get_heads() == [head_revision()]
    for script in scripts.walk_revisions():
        assert "Why: " in script.longdoc
        assert Path(script.path).stem == script.revision


def test_down_and_up_again_leaves_the_same_schema(database_url: str) -> None:
    migrate(database_url)
    before = tables_of(database_url)
    assert before == set(metadata.tables)
    schema.downgrade(database_url, "base")
    assert tables_of(database_url) == set()
    assert current_revision(database_url) is None
    migrate(database_url)
    assert tables_of(database_url) == before


def test_every_step_goes_down_and_up(database_url: str) -> None:
    scripts = [
        script.revision for script in ScriptDirectory(str(schema.MIGRATIONS)).walk_revisions()
    ]
    for revision in reversed(scripts):
        migrate(database_url, to=revision)
        assert current_revision(database_url) == revision
        schema.downgrade(database_url, "-1")
        migrate(database_url, to=revision)
    assert current_revision(database_url) == head_revision()


def test_data_survives_a_second_migration(database_url: str) -> None:
    migrate(database_url)
    with closing(open_store(database_url)) as store:
        with_post(store)
        with store.write() as uow:
            uow.deliveries.add(delivery())
        migrate(database_url)
        with store.read() as uow:
            assert uow.posts.get("o1") == post()
            assert uow.accounts.get("c1") == account()
            assert uow.deliveries.get("d1") == delivery()


def test_a_database_that_was_never_set_up_has_no_revision(database_url: str) -> None:
    assert current_revision(database_url) is None
    if database_url.startswith("sqlite"):
        assert not Path(str(make_url(database_url).database)).exists()


@pytest.mark.skipif(sys.platform == "win32", reason="forks")
def test_many_that_start_at_once_migrate_once(database_url: str) -> None:
    with multiprocessing.get_context("fork").Pool(6) as pool:
        pool.map(migrate, [database_url] * 6)
    assert current_revision(database_url) == head_revision()
    assert tables_of(database_url) == set(metadata.tables)


def test_a_start_waits_for_whoever_sets_the_file_up(sqlite_url: str) -> None:
    """On a file that is not in WAL mode yet, SQLite itself would not wait at this point."""
    path = str(make_url(sqlite_url).database)
    with closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        release.start()
        migrate(sqlite_url)
        release.join()
    assert current_revision(sqlite_url) == head_revision()


def test_a_migration_that_fails_leaves_the_database_as_it_was(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(database_url)
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / "broken.py").write_text(
        "from alembic import op\n"
        "import sqlalchemy as sa\n"
        f"revision = 'broken'\ndown_revision = {head_revision()!r}\n"
        "def upgrade():\n"
        "    op.create_table('half', sa.Column('id', sa.Text, primary_key=True))\n"
        "    raise ZeroDivisionError\n"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    with pytest.raises(ZeroDivisionError):
        migrate(database_url)
    assert "half" not in tables_of(database_url)
    assert current_revision(database_url) != "broken"


def test_a_rebuilt_sqlite_table_may_not_orphan_rows(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    migrate(sqlite_url)
    with closing(open_store(sqlite_url)) as store:
        with_post(store)
    folder = tmp_path / "migrations"
    shutil.copytree(schema.MIGRATIONS, folder)
    (folder / "versions" / "careless.py").write_text(
        "from alembic import op\n"
        f"revision = 'careless'\ndown_revision = {head_revision()!r}\n"
        "def upgrade():\n"
        "    op.execute('DELETE FROM assets')\n"
    )
    monkeypatch.setattr(schema, "MIGRATIONS", folder)
    with pytest.raises(ConfigError, match="post_media would refer to a missing row of assets"):
        migrate(sqlite_url)
    with closing(open_store(sqlite_url)) as store, store.read() as uow:
        assert uow.assets.get("a1").id == "a1"


def test_sqlite_is_left_in_wal_mode_in_a_folder_made_for_it(tmp_path: Path) -> None:
    path = tmp_path / "new folder, 100%" / "gator.db"
    migrate(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    with closing(open_store(f"sqlite:///{path}")) as store:
        store.ping()


def test_migrations_are_found_from_anywhere(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    migrate(sqlite_url)
    assert current_revision(sqlite_url) == head_revision()


def test_a_missing_folder_is_said(
    sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "MIGRATIONS", tmp_path / "gone")
    with pytest.raises(ConfigError, match="gone is missing"):
        migrate(sqlite_url)


def test_the_alembic_command_finds_the_same_database(gator_home: Path) -> None:
    environment = {**os.environ, "GATOR_HOME": str(gator_home), "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "alembic", "upgrade", "head"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    url = f"sqlite:///{gator_home / 'gator.db'}"
    assert current_revision(url) == head_revision()


def test_the_naming_convention_covers_every_constraint() -> None:
    unnamed = [
        f"{table.name}: {constraint}"
        for table in metadata.tables.values()
        for constraint in table.constraints
        if constraint.name is None
    ]
    assert unnamed == []
