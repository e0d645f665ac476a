"""The sandbox network inside one's own process, as notebooks use it."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from gator_engine import Unavailable, open_sandbox


def test_it_answers_until_it_is_closed_and_keeps_its_state(tmp_path: Path) -> None:
    body = {"platform": "mastodon", "handle": "nova", "display_name": "Nova"}
    with open_sandbox(tmp_path) as sandbox:
        first = httpx2.post(f"{sandbox.url}/sandbox/accounts", json=body).json()
    with pytest.raises(httpx2.ConnectError):
        httpx2.get(sandbox.url)
    with open_sandbox(tmp_path) as again:
        second = httpx2.post(f"{again.url}/sandbox/accounts", json=body).json()
    assert first["access_token"] == second["access_token"]


def test_a_taken_port_is_said_aloud(tmp_path: Path) -> None:
    with open_sandbox(tmp_path / "a") as sandbox:
        port = int(sandbox.url.rsplit(":", 1)[1])
        with pytest.raises(Unavailable, match=f"127.0.0.1:{port}"):
            open_sandbox(tmp_path / "b", port=port)
