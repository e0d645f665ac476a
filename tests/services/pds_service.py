"""A real Bluesky PDS on loopback, for the opt-in tests of `make test-pds`."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


def _two_ports() -> tuple[int, int]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        return one.getsockname()[1], two.getsockname()[1]


@pytest.fixture(scope="session")
def pds_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Base URL of an empty PDS (accounts without invitation, handles under `.test`)."""
    folder = os.environ.get("PDS_FOLDER")
    if not folder:
        pytest.skip("the real PDS is opt-in: run `make test-pds`")
    port, plc_port = _two_ports()
    data = tmp_path_factory.mktemp("pds")
    environment = {
        **os.environ,
        "PDS_PORT": str(port),
        "PLC_PORT": str(plc_port),
        "PDS_DATA": str(data),
        "LOG_ENABLED": "false",
    }
    process = subprocess.Popen(
        ["node", "run_pds.js"],
        cwd=Path(folder),
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        ready = next((line for line in process.stdout if line.startswith("READY")), None)
        assert ready is not None, "the PDS did not start; see its output above"
        yield f"http://localhost:{port}"
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
        if process.stdout is not None:
            process.stdout.close()
