"""Who may use the API: this machine, with a token that the Settings page gives out.

A token reads, or reads and writes. What is refused is answered as a problem document (RFC 9457).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from functools import wraps
from ipaddress import ip_address

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gator_engine.errors import (
    CapabilityError,
    FieldProblem,
    GatorError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    PermissionDenied,
    StaleWrite,
)
from pages._ui.session import studio

READ, WRITE = "api:read", "api:write"
LIFETIME_S = 30 * 24 * 3600
PROBLEM = "application/problem+json"

Endpoint = Callable[[Request], Response]
BodyEndpoint = Callable[[Request, bytes], Response]
AsyncEndpoint = Callable[[Request], Awaitable[Response]]


class Forbidden(PermissionDenied):
    """The token is good, but not for this."""


class TooLarge(InvalidInput):
    """The body is larger than this address takes."""


def issue(*, writes: bool = False) -> str:
    """A token valid for 30 days on this installation: for reading, or for writing too."""
    return studio().vault.sign(WRITE if writes else READ, ttl_s=LIFETIME_S)


def reading(endpoint: Endpoint) -> Endpoint:
    """Let only this machine in, and only with a token; errors become problem documents."""

    @wraps(endpoint)
    def guarded(request: Request) -> Response:
        return _answered(lambda: _admitted(request, READ, lambda: endpoint(request)))

    return guarded


def sending(scope: str, limit: Callable[[], int]) -> Callable[[BodyEndpoint], AsyncEndpoint]:
    """As `reading`, for requests with a body of at most `limit` bytes; `scope` is what the token
    must be good for. Nothing is read of a body before the token was looked at.
    """

    def decorate(endpoint: BodyEndpoint) -> AsyncEndpoint:
        @wraps(endpoint)
        async def guarded(request: Request) -> Response:
            refused = await run_in_threadpool(
                _answered, lambda: _admitted(request, scope, lambda: Response())
            )
            if refused.status_code != 200:
                return refused
            most = limit()
            body = await _body(request, most)
            if body is None:
                too_large = TooLarge("body", "is too large", f"{most} bytes")
                return _refusal(413, too_large, {"Connection": "close"})
            return await run_in_threadpool(_answered, lambda: endpoint(request, body))

        return guarded

    return decorate


async def _body(request: Request, most: int) -> bytes | None:
    """The body, or None as soon as it is known to be larger than `most` bytes."""
    told = request.headers.get("content-length", "0")
    if not told.isdecimal() or int(told) > most:
        return None
    found = bytearray()
    async for piece in request.stream():
        found += piece
        if len(found) > most:
            return None
    return bytes(found)


def _admitted(request: Request, scope: str, answer: Callable[[], Response]) -> Response:
    host = request.client.host if request.client else ""
    if not host or not ip_address(host).is_loopback:
        raise PermissionDenied("The API answers this machine only.")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    granted = studio().vault.verify(token) if kind.lower() == "bearer" else None
    if granted not in (READ, WRITE):
        raise PermissionDenied("Send a token from Settings as `Authorization: Bearer …`.")
    if scope == WRITE and granted != WRITE:
        raise Forbidden("This token only reads. Make one that writes in Settings.")
    return answer()


def _answered(answer: Callable[[], Response]) -> Response:
    try:
        return answer()
    except Forbidden as error:
        said = f'Bearer error="insufficient_scope", scope="{WRITE}"'
        return _refusal(403, error, {"WWW-Authenticate": said})
    except PermissionDenied as error:
        return _refusal(401, error, {"WWW-Authenticate": "Bearer"})
    except NotFound as error:
        return _refusal(404, error)
    except (StaleWrite, IllegalTransition) as error:
        return _refusal(409, error)
    except (InvalidInput, CapabilityError) as error:
        return _refusal(422, error)
    except GatorError as error:
        return _refusal(503, error)


_TITLES = {
    401: "A token is needed",
    403: "This token may not do that",
    404: "There is no such thing",
    409: "It is not as you think it is",
    413: "Too much at once",
    422: "Something in it cannot be used",
    503: "Not possible now",
}


def _refusal(status: int, error: GatorError, headers: dict[str, str] | None = None) -> Response:
    document: dict[str, object] = {
        "type": "about:blank",
        "title": _TITLES[status],
        "status": status,
        "detail": str(error),
    }
    if isinstance(error, InvalidInput):
        document["errors"] = [_problem(one) for one in error.problems]
    return JSONResponse(document, status, headers, media_type=PROBLEM)


def _problem(one: FieldProblem) -> dict[str, str]:
    limit = {"limit": one.limit} if one.limit else {}
    return {"field": one.field, "problem": one.problem, **limit}
