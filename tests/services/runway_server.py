"""A local service that speaks Runway's task protocol (version 2024-11-06), with scripted faults.

Paths and fields as the official SDK sends and reads them. Films are a tenth of the size asked for,
five frames long, and differ by seed.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gator_engine.adapters.generators._films.encoding import encoded
from gator_engine.config import Settings
from tests.services.local_app import served

KEY = "key_0123456789"
CREDITS = 25
NEEDED = ("model", "promptText", "ratio", "duration")
Look = dict[str, Any]
PENDING: Look = {"status": "PENDING"}
THROTTLED: Look = {"status": "THROTTLED"}
RUNNING: Look = {"status": "RUNNING", "progress": 0.5}
DONE: Look = {"status": "SUCCEEDED"}


@dataclass
class RunwayApi:
    """`looks` are the states a new task goes through, the last for good; `replies` answer the next
    calls of a sort ("create", "look", "delete", "file") in place of it."""

    url: str = ""
    looks: list[Look] = field(default_factory=lambda: [PENDING, RUNNING, DONE])
    replies: dict[str, list[Callable[[], Response]]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)
    seen: dict[str, int] = field(default_factory=dict)
    outputs: list[str] = field(default_factory=list)

    def create(self, request: Request, body: dict[str, Any]) -> Response:
        self.asked.append((request.url.path, body))
        self.headers.append(dict(request.headers))
        if reply := self._scripted("create"):
            return reply
        lacking = [name for name in NEEDED if name not in body]
        if request.headers.get("authorization") != f"Bearer {KEY}":
            return JSONResponse({"error": "Invalid API key"}, 401)
        if lacking or request.headers.get("x-runway-version") != "2024-11-06":
            issues = [{"path": [name], "message": "Required"} for name in lacking]
            return JSONResponse({"error": "Validation of body failed", "issues": issues}, 400)
        task_id = hashlib.sha256(json.dumps(body).encode()).hexdigest()[:32]
        self.tasks[task_id], self.seen[task_id] = body, 0
        return JSONResponse({"id": task_id, "estimatedCost": {"credits": CREDITS}})

    async def post(self, request: Request) -> Response:
        return self.create(request, await request.json())

    async def look(self, request: Request) -> Response:
        if reply := self._scripted("look"):
            return reply
        task_id = request.path_params["task"]
        if task_id not in self.tasks:
            return JSONResponse({"error": "Not found"}, 404)
        at = min(self.seen[task_id], len(self.looks) - 1)
        self.seen[task_id] += 1
        state = {"id": task_id, "createdAt": "2026-11-28T12:00:00Z", **self.looks[at]}
        if state["status"] in ("SUCCEEDED", "FAILED", "CANCELLED"):
            state["cost"] = {"credits": CREDITS if state["status"] == "SUCCEEDED" else 0}
        else:
            state["estimatedCost"] = {"credits": CREDITS}
        if state["status"] == "SUCCEEDED":
            own = f"{self.url}/files/{task_id}.mp4"
            state["output"] = [self.outputs.pop(0) if self.outputs else own]
        return JSONResponse(state)

    async def delete(self, request: Request) -> Response:
        if reply := self._scripted("delete"):
            return reply
        self.deleted.append(request.path_params["task"])
        return Response(status_code=204)

    async def file(self, request: Request) -> Response:
        self.fetched.append(request.headers.get("authorization", ""))
        if reply := self._scripted("file"):
            return reply
        body = self.tasks[request.path_params["task"]]
        return Response(film(body["ratio"], int(body.get("seed", 0))), media_type="video/mp4")

    def _scripted(self, sort: str) -> Response | None:
        waiting = self.replies.get(sort, [])
        return waiting.pop(0)() if waiting else None

    def settings(self, **more: Any) -> Settings:
        given = {"runway_url": self.url, "runway_api_key": KEY, "runway_poll_s": 0.05}
        return Settings(**{**given, **more})


def film(ratio: str, seed: int) -> bytes:
    """Five frames at 24 a second, of a colour by seed that grows brighter."""
    width, height = (int(edge) // 20 * 2 for edge in ratio.split(":"))
    colour = np.array([seed * 40 % 200, seed * 7 % 200, seed % 200])
    frames = (
        np.broadcast_to(colour + 10 * n, (height, width, 3)).astype(np.uint8) for n in range(5)
    )
    return encoded(frames, Fraction(24))


def fails(status: int, message: str, **headers: str) -> Callable[[], Response]:
    """A refusal as the vendor shapes it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda: JSONResponse({"error": message}, status, named)


@contextmanager
def runway_api() -> Iterator[RunwayApi]:
    """The service, running."""
    state = RunwayApi()
    routes = [
        Route("/v1/image_to_video", state.post, methods=["POST"]),
        Route("/v1/text_to_video", state.post, methods=["POST"]),
        Route("/v1/tasks/{task}", state.look, methods=["GET"]),
        Route("/v1/tasks/{task}", state.delete, methods=["DELETE"]),
        Route("/files/{task}.mp4", state.file, methods=["GET"]),
    ]
    with served(Starlette(routes=routes)) as address:
        state.url = address
        yield state
