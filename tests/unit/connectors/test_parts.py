"""Discovery, addresses, tokens and record keys."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest

from gator_engine.adapters.connectors import Network, discover
from gator_engine.adapters.connectors._atproto import tid
from gator_engine.adapters.connectors._tokens import expiry, lifetime, near_end
from gator_engine.adapters.connectors.bluesky import Bluesky
from gator_engine.adapters.connectors.mastodon import Mastodon
from gator_engine.adapters.web.guard import is_public
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.errors import InvalidInput

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def account(**changes: object) -> Account:
    known: dict[str, object] = {"sandbox": False, "base_url": "https://a.example", **changes}
    return Account(  # type: ignore[arg-type]
        id="a",
        platform="p",
        handle="h",
        display_name="H",
        timezone="UTC",
        health=AccountHealth.OK,
        created_at=NOW,
        **known,
    )


def test_discovery_is_by_file_and_remembered() -> None:
    found = discover()
    assert set(found) >= {"mastodon", "bluesky"}
    assert all(slug == connector.slug for slug, connector in found.items())
    assert discover() is found
    assert discover(Network(timeout_s=1)) is not found


@pytest.mark.parametrize(
    ("given", "whole"),
    [
        ("mastodon.social", "https://mastodon.social"),
        (" https://a.example/ ", "https://a.example"),
        ("https://a.example:8443/base/", "https://a.example:8443/base"),
    ],
)
def test_addresses_are_made_whole(given: str, whole: str) -> None:
    assert Network().given_url(given, "server") == whole


@pytest.mark.parametrize(
    "given", ["", "http://a.example", "ftp://a.example", "https://u:p@a.example", "https://a/?q=1"]
)
def test_other_addresses_are_refused(given: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        Network().given_url(given, "server")
    assert refused.value.field == "server"


def test_plain_http_is_for_our_sandbox_or_by_permission() -> None:
    assert Network(sandbox_url="http://127.0.0.1:8590").given_url("http://127.0.0.1:8590/x", "s")
    assert Network(allow_private=True).given_url("http://10.0.0.1", "s")
    with pytest.raises(InvalidInput):
        Network(sandbox_url="http://127.0.0.1:8590").given_url("http://127.0.0.1:8591", "s")


@pytest.mark.parametrize(
    "address",
    [
        *("127.0.0.1", "10.1.2.3", "192.168.0.1", "172.16.0.1", "169.254.169.254", "0.0.0.0"),
        *("::1", "fe80::1", "fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "224.0.0.1"),
        "100.64.0.1",
    ],
)
def test_private_addresses(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:220:1:248:1893:25c8:1946"])
def test_public_addresses(address: str) -> None:
    assert is_public(address)


def test_sandbox_accounts_follow_the_sandbox() -> None:
    network = Network(sandbox_url="http://127.0.0.1:9000")
    ours = account(sandbox=True, base_url="http://127.0.0.1:8590/twin")
    assert network.base_url(ours) == "http://127.0.0.1:9000/twin"
    assert network.base_url(account()) == "https://a.example"
    assert Network().base_url(ours) == ours.base_url


def token(issued: datetime, ends: datetime) -> str:
    claims = {"iat": issued.timestamp(), "exp": ends.timestamp()}
    body = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"head.{body}.signature"


def test_tokens_are_renewed_at_four_fifths_of_their_life() -> None:
    made = token(NOW, NOW + timedelta(hours=10))
    assert expiry(made) == NOW + timedelta(hours=10)
    assert not near_end(made, NOW + timedelta(hours=7, minutes=59))
    assert near_end(made, NOW + timedelta(hours=8))


@pytest.mark.parametrize("text", ["", "opaque", "a.b.c", "a.e30.c", "a.%%%.c"])
def test_tokens_that_do_not_say(text: str) -> None:
    assert lifetime(text) is None
    assert expiry(text) is None
    assert not near_end(text, NOW)


def test_record_keys_sort_by_time_and_tell_deliveries_apart() -> None:
    # The example of https://atproto.com/specs/tid: thirteen of thirty-two characters.
    first, second = tid(NOW, "one"), tid(NOW + timedelta(microseconds=1), "one")
    assert len(first) == 13
    assert first < second
    assert tid(NOW, "one") == first != tid(NOW, "two")


def test_limits_come_from_the_server_where_it_gives_them() -> None:
    given = {
        "max_characters": 11_000,
        "image_size_limit": 99,
        "supported_mime_types": ["image/png"],
    }
    rules = Mastodon().capabilities_for(account(limits=given))
    assert rules.text.limit == 11_000
    assert (rules.media.max_image_bytes, rules.media.mime_types) == (99, ("image/png",))
    odd = Mastodon().capabilities_for(account(limits={"max_characters": "many"}))
    assert odd.text.limit == 500
    assert Bluesky().capabilities_for(account()).text.byte_limit == 3000
