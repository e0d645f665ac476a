"""The Bluesky connector against the real server software (opt-in: `make test-pds`)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx2
import pytest

from gator_engine.adapters.connectors import Network, discover
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.errors import InvalidInput, OutcomeUnknown, Rejected
from gator_engine.ports import Connector, StepStatus, Verdict
from tests.contracts.connectors.world import Session, Vault, differences, message

pytestmark = [pytest.mark.pds, pytest.mark.timeout(300)]
PASSWORD = "correct horse battery"
SLUG = "bluesky"


@pytest.fixture(scope="module")
def connector() -> Connector:
    """The connector, allowed to reach loopback."""
    return discover(Network(timeout_s=30, allow_private=True))[SLUG]


@pytest.fixture(scope="module")
def fields(pds_url: str) -> dict[str, str]:
    """Two accounts on the server; the login of the first."""
    for handle in ("mira.test", "ines.test"):
        body = {"email": f"{handle}@example.com", "handle": handle, "password": PASSWORD}
        answer = httpx2.post(f"{pds_url}/xrpc/com.atproto.server.createAccount", json=body)
        assert answer.status_code == 200, answer.text
    return {"service": pds_url, "identifier": "mira.test", "app_password": PASSWORD}


@pytest.fixture(scope="module")
def opened(connector: Connector, fields: dict[str, str]) -> tuple[Account, Vault]:
    """The account connected once: the server allows few logins."""
    profile = connector.connect(fields)
    account = Account(
        id="real",
        platform=SLUG,
        handle=profile.handle,
        display_name=profile.display_name,
        base_url=profile.base_url,
        timezone="UTC",
        health=AccountHealth.OK,
        created_at=datetime.now(UTC),
        remote_id=profile.remote_id,
    )
    return account, Vault([dict(profile.credentials)])


def stored_record(account: Account, rkey: str) -> dict[str, Any]:
    """The record as the server gives it to anybody."""
    params = {"repo": account.remote_id, "collection": "app.bsky.feed.post", "rkey": rkey}
    answer = httpx2.get(f"{account.base_url}/xrpc/com.atproto.repo.getRecord", params=params)
    assert answer.status_code == 200, answer.text
    return dict(answer.json()["value"])


def test_login_finds_the_accounts_own_server(
    opened: tuple[Account, Vault], fields: dict[str, str]
) -> None:
    account, vault = opened
    assert account.handle == "mira.test"
    assert account.base_url == fields["service"]
    assert PASSWORD not in vault.versions[0].values()


def test_wrong_password_names_its_field(connector: Connector, fields: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        connector.connect({**fields, "app_password": "wrong"})
    assert refused.value.field == "app_password"


def test_post_with_everything_is_stored_as_previewed(
    connector: Connector, opened: tuple[Account, Vault]
) -> None:
    account, vault = opened
    text = "Über allem ☁️ https://example.com/a danke @ines.test #Kaffee and @nobody.test"
    payload = connector.compose(message(text, pictures=4, sensitive=True), account)
    session = Session(account, vault, "key-everything")
    started = connector.start(payload, session)
    assert "@nobody.test" in started.note
    result = connector.finalize(payload, session)
    assert result.status is StepStatus.PUBLISHED
    record = stored_record(account, session.remote["rkey"])
    kept = [f for f in payload.body["record"]["facets"] if "nobody" not in str(f)]
    assert not differences({**payload.body["record"], "facets": kept}, record)
    assert connector.reconcile(payload, session).remote_id == result.remote_id


def test_sending_twice_makes_one_record_and_is_found(
    connector: Connector, opened: tuple[Account, Vault]
) -> None:
    account, vault = opened
    payload = connector.compose(message("Only once."), account)
    session = Session(account, vault, "key-twice")
    connector.start(payload, session)
    assert connector.reconcile(payload, session).verdict is Verdict.ABSENT
    connector.finalize(payload, session)
    with pytest.raises(OutcomeUnknown):
        connector.finalize(payload, session)
    assert connector.reconcile(payload, session).verdict is Verdict.FOUND


def test_session_is_renewed(connector: Connector, opened: tuple[Account, Vault]) -> None:
    account, vault = opened
    much_later = datetime(2100, 1, 1, tzinfo=UTC)
    session = Session(account, vault, "key-refresh", clock=lambda: much_later)
    connector.refresh(session)
    assert len(vault.versions) == 2
    payload = connector.compose(message("After the renewal."), account)
    fresh = Session(account, vault, "key-after")
    connector.start(payload, fresh)
    assert connector.finalize(payload, fresh).remote_id


def test_post_is_deleted(connector: Connector, opened: tuple[Account, Vault]) -> None:
    account, vault = opened
    payload = connector.compose(message("Gone soon."), account)
    session = Session(account, vault, "key-delete")
    connector.start(payload, session)
    session.remember(post_id=connector.finalize(payload, session).remote_id)
    connector.delete(session)
    assert connector.reconcile(payload, session).verdict is Verdict.ABSENT


def test_picture_that_is_none_is_refused_by_the_server(
    connector: Connector, opened: tuple[Account, Vault]
) -> None:
    account, vault = opened
    payload = connector.compose(message("A lie.", pictures=1), account)
    session = Session(account, vault, "key-lie")
    connector.start(payload, session)
    session.remember(media_0=session.remote["media_0"].replace("image/png", "text/plain"))
    with pytest.raises(Rejected):
        connector.finalize(payload, session)
