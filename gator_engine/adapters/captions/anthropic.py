"""Language models behind Anthropic's Messages API.

A shape is asked for by a tool that the model is forced to use: its input is the answer. Protocol:
`POST /v1/messages` with server-sent events (message_start, content_block_delta, message_delta …),
version 2023-06-01, https://docs.anthropic.com/en/api/messages-streaming.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from gator_engine.adapters.captions._model.stream import Dialect, Stream, whole_number
from gator_engine.adapters.captions._model.writer import ModelWriter, Sent
from gator_engine.domain.providers import ProviderKind
from gator_engine.domain.spending import Usage
from gator_engine.errors import RateLimited
from gator_engine.ports import TextRequest

VERSION = "2023-06-01"
TOOL = "answer"
# What may pass by itself; overloaded_error comes with status 529, or in the stream after a 200.
_PASSING = ("overloaded_error", "api_error", "timeout_error")
_ENDINGS = {
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "refusal": "The model refused to answer.",
}
_WAIT_HEADERS = (
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-tokens-reset",
    "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-output-tokens-reset",
)
_IN_FLIGHT_WAIT_S = 30.0


class Anthropic(ModelWriter):
    """A model behind a Messages endpoint."""

    kind = ProviderKind.ANTHROPIC
    modes = ("tool", "text")

    def connect(self) -> Stream:
        """See ModelWriter."""
        headers = {"anthropic-version": VERSION, **({"x-api-key": self._key} if self._key else {})}
        dialect = Dialect(headers, _WAIT_HEADERS, "request-id")
        base = self._endpoint.base_url.rstrip("/").removesuffix("/v1")
        return Stream(base, self._key, dialect, self._timeout_s)

    def body(self, request: TextRequest, mode: str) -> dict[str, Any]:
        """See ModelWriter."""
        shaped: dict[str, Any] = {}
        if mode == "tool":
            about = "Give the answer in this shape."
            tool = {"name": TOOL, "description": about, "input_schema": request.schema}
            shaped = {"tools": [tool], "tool_choice": {"type": "tool", "name": TOOL}}
        system = {"system": request.system} if request.system else {}
        return {
            "model": self.model,
            "max_tokens": request.most_tokens,
            "messages": [{"role": role, "content": text} for role, text in request.turns],
            "stream": True,
            **system,
            **shaped,
        }

    def read(
        self, stream: Stream, body: dict[str, Any], mode: str, on_text: Callable[[str], None]
    ) -> Sent:
        """See ModelWriter."""
        text, ending = "", ""
        counted: dict[str, int | None] = {}
        ended = False
        for event in stream.events("v1/messages", body, shaped=mode != "text"):
            sort = event.get("type")
            if sort == "error":
                _fail(stream, event.get("error"))
            elif sort == "message":  # a server that ignores `stream`
                text = stream.grown("", _whole(event), on_text)
            elif sort == "content_block_delta":
                text = stream.grown(text, _piece(event.get("delta")), on_text)
            elif sort == "message_stop":
                ended = True
            counted |= _counts(event)
            ending = _reason(event) or ending
            ended = ended or sort == "message"
        if not ended:
            raise stream.transient("The connection ended before the answer did.")
        return Sent(text, _usage(counted), ending)


def _fail(stream: Stream, error: object) -> None:
    found = error if isinstance(error, dict) else {}
    sort, said = str(found.get("type", "")), str(found.get("message", "It failed."))
    if sort == "rate_limit_error":
        raise RateLimited(stream.provider, "write", said, retry_after=_IN_FLIGHT_WAIT_S)
    raise stream.transient(said) if sort in _PASSING else stream.rejected(said)


def _piece(delta: object) -> str:
    """What a delta adds: words, or a part of the tool's input; thoughts are left out."""
    found = delta if isinstance(delta, dict) else {}
    return str(found.get("text") or found.get("partial_json") or "")


def _whole(message: dict[str, Any]) -> str:
    blocks = [block for block in message.get("content") or () if isinstance(block, dict)]
    inputs = [json.dumps(block["input"]) for block in blocks if block.get("type") == "tool_use"]
    return "".join(inputs or [str(block.get("text", "")) for block in blocks])


def _reason(event: dict[str, Any]) -> str:
    found = event.get("delta") if event.get("type") == "message_delta" else event
    reason = found.get("stop_reason") if isinstance(found, dict) else None
    return _ENDINGS.get(str(reason), "")


def _counts(event: dict[str, Any]) -> dict[str, int | None]:
    """The figures of message_start and message_delta; the later ones are cumulative."""
    message = event.get("message") if event.get("type") == "message_start" else event
    usage = message.get("usage") if isinstance(message, dict) else None
    if not isinstance(usage, dict):
        return {}
    counts = {name: whole_number(value) for name, value in usage.items()}
    return {name: value for name, value in counts.items() if value is not None}


def _usage(counted: dict[str, int | None]) -> Usage:
    """What was read from and written to a cache is input too."""
    if counted.get("input_tokens") is None or counted.get("output_tokens") is None:
        return Usage()
    names = ("input_tokens", "cache_creation_input_tokens", "cache_read_input_tokens")
    return Usage(sum(counted.get(name) or 0 for name in names), counted["output_tokens"])


MODEL = Anthropic
