"""Publishing exactly once in effect: every way a step can end, and every way a worker can die."""

from __future__ import annotations

from contextlib import suppress

import pytest

from gator_engine import (
    AuthExpired,
    DeliveryState,
    IllegalTransition,
    OutcomeUnknown,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.domain.accounts import AccountHealth
from gator_engine.domain.deliveries import Phase
from gator_engine.ports import Reconciliation, StepResult, StepStatus, Verdict
from tests.integration.services.conftest import Desk

S = DeliveryState
LOST = OutcomeUnknown("scripted", "finalize", "timed out")
DOWN = Transient("scripted", "start", "connection refused")


def test_a_due_delivery_is_published_with_its_proof(desk: Desk) -> None:
    delivery = desk.due("Good morning")
    assert desk.step(delivery) is S.PUBLISHED
    stored = desk.studio.publishing.get(delivery.id)
    assert stored.remote_url == "https://x.test/0"
    assert stored.published_at == desk.clock.now()
    assert desk.platform.live == [(delivery.idempotency_key, "Good morning")]
    phases = [attempt.phase for attempt in desk.studio.publishing.attempts(delivery.id)]
    assert phases == [Phase.START, Phase.FINALIZE]


def test_nothing_happens_twice(desk: Desk) -> None:
    delivery = desk.due()
    desk.step(delivery)
    assert desk.studio.publishing.step(delivery.id, "worker-2") is None
    assert not desk.studio.publishing.sweep()
    assert len(desk.platform.live) == 1


def test_a_lost_answer_is_looked_up_and_never_sent_again(desk: Desk) -> None:
    desk.platform.script("finalize", LOST)
    delivery = desk.due()
    assert desk.step(delivery) is S.UNCERTAIN
    assert desk.step(delivery) is S.UNCERTAIN, "not before its time"
    desk.clock.advance(seconds=3)
    assert desk.step(delivery) is S.PUBLISHED
    assert len(desk.platform.live) == 1


def test_absent_is_not_believed_at_once_without_an_idempotency_key(desk: Desk) -> None:
    desk.platform.lands = False
    desk.platform.script("finalize", LOST)
    delivery = desk.due()
    desk.step(delivery)
    desk.clock.advance(seconds=3)
    assert desk.step(delivery) is S.UNCERTAIN
    desk.platform.lands = True
    desk.clock.advance(seconds=60)
    assert desk.step(delivery) is S.RETRY_WAIT
    assert list(desk.studio.publishing.sweep()) == [delivery.id]
    assert desk.step(delivery) is S.PUBLISHED
    assert desk.platform.live == [(delivery.idempotency_key, "Hello")]


def test_what_nobody_can_tell_is_put_before_a_person(desk: Desk) -> None:
    unknown = Reconciliation(Verdict.UNKNOWN, "the timeline cannot be read")
    desk.platform.script("finalize", LOST)
    desk.platform.script("reconcile", *[unknown] * 40)
    delivery = desk.due()
    desk.step(delivery)
    for _ in range(40):
        desk.clock.advance(minutes=31)
        if desk.step(delivery) is S.NEEDS_HUMAN:
            break
    assert desk.state(delivery) is S.NEEDS_HUMAN
    settled = desk.studio.publishing.settle(delivery.id, "https://x.test/mine")
    assert (settled.state, settled.remote_url) == (S.PUBLISHED, "https://x.test/mine")
    with pytest.raises(IllegalTransition):
        desk.studio.publishing.settle(delivery.id, None)


def test_a_refusal_is_final_until_a_person_tries_again(desk: Desk) -> None:
    desk.platform.lands = False
    desk.platform.script("finalize", Rejected("scripted", "finalize", "too rude", code="422"))
    delivery = desk.due()
    assert desk.step(delivery) is S.REJECTED
    assert "too rude" in desk.studio.publishing.get(delivery.id).reason
    assert not desk.studio.publishing.sweep()
    desk.platform.lands = True
    desk.studio.publishing.retry(delivery.id)
    desk.studio.publishing.sweep()
    assert desk.step(delivery) is S.PUBLISHED


def test_back_off_grows_and_gives_up(desk: Desk) -> None:
    desk.platform.script("start", *[DOWN] * 50)
    delivery = desk.due()
    waits = []
    while desk.step(delivery) is S.RETRY_WAIT:
        row = desk.studio.publishing.get(delivery.id)
        assert row.next_attempt_at is not None
        waits.append((row.next_attempt_at - desk.clock.now()).total_seconds())
        desk.clock.time = row.next_attempt_at
        assert list(desk.studio.publishing.sweep()) == [delivery.id]
    assert desk.state(delivery) is S.REJECTED
    assert len(waits) == desk.studio.settings.max_attempts - 1
    assert waits[-1] > 4 * waits[0]
    assert desk.platform.live == []


def test_a_rate_limit_is_obeyed_to_the_second(desk: Desk) -> None:
    desk.platform.lands = False
    desk.platform.script(
        "finalize", RateLimited("scripted", "finalize", "slow down", retry_after=90)
    )
    delivery = desk.due()
    assert desk.step(delivery) is S.RETRY_WAIT
    desk.clock.advance(seconds=89)
    assert not desk.studio.publishing.sweep()
    desk.clock.advance(seconds=1)
    assert list(desk.studio.publishing.sweep()) == [delivery.id]


def test_expired_credentials_wait_for_the_person_and_then_go_on(desk: Desk) -> None:
    desk.platform.script("start", AuthExpired("scripted", "start", "token revoked"))
    delivery = desk.due()
    assert desk.step(delivery) is S.NEEDS_AUTH
    assert desk.studio.accounts.get(desk.account_id).health is AccountHealth.NEEDS_AUTH
    desk.studio.accounts.reconnect(desk.account_id, {"token": "t"})
    assert list(desk.studio.publishing.sweep()) == [delivery.id]
    assert desk.step(delivery) is S.PUBLISHED


def test_polling_waits_without_holding_the_delivery(desk: Desk) -> None:
    desk.platform.script("start", StepResult(StepStatus.WAIT, wait_s=30, note="media processing"))
    desk.platform.script("poll", StepResult(StepStatus.WAIT, wait_s=30))
    delivery = desk.due()
    assert desk.step(delivery) is S.PROCESSING
    assert not desk.studio.publishing.sweep()
    for _ in range(2):
        desk.clock.advance(seconds=31)
        assert list(desk.studio.publishing.sweep()) == [delivery.id]
        desk.step(delivery)
    assert desk.state(delivery) is S.PUBLISHED
    steps = [call for call in desk.platform.calls if call in ("start", "poll")]
    assert steps == ["start", "poll", "poll"]


def test_a_platform_that_processes_for_ever_is_given_up(desk: Desk) -> None:
    desk.platform.script("start", StepResult(StepStatus.WAIT, wait_s=300))
    desk.platform.script("poll", *[StepResult(StepStatus.WAIT, wait_s=300, note="busy")] * 50)
    delivery = desk.due()
    for _ in range(20):
        desk.step(delivery)
        desk.clock.advance(seconds=301)
        desk.studio.publishing.sweep()
    assert desk.state(delivery) is S.REJECTED
    assert "busy" in desk.studio.publishing.get(delivery.id).reason
    assert desk.platform.live == []


class Killed(BaseException):
    """Stands for kill -9: nothing of ours runs after it."""


def die() -> None:
    raise Killed


@pytest.mark.parametrize("step", ["start", "finalize"])
def test_a_killed_worker_loses_and_doubles_nothing(desk: Desk, step: str) -> None:
    desk.platform.script(step, die)
    delivery = desk.due()
    with pytest.raises(Killed):
        desk.studio.publishing.step(delivery.id, "worker-1")
    assert not desk.studio.publishing.sweep(), "its lease still holds"
    for _ in range(6):
        desk.clock.advance(seconds=desk.studio.settings.lease_s + 1)
        for delivery_id in desk.studio.publishing.sweep():
            desk.studio.publishing.step(delivery_id, "worker-2")
    assert desk.state(delivery) is S.PUBLISHED
    assert len(desk.platform.live) == 1


@pytest.mark.parametrize(
    ("step", "end"), [("start", S.REJECTED), ("reconcile", S.NEEDS_HUMAN)], ids=["start", "look"]
)
def test_one_that_takes_worker_after_worker_with_it_is_given_up(
    desk: Desk, step: str, end: DeliveryState
) -> None:
    desk.platform.script("finalize", LOST)
    desk.platform.script(step, *[die] * 50)
    delivery = desk.due()
    for _ in range(50):
        with suppress(Killed):
            desk.studio.publishing.step(delivery.id, "worker-1")
        desk.clock.advance(seconds=desk.studio.settings.lease_s + 1)
        desk.studio.publishing.sweep()
    assert desk.state(delivery) is end
    assert "its worker was lost again" in desk.studio.publishing.get(delivery.id).reason
    assert desk.platform.calls.count(step) <= desk.studio.settings.max_attempts


def test_a_worker_that_wakes_after_losing_its_lease_does_not_send(desk: Desk) -> None:
    def sleep_through_the_lease() -> None:
        desk.clock.advance(seconds=desk.studio.settings.lease_s + 1)
        desk.studio.publishing.sweep()
        desk.studio.publishing.step(delivery.id, "worker-2")

    desk.platform.script("start", sleep_through_the_lease)
    delivery = desk.due()
    assert desk.studio.publishing.step(delivery.id, "worker-1") is None
    assert desk.state(delivery) is S.PUBLISHED
    assert len(desk.platform.live) == 1


def test_too_late_is_missed_and_said(desk: Desk) -> None:
    [delivery] = desk.studio.scheduling.post_now(desk.approved().id, [desk.account_id])
    desk.clock.advance(seconds=desk.studio.settings.grace_s + 60)
    assert not desk.studio.publishing.sweep()
    assert desk.state(delivery) is S.MISSED
    desk.studio.publishing.retry(delivery.id)
    desk.studio.publishing.sweep()
    assert desk.step(delivery) is S.PUBLISHED


def test_a_paused_account_publishes_nothing_until_resumed(desk: Desk) -> None:
    desk.studio.accounts.pause(desk.account_id)
    delivery = desk.due()
    assert desk.state(delivery) is S.SCHEDULED
    desk.studio.accounts.resume(desk.account_id)
    desk.studio.publishing.sweep()
    assert desk.step(delivery) is S.PUBLISHED


def test_what_was_approved_is_what_goes_out(desk: Desk) -> None:
    post = desk.approved("The approved words")
    [delivery] = desk.studio.scheduling.post_now(post.id, [desk.account_id])
    from dataclasses import replace

    desk.studio.composing.save(replace(post, text="Changed after approval"), post.version)
    desk.studio.publishing.sweep()
    desk.step(delivery)
    assert [text for _, text in desk.platform.live] == ["The approved words"]
