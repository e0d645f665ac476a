"""A local server that speaks the OpenAI chat protocol over real HTTP, with scripted behaviour."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import anyio
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from gator_engine.config import Settings

KEY = "sk-test-0123456789"
Reply = Callable[[dict[str, Any]], Response]


@dataclass
class ChatServer:
    """Answers each request with the next reply of the script; the last one stays."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    async def chat(self, request: Request) -> Response:
        self.asked.append(await request.json())
        self.keys.append(request.headers.get("authorization", ""))
        reply = self.script[0] if len(self.script) == 1 else self.script.pop(0)
        return reply(self.asked[-1])

    def settings(self, **more: Any) -> Settings:
        given = {"llm_base_url": self.url, "llm_api_key": KEY, "llm_model": "tiny-talker"}
        return Settings(**{**given, "http_timeout_s": 5, **more})


def sse(events: list[object], *, stall_s: float = 0.0, done: bool = True) -> Response:
    """Server-sent events, one write each; stalls before the last one."""

    async def body() -> AsyncIterator[str]:
        for number, event in enumerate(events):
            if stall_s and number == len(events) - 1:
                await anyio.sleep(stall_s)
            yield f"data: {json.dumps(event)}\n\n"
        if done:
            yield "data: [DONE]\n\n"

    return StreamingResponse(body(), media_type="text/event-stream")


def says(text: str, *, finish: str = "stop", pieces: int = 5, **stream: Any) -> Reply:
    """A reply that streams the text in pieces and then counts 42 tokens."""
    step = max(1, len(text) // pieces)
    parts = [text[at : at + step] for at in range(0, len(text), step)]

    def reply(_: dict[str, Any]) -> Response:
        events: list[object] = [{"choices": [{"delta": {"content": part}}]} for part in parts]
        events.append({"choices": [{"delta": {}, "finish_reason": finish}]})
        events.append({"choices": [], "usage": {"total_tokens": 42}})
        return sse(events, **stream)

    return reply


def post(text: str = "Fresh bowls.", tags: tuple[str, ...] = ("#clay",), alt: str = "Bowls") -> str:
    """A well-formed answer."""
    return json.dumps({"text": text, "hashtags": list(tags), "alt_text": alt})


def fails(status: int, message: str = "no", **headers: str) -> Reply:
    """An error as vendors shape it."""
    return lambda _: JSONResponse({"error": {"message": message}}, status, headers)


@contextmanager
def talking(port: int) -> Iterator[ChatServer]:
    """The server, running; set its `script` before asking."""
    state = ChatServer(url=f"http://127.0.0.1:{port}/v1", script=[says(post())])
    app = Starlette(routes=[Route("/v1/chat/completions", state.chat, methods=["POST"])])
    config = uvicorn.Config(app, port=port, log_level="error", lifespan="off", ws="none")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not server.started and time.monotonic() < until:
        time.sleep(0.01)
    try:
        yield state
    finally:
        server.should_exit = True
        server.force_exit = True
        thread.join(10)


@pytest.fixture
def chat_server(free_port: int) -> Iterator[ChatServer]:
    """The server for one test."""
    with talking(free_port) as state:
        yield state
