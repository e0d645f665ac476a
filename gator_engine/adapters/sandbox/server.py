"""The sandbox network: one local server with a twin of each platform, and a public timeline.

Everything here is simulated and stays on this machine. What tests and the studio use:

    POST /sandbox/accounts {platform, handle, display_name}   → the fields `connect` wants
    GET  /sandbox/posts?platform=                             → every post ever accepted
    GET  /sandbox/requests?platform=                          → the log of calls to the twins
    GET, POST, DELETE /sandbox/faults                         → scripted faults (see faults.Fault)
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.types import ASGIApp, Receive, Scope, Send

from gator_engine.adapters.sandbox.faults import (
    add_fault,
    clear_faults,
    listed_faults,
    parse_fault,
)
from gator_engine.adapters.sandbox.state import State, StoredPost
from gator_engine.adapters.sandbox.timeline import Timeline
from gator_engine.adapters.sandbox.twins import discover_twins
from gator_engine.errors import InvalidInput

# Only these names: a page on the internet cannot reach the sandbox through a name of its own.
LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
SAFE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'",
    "Cache-Control": "private, max-age=3600",
}


def create_app(state_dir: Path, allowed_hosts: Sequence[str] = LOOPBACK) -> ASGIApp:
    """The sandbox network over the state in a folder; the same folder survives a restart."""
    state = State(state_dir)
    desk = FrontDesk(state)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        yield
        state.close()

    app = Starlette(
        routes=desk.routes(),
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=list(allowed_hosts))],
        lifespan=lifespan,
    )
    return with_transport(app)


def with_transport(app: ASGIApp) -> ASGIApp:
    """Lets a scripted fault cut the connection: ASGI itself has no word for that.

    uvicorn's `send` is a method of the object that holds the connection's transport.
    """

    async def wrapped(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            scope["gator.transport"] = getattr(getattr(send, "__self__", None), "transport", None)
        await app(scope, receive, send)

    return wrapped


class FrontDesk:
    """The sandbox's own calls and pages, around the twins."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._twins = discover_twins(state)
        self._timeline = Timeline(state, self._twins)

    def routes(self) -> list[BaseRoute]:
        """All routes: the sandbox's own, then one mount per twin."""
        own: list[BaseRoute] = [
            Route("/", self._timeline.home),
            Route("/sandbox/accounts", self.accounts, methods=["POST"]),
            Route("/sandbox/posts", self.posts),
            Route("/sandbox/requests", self.requests),
            Route("/sandbox/faults", self.faults, methods=["GET", "POST", "DELETE"]),
            Route("/sandbox/files/{platform}/{id}", self.file),
            Route("/sandbox/avatars/{platform}/{handle}.svg", self._timeline.avatar),
        ]
        mounts = [
            Mount(f"/{slug}", routes=[*twin.routes(), *self._timeline.routes(twin)])
            for slug, twin in self._twins.items()
        ]
        return [*own, *mounts]

    async def accounts(self, request: Request) -> Response:
        """Open an account, or find the one with that handle."""
        body = await _body(request)
        twin = self._twins.get(str(body.get("platform")))
        if twin is None:
            return _refused(InvalidInput("platform", "is unknown", ", ".join(self._twins)))
        handle = str(body.get("handle") or "").strip().lower().removeprefix("@")
        try:
            person = twin.new_person(handle, str(body.get("display_name") or handle))
        except InvalidInput as error:
            return _refused(error)
        return JSONResponse(dict(twin.credentials(person, f"{request.base_url}{twin.slug}")))

    async def posts(self, request: Request) -> Response:
        """Every post ever accepted, oldest first, deleted ones marked."""
        platform = request.query_params.get("platform")
        found = self._state.posts(platform=platform, deleted=True)
        return JSONResponse([self._told(post, str(request.base_url)) for post in reversed(found)])

    def _told(self, post: StoredPost, root: str) -> dict[str, Any]:
        person = self._state.person(post.platform, id=post.account_id)
        handle = person.handle if person else ""
        path = self._twins[post.platform].post_path.format(handle=handle, key=post.key)
        return {**asdict(post), "handle": handle, "url": f"{root}{post.platform}{path}"}

    async def requests(self, request: Request) -> Response:
        """The log of calls to the twins, oldest first."""
        rows = self._state.rows(
            "select * from requests where (? is null or platform = ?) order by number",
            [request.query_params.get("platform")] * 2,
        )
        return JSONResponse([dict(row) for row in rows])

    async def faults(self, request: Request) -> Response:
        """List, add or forget scripted faults."""
        if request.method == "DELETE":
            clear_faults(self._state)
        if request.method == "POST":
            try:
                add_fault(self._state, parse_fault(await _body(request)))
            except InvalidInput as error:
                return _refused(error)
        return JSONResponse(listed_faults(self._state))

    async def file(self, request: Request) -> Response:
        """An uploaded file, only ever as the picture it claims to be."""
        found = self._state.file(request.path_params["platform"], request.path_params["id"])
        if found is None or not found.mime.startswith("image/"):
            return JSONResponse({"error": "no such file"}, status_code=404)
        return Response(found.data, media_type=found.mime, headers=SAFE_HEADERS)


async def _body(request: Request) -> dict[str, Any]:
    """The JSON object sent; only with its proper type, which no form of a foreign page can set."""
    if "application/json" not in request.headers.get("content-type", ""):
        return {}
    try:
        body = await request.json()
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _refused(error: InvalidInput) -> Response:
    return JSONResponse({"error": str(error), "field": error.field}, status_code=400)
