"""The settings as a Markdown table: docs/settings.md holds it and a test compares the two."""

from __future__ import annotations

from pydantic import SecretStr

from gator_engine.config import Settings


def settings_table() -> str:
    """One row per setting: variable, default, meaning."""
    rows = ["| variable | default | meaning |", "| --- | --- | --- |"]
    for name, field in Settings.model_fields.items():
        rows.append(f"| `GATOR_{name.upper()}` | {_shown(field.default)} | {field.description} |")
    return "\n".join(rows) + "\n"


def _shown(default: object) -> str:
    if isinstance(default, SecretStr):
        default = default.get_secret_value()
    return f"`{default}`" if default != "" else "(empty)"
