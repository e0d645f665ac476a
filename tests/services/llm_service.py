"""Local servers over real HTTP that speak the OpenAI and Anthropic protocols as a script says."""

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

from gator_engine.domain.providers import ProviderKind
from tests.services.llm_endpoints import Bench, bench

Reply = Callable[[dict[str, Any]], Response]


@dataclass
class ChatServer:
    """Answers each request with the next reply of the script; the last one stays."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    kind: ProviderKind = ProviderKind.OPENAI

    async def chat(self, request: Request) -> Response:
        self.asked.append(await request.json())
        headers = request.headers
        self.keys.append(headers.get("authorization") or headers.get("x-api-key", ""))
        reply = self.script[0] if len(self.script) == 1 else self.script.pop(0)
        return reply(self.asked[-1])

    def bench(self, **more: Any) -> Bench:
        """The model behind this server."""
        return bench(self.kind, self.url, **more)


@dataclass
class Stage:
    """The one running web server, and whose script it follows now."""

    port: int = 0
    server: ChatServer = field(default_factory=ChatServer)

    async def chat(self, request: Request) -> Response:
        return await self.server.chat(request)


def sse(
    events: list[object],
    *,
    stall_s: float = 0.0,
    done: bool = True,
    wait: Callable[[], bool] = lambda: True,
) -> Response:
    """Server-sent events, one write each; stalls before the last one, and begins when it may."""

    async def body() -> AsyncIterator[str]:
        while not wait():  # noqa: ASYNC110  the condition is a test's own
            await anyio.sleep(0.01)
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
        events.append({"choices": [], "usage": {"prompt_tokens": 30, "completion_tokens": 12}})
        return sse(events, **stream)

    return reply


def post(text: str = "Fresh bowls.", tags: tuple[str, ...] = ("#clay",), alt: str = "Bowls") -> str:
    """A well-formed answer."""
    return json.dumps({"text": text, "hashtags": list(tags), "alt_text": alt})


def claude(text: str, *, stop: str = "tool_use", pieces: int = 5, **stream: Any) -> Reply:
    """A reply as the Messages API streams it: a forced tool's input in pieces, 30 and 12 tokens."""
    step = max(1, len(text) // pieces)
    parts = [text[at : at + step] for at in range(0, len(text), step)]

    def reply(asked: dict[str, Any]) -> Response:
        tool = bool(asked.get("tools"))
        names = ("input_json_delta", "partial_json") if tool else ("text_delta", "text")
        begun = {"input_tokens": 20, "cache_read_input_tokens": 10, "output_tokens": 1}
        events: list[object] = [
            {"type": "message_start", "message": {"usage": begun}},
            {"type": "ping"},
            {"type": "content_block_start", "content_block": {"type": "thinking"}},
            {"type": "content_block_delta", "delta": {"type": "thinking_delta", "thinking": "hm"}},
        ]
        events += [
            {"type": "content_block_delta", "delta": {"type": names[0], names[1]: part}}
            for part in parts
        ]
        ended = {"delta": {"stop_reason": stop}, "usage": {"output_tokens": 12}}
        events += [{"type": "message_delta", **ended}, {"type": "message_stop"}]
        return sse(events, done=False, **stream)

    return reply


def answers(server: ChatServer, text: str, *, until: int = 0, **more: Any) -> Reply:
    """The text as the server's own protocol streams it, once `until` requests have come in."""
    if until:
        more["wait"] = lambda: len(server.asked) >= until
    return (says if server.kind is ProviderKind.OPENAI else claude)(text, **more)


def fails(status: int, message: str = "no", **headers: str) -> Reply:
    """An error as vendors shape it."""
    return lambda _: JSONResponse({"error": {"message": message}}, status, headers)


@contextmanager
def talking(port: int = 0) -> Iterator[ChatServer]:
    """An OpenAI-compatible server of one's own; set its `script` before asking."""
    with staged(port) as stage:
        stage.server.url = f"http://127.0.0.1:{stage.port}/v1"
        stage.server.script = [says(post())]
        yield stage.server


@contextmanager
def staged(port: int = 0) -> Iterator[Stage]:
    """A running web server that speaks both protocols."""
    stage = Stage()
    paths = ("/v1/chat/completions", "/v1/messages")
    app = Starlette(routes=[Route(path, stage.chat, methods=["POST"]) for path in paths])
    config = uvicorn.Config(app, port=port, log_level="error", lifespan="off", ws="none")
    running = uvicorn.Server(config)
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    until = time.monotonic() + 20
    while not running.started and time.monotonic() < until:
        time.sleep(0.01)
    stage.port = running.servers[0].sockets[0].getsockname()[1]
    try:
        yield stage
    finally:
        running.should_exit = True
        running.force_exit = True
        thread.join(10)


@pytest.fixture(scope="session")
def llm_stage() -> Iterator[Stage]:
    """One web server for all tests of this process; each test puts its own script on it."""
    with staged() as stage:
        yield stage


@pytest.fixture
def chat_server(llm_stage: Stage) -> ChatServer:
    """An OpenAI-compatible server, running; set its `script` before asking."""
    url = f"http://127.0.0.1:{llm_stage.port}/v1"
    llm_stage.server = ChatServer(url=url, script=[says(post())])
    return llm_stage.server


@pytest.fixture
def claude_server(llm_stage: Stage) -> ChatServer:
    """A server that speaks the Messages API."""
    url = f"http://127.0.0.1:{llm_stage.port}"
    kind = ProviderKind.ANTHROPIC
    llm_stage.server = ChatServer(url=url, script=[claude(post())], kind=kind)
    return llm_stage.server


@pytest.fixture(params=["chat_server", "claude_server"])
def server(request: pytest.FixtureRequest) -> ChatServer:
    """Runs the test once per protocol."""
    found: ChatServer = request.getfixturevalue(request.param)
    return found
