"""The one HTTP client of connectors and remote generators, where its failures become our errors.

What went wrong is told apart by one question: may the platform have accepted the request? On the
irreversible call (`final`) a time-out, a cut connection, a 5xx or an unreadable answer therefore
is OutcomeUnknown; on every other call the same failures are Transient.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2

from gator_engine.adapters.web.guard import GuardedTransport, Network
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)

__all__ = ["Answer", "Errors", "Network", "TokenExpired", "Wire", "connected", "instant"]

USER_AGENT = "Gator/0.1"
MOST_BYTES = 8 * 1024 * 1024
DEFAULT_WAIT_S = 60.0
# These fail before a single byte of the request has left.
_NEVER_SENT = (httpx2.ConnectError, httpx2.ConnectTimeout, httpx2.PoolTimeout)

Kind = type[ExternalError]


class TokenExpired(AuthExpired):
    """The access token ran out; a connector with a refresh token renews it and tries once more."""


@dataclass(frozen=True)
class Answer:
    """A platform's reply: its status, JSON and headers."""

    platform: str
    operation: str
    status: int
    data: Any
    headers: Mapping[str, str]

    @property
    def date(self) -> datetime | None:
        """The platform's own clock, if it says."""
        return _http_date(self.headers.get("date", ""))

    def need(self, name: str) -> Any:
        """A field that must be there. Raises Transient when the answer is not as documented."""
        value = self.data.get(name) if isinstance(self.data, dict) else None
        if value is None:
            raise self._unreadable(f"the answer has no {name}")
        return value

    def rows(self, name: str = "") -> list[dict[str, Any]]:
        """The list of objects that the answer is, or has under a name. Raises Transient."""
        found = self.need(name) if name else self.data
        if not isinstance(found, list) or not all(isinstance(row, dict) for row in found):
            raise self._unreadable("the answer is no list")
        return found

    def _unreadable(self, problem: str) -> Transient:
        return Transient(self.platform, self.operation, problem, code="unreadable")


def _no_code(body: Any) -> tuple[str, str]:
    """Code and message of an error body that follows no convention."""
    return "", ""


@dataclass(frozen=True)
class Errors:
    """How a platform's refusals are classed.

    `read` takes the code and message out of an error body. `table` maps (status, code) to a class,
    most specific first: (400, "X"), then (0, "X") for any status, then (400, ""); what it does not
    name is classed by status alone. `wait_headers` name where the end of a rate limit stands.
    """

    read: Callable[[Any], tuple[str, str]] = _no_code
    table: Mapping[tuple[int, str], Kind] = field(default_factory=dict)
    wait_headers: tuple[str, ...] = ()

    def classify(self, status: int, code: str, *, final: bool) -> Kind:
        """The class of one refusal."""
        for key in ((status, code), (0, code), (status, "")):
            if key != (0, "") and key in self.table:
                return self.table[key]
        if status == 401:
            return AuthExpired
        if status == 429:
            return RateLimited
        if status in (408, 425) or status >= 500:
            return OutcomeUnknown if final else Transient
        return Rejected


class Wire:
    """Requests to one server; `call` either answers or raises an ExternalError."""

    def __init__(
        self,
        platform: str,
        client: httpx2.Client,
        errors: Errors,
        limit_s: float,
        *,
        most_bytes: int = MOST_BYTES,
        secret: str = "",
    ) -> None:
        self._platform, self._client, self._errors = platform, client, errors
        self._limit_s, self._most_bytes, self._secret = limit_s, most_bytes, secret

    def call(
        self,
        operation: str,
        method: str,
        path: str,
        *,
        final: bool = False,
        json_expected: bool = True,
        **request: Any,
    ) -> Answer:
        """Send one request; `final` marks the irreversible one. `request` goes to httpx2."""
        response, body = self._exchange(operation, method, path, request, final=final)
        data = _parsed(body)
        if response.status_code >= 300:
            raise self._refusal(operation, response, body, data, final=final)
        if json_expected and not isinstance(data, dict | list):
            kind = OutcomeUnknown if final else Transient
            raise kind(self._platform, operation, "the answer cannot be read", code="unreadable")
        return Answer(self._platform, operation, response.status_code, data, response.headers)

    def fetch(self, operation: str, path: str, *, method: str = "GET", **request: Any) -> bytes:
        """The bytes behind a path or a whole address. Raises an ExternalError."""
        response, body = self._exchange(operation, method, path, request, final=False)
        if response.status_code >= 300:
            raise self._refusal(operation, response, body, _parsed(body), final=False)
        return body

    def _exchange(
        self, operation: str, method: str, path: str, request: Mapping[str, Any], *, final: bool
    ) -> tuple[httpx2.Response, bytes]:
        try:
            return self._send(method, path, request)
        except _NEVER_SENT as error:
            raise Transient(self._platform, operation, _reason("not reached", error)) from error
        except (httpx2.TransportError, httpx2.DecodingError) as error:
            kind = OutcomeUnknown if final else Transient
            raise kind(self._platform, operation, _reason("no answer", error)) from error

    def _send(
        self, method: str, path: str, request: Mapping[str, Any]
    ) -> tuple[httpx2.Response, bytes]:
        started, body = time.monotonic(), bytearray()
        with self._client.stream(method, path, **request) as response:
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > self._most_bytes:
                    raise httpx2.DecodingError("the answer is too large")
                # Each read has its own time-out; an answer that merely drips must end too.
                if time.monotonic() - started > self._limit_s:
                    raise httpx2.ReadTimeout("the answer takes too long")
        return response, bytes(body)

    def _refusal(
        self, operation: str, response: httpx2.Response, body: bytes, data: Any, *, final: bool
    ) -> ExternalError:
        status = response.status_code
        code, message = self._errors.read(data)
        text = self._without_secret(message or _plain(body) or f"HTTP {status}")
        if 300 <= status < 400:
            text = f"it redirects to {response.headers.get('location', 'nowhere')[:200]}"
        kind = self._errors.classify(status, code, final=final)
        shown, trace = code or str(status), response.headers.get("x-request-id")
        if kind is RateLimited:
            wait = retry_after(response.headers, self._errors.wait_headers)
            return RateLimited(
                self._platform, operation, text, retry_after=wait, code=shown, correlation_id=trace
            )
        return kind(self._platform, operation, text, code=shown, correlation_id=trace)

    def _without_secret(self, text: str) -> str:
        """Some servers repeat the key they refuse; it must not reach a log or a page."""
        return text.replace(self._secret, "•••") if self._secret else text


@contextmanager
def connected(
    platform: str,
    base_url: str,
    network: Network,
    errors: Errors,
    token: str = "",
    *,
    field: str = "base_url",
    most_bytes: int = MOST_BYTES,
) -> Iterator[Wire]:
    """A client of one server for the length of one step; answers beyond `most_bytes` are refused.

    Workers fork, so that no connection outlives the step it was opened in. `field` is what an
    InvalidInput names when the address leads into a private network.
    """
    headers = {"User-Agent": USER_AGENT, "Accept": "application/json"}
    if token:
        headers["Authorization"] = f"Bearer {token}"
    with httpx2.Client(
        base_url=base_url,
        headers=headers,
        timeout=network.timeout_s,
        transport=GuardedTransport(network, field),
    ) as client:
        limit_s = 3 * network.timeout_s
        yield Wire(platform, client, errors, limit_s, most_bytes=most_bytes, secret=token)


def retry_after(headers: Mapping[str, str], named: tuple[str, ...] = ()) -> float:
    """Seconds to wait, by Retry-After (RFC 9110 §10.2.3) or the platform's own header, else 60.

    The platform's own header holds an epoch second or an ISO instant; both are read by the
    platform's clock (its Date header), not ours.
    """
    now = _http_date(headers.get("date", "")) or datetime.now(UTC)
    for name in ("retry-after", *named):
        value = headers.get(name, "").strip()
        until = _number(value) if name == "retry-after" else None
        if until is None:
            end = instant(value)
            until = (end - now).total_seconds() if end else None
        if until is not None:
            return max(1.0, until)
    return DEFAULT_WAIT_S


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def instant(text: str) -> datetime | None:
    """A moment from epoch seconds, ISO 8601 or an HTTP date, whichever the platform writes."""
    epoch = _number(text)
    if epoch is not None:
        return datetime.fromtimestamp(epoch, UTC) if 0 < epoch < 1e11 else None
    try:
        parsed = datetime.fromisoformat(text)
    except ValueError:
        return _http_date(text)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)


def _http_date(text: str) -> datetime | None:
    try:
        return parsedate_to_datetime(text).astimezone(UTC) if text else None
    except ValueError:
        return None


def _parsed(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def _plain(body: bytes) -> str:
    """The start of an error body that is not the platform's JSON, such as a proxy's page."""
    return " ".join(body[:300].decode(errors="replace").split())


def _reason(what: str, error: Exception) -> str:
    return f"{what} ({type(error).__name__}: {str(error)[:200]})"
