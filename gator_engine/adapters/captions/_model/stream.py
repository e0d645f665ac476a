"""The wire: one streamed answer over HTTP, bounded in size and time, its failures sorted."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2 as httpx

from gator_engine.adapters.web.guard import trust
from gator_engine.adapters.web.wire import retry_after
from gator_engine.errors import AuthExpired, ExternalError, RateLimited, Rejected, Transient
from gator_engine.parallel import Halt

OPERATION = "write"
LARGEST_ANSWER = 200_000
LARGEST_STREAM = 4_000_000  # Every few characters of an answer come in an event of their own.
LONGEST_S = 300.0
_FORMAT_WORDS = ("response_format", "json_schema", "json_object", "schema", "tool")


class ShapeUnsupported(Rejected):
    """The server does not know the asked shape of an answer; a weaker way of asking may do."""


class LimitRenamed(Rejected):
    """The server wants the length limit under its newer name, `max_completion_tokens`."""


@dataclass(frozen=True)
class Dialect:
    """How a protocol names things: its headers with the key, and where a limit's end stands."""

    headers: Mapping[str, str]
    wait_headers: tuple[str, ...] = ()
    request_id: str = "x-request-id"


class Stream:
    """A connection to one endpoint; use it in a `with`.

    A language model may well run in the private network (Ollama on this machine), and only who may
    change the settings names its address: so the guard against private addresses is not used here.
    """

    def __init__(self, base_url: str, key: str, dialect: Dialect, timeout_s: float) -> None:
        self.provider = urlsplit(base_url).hostname or "language model"
        self._key, self._dialect = key, dialect
        self._halt, self._sockets = Halt(), list[socket.socket]()
        self._client = httpx.Client(
            base_url=f"{base_url.rstrip('/')}/",
            headers=dict(dialect.headers),
            timeout=timeout_s,
            verify=trust(),
        )

    def __enter__(self) -> Stream:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def heed(self, halt: Halt) -> None:
        """From now on this wish to stop ends a call, even one that waits for a silent server."""
        self._halt = halt

    def events(
        self, path: str, body: Mapping[str, Any], *, shaped: bool
    ) -> Iterator[dict[str, Any]]:
        """Server-sent events as objects; a server that ignores `stream` gives its one object.

        Asking again costs little, so a cut connection or 5xx is Transient. Raises ShapeUnsupported
        (when `shaped`), LimitRenamed, AuthExpired, RateLimited, Rejected or Transient; Cancelled
        once it is halted.
        """
        try:
            with self._halt.waking(self._hang_up):
                yield from self._call(path, body, shaped)
                self._halt.check()
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise self.rejected("Its address cannot be called.") from error
        except httpx.TimeoutException as error:
            raise self.transient("The server took too long.") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            self._halt.check()
            raise self.transient(f"The connection failed ({type(error).__name__}).") from error

    def rejected(self, message: str) -> Rejected:
        """It said no, in words without the key."""
        return Rejected(self.provider, OPERATION, self._clean(message))

    def transient(self, message: str) -> Transient:
        """It failed in a way that may pass."""
        return Transient(self.provider, OPERATION, self._clean(message))

    def grown(self, text: str, piece: str, on_text: Callable[[str], None]) -> str:
        """The answer with one more piece, told to whoever watches. Raises Rejected."""
        text += piece
        if len(text) > LARGEST_ANSWER:
            raise self.rejected(f"The answer is longer than {LARGEST_ANSWER} characters.")
        on_text(text)
        return text

    def _call(self, path: str, body: Mapping[str, Any], shaped: bool) -> Iterator[dict[str, Any]]:
        watched = {"trace": self._watch}
        with self._client.stream("POST", path, json=body, extensions=watched) as response:
            if response.status_code != 200:
                self._refuse(response, shaped)
            yield from self._events(response)

    def _watch(self, event: str, info: Mapping[str, Any]) -> None:
        """Keep the socket, to hang up on a server that is silent."""
        if event in ("connection.connect_tcp.complete", "connection.start_tls.complete"):
            self._sockets.append(info["return_value"].get_extra_info("socket"))

    def _hang_up(self) -> None:
        for line in self._sockets:
            with suppress(OSError):  # It is closed already.
                line.shutdown(socket.SHUT_RDWR)

    def _events(self, response: httpx.Response) -> Iterator[dict[str, Any]]:
        if "text/event-stream" not in response.headers.get("content-type", ""):
            yield self._object(_bounded(response).decode("utf-8", "replace"))
            return
        for line in self._lines(response):
            data = line.removeprefix("data:").strip()
            if data == "[DONE]":
                return
            if line.startswith("data:") and data:
                yield self._object(data)

    def _lines(self, response: httpx.Response) -> Iterator[str]:
        """Lines as they arrive, within bounds of time and size."""
        ends_at, seen, rest = time.monotonic() + LONGEST_S, 0, ""
        for piece in response.iter_text():
            seen += len(piece)
            if time.monotonic() > ends_at:
                raise self.transient(f"Not finished after {LONGEST_S:g} s.")
            if seen > LARGEST_STREAM:
                raise self.rejected("The stream is far too long.")
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        yield rest

    def _object(self, data: str) -> dict[str, Any]:
        try:
            found = json.loads(data)
        except (json.JSONDecodeError, RecursionError) as error:
            raise self.rejected("The server's answer is not JSON.") from error
        if not isinstance(found, dict):
            raise self.rejected("The server's answer is no JSON object.")
        return found

    def _refuse(self, response: httpx.Response, shaped: bool) -> NoReturn:
        status, said = response.status_code, self._message(response)
        given: dict[str, Any] = {"code": str(status)}
        given["correlation_id"] = response.headers.get(self._dialect.request_id)
        if status in (401, 403):
            raise AuthExpired(self.provider, OPERATION, f"The key is not accepted: {said}", **given)
        if status == 429:
            wait = retry_after(response.headers, self._dialect.wait_headers)
            raise RateLimited(self.provider, OPERATION, said, retry_after=wait, **given)
        if status >= 500 or status == 408:
            raise Transient(self.provider, OPERATION, said, **given)
        raise self._kind(status, said, shaped)(self.provider, OPERATION, said, **given)

    @staticmethod
    def _kind(status: int, said: str, shaped: bool) -> type[ExternalError]:
        words = said.casefold()
        if status in (400, 422) and "max_tokens" in words and "max_completion_tokens" in words:
            return LimitRenamed
        if status in (400, 422) and shaped and any(word in words for word in _FORMAT_WORDS):
            return ShapeUnsupported
        return Rejected

    def _message(self, response: httpx.Response) -> str:
        raw = _bounded(response, 20_000).decode("utf-8", "replace")
        try:
            found = json.loads(raw)
        except (json.JSONDecodeError, RecursionError):
            found = raw
        error = found.get("error", found) if isinstance(found, dict) else found
        said = error.get("message", error) if isinstance(error, dict) else error
        return self._clean(str(said)) or f"The server answered {response.status_code}."

    def _clean(self, text: str) -> str:
        """The server's words on one line, cut at 300 characters, without the key."""
        shown = text.replace(self._key, "•••") if self._key else text
        shown = " ".join(shown.split())
        return shown if len(shown) <= 300 else f"{shown[:299]}…"


def whole_number(value: object) -> int | None:
    """A count of tokens as servers write it; None for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _bounded(response: httpx.Response, most: int = LARGEST_ANSWER * 4) -> bytes:
    """At most `most` bytes of a body; what is beyond is not read."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) >= most:
            return body[:most]
    return body
