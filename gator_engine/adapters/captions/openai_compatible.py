"""Language models behind any OpenAI-compatible endpoint.

Ollama, vLLM, llama.cpp, LM Studio and most vendors speak `POST /chat/completions` with server-sent
events. A schema for the answer is asked for in the strictest way the server accepts (json_schema,
then json_object, then in words); since some servers accept a schema and ignore it, every answer is
validated all the same.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from gator_engine.adapters.captions._model.stream import (
    Dialect,
    LimitRenamed,
    Stream,
    whole_number,
)
from gator_engine.adapters.captions._model.writer import ModelWriter, Sent
from gator_engine.domain.providers import ProviderKind
from gator_engine.domain.spending import Usage
from gator_engine.ports import TextRequest

_OLD_LIMIT, _NEW_LIMIT = "max_tokens", "max_completion_tokens"
_ENDINGS = {"length": "length", "content_filter": "filter"}


class OpenAiCompatible(ModelWriter):
    """A model behind a chat-completions endpoint."""

    kind = ProviderKind.OPENAI
    modes = ("json_schema", "json_object", "text")
    _limit = _OLD_LIMIT

    def connect(self) -> Stream:
        """See ModelWriter."""
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        dialect = Dialect(headers, ("x-ratelimit-reset-requests", "x-ratelimit-reset-tokens"))
        return Stream(self._endpoint.base_url, self._key, dialect, self._timeout_s)

    def body(self, request: TextRequest, mode: str) -> dict[str, Any]:
        """See ModelWriter."""
        turns = (("system", request.system), *request.turns)
        return {
            "model": self.model,
            "messages": [{"role": role, "content": text} for role, text in turns if text],
            "stream": True,
            "stream_options": {"include_usage": True},
            "seed": request.seed % 2**31,
            self._limit: request.most_tokens,
            **_response_format(mode, request),
        }

    def read(
        self, stream: Stream, body: dict[str, Any], mode: str, on_text: Callable[[str], None]
    ) -> Sent:
        """See ModelWriter; the length limit is named anew once for servers that want that."""
        try:
            return self._gather(stream, body, mode, on_text)
        except LimitRenamed:
            self._limit = _NEW_LIMIT
            renamed = {**body, _NEW_LIMIT: body.get(_OLD_LIMIT)}
            renamed.pop(_OLD_LIMIT, None)
            return self._gather(stream, renamed, mode, on_text)

    def _gather(
        self, stream: Stream, body: dict[str, Any], mode: str, on_text: Callable[[str], None]
    ) -> Sent:
        text, reason, usage = "", "", Usage()
        for event in stream.events("chat/completions", body, shaped=mode != "text"):
            if error := event.get("error"):
                said = error.get("message", error) if isinstance(error, dict) else error
                raise stream.transient(str(said))
            usage = _usage(event.get("usage")) or usage
            for choice in event.get("choices") or ():
                delta = choice.get("delta") or choice.get("message") or {}
                if delta.get("refusal"):
                    reason = f"The model refused: {delta['refusal']}"
                reason = reason or _ENDINGS.get(str(choice.get("finish_reason")), "")
                if delta.get("content"):
                    text = stream.grown(text, str(delta["content"]), on_text)
        if not reason and not text:
            raise stream.transient("The connection ended without an answer.")
        return Sent(text, usage, reason)


def _response_format(mode: str, request: TextRequest) -> dict[str, Any]:
    if mode == "text":
        return {}
    if mode == "json_object":
        return {"response_format": {"type": "json_object"}}
    schema = {"name": "answer", "strict": True, "schema": request.schema}
    return {"response_format": {"type": "json_schema", "json_schema": schema}}


def _usage(found: object) -> Usage | None:
    if not isinstance(found, dict):
        return None
    usage = Usage(
        whole_number(found.get("prompt_tokens")), whole_number(found.get("completion_tokens"))
    )
    return usage if usage.known else None


MODEL = OpenAiCompatible
