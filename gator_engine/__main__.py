"""`python -m gator_engine`."""

from __future__ import annotations

from gator_engine.cli import app

app()
