"""The composition root and public facade: the only file that knows every service and adapter.

Pages, workers, notebooks and the command line call ``studio.<service>.<verb>()`` and nothing else.
Services and adapters are imported on first use, so that ``import gator_engine`` stays light.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from gator_engine.config import Settings, load_settings
from gator_engine.domain.health import Check
from gator_engine.errors import ConfigError, InvalidInput, Unavailable
from gator_engine.studio_video import VideoServices

if TYPE_CHECKING:
    from gator_engine.adapters.queue.inline_queue import InlineQueue
    from gator_engine.adapters.sandbox.background import BackgroundSandbox
    from gator_engine.services.accounts import Accounts
    from gator_engine.services.analytics import Analytics
    from gator_engine.services.carousels import Carousels
    from gator_engine.services.composing import Composing
    from gator_engine.services.generation import Generations
    from gator_engine.services.grids import Grids
    from gator_engine.services.home import Home
    from gator_engine.services.ideas import Ideas
    from gator_engine.services.identity import Identity
    from gator_engine.services.models import Models
    from gator_engine.services.personas import Personas
    from gator_engine.services.portability import Portability
    from gator_engine.services.previews import Previews
    from gator_engine.services.prompts import Prompts
    from gator_engine.services.provenance import FileProvenance
    from gator_engine.services.publishing import Publishing
    from gator_engine.services.scheduling import Scheduling
    from gator_engine.services.sheets import Sheets
    from gator_engine.services.storyboards import Storyboards


class Studio(VideoServices):
    """Everything one can do, as services; open it with `open_studio` and close it when done."""

    def __init__(self, settings: Settings, *, actor: str = "local", **adapters: Any) -> None:
        super().__init__(settings, actor=actor, **adapters)

    def __enter__(self) -> Studio:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the database."""
        if "store" in self.__dict__:
            self.store.close()

    # ------------------------------------------------------------------ services

    @cached_property
    def personas(self) -> Personas:
        """Design characters."""
        from gator_engine.services.personas import Personas

        return Personas(self._context)

    @cached_property
    def portability(self) -> Portability:
        """Take characters out as files and bring them in."""
        from gator_engine.services.portability import Portability

        return Portability(
            self._context, self.personas, self.library, self.inspector, self.persona_files
        )

    @cached_property
    def generation(self) -> Generations:
        """Make pictures."""
        from gator_engine.services.generation import Generations

        return Generations(
            self._context, lambda: self.generators, self.jobs, self.library, self._scoring
        )

    @cached_property
    def prompts(self) -> Prompts:
        """Styles, dynamic prompts and past prompts."""
        from gator_engine.services.prompts import Prompts

        return Prompts(self._context)

    @cached_property
    def grids(self) -> Grids:
        """Compare settings side by side."""
        from gator_engine.services.grids import Grids

        return Grids(self._context, self.generation, self.library, self.prompts, self.grid_painter)

    @cached_property
    def identity(self) -> Identity:
        """Keep a persona looking like itself."""
        from gator_engine.services._shooting import Shooting
        from gator_engine.services._training import Training
        from gator_engine.services.identity import Identity

        return Identity(
            self._context,
            self.personas,
            self.library,
            self.generation,
            self._scoring,
            Shooting(self._context, self.generation, self.jobs),
            Training(
                self._context,
                self.library,
                self.jobs,
                self.trainer,
                home=self.settings.home,
                base_model=self.settings.image_model,
            ),
        )

    @cached_property
    def previews(self) -> Previews:
        """See what personas come out as."""
        from gator_engine.services.previews import Previews

        return Previews(self._context, self.writing, self.generation)

    @cached_property
    def sheets(self) -> Sheets:
        """Draw character sheets."""
        from gator_engine.services.sheets import Sheets

        return Sheets(self.personas, self.identity, self.library, self.sheet_painter)

    @cached_property
    def models(self) -> Models:
        """Choose, download and remove picture models."""
        from gator_engine.services.models import Models

        return Models(
            self._context, self.shelf, self.downloads, self.machine, self.jobs, self.settings
        )

    @cached_property
    def carousels(self) -> Carousels:
        """Edit and draw carousels and threads."""
        from gator_engine.services.carousels import Carousels

        return Carousels(
            self._context,
            lambda: self.generators,
            self.library,
            self.composing,
            self.jobs,
            self.connectors,
        )

    @cached_property
    def storyboards(self) -> Storyboards:
        """Make videos from briefs."""
        from gator_engine.services._cutting import Cutting
        from gator_engine.services._filming import Filming
        from gator_engine.services.storyboards import Storyboards

        cutting = Cutting(self.library, self.projects)
        filming = Filming(
            self._context, self.generation, self.library, lambda: self.narrator, cutting
        )
        return Storyboards(self._context, self.texts, filming, self.jobs)

    @cached_property
    def composing(self) -> Composing:
        """Write posts and approve them."""
        from gator_engine.services.composing import Composing

        return Composing(self._context, self.connectors, self._messages)

    @cached_property
    def scheduling(self) -> Scheduling:
        """Plan when posts go out."""
        from gator_engine.services.scheduling import Scheduling

        return Scheduling(
            self._context,
            self.connectors,
            self._messages,
            require_ratings=self.settings.require_ratings,
        )

    @cached_property
    def publishing(self) -> Publishing:
        """Send them, exactly once."""
        from gator_engine.services._delivering import Delivering, Policy
        from gator_engine.services.publishing import Publishing

        settings = self.settings
        policy = Policy(
            lease_s=settings.lease_s,
            grace_s=settings.grace_s,
            max_attempts=settings.max_attempts,
            settle_s=2 * settings.http_timeout_s,
        )
        delivering = Delivering(
            self._context, self.connectors, self._messages, self.vault, self.blobs, policy
        )
        return Publishing(self._context, delivering, policy)

    @cached_property
    def accounts(self) -> Accounts:
        """Connect platforms."""
        from gator_engine.services.accounts import Accounts

        return Accounts(
            self._context,
            self.connectors,
            self.vault,
            self.blobs,
            self.sandbox,
            self.settings.timezone,
        )

    @cached_property
    def analytics(self) -> Analytics:
        """Measure how posts did."""
        from gator_engine.services.analytics import Analytics

        return Analytics(
            self._context, self.facts, self.connectors, self.accounts.open_session, self.jobs
        )

    @cached_property
    def ideas(self) -> Ideas:
        """Keep notes."""
        from gator_engine.services.ideas import Ideas

        return Ideas(self._context)

    @cached_property
    def home(self) -> Home:
        """See what needs a person."""
        from gator_engine.services.home import Home

        return Home(self._context)

    def health(self) -> list[Check]:
        """What is there and what is missing, in plain words (also `doctor` and Settings)."""
        from gator_engine.adapters.diagnostics import machine_checks

        parts = [
            _answers("Database", self.store.ping),
            _answers("Queue", self.queue.ping),
        ]
        checks = machine_checks(self.settings, self.generators, self.providers.writers())
        missing = self.renderer.missing()
        video = Check("Video", not missing, missing or "ready to render", required=False)
        return [*parts, *checks, video]

    @cached_property
    def provenance(self) -> FileProvenance:
        """Learn what a file says about itself, and recall its settings."""
        from gator_engine.services.provenance import FileProvenance

        return FileProvenance(
            self._context,
            self.signing,
            self.marks,
            self.watermarking,
            self.weights,
            self.generation,
            device=self.settings.device,
            most_bytes=max(self.settings.max_upload_mb, self.settings.max_media_mb) * 2**20,
        )

    @cached_property
    def _scoring(self) -> Any:
        from gator_engine.services._scoring import Scoring

        return Scoring(self._context, self.blobs, self.embedder)

    @cached_property
    def _messages(self) -> Any:
        from gator_engine.services._messages import Messages

        return Messages(
            self._context,
            self.connectors,
            self.blobs,
            self.inspector,
            self._sealing,
            require_alt_text=self.settings.require_alt_text,
        )


def open_studio(
    settings: Settings | None = None,
    *,
    queue: str | InlineQueue = "",
    actor: str = "local",
    adapters: Mapping[str, Any] | None = None,
    **overrides: Any,
) -> Studio:
    """Open the studio: read the settings, make the home folder, bring the database up to date.

    `overrides` win over the environment (``open_studio(home="demo")``). `queue="inline"` runs jobs
    in this process when asked (`run_jobs`), without Redis. Raises ConfigError or Unavailable.
    """
    settings = settings or load_settings(**overrides)
    migrate_store(settings)
    given = dict(adapters or {})
    if queue == "inline":
        from gator_engine.adapters.queue.inline_queue import InlineQueue

        given["queue"] = InlineQueue()
    elif isinstance(queue, str) and queue:
        raise InvalidInput("queue", f"{queue!r} is unknown", '"inline", or empty for Redis')
    elif queue:
        given["queue"] = queue
    return Studio(settings, actor=actor, **given)


def migrate_store(settings: Settings) -> None:
    """Make the home folder and bring the database schema up to date; safe to run side by side.

    Raises Unavailable when the database cannot be reached, ConfigError when home is not writable.
    """
    from gator_engine.adapters.sql import migrate

    try:
        settings.home.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(
            "GATOR_HOME",
            f"{settings.home} cannot be created ({error.strerror}).",
            "Choose a folder you may write to.",
        ) from error
    migrate(settings.sql_url)


def serve_sandbox(settings: Settings, *, host: str, port: int) -> None:
    """Serve the sandbox network until stopped.

    On loopback it answers to local names alone (a web page elsewhere cannot reach it by tricks with
    DNS); on another address to any name.
    """
    import uvicorn

    from gator_engine.adapters.sandbox.server import LOOPBACK, create_app

    names = LOOPBACK if host in LOOPBACK else ("*",)
    app = create_app(settings.home / "sandbox", allowed_hosts=names)
    uvicorn.run(app, host=host, port=port, log_level="warning")


def open_sandbox(home: Path | str, *, port: int = 0) -> BackgroundSandbox:
    """Serve the sandbox network of a home folder in this process; `close` it when done.

    ``open_studio(home=home, sandbox_url=sandbox.url)`` makes a studio use it. Port 0 takes a free
    one. Raises Unavailable when it cannot start.
    """
    from gator_engine.adapters.sandbox.background import BackgroundSandbox

    return BackgroundSandbox(Path(home).expanduser().absolute() / "sandbox", port=port)


def run_jobs(studio: Studio) -> int:
    """Run everything that waits in an inline queue, and every due delivery; returns how many.

    Raises ConfigError when the studio's queue is not inline.
    """
    from gator_engine.adapters.queue.inline_queue import InlineQueue

    if not isinstance(studio.queue, InlineQueue):
        raise ConfigError("queue", "is not inline.", 'open_studio(queue="inline").')
    for delivery_id in studio.publishing.sweep():
        studio.queue.enqueue("publish", delivery_id, key=delivery_id)
    studio.analytics.plan()
    studio.jobs.dispatch()
    return studio.queue.drain(studio)


def _answers(name: str, ping: Any) -> Check:
    try:
        ping()
    except Unavailable as error:
        return Check(name, False, str(error), error.fix)
    return Check(name, True, "answers")
