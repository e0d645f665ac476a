"""Connecting accounts: what is asked for, what is kept, where a connector may not go."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.adapters.connectors import Network, discover
from gator_engine.domain.capabilities import CredentialField
from gator_engine.errors import ExternalError, InvalidInput, RateLimited, Rejected, Transient
from tests.contracts.connectors.world import TIMEOUT_S, World


def address_field(world: World) -> CredentialField | None:
    """The field of the form that takes a server's address, where there is one."""
    fields = world.connector.credential_fields
    return next((f for f in fields if f.placeholder.startswith("https://")), None)


def test_capabilities_are_stated(slug: str) -> None:
    connector = discover()[slug]
    stated = connector.capabilities
    assert connector.slug == stated.slug == slug
    assert stated.label
    assert stated.source
    assert stated.text.limit > 0
    assert connector.credential_fields


def test_profile_says_whose_account_it_is(world: World) -> None:
    profile = world.profile
    assert profile.remote_id
    assert profile.handle
    assert profile.display_name == world.handle.partition(".")[0].title()
    assert profile.profile_url.startswith(world.sandbox.url)
    assert profile.credentials


def test_connecting_again_is_the_same_account(world: World) -> None:
    again = world.connector.connect(world.fields)
    assert again.remote_id == world.profile.remote_id
    assert again.handle == world.profile.handle


def test_passwords_are_not_kept(world: World) -> None:
    names = [f.name for f in world.connector.credential_fields if "password" in f.name]
    kept = set(world.profile.credentials.values())
    assert not [name for name in names if world.fields[name] in kept]


def test_wrong_secret_names_its_field(world: World) -> None:
    for field in (f for f in world.connector.credential_fields if f.secret):
        with pytest.raises(InvalidInput) as refused:
            world.connector.connect({**world.fields, field.name: "wrong-wrong-wrong"})
        assert refused.value.field == field.name


def test_missing_field_is_named(world: World) -> None:
    for field in world.connector.credential_fields:
        if field.optional:
            continue
        with pytest.raises(InvalidInput) as refused:
            world.connector.connect({**world.fields, field.name: ""})
        assert refused.value.field == field.name


@pytest.mark.parametrize(
    "address",
    [
        "ftp://example.com",
        "http://example.com",
        "https://user:pw@example.com",
        "https://a b",
        "://",
    ],
)
def test_address_that_is_none_is_refused(world: World, address: str) -> None:
    field = address_field(world)
    if field is None:
        pytest.skip("this platform has one address for all")
    with pytest.raises(InvalidInput) as refused:
        world.connector.connect({**world.fields, field.name: address})
    assert refused.value.field == field.name


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "169.254.169.254", "[::1]"])
def test_private_addresses_are_refused(world: World, host: str) -> None:
    field = address_field(world)
    if field is None:
        pytest.skip("this platform has one address for all")
    with pytest.raises(InvalidInput, match="private network") as refused:
        world.connector.connect({**world.fields, field.name: f"https://{host}"})
    assert refused.value.field == field.name


def test_sandbox_is_a_private_address_too_unless_it_is_ours(world: World) -> None:
    stranger = discover(Network(timeout_s=TIMEOUT_S))[world.slug]
    field = address_field(world)
    if field is None:
        pytest.skip("this platform has one address for all")
    with pytest.raises(InvalidInput) as refused:
        stranger.connect(world.fields)
    assert refused.value.field == field.name


def test_sandbox_account_follows_the_sandbox_to_another_port(world: World) -> None:
    session = world.session()
    session.account = replace(world.account, base_url=f"http://127.0.0.1:9/{world.slug}")
    assert world.connector.metrics((), session)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("server_error", Transient),
        ("garbage", Transient),
        ("rate_limit", RateLimited),
        ("timeout", Transient),
        ("drop", Transient),
        ("forbidden", Rejected),
    ],
)
def test_failure_while_connecting(world: World, kind: str, expected: type[ExternalError]) -> None:
    world.sandbox.fault(platform=world.slug, kind=kind, operation="connect", seconds=20)
    with pytest.raises(ExternalError) as failed:
        world.connector.connect(world.fields)
    assert type(failed.value) is expected


def test_refresh_of_a_fresh_account_sends_nothing(world: World) -> None:
    world.connector.refresh(world.session())
    assert len(world.vault.versions) == 1
