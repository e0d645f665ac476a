"""Which Gator this is; the same as in pyproject.toml, known without being installed."""

from __future__ import annotations

VERSION = "0.1.0"
