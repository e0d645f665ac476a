"""Migrating the database while the web app still imports saves a second at each start."""

from __future__ import annotations

import os
import signal
import threading

from gator_engine.config import Settings
from gator_engine.errors import GatorError


class Migration:
    """Brings the database up to date in a thread; a failure stops the whole start."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._done = threading.Event()
        self._failure: GatorError | None = None

    def start(self) -> None:
        """Begin; returns at once."""
        threading.Thread(target=self._run, name="migration", daemon=True).start()

    def done(self) -> bool:
        """Whether the database is up to date."""
        return self._done.is_set()

    def check(self) -> None:
        """Raises what the migration failed with."""
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        from gator_engine.studio import migrate_store

        try:
            migrate_store(self._settings)
        except GatorError as error:
            self._failure = error
            # The supervisor runs in the main thread and stops everything on this signal.
            os.kill(os.getpid(), signal.SIGTERM)
        else:
            self._done.set()
