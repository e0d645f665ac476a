"""What processes log: one shape for all lines, and nothing that must not be seen."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from gator_engine.config import load_settings
from workers.logs import RQ_LOGGERS, configure_logging


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """Leaves logging as it was for the tests that follow."""
    names = ("", "gator_engine", "workers", *RQ_LOGGERS)
    loggers = [logging.getLogger(name) for name in names]
    before = [(log.level, log.handlers[:], log.propagate) for log in loggers]
    yield
    for log, (level, handlers, propagate) in zip(loggers, before, strict=True):
        log.setLevel(level)
        log.handlers[:], log.propagate = handlers, propagate
    structlog.reset_defaults()


def fail_with_a_secret_at_hand() -> None:
    password = "hunter2"
    raise ValueError(f"the password has {len(password)} letters")


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_a_traceback_does_not_show_variables(
    log_format: str, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(load_settings(log_format=log_format))
    try:
        fail_with_a_secret_at_hand()
    except ValueError as error:
        structlog.get_logger("workers.runtime").error("it broke", exc_info=error)
    logged = capsys.readouterr().err
    assert "fail_with_a_secret_at_hand" in logged
    assert "the password has 7 letters" in logged
    assert "hunter2" not in logged


def test_json_lines_carry_what_is_bound(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings(log_format="json"))
    with structlog.contextvars.bound_contextvars(job="01ABC"):
        structlog.get_logger("workers.runtime").info("job done", attempt=2)
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["job"], line["attempt"]) == ("job done", "01ABC", 2)
    assert line["level"] == "info"
    assert line["timestamp"].endswith("Z")


def test_libraries_only_warn_and_rq_speaks_our_way(capsys: pytest.CaptureFixture[str]) -> None:
    configure_logging(load_settings(log_format="json", log_level="DEBUG"))
    logging.getLogger("httpx").info("GET https://example.com/?access_token=hunter2")
    logging.getLogger("rq.worker").info("Worker publish-1: job OK")
    logging.getLogger("rq.worker").warning("Work-horse terminated")
    structlog.get_logger("workers.main").debug("details")
    events = [json.loads(line)["event"] for line in capsys.readouterr().err.splitlines()]
    assert events == ["Work-horse terminated", "details"]
