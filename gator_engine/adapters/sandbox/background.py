"""The sandbox network in a thread of this process, for notebooks and experiments."""

from __future__ import annotations

import socket
import threading
import time
from pathlib import Path
from types import TracebackType

import uvicorn

from gator_engine.adapters.sandbox.server import create_app
from gator_engine.errors import Unavailable

STARTS_WITHIN_S = 20.0


class BackgroundSandbox:
    """A sandbox network that serves the state in `folder` until closed; `url` is its address.

    Raises Unavailable when the port is taken or the server does not start.
    """

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", port: int = 0) -> None:
        listening = _listen(host, port)
        self.url = f"http://{host}:{listening.getsockname()[1]}"
        self._server = uvicorn.Server(uvicorn.Config(create_app(folder), log_level="warning"))
        self._thread = threading.Thread(
            target=self._server.run, args=([listening],), name="sandbox", daemon=True
        )
        self._thread.start()
        self._wait()

    def close(self) -> None:
        """Stop serving; what was posted stays in the folder."""
        self._server.should_exit = True
        self._thread.join(STARTS_WITHIN_S)

    def __enter__(self) -> BackgroundSandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _wait(self) -> None:
        latest = time.monotonic() + STARTS_WITHIN_S
        while not self._server.started:
            if not self._thread.is_alive() or time.monotonic() > latest:
                raise Unavailable("The sandbox network", "it did not start.", "Look at its log.")
            time.sleep(0.01)


def _listen(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port))
    except OSError as error:
        problem = f"{host}:{port} cannot be used ({error.strerror})."
        raise Unavailable("The sandbox network", problem, "Choose another port.") from error
