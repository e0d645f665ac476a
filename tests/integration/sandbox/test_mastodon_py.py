"""The Mastodon twin, judged by Mastodon.py, which knows nothing of Gator."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from mastodon import Mastodon
from mastodon.errors import (
    MastodonAPIError,
    MastodonNotFoundError,
    MastodonRatelimitError,
    MastodonUnauthorizedError,
)

from tests.contracts.connectors.world import picture
from tests.services.sandbox_service import Sandbox

SLUG = "mastodon"


@pytest.fixture
def client(sandbox: Sandbox, request: pytest.FixtureRequest) -> Mastodon:
    """A logged-in client with an account of this test's own."""
    handle = f"py{abs(hash(request.node.name)) % 10**9}"
    fields = sandbox.open_account(SLUG, handle)
    return Mastodon(
        access_token=fields["access_token"],
        api_base_url=fields["base_url"],
        ratelimit_method="throw",
        request_timeout=15,
    )


def test_account_and_instance(client: Mastodon) -> None:
    assert client.account_verify_credentials().username.startswith("py")
    assert client.instance_v2().configuration.statuses.max_characters == 500


def test_post_with_picture(client: Mastodon) -> None:
    media = client.media_post(picture(1), "image/png", description="A blue square")
    status = client.status_post("Look: https://example.com/x #blue", media_ids=[media])
    assert status.media_attachments[0].description == "A blue square"
    assert status.tags[0].name == "blue"
    assert 'href="https://example.com/x"' in status.content
    assert client.status(status).id == status.id
    assert [one.id for one in client.account_statuses(status.account)] == [status.id]
    assert client.status_source(status).text.startswith("Look:")


def test_idempotency_key_is_honoured(client: Mastodon) -> None:
    first = client.status_post("Once", idempotency_key="a-key")
    assert client.status_post("Once", idempotency_key="a-key").id == first.id
    assert client.status_post("Once", idempotency_key="other").id != first.id


def test_picture_in_processing_cannot_be_posted_yet(sandbox: Sandbox, client: Mastodon) -> None:
    sandbox.fault(platform=SLUG, kind="processing", operation="upload", polls=1)
    media = client.media_post(picture(2), "image/png")
    assert media.url is None
    with pytest.raises(MastodonAPIError, match="not finished processing"):
        client.status_post("Too early", media_ids=[media.id])
    client.media(media.id)
    assert client.media(media.id).url
    assert client.status_post("Now", media_ids=[media.id]).media_attachments[0].id == media.id


def test_scheduling_needs_five_minutes(client: Mastodon) -> None:
    soon = datetime.now(UTC) + timedelta(minutes=4)
    with pytest.raises(MastodonAPIError, match="422"):
        client.status_post("Soon", scheduled_at=soon)
    later = client.status_post("Later", scheduled_at=soon + timedelta(minutes=5))
    assert [one.id for one in client.scheduled_statuses()] == [later.id]
    assert not client.account_statuses(client.account_verify_credentials())


def test_length_is_counted_as_mastodon_does(client: Mastodon) -> None:
    address = "https://example.com/" + "x" * 400
    assert client.status_post("y" * (500 - 24) + " " + address).id
    with pytest.raises(MastodonAPIError, match="500"):
        client.status_post("y" * 501)


def test_five_pictures_are_refused(client: Mastodon) -> None:
    media = [client.media_post(picture(n), "image/png").id for n in range(5)]
    with pytest.raises(MastodonAPIError, match="more than 4"):
        client.status_post("Five", media_ids=media)


def test_delete_and_missing(client: Mastodon) -> None:
    status = client.status_post("Short-lived")
    client.status_delete(status)
    with pytest.raises(MastodonNotFoundError):
        client.status(status)


def test_refusals(sandbox: Sandbox, client: Mastodon) -> None:
    sandbox.fault(platform=SLUG, kind="rate_limit", operation="publish", retry_after=9)
    with pytest.raises(MastodonRatelimitError):
        client.status_post("Too fast")
    stranger = Mastodon(access_token="no", api_base_url=client.api_base_url)
    with pytest.raises(MastodonUnauthorizedError):
        stranger.account_verify_credentials()
