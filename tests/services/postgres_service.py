"""A real PostgreSQL per test process, in a temporary folder, with a new database per test."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.services import unavailable

FAST = {  # speed over durability: the cluster is thrown away
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "shared_buffers": "32MB",
    "max_connections": "100",
    "autovacuum": "off",
    "listen_addresses": "",
    "timezone": "UTC",
}


def _bin_dir() -> Path | None:
    """Folder of the newest installed server; Debian keeps it off PATH."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    return max(found, key=lambda path: int(path.parent.name), default=None)


def _unprivileged() -> pwd.struct_passwd | None:
    """The account to run the server as: PostgreSQL refuses root; None means ourselves."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name: entry for entry in pwd.getpwall()}
    return names.get("postgres") or names["nobody"]


class Cluster:
    """One throw-away server on a unix socket."""

    def __init__(self, bin_dir: Path) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="gator-pg-"))
        self.bin_dir, self.data = bin_dir, self.folder / "data"
        self._user = _unprivileged()
        if self._user:
            os.chown(self.folder, self._user.pw_uid, self._user.pw_gid)
        self._run("initdb", "-D", str(self.data), "-U", "gator", "-A", "trust", "-E", "UTF8", "-N")
        options = [f"--{name}={value}" for name, value in FAST.items()]
        argv = [str(bin_dir / "postgres"), "-D", str(self.data), "-k", str(self.folder), *options]
        with (self.folder / "server.log").open("wb") as log:
            self._server = subprocess.Popen(argv, stdout=log, stderr=log, **self._as_user())
        self._wait()

    def _as_user(self) -> dict[str, Any]:
        if self._user is None:
            return {"cwd": self.folder}
        ids = {"user": self._user.pw_uid, "group": self._user.pw_gid, "extra_groups": []}
        return {"cwd": self.folder, **ids}

    def _run(self, name: str, *args: str) -> None:
        command = [str(self.bin_dir / name), *args]
        done = subprocess.run(command, capture_output=True, text=True, **self._as_user())
        assert done.returncode == 0, f"{name} failed: {done.stderr}"

    def _wait(self) -> None:
        until = time.monotonic() + 30
        while True:
            try:
                psycopg.connect(self.dsn("postgres"), connect_timeout=2).close()
                return
            except psycopg.OperationalError:
                alive = self._server.poll() is None and time.monotonic() < until
                assert alive, (self.folder / "server.log").read_text()
                time.sleep(0.05)

    def dsn(self, database: str) -> str:
        """Connection string for psycopg."""
        return f"host={self.folder} user=gator dbname={database}"

    def url(self, database: str) -> str:
        """URL for SQLAlchemy."""
        return f"postgresql+psycopg://gator@/{database}?host={self.folder}"

    def execute(self, statement: str) -> None:
        """Run one statement outside a transaction (CREATE and DROP DATABASE want that)."""
        with psycopg.connect(self.dsn("postgres"), autocommit=True) as connection:
            connection.execute(statement)

    def stop(self) -> None:
        """Stop at once and remove every trace."""
        self._server.send_signal(3)  # SIGQUIT: immediate shutdown, children included
        try:
            self._server.wait(10)
        except subprocess.TimeoutExpired:
            self._server.kill()
            self._server.wait()
        shutil.rmtree(self.folder, ignore_errors=True)


@pytest.fixture(scope="session")
def postgres_cluster() -> Iterator[Cluster]:
    """The server of this test process, started only when a test asks for it."""
    bin_dir = _bin_dir()
    if bin_dir is None:
        unavailable("PostgreSQL", "run scripts/system_packages.sh.")
    cluster = Cluster(bin_dir)
    yield cluster
    cluster.stop()


@pytest.fixture
def postgres_url(postgres_cluster: Cluster) -> Iterator[str]:
    """URL of an empty PostgreSQL database of this test's own."""
    name = f"t_{uuid.uuid4().hex[:16]}"
    postgres_cluster.execute(f'CREATE DATABASE "{name}" STRATEGY = FILE_COPY')
    yield postgres_cluster.url(name)
    postgres_cluster.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
