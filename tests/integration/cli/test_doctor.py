"""`python -m gator_engine doctor` in plain words, with what is there and what is not."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from gator_engine.cli import app


def test_doctor_names_every_part_and_ends_well(monkeypatch: pytest.MonkeyPatch) -> None:
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 0, result.output
    for part in ("Database", "Redis server", "Disk", "Fonts", "ffmpeg", "PyTorch", "GPU"):
        assert f" {part}: " in result.output
    assert "GATOR_IMAGE_MODEL" in result.output


def test_doctor_says_what_does_not_answer_without_a_traceback(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("GATOR_REDIS_URL", "redis://127.0.0.1:1/0")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "✗ Queue: " in result.output
    assert "Traceback" not in result.output


def test_a_wrong_setting_names_its_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATOR_PORT", "seventy")
    result = CliRunner().invoke(app, ["doctor"])
    assert result.exit_code == 1
    assert "GATOR_PORT" in result.output
