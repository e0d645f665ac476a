"""Who may use the API: this machine, with a token that the Settings page gives out."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from ipaddress import ip_address

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from gator_engine.errors import GatorError, InvalidInput, NotFound, PermissionDenied
from pages._ui.session import studio

SCOPE = "api:read"
LIFETIME_S = 30 * 24 * 3600

Endpoint = Callable[[Request], Response]


def issue() -> str:
    """A token for reading, valid for 30 days on this installation."""
    return studio().vault.sign(SCOPE, ttl_s=LIFETIME_S)


def reading(endpoint: Endpoint) -> Endpoint:
    """Let only this machine in, and only with a token; errors become JSON with a status."""

    @wraps(endpoint)
    def guarded(request: Request) -> Response:
        try:
            _admit(request)
            return endpoint(request)
        except PermissionDenied as error:
            return _refusal(401, error, {"WWW-Authenticate": "Bearer"})
        except NotFound as error:
            return _refusal(404, error)
        except InvalidInput as error:
            return _refusal(422, error)
        except GatorError as error:
            return _refusal(503, error)

    return guarded


def _admit(request: Request) -> None:
    host = request.client.host if request.client else ""
    if not host or not ip_address(host).is_loopback:
        raise PermissionDenied("The API answers this machine only.")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or studio().vault.verify(token) != SCOPE:
        raise PermissionDenied("Send a token from Settings as `Authorization: Bearer …`.")


def _refusal(status: int, error: GatorError, headers: dict[str, str] | None = None) -> Response:
    return JSONResponse({"error": str(error)}, status_code=status, headers=headers)
