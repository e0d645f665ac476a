"""The studio's side of the sandbox network: where it is, and how to get an account there."""

from __future__ import annotations

from collections.abc import Mapping

import httpx2

from gator_engine.errors import InvalidInput, Unavailable

ANSWER_TIMEOUT_S = 10.0
START_IT = "`make run` starts it; alone: python -m workers.main sandbox."


class HttpSandbox:
    """Talks to a running sandbox network at `url` ("" when none is known)."""

    def __init__(self, url: str) -> None:
        self._url = url.rstrip("/")

    def url(self) -> str:
        """See ports.SandboxNetwork."""
        return self._url

    def open_account(self, platform: str, handle: str, display_name: str) -> Mapping[str, str]:
        """See ports.SandboxNetwork. Raises Unavailable or InvalidInput."""
        if not self._url:
            raise Unavailable("The sandbox network", "it is not running here.", START_IT)
        body = {"platform": platform, "handle": handle, "display_name": display_name}
        try:
            answer = httpx2.post(
                f"{self._url}/sandbox/accounts", json=body, timeout=ANSWER_TIMEOUT_S
            )
        except httpx2.TransportError as error:
            problem = f"{self._url} does not answer ({type(error).__name__})."
            raise Unavailable("The sandbox network", problem, START_IT) from error
        if answer.status_code >= 500:
            problem = f"{self._url} answered {answer.status_code}."
            raise Unavailable("The sandbox network", problem, "Look at its log.")
        if answer.status_code >= 400:
            raise InvalidInput("handle", answer.json().get("error", "was refused"))
        return {str(name): str(value) for name, value in answer.json().items()}
