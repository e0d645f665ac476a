"""A running sandbox network for tests, over real HTTP on a loopback port of its own."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx2
import pytest
import uvicorn

from gator_engine.adapters.sandbox.server import create_app


@dataclass(frozen=True)
class Sandbox:
    """The sandbox's own calls, as tests use them."""

    url: str

    def open_account(self, platform: str, handle: str, display_name: str = "") -> dict[str, str]:
        """The fields that connect a new account."""
        body = {"platform": platform, "handle": handle, "display_name": display_name or handle}
        return dict(self._ask("POST", "/sandbox/accounts", json=body))

    def fault(self, **spec: Any) -> None:
        """Script a fault."""
        self._ask("POST", "/sandbox/faults", json=spec)

    def clear_faults(self) -> None:
        """Forget every fault."""
        self._ask("DELETE", "/sandbox/faults")

    def posts(self, platform: str, account_id: str = "") -> list[dict[str, Any]]:
        """Posts that were accepted and not deleted, oldest first."""
        found = self._ask("GET", "/sandbox/posts", params={"platform": platform})
        kept = [post for post in found if post["deleted_at"] is None]
        return [post for post in kept if account_id in ("", post["account_id"])]

    def requests(self, platform: str, account_id: str = "") -> list[dict[str, Any]]:
        """The log of calls, oldest first."""
        found = self._ask("GET", "/sandbox/requests", params={"platform": platform})
        return [one for one in found if account_id in ("", one["account_id"])]

    def _ask(self, method: str, path: str, **request: Any) -> Any:
        answer = httpx2.request(method, self.url + path, timeout=20, **request)
        assert answer.status_code == 200, answer.text
        return answer.json()


def serve(folder: Path, port: int = 0) -> tuple[uvicorn.Server, threading.Thread, Sandbox]:
    """Start a sandbox in a thread; stop it by setting `should_exit` and joining."""
    server = uvicorn.Server(
        uvicorn.Config(create_app(folder), host="127.0.0.1", port=port, log_level="warning")
    )
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    deadline = time.monotonic() + 20
    while not server.started:
        assert thread.is_alive() and time.monotonic() < deadline, "the sandbox did not start"
        time.sleep(0.01)
    bound = server.servers[0].sockets[0].getsockname()[1]
    return server, thread, Sandbox(f"http://127.0.0.1:{bound}")


@pytest.fixture(scope="session")
def running_sandbox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Sandbox]:
    """One sandbox network for the whole test process."""
    server, thread, sandbox = serve(tmp_path_factory.mktemp("sandbox"))
    yield sandbox
    server.should_exit = True
    thread.join(20)


@pytest.fixture
def sandbox(running_sandbox: Sandbox) -> Iterator[Sandbox]:
    """The sandbox network without faults; accounts of other tests may be there."""
    running_sandbox.clear_faults()
    yield running_sandbox
    running_sandbox.clear_faults()
