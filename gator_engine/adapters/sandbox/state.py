"""What the sandbox network knows: accounts, files, posts, faults and a log, in one SQLite file."""

from __future__ import annotations

import json
import secrets
import sqlite3
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import astuple, dataclass, field
from pathlib import Path
from typing import Any

SCHEMA = """
create table if not exists accounts (
    platform text, id text, handle text, display_name text, secret text, created_at real,
    primary key (platform, id), unique (platform, handle));
create table if not exists files (
    platform text, id text, account_id text, mime text, data blob, created_at real,
    description text default '', polls_left integer default 0, used integer default 0,
    primary key (platform, id, account_id));
create table if not exists posts (
    platform text, id text, key text, account_id text, text text, body text, media text,
    idempotency_key text, created_at real, received_at real, deleted_at real,
    primary key (platform, id));
create index if not exists posts_by_account on posts (platform, account_id, created_at);
create table if not exists faults (number integer primary key, spec text, taken integer default 0,
    asked integer default 0);
create table if not exists requests (
    number integer primary key, at real, platform text, account_id text, operation text,
    status integer, fault text);
create table if not exists facts (name text primary key, value text);
"""
PERSON_BY = {
    "id": "select * from accounts where platform = ? and id = ?",
    "handle": "select * from accounts where platform = ? and handle = ?",
    "secret": "select * from accounts where platform = ? and secret = ?",  # nosec B105
}
LOG_LENGTH = 20_000


@dataclass(frozen=True)
class Person:
    """An account of the sandbox; `secret` is its token or password."""

    platform: str
    id: str
    handle: str
    display_name: str
    secret: str = field(repr=False)
    created_at: float


@dataclass(frozen=True)
class StoredFile:
    """An uploaded file; `polls_left` is how often "still processing" is yet to be said."""

    platform: str
    id: str
    account_id: str
    mime: str
    data: bytes
    created_at: float
    description: str = ""
    polls_left: int = 0
    used: bool = False


@dataclass(frozen=True)
class StoredPost:
    """A post; `body` is the request exactly as it was received.

    `key` is the last part of its page's address. `created_at` is when it appears (later than
    `received_at` for a scheduled one); both are epoch seconds.
    """

    platform: str
    id: str
    key: str
    account_id: str
    text: str
    body: Mapping[str, Any]
    created_at: float
    received_at: float
    media: Sequence[str] = field(default_factory=tuple)
    idempotency_key: str = ""
    deleted_at: float | None = None


class State:
    """The store, for one process; every change is committed before its request is answered."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._lock = threading.RLock()
        self._db = sqlite3.connect(
            folder / "sandbox.db", check_same_thread=False, isolation_level=None
        )
        self._db.row_factory = sqlite3.Row
        self._db.execute("pragma journal_mode=wal")
        self._db.execute("pragma synchronous=normal")
        self._db.executescript(SCHEMA)
        self.signing_key = self._fact("signing_key", secrets.token_hex(32))

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One write transaction; nested calls join it."""
        with self._lock:
            if self._db.in_transaction:
                yield self._db
                return
            with self._db:  # commits, or rolls back what an exception left half done
                self._db.execute("begin immediate")
                yield self._db

    # ------------------------------------------------------------------ people

    def open_person(self, platform: str, new_id: str, handle: str, display_name: str) -> Person:
        """The account with that handle, made now if there is none."""
        with self.transaction() as db:
            known = self.person(platform, handle=handle)
            if known:
                return known
            person = Person(
                platform, new_id, handle, display_name, secrets.token_urlsafe(18), time.time()
            )
            db.execute(
                "insert into accounts values (?, ?, ?, ?, ?, ?)",
                (platform, new_id, handle, display_name, person.secret, person.created_at),
            )
            return person

    def person(self, platform: str, **by: str) -> Person | None:
        """One account by `id`, `handle` or `secret`."""
        ((column, value),) = by.items()
        rows = self._rows(PERSON_BY[column], (platform, value))
        return Person(**dict(rows[0])) if rows else None

    def people(self) -> list[Person]:
        """Every account, oldest first."""
        return [Person(**dict(row)) for row in self._rows("select * from accounts order by 6")]

    # ------------------------------------------------------------------ files

    def add_file(self, file: StoredFile) -> None:
        """Keep an upload; the same id again replaces it."""
        with self.transaction() as db:
            db.execute(
                "insert or replace into files values (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                astuple(file),
            )

    def file(self, platform: str, file_id: str, account_id: str | None = None) -> StoredFile | None:
        """An upload by id, of one account or of anybody."""
        rows = self._rows(
            "select * from files where platform = ? and id = ? and (? is null or account_id = ?)",
            (platform, file_id, account_id, account_id),
        )
        if not rows:
            return None
        row = dict(rows[0])
        return StoredFile(**{**row, "used": bool(row["used"])})

    # ------------------------------------------------------------------ posts

    def add_post(self, post: StoredPost) -> None:
        """Keep a post and mark its files used. Raises sqlite3.IntegrityError for a known id."""
        with self.transaction() as db:
            db.execute(
                "insert into posts values (:platform, :id, :key, :account_id, :text, :body, :media,"
                " :idempotency_key, :created_at, :received_at, :deleted_at)",
                {
                    **vars(post),
                    "body": json.dumps(post.body),
                    "media": json.dumps(list(post.media)),
                },
            )
            for file_id in post.media:
                db.execute(
                    "update files set used = 1 where platform = ? and id = ?",
                    (post.platform, file_id),
                )

    def post(self, platform: str, post_id: str) -> StoredPost | None:
        """A post that is not deleted."""
        found = self.posts(platform=platform, post_id=post_id)
        return found[0] if found else None

    def posts(
        self,
        *,
        platform: str | None = None,
        account_id: str | None = None,
        post_id: str | None = None,
        deleted: bool = False,
        limit: int = 100_000,
    ) -> list[StoredPost]:
        """Posts, newest first; `deleted` adds those that were deleted."""
        rows = self._rows(
            "select * from posts where (:platform is null or platform = :platform)"
            " and (:account_id is null or account_id = :account_id)"
            " and (:post_id is null or id = :post_id)"
            " and (:deleted or deleted_at is null)"
            " order by created_at desc, rowid desc limit :limit",
            {
                "platform": platform,
                "account_id": account_id,
                "post_id": post_id,
                "deleted": deleted,
                "limit": limit,
            },
        )
        return [_post(row) for row in rows]

    def post_with_key(
        self, platform: str, account_id: str, idempotency_key: str, since: float
    ) -> StoredPost | None:
        """The post an idempotency key made since a moment, if any."""
        rows = self._rows(
            "select * from posts where platform = ? and account_id = ? and idempotency_key = ?"
            " and received_at >= ?",
            (platform, account_id, idempotency_key, since),
        )
        return _post(rows[0]) if rows else None

    def delete_post(self, platform: str, post_id: str) -> None:
        """Mark a post deleted; it stays visible to `posts(deleted=True)`."""
        with self.transaction() as db:
            db.execute(
                "update posts set deleted_at = ? where platform = ? and id = ?",
                (time.time(), platform, post_id),
            )

    # ------------------------------------------------------------------ faults and log

    def run(self, sql: str, values: Sequence[Any] = ()) -> None:
        """One write statement."""
        with self.transaction() as db:
            db.execute(sql, values)

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[sqlite3.Row]:
        """One read."""
        return self._rows(sql, values)

    def log(
        self, platform: str, account_id: str, operation: str, status: int, fault: str = ""
    ) -> None:
        """Note a request, for tests and the curious; the log keeps its newest entries."""
        with self.transaction() as db:
            done = db.execute(
                "insert into requests (at, platform, account_id, operation, status, fault)"
                " values (?, ?, ?, ?, ?, ?)",
                (time.time(), platform, account_id, operation, status, fault),
            )
            oldest = (done.lastrowid or 0) - LOG_LENGTH
            db.execute("delete from requests where number <= ?", (oldest,))

    def _rows(self, sql: str, values: Any = ()) -> list[sqlite3.Row]:
        with self._lock:
            return self._db.execute(sql, values).fetchall()

    def _fact(self, name: str, fresh: str) -> str:
        with self.transaction() as db:
            db.execute("insert or ignore into facts values (?, ?)", (name, fresh))
            found = db.execute("select value from facts where name = ?", (name,)).fetchone()
        return str(found[0])


def _post(row: sqlite3.Row) -> StoredPost:
    values = dict(row)
    return StoredPost(
        **{**values, "body": json.loads(values["body"]), "media": json.loads(values["media"])}
    )
