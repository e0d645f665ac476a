"""The command line: `python -m gator_engine doctor` and the plain verbs of the studio."""

from __future__ import annotations

from typing import Annotated

import typer

from gator_engine.config import load_settings
from gator_engine.errors import GatorError
from gator_engine.studio import Studio, open_studio

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Gator from the command line.")


@app.callback()
def _main() -> None:
    """Gator from the command line."""


@app.command()
def doctor() -> None:
    """Say in plain words what is there, what is missing, and how to get it."""
    try:
        settings = load_settings()
        if settings.redis_url:
            studio: Studio = open_studio(settings)
        else:
            typer.echo("No GATOR_REDIS_URL: `make run` starts a Redis of its own.")
            studio = open_studio(settings, queue="inline")
        with studio:
            checks = studio.health()
    except GatorError as error:
        typer.secho(f"✗ {error}", fg="red")
        raise typer.Exit(1) from error
    for check in checks:
        mark = "✓" if check.ok else ("✗" if check.required else "–")
        typer.echo(f"{mark} {check.name}: {check.message}")
        if check.fix and not check.ok:
            typer.echo(f"    {check.fix}")
    if any(check.required and not check.ok for check in checks):
        raise typer.Exit(1)


@app.command()
def personas(
    archived: Annotated[bool, typer.Option(help="Show those put away.")] = False,
) -> None:
    """List the personas."""
    with open_studio(queue="inline") as studio:
        for persona in studio.personas.list(archived=archived):
            typer.echo(f"{persona.id}  @{persona.handle}  {persona.name}")


@app.command()
def settings() -> None:
    """Print every setting with its default and meaning (the table of docs/settings.md)."""
    from gator_engine.settings_table import settings_table

    typer.echo(settings_table(), nl=False)


@app.command()
def models() -> None:
    """Print the catalogue of picture models with their terms (the tables of docs/models.md)."""
    from gator_engine.models_table import models_table

    typer.echo(models_table(), nl=False)
