"""Session tokens, content ids and account ids as the AT protocol writes them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

ACCESS_S, REFRESH_S = 7_200, 90 * 86_400
ACCESS, REFRESH = "com.atproto.access", "com.atproto.refresh"


@dataclass(frozen=True)
class Claims:
    """What a good token says; `expired` ones are recognised so that they can be refused so."""

    did: str
    scope: str
    token_id: str
    expired: bool


def sign(did: str, scope: str, key: str) -> str:
    """A JSON Web Token (HS256, RFC 7519) for one account."""
    now = int(time.time())
    life = ACCESS_S if scope == ACCESS else REFRESH_S
    claims = {
        "scope": scope,
        "sub": did,
        "iat": now,
        "exp": now + life,
        "jti": secrets.token_hex(8),
    }
    header = {"typ": "at+jwt" if scope == ACCESS else "refresh+jwt", "alg": "HS256"}
    body = f"{_part(header)}.{_part(claims)}"
    return f"{body}.{_signature(body, key)}"


def read(token: str, key: str) -> Claims | None:
    """The claims of a token we signed, else None."""
    body, _, signature = token.rpartition(".")
    if not body or not hmac.compare_digest(signature, _signature(body, key)):
        return None
    claims = json.loads(_bytes(body.partition(".")[2]))
    expired = claims["exp"] <= time.time()
    return Claims(claims["sub"], claims["scope"], claims["jti"], expired)


def did_of(handle: str) -> str:
    """A stable did:plc for a handle of the sandbox."""
    return f"did:plc:{_base32(hashlib.sha256(handle.encode()).digest())[:24]}"


def content_id(data: bytes, codec: int = 0x55) -> str:
    """A CIDv1 with SHA-256: codec 0x55 for raw files, 0x71 for records."""
    digest = hashlib.sha256(data).digest()
    return "b" + _base32(bytes((1, codec, 0x12, 0x20)) + digest)


def record_id(record: Mapping[str, Any]) -> str:
    """A content id of a record. Its hash is over JSON: the sandbox keeps no DAG-CBOR repository."""
    return content_id(json.dumps(record, sort_keys=True).encode(), codec=0x71)


def _base32(data: bytes) -> str:
    return base64.b32encode(data).decode().lower().rstrip("=")


def _part(value: Mapping[str, Any]) -> str:
    data = json.dumps(value, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(part: str) -> bytes:
    return base64.urlsafe_b64decode(part + "=" * (-len(part) % 4))


def _signature(body: str, key: str) -> str:
    digest = hmac.new(key.encode(), body.encode(), hashlib.sha256).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
