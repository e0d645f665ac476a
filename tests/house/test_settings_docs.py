"""The table of settings in the documentation is the table of settings in the code."""

from __future__ import annotations

from pathlib import Path

from gator_engine.config import Settings
from gator_engine.settings_table import settings_table

DOC = Path(__file__).resolve().parents[2] / "docs" / "settings.md"


def test_the_documented_table_is_the_real_one() -> None:
    assert settings_table() in DOC.read_text()


def test_every_setting_says_what_it_means() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
