"""The wire: one streamed chat completion over HTTP, bounded in size and time, errors sorted."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any, NoReturn
from urllib.parse import urlsplit

import httpx2 as httpx

from gator_engine.adapters.captions._openai.answers import draft_schema
from gator_engine.adapters.captions._openai.prompts import Message
from gator_engine.config import Settings
from gator_engine.errors import AuthExpired, ExternalError, RateLimited, Rejected, Transient

OPERATION = "write captions"
LARGEST_ANSWER = 200_000
LARGEST_STREAM = 4_000_000  # Every few characters of an answer come in an event of their own.
LONGEST_S = 300.0
DEFAULT_RETRY_AFTER_S = 30.0


class SchemaUnsupported(Rejected):
    """The server does not know the asked response format; a weaker one may do."""


@dataclass(frozen=True)
class Answer:
    """A finished answer and the tokens it took, where the server counts them."""

    text: str
    tokens: int | None


class Chat:
    """A connection to the endpoint of the settings; use it in a `with`."""

    def __init__(self, settings: Settings) -> None:
        self.provider = urlsplit(settings.llm_base_url).hostname or "language model"
        self._key = settings.llm_api_key.get_secret_value()
        self._model = settings.llm_model
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        self._client = httpx.Client(
            base_url=f"{settings.llm_base_url.rstrip('/')}/",
            headers=headers,
            timeout=settings.http_timeout_s,
        )

    def __enter__(self) -> Chat:
        return self

    def __exit__(self, *_: object) -> None:
        self._client.close()

    def stream(
        self, messages: Sequence[Message], mode: str, *, seed: int, on_text: Callable[[str], None]
    ) -> Answer:
        """The whole answer; `on_text(answer so far)` as it grows.

        `mode` is "json_schema", "json_object" or "text". Captions cost nothing to ask for again, so
        a cut connection or 5xx is Transient. Raises SchemaUnsupported, AuthExpired, RateLimited,
        Rejected or Transient.
        """
        body = {
            "model": self._model,
            "messages": list(messages),
            "stream": True,
            "stream_options": {"include_usage": True},
            "seed": seed % 2**31,
            **_response_format(mode),
        }
        try:
            with self._client.stream("POST", "chat/completions", json=body) as response:
                if response.status_code != 200:
                    self._refuse(response, mode)
                return self._collect(response, on_text)
        except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Rejected(
                self.provider, OPERATION, "GATOR_LLM_BASE_URL is no address that can be called."
            ) from error
        except httpx.TimeoutException as error:
            raise Transient(self.provider, OPERATION, "The server took too long.") from error
        except (httpx.TransportError, httpx.StreamError) as error:
            raise Transient(
                self.provider, OPERATION, f"The connection failed ({type(error).__name__})."
            ) from error

    def _collect(self, response: httpx.Response, on_text: Callable[[str], None]) -> Answer:
        text, tokens, reason = "", None, ""
        for event in self._events(response):
            if error := event.get("error"):
                raise Transient(self.provider, OPERATION, self._clean(str(error)))
            tokens = (event.get("usage") or {}).get("total_tokens", tokens)
            for choice in event.get("choices") or ():
                delta = choice.get("delta") or choice.get("message") or {}
                if delta.get("refusal"):
                    raise self._rejected(f"The model refused: {delta['refusal']}")
                reason = choice.get("finish_reason") or reason
                if delta.get("content"):
                    text += delta["content"]
                    on_text(text)
            if len(text) > LARGEST_ANSWER:
                raise self._rejected(f"The answer is longer than {LARGEST_ANSWER} characters.")
        if reason == "content_filter":
            raise self._rejected("The provider's content filter withheld the answer.")
        if reason == "length":
            raise self._rejected("The model stopped at its length limit before the end.")
        if not reason and not text:
            raise Transient(self.provider, OPERATION, "The connection ended without an answer.")
        return Answer(text, tokens if isinstance(tokens, int) else None)

    def _events(self, response: httpx.Response) -> Iterator[dict[str, Any]]:
        """Server-sent events as objects; a server that ignores `stream` gives its one object."""
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
                raise Transient(self.provider, OPERATION, f"Not finished after {LONGEST_S:g} s.")
            if seen > LARGEST_STREAM:
                raise self._rejected("The stream is far too long.")
            *whole, rest = (rest + piece).split("\n")
            yield from whole
        yield rest

    def _object(self, data: str) -> dict[str, Any]:
        try:
            found = json.loads(data)
        except json.JSONDecodeError as error:
            raise self._rejected("The server's answer is not JSON.") from error
        if not isinstance(found, dict):
            raise self._rejected("The server's answer is no JSON object.")
        return found

    def _refuse(self, response: httpx.Response, mode: str) -> NoReturn:
        status, said = response.status_code, self._message(response)
        given: dict[str, Any] = {"code": str(status)}
        given["correlation_id"] = response.headers.get("x-request-id")
        if status in (401, 403):
            raise AuthExpired(
                self.provider, OPERATION, f"GATOR_LLM_API_KEY is not accepted: {said}", **given
            )
        if status == 429:
            wait = _retry_after(response.headers.get("retry-after", ""))
            raise RateLimited(self.provider, OPERATION, said, retry_after=wait, **given)
        if status >= 500 or status == 408:
            raise Transient(self.provider, OPERATION, said, **given)
        kind: type[ExternalError] = Rejected
        if status in (400, 422) and mode != "text" and _about_format(said):
            kind = SchemaUnsupported
        raise kind(self.provider, OPERATION, said, **given)

    def _message(self, response: httpx.Response) -> str:
        raw = _bounded(response, 20_000).decode("utf-8", "replace")
        try:
            found = json.loads(raw)
        except json.JSONDecodeError:
            found = raw
        error = found.get("error", found) if isinstance(found, dict) else found
        said = error.get("message", error) if isinstance(error, dict) else error
        return self._clean(str(said)) or f"The server answered {response.status_code}."

    def _rejected(self, message: str) -> Rejected:
        return Rejected(self.provider, OPERATION, self._clean(message))

    def _clean(self, text: str) -> str:
        """The server's words on one line, cut at 300 characters, without the key."""
        shown = text.replace(self._key, "•••") if self._key else text
        shown = " ".join(shown.split())
        return shown if len(shown) <= 300 else f"{shown[:299]}…"


def _response_format(mode: str) -> dict[str, Any]:
    if mode == "text":
        return {}
    if mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": "caption", "strict": True, "schema": draft_schema()}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _about_format(said: str) -> bool:
    words = said.casefold()
    return any(
        word in words for word in ("response_format", "json_schema", "json_object", "schema")
    )


def _retry_after(value: str) -> float:
    """Seconds from a Retry-After header: a number, or an HTTP date (RFC 9110, 10.2.3)."""
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, parsedate_to_datetime(value).timestamp() - time.time())
    except ValueError:
        return DEFAULT_RETRY_AFTER_S


def _bounded(response: httpx.Response, most: int = LARGEST_ANSWER * 4) -> bytes:
    """At most `most` bytes of a body; what is beyond is not read."""
    body = b""
    for piece in response.iter_bytes():
        body += piece
        if len(body) >= most:
            return body[:most]
    return body
