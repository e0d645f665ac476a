"""The Bluesky twin, judged by the atproto SDK, and our facets against the SDK's own."""

from __future__ import annotations

import pytest
from atproto import Client, exceptions, models
from atproto_client.utils import facet_detection

from gator_engine.adapters.connectors import discover
from gator_engine.domain.text import utf8_range
from tests.contracts.connectors.test_composing import fixed_account
from tests.contracts.connectors.world import message, picture
from tests.services.sandbox_service import Sandbox

SLUG = "bluesky"


@pytest.fixture
def client(sandbox: Sandbox, request: pytest.FixtureRequest) -> Client:
    """A logged-in client with an account of this test's own."""
    fields = sandbox.open_account(SLUG, f"sdk{abs(hash(request.node.name)) % 10**9}")
    made = Client(fields["service"])
    made.login(fields["identifier"], fields["app_password"])
    return made


def test_login_reads_the_profile(client: Client) -> None:
    assert client.me is not None
    assert client.me.handle.endswith(".sandbox.test")
    assert client.me.did.startswith("did:plc:")


def test_wrong_password(sandbox: Sandbox) -> None:
    fields = sandbox.open_account(SLUG, "locked")
    with pytest.raises(exceptions.UnauthorizedError):
        Client(fields["service"]).login(fields["identifier"], "wrong")


def test_post_with_facets_and_pictures(sandbox: Sandbox, client: Client) -> None:
    sandbox.open_account(SLUG, "friend")
    text = "☁️ hello @friend.sandbox.test, see https://example.com #clouds"
    sent = client.send_images(
        text, [picture(1), picture(2)], ["One", "Two"], facets=client.detect_facets(text)
    )
    (view,) = client.get_posts([sent.uri]).posts
    assert view.like_count is not None
    assert [image.alt for image in view.embed.images] == ["One", "Two"]
    assert len(view.record.facets) == 3
    rkey = sent.uri.rpartition("/")[2]
    assert client.get_post(rkey).value.text == text


def test_deleting(client: Client) -> None:
    sent = client.send_post("Short-lived")
    assert client.delete_post(sent.uri)
    assert client.get_posts([sent.uri]).posts == []


def test_tokens_are_renewed(sandbox: Sandbox, client: Client) -> None:
    before = client.export_session_string()
    sandbox.fault(platform=SLUG, kind="token_expired", operation="publish")
    with pytest.raises(exceptions.BadRequestError):
        client.send_post("Expired")
    client._refresh_and_set_session()
    assert client.export_session_string() != before
    assert client.send_post("Renewed").uri


def test_existing_key_is_refused(client: Client) -> None:
    assert client.me is not None
    record = models.AppBskyFeedPost.Record(
        text="Mine", created_at=client.get_current_time_iso()
    ).model_dump(by_alias=True, exclude_none=True)
    data = {
        "repo": client.me.did,
        "collection": "app.bsky.feed.post",
        "rkey": "3kabc",
        "record": record,
    }
    client.com.atproto.repo.create_record(data)
    with pytest.raises(exceptions.RequestException):
        client.com.atproto.repo.create_record(data)


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "https://example.com",
        "(see https://example.com/a)",
        "end https://example.com/a?b=c.",
        "Über ☁️ #Kaffee #日本 #2024 #1a",
        "#tag. #tag, #t-a-g #",
        "two https://a.example/x https://b.example/y#z",
        "family 👩‍👩‍👧‍👦 https://example.com #👍",
    ],
)
def test_links_and_tags_are_those_of_the_sdk(text: str) -> None:
    payload = discover()[SLUG].compose(message(text, ai_disclosure=False), fixed_account(SLUG))
    ours = [(*utf8_range(text, f.start, f.end), f.kind, f.value) for f in payload.facets]
    theirs = [
        (facet.index.byte_start, facet.index.byte_end, *_kind(facet.features[0]))
        for facet in facet_detection.detect_facets(text)
    ]
    assert ours == theirs


def _kind(feature: object) -> tuple[str, str]:
    if isinstance(feature, models.AppBskyRichtextFacet.Link):
        return "link", feature.uri
    assert isinstance(feature, models.AppBskyRichtextFacet.Tag)
    return "tag", feature.tag
