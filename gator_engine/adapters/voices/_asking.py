"""Requests to speech services: one guarded client, refusals in our words."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any
from urllib.parse import urlsplit

from gator_engine.adapters.web.guard import Network
from gator_engine.adapters.web.wire import Errors, Wire, connected
from gator_engine.config import Settings
from gator_engine.errors import Rejected

OPERATION = "speak"
MOST_BYTES = 64 * 1024 * 1024


def _said(body: Any) -> tuple[str, str]:
    """Code and message of `{"error": {…}}` (OpenAI) or `{"detail": {…}}` (ElevenLabs)."""
    found = body.get("error", body.get("detail", body)) if isinstance(body, dict) else body
    if not isinstance(found, dict):
        return "", str(found or "")[:300]
    code = str(found.get("code") or found.get("status") or found.get("type") or "")
    return code, str(found.get("message") or "")[:600]


ERRORS = Errors(
    read=_said,
    table={
        (429, "insufficient_quota"): Rejected,
        (401, "quota_exceeded"): Rejected,
    },
)


def speech_service(
    settings: Settings, url: str, key: str, name: str = ""
) -> AbstractContextManager[Wire]:
    """A client of the service at a configured address (which may be one's own machine)."""
    network = Network(
        timeout_s=settings.http_timeout_s,
        allow_private=settings.allow_private_urls,
        sandbox_url=url,
    )
    host = name or urlsplit(url).hostname or "the service"
    base = f"{url.rstrip('/')}/"
    return connected(host, base, network, ERRORS, key, field="url", most_bytes=MOST_BYTES)


def asked_sound(
    settings: Settings, url: str, key: str, path: str, told: Mapping[str, Any]
) -> bytes:
    """The sound that a service answers with. Raises an ExternalError."""
    with speech_service(settings, url, key) as wire:
        return wire.fetch(OPERATION, path, method="POST", json=dict(told))
