"""The table of failures: status and code to class, and how long to wait."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from gator_engine.adapters.connectors import _atproto, mastodon
from gator_engine.adapters.web.wire import (
    Answer,
    Errors,
    TokenExpired,
    instant,
    retry_after,
)
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("status", "before", "final"),
    [
        (301, Rejected, Rejected),
        (400, Rejected, Rejected),
        (401, AuthExpired, AuthExpired),
        (403, Rejected, Rejected),
        (404, Rejected, Rejected),
        (408, Transient, OutcomeUnknown),
        (409, Rejected, Rejected),
        (422, Rejected, Rejected),
        (425, Transient, OutcomeUnknown),
        (429, RateLimited, RateLimited),
        (500, Transient, OutcomeUnknown),
        (502, Transient, OutcomeUnknown),
        (503, Transient, OutcomeUnknown),
        (504, Transient, OutcomeUnknown),
    ],
)
def test_status_alone(status: int, before: type[ExternalError], final: type[ExternalError]) -> None:
    for errors in (Errors(), mastodon.ERRORS, _atproto.ERRORS):
        assert errors.classify(status, "", final=False) is before
        assert errors.classify(status, "", final=True) is final


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "ExpiredToken", TokenExpired),
        (400, "InvalidToken", AuthExpired),
        (401, "AuthenticationRequired", AuthExpired),
        (401, "AuthMissing", AuthExpired),
        (400, "AccountTakedown", AuthExpired),
        (400, "AccountDeactivated", AuthExpired),
        (429, "RateLimitExceeded", RateLimited),
        (400, "InvalidRequest", Rejected),
        (400, "BlobTooLarge", Rejected),
        (400, "BlobNotFound", Transient),
        (400, "ConcurrentWrites", Transient),
        (400, "InvalidSwap", Transient),
    ],
)
def test_codes_of_the_at_protocol(status: int, code: str, kind: type[ExternalError]) -> None:
    assert _atproto.ERRORS.classify(status, code, final=True) is kind


def test_table_goes_from_special_to_general() -> None:
    table = {(400, "X"): Transient, (0, "X"): AuthExpired, (400, ""): RateLimited}
    errors = Errors(table=table)
    assert errors.classify(400, "X", final=False) is Transient
    assert errors.classify(500, "X", final=False) is AuthExpired
    assert errors.classify(400, "Y", final=False) is RateLimited
    assert errors.classify(404, "", final=False) is Rejected


def test_codes_and_messages_are_read() -> None:
    assert mastodon.ERRORS.read({"error": "Nope"}) == ("", "Nope")
    assert mastodon.ERRORS.read(["odd"]) == ("", "")
    assert _atproto.ERRORS.read({"error": "E", "message": "m"}) == ("E", "m")
    assert _atproto.ERRORS.read("text") == ("", "")


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"retry-after": "7"}, 7),
        ({"retry-after": "0"}, 1),
        ({"retry-after": format_datetime(NOW + timedelta(seconds=90), usegmt=True)}, 90),
        ({"x-ratelimit-reset": "2026-11-22T12:05:00.000Z"}, 300),
        ({"x-ratelimit-reset": f"{NOW.timestamp() + 30:.0f}"}, 30),
        ({"retry-after": "soon", "x-ratelimit-reset": "2026-11-22T12:01:00Z"}, 60),
        ({"x-ratelimit-reset": "2026-11-22T11:00:00Z"}, 1),
        ({}, 60),
        ({"retry-after": "later"}, 60),
    ],
)
def test_how_long_to_wait(headers: dict[str, str], seconds: float) -> None:
    dated = {"date": format_datetime(NOW, usegmt=True), **headers}
    assert retry_after(dated, ("x-ratelimit-reset",)) == seconds


@pytest.mark.parametrize("text", ["", "yesterday", "99999999999999", "-5", "2026-13-01"])
def test_what_is_no_moment(text: str) -> None:
    assert instant(text) is None


def test_answer_that_is_not_as_documented_is_transient() -> None:
    answer = Answer("somewhere", "read", 200, {"here": 1, "list": [1]}, {})
    assert answer.need("here") == 1
    for ask in (lambda: answer.need("gone"), lambda: answer.rows("list"), answer.rows):
        with pytest.raises(Transient):
            ask()
