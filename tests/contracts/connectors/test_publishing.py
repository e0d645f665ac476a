"""Publishing: exactly once in effect, whatever dies when."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from gator_engine.domain.metrics import Metric
from gator_engine.errors import OutcomeUnknown
from gator_engine.ports import StepStatus, Verdict
from tests.contracts.connectors.world import (
    Killed,
    Session,
    World,
    prepare,
    publish,
    publish_surely,
    settle,
)

TEXT = "A small experiment with light, see https://example.com/light #photo"


def test_published_post_can_be_opened(world: World) -> None:
    result = publish(world, world.compose(TEXT, pictures=2), world.session())
    assert result.status is StepStatus.PUBLISHED
    assert result.remote_id
    page = httpx2.get(result.remote_url)
    assert page.status_code == 200
    assert 'href="https://example.com/light"' in page.text
    assert 'alt="Picture number 1"' in page.text
    assert "simulated" in page.text.lower()


def test_four_pictures_go_out_in_order_with_their_alt_texts(world: World) -> None:
    result = publish(world, world.compose("Four.", pictures=4), world.session())
    page = httpx2.get(result.remote_url).text
    places = [page.index(f'alt="Picture number {number}"') for number in range(4)]
    assert places == sorted(places)
    assert len(world.calls("upload")) == 4


def test_rerun_of_start_uploads_nothing_twice(world: World) -> None:
    payload, session = world.compose("Once.", pictures=3), world.session()
    prepare(world, payload, session)
    prepare(world, payload, world.session(session.stored))
    assert len(world.calls("upload")) == 3


def test_pictures_in_processing_are_waited_for_without_sleeping(world: World) -> None:
    world.fault("processing", "upload", polls=3)
    payload, session = world.compose("Patience.", pictures=1), world.session()
    result = publish(world, payload, session)
    assert result.status is StepStatus.PUBLISHED
    assert len(world.posts()) == 1


def test_every_try_sends_the_same_body(world: World) -> None:
    payload, session = world.compose(TEXT, pictures=1), world.session()
    world.fault("server_error", times=1)
    prepare(world, payload, session)
    with pytest.raises(OutcomeUnknown):
        world.connector.finalize(payload, session)
    notes = list(session.notes[-1:])
    later = world.session(session.stored)
    settle(world, payload, later)
    assert later.notes[-1:] == notes
    assert len(world.posts()) == 1


def events_of(world: World) -> int:
    """How many points there are at which a process could die while publishing."""
    seen: list[str] = []
    publish(world, world.compose(TEXT, pictures=2), world.session(before=seen.append))
    return len(seen)


def test_killed_anywhere_and_run_again_makes_one_post(world: World) -> None:
    points = events_of(world)
    assert points >= 4
    for point in range(points):
        payload = world.compose(f"{TEXT} try {point}", pictures=2)
        session = world.session(before=dying_at(point))
        with pytest.raises(Killed):
            publish(world, payload, session)
        again = Session(
            world.account,
            world.vault,
            session.idempotency_key,
            session.stored,
            attempt_started_at=session.attempt_started_at,
        )
        settle(world, payload, again)
        found = [post for post in world.posts() if f"try {point}" in post["text"]]
        assert len(found) == 1, f"killed at event {point}"


def dying_at(point: int) -> Any:
    """Something to do before each event that dies at the n-th."""
    seen: list[str] = []

    def before(event: str) -> None:
        seen.append(event)
        if len(seen) > point:
            raise Killed

    return before


@pytest.mark.parametrize("kind", ["timeout", "drop", "server_error", "garbage"])
@pytest.mark.parametrize("pictures", [0, 1])
def test_lost_answer_is_found_on_the_platform(world: World, kind: str, pictures: int) -> None:
    world.fault(f"{kind}_after_accept", seconds=20)
    payload, session = world.compose(TEXT, pictures=pictures), world.session()
    prepare(world, payload, session)
    with pytest.raises(OutcomeUnknown):
        world.connector.finalize(payload, session)
    found = world.connector.reconcile(payload, world.session(session.stored))
    assert found.verdict is Verdict.FOUND
    (post,) = world.posts()
    assert found.remote_id == post["id"]
    assert found.remote_url == post["url"]


@pytest.mark.parametrize("kind", ["timeout", "drop", "server_error", "garbage"])
def test_call_that_never_landed_is_surely_absent(world: World, kind: str) -> None:
    world.fault(kind, seconds=20)
    payload, session = world.compose(TEXT), world.session()
    result = publish_surely(world, payload, session)
    assert result.remote_id == world.posts()[0]["id"]
    assert len(world.posts()) == 1


def test_sending_twice_with_one_key_makes_one_post(world: World) -> None:
    payload, session = world.compose(TEXT), world.session()
    publish(world, payload, session)
    try:
        world.connector.finalize(payload, session)
    except OutcomeUnknown:
        assert world.connector.reconcile(payload, session).verdict is Verdict.FOUND
    assert len(world.posts()) == 1


def test_an_older_twin_text_is_not_taken_for_ours(world: World) -> None:
    publish(world, world.compose("Good morning."), world.session())
    session = world.session()
    payload = world.compose("Good morning, again.")
    prepare(world, payload, session)
    assert world.connector.reconcile(payload, session).verdict is Verdict.ABSENT


def test_unreadable_platform_is_unknown_not_absent(world: World) -> None:
    payload, session = world.compose(TEXT), world.session()
    prepare(world, payload, session)
    for kind in ("server_error", "garbage", "drop", "forbidden"):
        world.sandbox.clear_faults()
        world.fault(kind, "read", times=0)
        look = world.connector.reconcile(payload, session)
        assert look.verdict is Verdict.UNKNOWN, kind
        assert look.evidence


def test_deleting_takes_the_post_away(world: World) -> None:
    if not world.connector.capabilities.can_delete:
        pytest.skip("this platform deletes nothing for us")
    payload, session = world.compose(TEXT), world.session()
    result = publish(world, payload, session)
    session.remember(post_id=result.remote_id)
    world.connector.delete(session)
    world.connector.delete(session)
    assert not world.posts()
    assert httpx2.get(result.remote_url).status_code == 404


def test_metrics_of_posts_and_account(world: World) -> None:
    session = world.session()
    ids = [publish(world, world.compose(f"Number {n}."), world.session()).remote_id for n in "123"]
    session.remember(post_id=ids[2])
    world.connector.delete(session)
    before = len(world.calls("metrics"))
    readings = world.connector.metrics(ids, session)
    assert len(world.calls("metrics")) - before <= 2, "counts of many posts come in few calls"
    assert {reading.remote_id for reading in readings} == {"", ids[0], ids[1]}
    given = {reading.metric for reading in readings}
    assert given <= {Metric(name) for name in world.connector.capabilities.metrics}
    assert {Metric.FOLLOWERS, Metric.LIKES} <= given
    assert all(reading.value >= 0 for reading in readings)


def test_metrics_of_more_posts_than_fit_one_call(world: World) -> None:
    result = publish(world, world.compose("One of many."), world.session())
    unknown = [f"{result.remote_id}{number}" for number in range(60)]
    readings = world.connector.metrics([*unknown, result.remote_id], world.session())
    assert {reading.remote_id for reading in readings} == {"", result.remote_id}


def test_metrics_without_posts_still_check_the_account(world: World) -> None:
    (reading,) = world.connector.metrics((), world.session())
    assert (reading.remote_id, reading.metric) == ("", Metric.FOLLOWERS)
