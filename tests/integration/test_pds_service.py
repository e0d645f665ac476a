"""The real PDS answers and takes accounts (opt-in: `make test-pds`)."""

from __future__ import annotations

import httpx2
import pytest


@pytest.mark.pds
def test_the_pds_takes_an_account(pds_url: str) -> None:
    account = {"email": "ada@example.test", "handle": "ada.test", "password": "correct horse"}
    answer = httpx2.post(f"{pds_url}/xrpc/com.atproto.server.createAccount", json=account)
    assert answer.status_code == 200, answer.text
    assert answer.json()["handle"] == "ada.test"
