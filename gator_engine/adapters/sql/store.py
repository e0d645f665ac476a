"""The store: units of work over one database."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from gator_engine import ports
from gator_engine.adapters.sql.engine import BUSY_TIMEOUT_S, Engines, database_at, open_engines
from gator_engine.adapters.sql.faults import reported
from gator_engine.adapters.sql.repositories.accounts import SqlAccounts
from gator_engine.adapters.sql.repositories.assets import SqlAssets
from gator_engine.adapters.sql.repositories.audit import SqlAudit
from gator_engine.adapters.sql.repositories.characters import SqlCharacters
from gator_engine.adapters.sql.repositories.deliveries import SqlDeliveries
from gator_engine.adapters.sql.repositories.generations import SqlGenerations
from gator_engine.adapters.sql.repositories.ideas import SqlIdeas
from gator_engine.adapters.sql.repositories.jobs import SqlJobs
from gator_engine.adapters.sql.repositories.looks import SqlLooks
from gator_engine.adapters.sql.repositories.personas import SqlPersonas
from gator_engine.adapters.sql.repositories.posts import SqlPosts
from gator_engine.adapters.sql.repositories.projects import SqlProjects
from gator_engine.adapters.sql.repositories.prompting import SqlPrompts
from gator_engine.adapters.sql.repositories.settings import SqlSettings
from gator_engine.adapters.sql.repositories.shelves import SqlBoards, SqlFingerprints, SqlRatings
from gator_engine.adapters.sql.repositories.spending import SqlSpending
from gator_engine.adapters.sql.repositories.storyboards import SqlStoryboards
from gator_engine.adapters.sql.repositories.usage import SqlUsage
from gator_engine.adapters.sql.repositories.users import SqlUsers
from gator_engine.adapters.sql.repositories.writing import SqlEndpoints, SqlOutlines, SqlWritings


class SqlUnitOfWork:
    """Every repository over one connection, which is inside one transaction."""

    def __init__(self, connection: Connection) -> None:
        self.personas: ports.PersonaRepository = SqlPersonas(connection)
        self.looks: ports.LookRepository = SqlLooks(connection)
        self.characters: ports.CharacterRepository = SqlCharacters(connection)
        self.ideas: ports.IdeaRepository = SqlIdeas(connection)
        self.generations: ports.GenerationRepository = SqlGenerations(connection)
        self.assets: ports.AssetRepository = SqlAssets(connection)
        self.boards: ports.BoardRepository = SqlBoards(connection)
        self.ratings: ports.RatingRepository = SqlRatings(connection)
        self.fingerprints: ports.FingerprintRepository = SqlFingerprints(connection)
        self.usage: ports.UsageRepository = SqlUsage(connection)
        self.prompts: ports.PromptRepository = SqlPrompts(connection)
        self.posts: ports.PostRepository = SqlPosts(connection)
        self.accounts: ports.AccountRepository = SqlAccounts(connection)
        self.deliveries: ports.DeliveryRepository = SqlDeliveries(connection)
        self.jobs: ports.JobRepository = SqlJobs(connection)
        self.users: ports.UserRepository = SqlUsers(connection)
        self.audit: ports.AuditRepository = SqlAudit(connection)
        self.settings: ports.SettingRepository = SqlSettings(connection)
        self.endpoints: ports.EndpointRepository = SqlEndpoints(connection)
        self.spending: ports.SpendingRepository = SqlSpending(connection)
        self.writings: ports.WritingRepository = SqlWritings(connection)
        self.outlines: ports.OutlineRepository = SqlOutlines(connection)
        self.storyboards: ports.StoryboardRepository = SqlStoryboards(connection)
        self.projects: ports.ProjectRepository = SqlProjects(connection)


class SqlStore:
    """The database; safe to share between threads and to keep across a fork."""

    def __init__(self, engines: Engines) -> None:
        self._engines = engines
        self._writing = threading.local()

    @contextmanager
    def write(self) -> Iterator[ports.UnitOfWork]:
        """A write transaction: commits when the block ends, rolls back when it raises.

        Raises Unavailable; RuntimeError when the same thread is already writing, because the
        second block would wait for the first for ever.
        """
        if getattr(self._writing, "now", False):
            raise RuntimeError("write() inside write(): hand the open unit of work on instead")
        self._writing.now = True
        try:
            with reported(self._engines.database), self._engines.writer.begin() as connection:
                yield SqlUnitOfWork(connection)
        finally:
            self._writing.now = False

    @contextmanager
    def read(self) -> Iterator[ports.UnitOfWork]:
        """A read transaction over one snapshot; never blocks writers. Raises Unavailable."""
        with reported(self._engines.database), self._engines.reader.begin() as connection:
            yield SqlUnitOfWork(connection)

    def ping(self) -> None:
        """Raises Unavailable when the database does not answer."""
        with reported(self._engines.database), self._engines.reader.begin() as connection:
            connection.execute(text("SELECT 1"))

    def close(self) -> None:
        """Close every connection; the store opens new ones when it is used again."""
        self._engines.dispose()


def open_store(url: str, *, busy_timeout_s: float = BUSY_TIMEOUT_S) -> SqlStore:
    """The store at a SQLAlchemy URL; connects when first used (see `migrate` for its schema).

    `busy_timeout_s` bounds the wait for somebody else's transaction. Raises ConfigError when the
    URL is not one of SQLite or PostgreSQL.
    """
    return SqlStore(open_engines(database_at(url), busy_timeout_s))
