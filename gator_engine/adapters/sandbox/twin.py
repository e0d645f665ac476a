"""What a platform's twin is, and the desk that serves its calls with scripted faults."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gator_engine.adapters.sandbox.faults import CutAnswer, Fault, draw
from gator_engine.adapters.sandbox.state import Person, State, StoredPost


class Refusal(HTTPException):
    """A request is answered with an error of the platform's own making."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status_code)
        self.response = response


@dataclass(frozen=True)
class Span:
    """A stretch of a post's text; with `href` it is a link."""

    text: str
    href: str = ""


@dataclass(frozen=True)
class Picture:
    """A picture of a post as its page shows it."""

    src: str
    alt: str


@dataclass(frozen=True)
class Call:
    """One request to a twin: who asks, at which address the sandbox was reached, what struck it."""

    request: Request
    person: Person | None
    base_url: str
    fault: Fault | None = None

    @property
    def who(self) -> Person:
        """The person who is logged in; the desk has refused everybody else before."""
        assert self.person is not None, "the desk lets only known people through"
        return self.person

    async def json(self) -> dict[str, Any]:
        """The JSON object in the body, {} when there is none."""
        try:
            body = json.loads(await self.request.body() or b"{}")
        except ValueError:
            return {}
        return body if isinstance(body, dict) else {}


Handler = Callable[[Call], Awaitable[Response]]


class Twin(Protocol):
    """One platform as the sandbox speaks it. One file each under twins, found by its TWIN."""

    slug: str
    label: str
    post_path: str
    profile_path: str

    def routes(self) -> Sequence[Route]: ...

    def new_person(self, handle: str, display_name: str) -> Person:
        """Open an account, or return the one with that handle. Raises InvalidInput."""

    def credentials(self, person: Person, base_url: str) -> Mapping[str, str]:
        """The fields that the platform's connector wants to connect that account."""

    def caller(self, request: Request) -> Person | None:
        """Who the request's token belongs to; None without a good token."""

    def unknown_caller(self) -> Response:
        """How the platform answers a request without a good token."""

    def faulty(self, fault: Fault) -> Response:
        """How the platform words a refusal (reject, rate_limit, server_error …)."""

    def spans(self, post: StoredPost, base_url: str) -> Sequence[Span]:
        """The text of a post with its links."""

    def pictures(self, post: StoredPost, base_url: str) -> Sequence[Picture]: ...


class Desk:
    """Serves a twin's calls: finds the caller, lets faults strike, logs."""

    def __init__(self, twin: Twin, state: State) -> None:
        self._twin, self._state = twin, state

    def route(
        self,
        method: str,
        path: str,
        operation: str,
        handler: Handler,
        *,
        public: bool = False,
    ) -> Route:
        """A route whose handler sees only callers with a good token, unless `public`."""

        async def endpoint(request: Request) -> Response:
            person = self._twin.caller(request)
            fault = self._draw(request, operation, person)
            response = await self._answer(request, person, fault, handler, public)
            self._log(operation, person, response, fault)
            return response

        return Route(path, endpoint, methods=[method])

    def _draw(self, request: Request, operation: str, person: Person | None) -> Fault | None:
        handle = person.handle if person else ""
        return draw(self._state, self._twin.slug, operation, request.url.path, handle)

    async def _answer(
        self,
        request: Request,
        person: Person | None,
        fault: Fault | None,
        handler: Handler,
        public: bool,
    ) -> Response:
        if fault and fault.kind == "slow":
            await asyncio.sleep(fault.hang_s)
        elif fault and not fault.after and fault.kind != "processing":
            return self._broken(fault)
        if person is None and not public:
            return self._twin.unknown_caller()
        call = Call(request, person, f"{request.base_url}{self._twin.slug}", fault)
        try:
            response = await handler(call)
        except Refusal as refusal:
            return refusal.response
        return self._broken(fault) if fault and fault.after else response

    def _broken(self, fault: Fault) -> Response:
        if fault.base in ("timeout", "drop", "garbage"):
            return CutAnswer(fault)
        return self._twin.faulty(fault)

    def _log(
        self, operation: str, person: Person | None, response: Response, fault: Fault | None
    ) -> None:
        self._state.log(
            self._twin.slug,
            person.id if person else "",
            operation,
            response.status_code,
            fault.kind if fault else "",
        )


def plain_json(data: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """JSON as platforms send it."""
    return JSONResponse(data, status_code=status, headers=dict(headers or {}))
