"""What the SDK raises, as our errors.

As on every irreversible call, one question decides: may a task have been made, and be paid for? A
connection that never stood made none; any other cut, time-out or 5xx on `create` may have.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import runwayml

from gator_engine.adapters.web.wire import retry_after
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)

PROVIDER = "Runway"
OPERATION = "make a video"
_NEVER_SENT = ("ConnectError", "ConnectTimeout", "PoolTimeout")


def explained(error: runwayml.RunwayMLError, operation: str, *, final: bool) -> ExternalError:
    """The error of a call; `final` marks the one that makes and bills a task."""
    if isinstance(error, runwayml.APIStatusError):
        return _refusal(error, operation, final=final)
    cause = type(error.__cause__).__name__
    said = f"{error} ({cause})" if error.__cause__ else str(error)
    if not final or cause in _NEVER_SENT:
        return Transient(PROVIDER, operation, f"not reached: {said}")
    problem = (
        f"no answer: {said} A task may have been made and billed; look at the tasks of your Runway"
        " account before you try again."
    )
    return OutcomeUnknown(PROVIDER, operation, problem)


def _refusal(error: runwayml.APIStatusError, operation: str, *, final: bool) -> ExternalError:
    status, said = error.status_code, _said(error.body) or f"HTTP {error.status_code}"
    code, trace = str(status), error.response.headers.get("x-request-id")
    if status == 401:
        problem = f"GATOR_RUNWAY_API_KEY is not accepted: {said}"
        return AuthExpired(PROVIDER, operation, problem, code=code, correlation_id=trace)
    if status == 429:
        wait = retry_after(error.response.headers)
        return RateLimited(
            PROVIDER, operation, said, retry_after=wait, code=code, correlation_id=trace
        )
    if status in (408, 425) or status >= 500:
        kind = OutcomeUnknown if final else Transient
        return kind(PROVIDER, operation, said, code=code, correlation_id=trace)
    return Rejected(PROVIDER, operation, said, code=code, correlation_id=trace)


def _said(body: object) -> str:
    """The vendor's words: `{"error": …, "issues": [{"message", "path"}]}`, or plain text."""
    if not isinstance(body, Mapping):
        return str(body or "")[:300]
    issues = body.get("issues")
    rows: list[Any] = issues if isinstance(issues, list) else []
    more = "; ".join(_issue(row) for row in rows[:5] if isinstance(row, Mapping))
    return ": ".join(part for part in (str(body.get("error") or "")[:600], more) if part)


def _issue(row: Mapping[str, Any]) -> str:
    path = row.get("path")
    where = ".".join(str(step) for step in path) if isinstance(path, list) else ""
    said = str(row.get("message") or "")[:300]
    return f"{where}: {said}" if where else said
