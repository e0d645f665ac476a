"""A local service that speaks OpenAI's images API, deterministic by seed, with scripted faults."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from PIL import Image
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gator_engine.config import Settings
from tests.services.local_app import served

KEY = "sk-image-0123456789"
Reply = Callable[[dict[str, Any]], Response]


@dataclass
class ImageApi:
    """Answers with the next reply of the script; without a script it draws."""

    url: str = ""
    script: list[Reply] = field(default_factory=list)
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)
    files: list[dict[str, bytes]] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)

    async def generations(self, request: Request) -> Response:
        return self._answer(request, await request.json())

    async def edits(self, request: Request) -> Response:
        async with request.form() as form:
            fields = {k: v for k, v in form.multi_items() if isinstance(v, str)}
            uploads = [(k, v) for k, v in form.multi_items() if not isinstance(v, str)]
            self.files.append({f"{k}:{v.filename}": await v.read() for k, v in uploads})
        return self._answer(request, fields)

    def _answer(self, request: Request, asked: dict[str, Any]) -> Response:
        self.asked.append(asked)
        self.keys.append(request.headers.get("authorization", ""))
        reply = self.script.pop(0) if self.script else draws
        return reply(asked)

    async def file(self, request: Request) -> Response:
        self.fetched.append(request.headers.get("authorization", ""))
        return Response(picture(64, 64, 3), media_type="image/png")

    def settings(self, **more: Any) -> Settings:
        given = {
            "image_api_url": self.url,
            "image_api_key": KEY,
            "image_api_model": "tiny-painter",
            "image_api_takes_seed": True,
        }
        return Settings(**{**given, **more})


def picture(width: int, height: int, seed: int, kind: str = "PNG") -> bytes:
    """A picture of one colour, by seed."""
    data = io.BytesIO()
    colour = (seed * 40 % 256, seed * 7 % 256, seed % 256)
    Image.new("RGB", (width, height), colour).save(data, kind)
    return data.getvalue()


def draws(asked: dict[str, Any], **more: Any) -> Response:
    """What was asked for, as base64, with usage."""
    width, height = map(int, str(asked["size"]).split("x"))
    encoded = base64.b64encode(picture(width, height, int(asked.get("seed", 1)))).decode()
    usage = {"input_tokens": 9, "output_tokens": 200, "total_tokens": 209, "cost": 0.04}
    return JSONResponse({"created": 1, "data": [{"b64_json": encoded}], "usage": usage, **more})


def says(body: object, status: int = 200, **headers: str) -> Reply:
    """A scripted answer."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: JSONResponse(body, status, named)


def fails(status: int, message: str, code: str = "", **headers: str) -> Reply:
    """An error as the vendor shapes it."""
    return says({"error": {"message": message, "code": code, "type": "e"}}, status, **headers)


@contextmanager
def image_api() -> Iterator[ImageApi]:
    """The service, running."""
    state = ImageApi()
    routes = [
        Route("/v1/images/generations", state.generations, methods=["POST"]),
        Route("/v1/images/edits", state.edits, methods=["POST"]),
        Route("/files/picture.png", state.file),
    ]
    with served(Starlette(routes=routes)) as address:
        state.url = f"{address}/v1"
        yield state
