"""An open store per test, on both databases; each database is a copy of one migrated before."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import make_url

from gator_engine.adapters.sql import SqlStore, migrate, open_store
from tests.services.postgres_service import Cluster


@pytest.fixture(scope="session")
def migrated_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite database to copy."""
    path = tmp_path_factory.mktemp("template") / "gator.db"
    migrate(f"sqlite:///{path}")
    return path


@pytest.fixture(scope="session")
def migrated_template(postgres_cluster: Cluster) -> str:
    """The name of a migrated, empty PostgreSQL database to copy."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    postgres_cluster.execute(f'CREATE DATABASE "{name}"')
    migrate(postgres_cluster.url(name))
    return name


@pytest.fixture
def migrated_sqlite(migrated_file: Path, sqlite_url: str) -> str:
    """URL of a migrated SQLite database of this test's own."""
    shutil.copyfile(migrated_file, str(make_url(sqlite_url).database))
    return sqlite_url


@pytest.fixture
def migrated_postgres(postgres_cluster: Cluster, migrated_template: str) -> Iterator[str]:
    """URL of a migrated PostgreSQL database of this test's own."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    postgres_cluster.execute(
        f'CREATE DATABASE "{name}" TEMPLATE "{migrated_template}" STRATEGY = FILE_COPY'
    )
    yield postgres_cluster.url(name)
    postgres_cluster.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", "postgres"])
def store_url(request: pytest.FixtureRequest) -> str:
    """Runs the test once per supported database, each time on a migrated, empty one."""
    return str(request.getfixturevalue(f"migrated_{request.param}"))


@pytest.fixture
def store(store_url: str) -> Iterator[SqlStore]:
    """An open store on a migrated, empty database."""
    opened = open_store(store_url, busy_timeout_s=20)
    yield opened
    opened.close()
