"""What all servers of the AT protocol share: sessions, refusals, record keys.

Sources: https://atproto.com/specs/xrpc, https://atproto.com/specs/tid and the lexicons of
com.atproto.server (read 2026-08).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from hashlib import sha256
from typing import Any

from gator_engine.adapters.connectors._tokens import expiry
from gator_engine.adapters.web.wire import (
    Answer,
    Errors,
    Network,
    TokenExpired,
    connected,
)
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    InvalidInput,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import ConnectorSession

DIRECTORY = "https://plc.directory"
TID_ALPHABET = "234567abcdefghijklmnopqrstuvwxyz"


def _read_error(body: Any) -> tuple[str, str]:
    if not isinstance(body, dict):
        return "", ""
    return str(body.get("error") or ""), str(body.get("message") or "")[:500]


ERRORS = Errors(
    read=_read_error,
    table={
        (0, "ExpiredToken"): TokenExpired,
        (0, "InvalidToken"): AuthExpired,
        (0, "AuthenticationRequired"): AuthExpired,
        (0, "AuthMissing"): AuthExpired,
        (0, "AccountTakedown"): AuthExpired,
        (0, "AccountDeactivated"): AuthExpired,
        (0, "RateLimitExceeded"): RateLimited,
        (0, "ConcurrentWrites"): Transient,
        (0, "InvalidSwap"): Transient,
        (0, "BlobNotFound"): Transient,
    },
    wait_headers=("ratelimit-reset",),
)


class Xrpc:
    """Calls to the servers of one network of the AT protocol."""

    def __init__(self, platform: str, network: Network) -> None:
        self._platform, self._network = platform, network

    def call(
        self, session: ConnectorSession, operation: str, method: str, nsid: str, **request: Any
    ) -> Answer:
        """One call with the session's token, renewed and repeated once when it has run out.

        An expired token is refused before anything is done, so that repeating is always safe.
        """
        try:
            return self._once(session, operation, method, nsid, request)
        except TokenExpired:
            self.renew(session)
        try:
            return self._once(session, operation, method, nsid, request)
        except TokenExpired as error:
            # The server takes its own fresh token for expired: its trouble, not the login's.
            problem = "a fresh token was refused as expired"
            raise Transient(self._platform, operation, problem, code=error.code) from error

    def _once(
        self,
        session: ConnectorSession,
        operation: str,
        method: str,
        nsid: str,
        request: Mapping[str, Any],
    ) -> Answer:
        server, token = self._network.base_url(session.account), session.credentials["access_jwt"]
        with connected(self._platform, server, self._network, ERRORS, token) as wire:
            return wire.call(operation, method, f"/xrpc/{nsid}", **request)

    def renew(self, session: ConnectorSession) -> None:
        """Exchange the refresh token; the new pair is stored before anybody uses it."""
        base_url = self._network.base_url(session.account)
        with session.exclusive_refresh() as ours:
            if not ours:
                return
            token = session.credentials["refresh_jwt"]
            with connected(self._platform, base_url, self._network, ERRORS, token) as wire:
                path = "/xrpc/com.atproto.server.refreshSession"
                fresh = wire.call("refresh", "POST", path)
            access, renewal = str(fresh.need("accessJwt")), str(fresh.need("refreshJwt"))
            tokens = {"access_jwt": access, "refresh_jwt": renewal}
            session.replace_credentials(tokens, expiry(renewal))

    def log_in(self, service: str, identifier: str, password: str) -> Answer:
        """Open a session. Raises InvalidInput naming the field of the form, or ExternalError."""
        body = {"identifier": identifier, "password": password}
        path = "/xrpc/com.atproto.server.createSession"
        with connected(self._platform, service, self._network, ERRORS, field="service") as wire:
            try:
                return wire.call("connect", "POST", path, json=body)
            except AuthExpired as error:
                if error.code == "AccountTakedown":
                    raise
                problem = "and handle are not accepted by this server"
                raise InvalidInput("app_password", problem) from error
            except Rejected as error:
                if error.code not in ("404", "405"):
                    raise
                raise InvalidInput("service", "is not a server of the AT protocol") from error

    def home_of(self, did: str, document: Any, service: str) -> str:
        """The account's own server: from its DID document, else the server it logged in at."""
        if not isinstance(document, dict) and did.startswith("did:plc:"):
            document = self._directory(did, service)
        for entry in (document or {}).get("service", []):
            if str(entry.get("id", "")).endswith("#atproto_pds"):
                return self._network.given_url(str(entry["serviceEndpoint"]), "service")
        return service

    def _directory(self, did: str, service: str) -> Any:
        if self._network.is_sandbox(service):
            return None
        with connected(self._platform, DIRECTORY, self._network, ERRORS) as wire:
            try:
                return wire.call("connect", "GET", f"/{did}").data
            except ExternalError:
                # Without the directory the server that accepted the login is the best there is.
                return None


def tid(now: datetime, seed: str) -> str:
    """A timestamp identifier: 53 bits of microseconds, 10 bits that tell writers apart.

    Source: https://atproto.com/specs/tid. The ten bits come from the delivery's own key.
    """
    clock_id = int.from_bytes(sha256(seed.encode()).digest()[:2]) & 0x3FF
    value = (int(now.timestamp() * 1_000_000) << 10) | clock_id
    return "".join(TID_ALPHABET[(value >> shift) & 31] for shift in range(60, -5, -5))
