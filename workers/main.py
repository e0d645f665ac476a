"""Starts Gator: `python -m workers.main up` runs everything, the other words run one part each."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import wraps
from typing import Annotated, TypeVar

import redis
import typer

from gator_engine.config import Settings, load_settings
from gator_engine.errors import ConfigError, GatorError, Unavailable

# Pretty tracebacks print local variables, and those may hold credentials.
app = typer.Typer(
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False, help=__doc__
)

Command = TypeVar("Command", bound=Callable[..., None])

EXIT_CONFIG, EXIT_UNAVAILABLE = 2, 3


def clear_errors(command: Command) -> Command:
    """Say what is wrong in one line and end with a code, instead of showing a traceback."""

    @wraps(command)
    def wrapped(*args: object, **options: object) -> None:
        try:
            command(*args, **options)
        except GatorError as error:
            typer.echo(f"gator: {error}", err=True)
            code = EXIT_UNAVAILABLE if isinstance(error, Unavailable) else EXIT_CONFIG
            raise typer.Exit(code) from None

    return wrapped  # type: ignore[return-value]


@app.command()
@clear_errors
def up() -> None:
    """Run everything until Ctrl-C: Redis, sandbox, dispatcher, workers and the web app."""
    from workers.migration import Migration
    from workers.parts import plan
    from workers.supervisor import Supervisor

    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    migration = Migration(settings)
    planned = plan(settings, typer.echo, prepared=migration.done)
    ready = f"\n  Gator is ready: {planned.url}\n"
    supervisor = Supervisor(settings.home, planned.parts, on_ready=lambda: typer.echo(ready))
    migration.start()
    supervisor.run()
    migration.check()


@app.command()
@clear_errors
def worker(
    queues: Annotated[str, typer.Option(help="Queues by priority, separated by commas.")],
    max_jobs: Annotated[int | None, typer.Option(help="End after so many jobs.")] = None,
) -> None:
    """Run one worker."""
    from workers.parts import redis_unavailable
    from workers.rq_worker import run_worker

    settings = prepared_settings()
    names = [name.strip() for name in queues.split(",") if name.strip()]
    try:
        run_worker(settings.redis_url, names, max_jobs=max_jobs)
    except redis.RedisError as error:
        raise redis_unavailable(type(error).__name__) from error


@app.command()
@clear_errors
def dispatcher() -> None:
    """Run the clock that hands over what is due."""
    from gator_engine.studio import open_studio
    from workers.dispatcher import run_dispatcher

    settings = prepared_settings()
    with open_studio(settings) as studio:
        run_dispatcher(studio, settings.dispatch_interval_s)


@app.command()
@clear_errors
def web(
    port: Annotated[int | None, typer.Option(help="Port; GATOR_PORT if not given.")] = None,
) -> None:
    """Run the web app alone."""
    from workers.parts import web_command

    settings = load_settings()
    argv = web_command(settings, port or settings.port)
    os.execv(argv[0], argv)  # nosec B606


@app.command()
@clear_errors
def sandbox(
    host: Annotated[str, typer.Option()] = "127.0.0.1",
    port: Annotated[int | None, typer.Option(help="Port; GATOR_SANDBOX_PORT if not given.")] = None,
) -> None:
    """Run the sandbox network alone."""
    from gator_engine.studio import serve_sandbox

    settings = load_settings()
    serve_sandbox(settings, host=host, port=port or settings.sandbox_port)


@app.command()
@clear_errors
def migrate() -> None:
    """Bring the database to the present schema."""
    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    migrate_database(settings)
    typer.echo("The database is up to date.")


def prepared_settings() -> Settings:
    """The settings of a part on its own, with logging set up. Raises ConfigError without Redis."""
    from workers.logs import configure_logging

    settings = load_settings()
    if not settings.redis_url:
        raise ConfigError(
            "GATOR_REDIS_URL",
            "it is empty, and a single part starts no Redis of its own.",
            "Run `make run` for everything, or name the Redis that the other parts use.",
        )
    configure_logging(settings)
    return settings


def migrate_database(settings: Settings) -> None:
    """Raises Unavailable when the database cannot be reached."""
    from gator_engine.studio import migrate_store

    migrate_store(settings)


if __name__ == "__main__":
    app()
