"""A local server that speaks ComfyUI's HTTP and websocket protocol, with scripted faults.

It "runs" a graph step by step, sends progress and previews to the client that queued it, and makes
a flat picture whose colour comes from the seed.
"""

from __future__ import annotations

import asyncio
import io
import json
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from gator_engine.config import Settings
from tests.services.image_api_server import picture
from tests.services.local_app import served

MODEL = "tiny.safetensors"
CHOICES = {
    "CheckpointLoaderSimple": {"ckpt_name": [[MODEL], {}]},
    "KSampler": {
        "seed": ["INT", {}],
        "sampler_name": ["COMBO", {"options": ["euler", "dpmpp_2m"]}],
        "scheduler": [["normal", "karras"]],
    },
    "CLIPTextEncode": {"text": ["STRING", {}]},
    "EmptyLatentImage": {"width": ["INT", {}], "height": ["INT", {}]},
    "VAEDecode": {},
    "SaveImage": {},
    "PreviewImage": {},
    "LoadImage": {"image": [["old.png"], {"image_upload": True}]},
}


@dataclass
class Comfy:
    """Its state; the fields named like faults steer what goes wrong."""

    url: str = ""
    step_s: float = 0.002
    drop_at_step: int = 0
    forget_at_step: int = 0
    silent: bool = False
    fail_with: str = ""
    refuse_sockets: int = 0
    save_as: str = "output"
    preview_event: int = 1
    wrong_bytes: bytes = b""
    lacks: set[str] = field(default_factory=set)
    models: list[str] = field(default_factory=lambda: [MODEL])
    graphs: list[dict[str, Any]] = field(default_factory=list)
    uploads: dict[str, bytes] = field(default_factory=dict)
    interrupts: list[Any] = field(default_factory=list)
    deleted: list[str] = field(default_factory=list)
    steps_run: int = 0
    connections: int = 0
    tokens: list[str] = field(default_factory=list)
    _sockets: dict[str, WebSocket] = field(default_factory=dict)
    _history: dict[str, Any] = field(default_factory=dict)
    _running: list[str] = field(default_factory=list)
    _tasks: set[Any] = field(default_factory=set)

    def settings(self, **more: Any) -> Settings:
        return Settings(**{"comfyui_url": self.url, "http_timeout_s": 3, **more})

    async def socket(self, socket: WebSocket) -> None:
        self.tokens.append(socket.headers.get("authorization", ""))
        self.connections += 1
        if self.refuse_sockets and self.connections > 1:
            self.refuse_sockets -= 1
            await socket.close(1013)
            return
        await socket.accept()
        client = socket.query_params["clientId"]
        self._sockets[client] = socket
        await self._send(client, "status", {"status": {"exec_info": {"queue_remaining": 0}}})
        try:
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            return

    async def object_info(self, request: Request) -> Response:
        name = request.path_params["name"]
        if name not in CHOICES or name in self.lacks:
            return JSONResponse({})
        declared = dict(CHOICES[name])
        if name == "CheckpointLoaderSimple":
            declared = {"ckpt_name": [self.models, {}]}
        return JSONResponse({name: {"input": {"required": declared}}})

    async def prompt(self, request: Request) -> Response:
        body = await request.json()
        graph = body["prompt"]
        if not any(n["class_type"] in ("SaveImage", "PreviewImage") for n in graph.values()):
            error = {"type": "prompt_no_outputs", "message": "Prompt has no outputs"}
            return JSONResponse({"error": error, "node_errors": {}}, 400)
        self.graphs.append(graph)
        prompt_id = str(uuid.uuid4())
        self._running.append(prompt_id)
        task = asyncio.create_task(self._work(prompt_id, body["client_id"], graph))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return JSONResponse({"prompt_id": prompt_id, "number": 1, "node_errors": {}})

    async def _work(self, prompt_id: str, client: str, graph: dict[str, Any]) -> None:
        sampler = next((n for n in graph.values() if n["class_type"] == "KSampler"), {"inputs": {}})
        steps, seed = int(sampler["inputs"].get("steps", 4)), int(sampler["inputs"].get("seed", 1))
        mine = {"prompt_id": prompt_id}
        await self._send(client, "execution_start", mine)
        for step in range(1, steps + 1):
            await asyncio.sleep(self.step_s)
            if prompt_id not in self._running:
                self._end(prompt_id, "error", ["execution_interrupted", mine])
                await self._send(client, "execution_interrupted", mine)
                return
            self.steps_run += 1
            if step == self.forget_at_step:
                self._running.remove(prompt_id)
                await self._drop(client)
                return
            if step == self.drop_at_step:
                await self._drop(client)
            await self._send(client, "progress", {**mine, "value": step, "max": steps})
            await self._preview(client)
        self._running.remove(prompt_id)
        if self.fail_with:
            what = {**mine, "node_type": "KSampler", "exception_message": self.fail_with}
            self._end(prompt_id, "error", ["execution_error", what])
            await self._send(client, "execution_error", what)
            return
        size = next((n["inputs"] for n in graph.values() if "width" in n["inputs"]), {})
        name = f"{size.get('width', 64)}x{size.get('height', 64)}_{seed}.png"
        images = [{"filename": name, "subfolder": "", "type": self.save_as}]
        self._history[prompt_id] = {
            "outputs": {"7": {"images": images}} if self.save_as else {},
            "status": {"status_str": "success", "completed": True, "messages": []},
        }
        await self._send(client, "executing", {**mine, "node": None})

    def _end(self, prompt_id: str, status: str, message: list[Any]) -> None:
        ended = {"status_str": status, "completed": False, "messages": [message]}
        self._history[prompt_id] = {"outputs": {}, "status": ended}

    async def _drop(self, client: str) -> None:
        if socket := self._sockets.pop(client, None):
            await socket.close(1011)

    async def _send(self, client: str, kind: str, data: object) -> None:
        socket = self._sockets.get(client)
        if socket is not None and not (self.silent and kind != "status"):
            try:
                await socket.send_text(json.dumps({"type": kind, "data": data}))
            except (RuntimeError, WebSocketDisconnect):
                self._sockets.pop(client, None)

    async def _preview(self, client: str) -> None:
        socket = self._sockets.get(client)
        if socket is None or self.silent:
            return
        data = io.BytesIO()
        Image.new("RGB", (8, 8), (9, 9, 9)).save(data, "JPEG")
        told = json.dumps({"node_id": "5"}).encode()
        head = (
            struct.pack(">II", 1, 1)
            if self.preview_event == 1
            else struct.pack(">II", 4, len(told)) + told
        )
        try:
            await socket.send_bytes(head + data.getvalue())
        except (RuntimeError, WebSocketDisconnect):
            self._sockets.pop(client, None)

    async def history(self, request: Request) -> Response:
        found = self._history.get(request.path_params["prompt_id"])
        return JSONResponse({request.path_params["prompt_id"]: found} if found else {})

    async def queue(self, request: Request) -> Response:
        if request.method == "POST":
            self.deleted += (await request.json()).get("delete", [])
            return Response()
        running = [[0, prompt_id] for prompt_id in self._running]
        return JSONResponse({"queue_running": running, "queue_pending": []})

    async def interrupt(self, request: Request) -> Response:
        asked = (await request.json())["prompt_id"]
        self.interrupts.append((asked, self.steps_run))
        self._running.remove(asked)
        return Response()

    async def upload(self, request: Request) -> Response:
        async with request.form() as form:
            file = form["image"]
            assert not isinstance(file, str)
            self.uploads[str(file.filename)] = await file.read()
        return JSONResponse({"name": file.filename, "subfolder": "", "type": "input"})

    async def view(self, request: Request) -> Response:
        size, _, seed = request.query_params["filename"].removesuffix(".png").partition("_")
        width, height = map(int, size.split("x"))
        data = self.wrong_bytes or picture(width, height, int(seed))
        return Response(data, media_type="image/png")


@contextmanager
def comfyui() -> Iterator[Comfy]:
    """The server, running."""
    state = Comfy()
    routes = [
        WebSocketRoute("/ws", state.socket),
        Route("/object_info/{name}", state.object_info),
        Route("/prompt", state.prompt, methods=["POST"]),
        Route("/history/{prompt_id}", state.history),
        Route("/queue", state.queue, methods=["GET", "POST"]),
        Route("/interrupt", state.interrupt, methods=["POST"]),
        Route("/upload/image", state.upload, methods=["POST"]),
        Route("/view", state.view),
    ]
    with served(Starlette(routes=routes)) as address:
        state.url = address
        yield state
