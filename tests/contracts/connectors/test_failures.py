"""Every way a platform can fail, in every phase, and what it must become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gator_engine.adapters.connectors import Network, discover
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    InvalidInput,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import Payload
from tests.contracts.connectors.world import TIMEOUT_S, Killed, Session, World, prepare, publish

# kind → (class before the irreversible call, class of the irreversible call)
EXPECTED: dict[str, tuple[type[ExternalError], type[ExternalError]]] = {
    "reject": (Rejected, Rejected),
    "forbidden": (Rejected, Rejected),
    "unauthorized": (AuthExpired, AuthExpired),
    "rate_limit": (RateLimited, RateLimited),
    "server_error": (Transient, OutcomeUnknown),
    "garbage": (Transient, OutcomeUnknown),
    "drop": (Transient, OutcomeUnknown),
    "timeout": (Transient, OutcomeUnknown),
}


def upload(world: World, payload: Payload, session: Session) -> None:
    world.connector.start(payload, session)


def finalize(world: World, payload: Payload, session: Session) -> None:
    prepare(world, payload, session)
    world.connector.finalize(payload, session)


def measure(world: World, payload: Payload, session: Session) -> None:
    world.connector.metrics(["1"], session)


PHASES: dict[str, tuple[str, Callable[[World, Payload, Session], None], int]] = {
    "start": ("upload", upload, 0),
    "finalize": ("publish", finalize, 1),
    "metrics": ("*", measure, 0),
}


@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("kind", EXPECTED)
def test_failure_becomes_the_right_error(world: World, kind: str, phase: str) -> None:
    operation, call, final = PHASES[phase]
    payload, session = world.compose("It will fail.", pictures=1), world.session()
    world.fault(kind, operation, retry_after=7, seconds=20)
    with pytest.raises(ExternalError) as failed:
        call(world, payload, session)
    assert type(failed.value) is EXPECTED[kind][final]
    assert failed.value.provider == world.slug
    assert failed.value.operation
    if isinstance(failed.value, RateLimited):
        assert 5 <= failed.value.retry_after <= 8
    assert not world.posts()


def test_poll_tells_failures_apart(world: World) -> None:
    payload, session = world.compose("Wait.", pictures=1), world.session()
    world.fault("processing", "upload", polls=2)
    world.connector.start(payload, session)
    polls = len(world.calls("poll"))
    world.connector.poll(payload, session)
    if len(world.calls("poll")) == polls:
        pytest.skip("this platform has nothing to poll")
    for kind, (expected, _) in EXPECTED.items():
        world.fault(kind, "poll", seconds=20)
        with pytest.raises(ExternalError) as failed:
            world.connector.poll(payload, session)
        assert type(failed.value) is expected, kind


def test_failed_start_goes_on_where_it_stopped(world: World) -> None:
    payload, session = world.compose("Three.", pictures=3), world.session()
    world.fault("processing", "upload", polls=1)
    world.fault("server_error", "upload")
    world.fault("processing", "upload", polls=1)
    for _ in range(3):
        try:
            publish(world, payload, session)
            break
        except Transient:
            continue
    assert len(world.posts()) == 1
    kept = [call for call in world.calls("upload") if call["status"] < 300]
    assert len(kept) == 3


def test_server_that_is_not_there_has_accepted_nothing(world: World, free_port: int) -> None:
    payload, session = world.compose("Nobody listens."), world.session()
    prepare(world, payload, session)
    away = f"http://127.0.0.1:{free_port}"
    session.account = replace(world.account, sandbox=False, base_url=away)
    elsewhere = discover(Network(timeout_s=TIMEOUT_S, allow_private=True))[world.slug]
    with pytest.raises(Transient):
        elsewhere.finalize(payload, session)


def test_account_cannot_lead_into_a_private_network(world: World, free_port: int) -> None:
    payload, session = world.compose("Not there."), world.session()
    prepare(world, payload, session)
    away = f"http://127.0.0.1:{free_port}"
    session.account = replace(world.account, sandbox=False, base_url=away)
    with pytest.raises(InvalidInput):
        world.connector.finalize(payload, session)


def test_expired_token_is_renewed_unseen_or_told(world: World) -> None:
    payload, session = world.compose("Renewed.", pictures=1), world.session()
    for operation in ("upload", "publish"):
        world.fault("token_expired", operation)
    if world.account.token_expires_at is None:
        with pytest.raises(AuthExpired):
            publish(world, payload, session)
        return
    publish(world, payload, session)
    assert len(world.posts()) == 1
    assert len(world.vault.versions) == 3
    assert session.credentials == world.vault.versions[-1]


def test_token_that_is_never_fresh_enough_disconnects_nobody(world: World) -> None:
    if world.account.token_expires_at is None:
        pytest.skip("tokens of this platform do not expire")
    payload, session = world.compose("Again and again."), world.session()
    prepare(world, payload, session)
    world.fault("token_expired", times=2)
    with pytest.raises(Transient):
        world.connector.finalize(payload, session)
    assert not world.posts()


def test_new_token_is_stored_before_it_is_used(world: World) -> None:
    if world.account.token_expires_at is None:
        pytest.skip("tokens of this platform do not expire")

    def die(event: str) -> None:
        if event == "store tokens":
            raise Killed

    payload, session = world.compose("Stored first."), world.session()
    prepare(world, payload, session)
    world.fault("token_expired")
    session.before = die
    with pytest.raises(Killed):
        world.connector.finalize(payload, session)
    assert len(world.calls("publish")) == 1, "the new token was used although it is not stored"


def test_refresh_that_somebody_else_did_is_not_repeated(world: World) -> None:
    if world.account.token_expires_at is None:
        pytest.skip("tokens of this platform do not expire")
    payload, late = world.compose("Only once."), world.session()
    early = world.session()
    world.fault("token_expired")
    publish(world, world.compose("First."), early)
    before = len(world.vault.versions)
    world.fault("token_expired")
    publish(world, payload, late)
    assert len(world.vault.versions) == before
    assert late.credentials == world.vault.versions[-1]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("server_error", Transient),
        ("timeout", Transient),
        ("rate_limit", RateLimited),
        ("unauthorized", AuthExpired),
    ],
)
def test_refresh_that_fails(world: World, kind: str, expected: type[ExternalError]) -> None:
    if world.account.token_expires_at is None:
        pytest.skip("tokens of this platform do not expire")
    payload, session = world.compose("No new token."), world.session()
    prepare(world, payload, session)
    world.fault("token_expired", "publish")
    # The renewal itself carries no access token, so that this fault names no account.
    world.sandbox.fault(platform=world.slug, kind=kind, operation="refresh", seconds=20)
    with pytest.raises(ExternalError) as failed:
        world.connector.finalize(payload, session)
    assert type(failed.value) is expected
    assert not world.posts()


def test_errors_carry_no_secret(world: World) -> None:
    secrets = [*world.vault.versions[0].values()]
    payload, session = world.compose("Secret."), world.session()
    world.fault("reject")
    with pytest.raises(Rejected) as failed:
        publish(world, payload, session)
    told = str(failed.value) + repr(world.profile) + " ".join(session.notes)
    assert not [secret for secret in secrets if secret in told]
