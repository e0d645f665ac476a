"""Deliveries through real workers to the sandbox network, with kills at the worst moments."""

from __future__ import annotations

import signal
from collections.abc import Iterator, Sequence
from typing import Any

import httpx2
import psutil
import pytest

from gator_engine.adapters.connectors import discover
from gator_engine.domain.deliveries import Delivery, DeliveryState, Phase
from gator_engine.domain.personas import Rating
from gator_engine.studio import Studio
from tests.integration.workers.conftest import Plant, eventually, kill, running_plant

HANG_S = 4.0


@pytest.fixture
def network(free_port: int) -> Iterator[Plant]:
    """A plant with a sandbox network, one publish worker and a dispatcher."""
    url = f"http://127.0.0.1:{free_port}"
    with running_plant(sandbox_url=url, sandbox_port=free_port, http_timeout_s=10) as plant:
        plant.start_part("sandbox", "--port", str(free_port))
        eventually(lambda: answers(url))
        plant.worker = plant.start_part("worker", "--queues", "publish")  # type: ignore[attr-defined]
        eventually(lambda: plant.studio.jobs.workers())
        plant.start_part("dispatcher")
        yield plant


def answers(url: str) -> bool:
    try:
        return httpx2.get(url, timeout=1).status_code == 200
    except httpx2.TransportError:
        return False


def send(studio: Studio, platform: str) -> Delivery:
    """An approved post on its way to an account of its own."""
    persona = studio.personas.create(studio.personas.templates()[0].profile)
    account = studio.accounts.connect_sandbox(platform, "luna")
    post = studio.composing.draft(persona.id, "Glaze day. #ceramics", rating=Rating.GENERAL)
    studio.composing.submit(post.id)
    studio.composing.approve(post.id)
    (delivery,) = studio.scheduling.post_now(post.id, [account.id])
    return delivery


def script_fault(plant: Plant, platform: str, kind: str, **more: object) -> None:
    fault = {"platform": platform, "kind": kind, **more}
    answer = httpx2.post(f"{plant.settings.sandbox_url}/sandbox/faults", json=fault)
    answer.raise_for_status()


def shown(plant: Plant) -> Sequence[dict[str, Any]]:
    """Every post the sandbox ever accepted."""
    return list(httpx2.get(f"{plant.settings.sandbox_url}/sandbox/posts").json())


def requests(plant: Plant, operation: str) -> int:
    """How many requests of a sort the sandbox has begun or ended."""
    rows = httpx2.get(f"{plant.settings.sandbox_url}/sandbox/requests").json()
    return sum(1 for row in rows if row["operation"] == operation)


def published(plant: Plant, delivery: Delivery) -> Delivery:
    """Wait until it is out."""
    studio = plant.studio
    eventually(lambda: studio.publishing.get(delivery.id).state is DeliveryState.PUBLISHED)
    return studio.publishing.get(delivery.id)


def work_horse_in_finalize(plant: Plant, delivery: Delivery) -> psutil.Process:
    """The process that has just begun the irreversible call."""

    def finalizing() -> psutil.Process | None:
        if plant.studio.publishing.get(delivery.id).state is not DeliveryState.FINALIZING:
            return None
        tries = plant.studio.publishing.attempts(delivery.id)
        if not any(attempt.phase is Phase.FINALIZE for attempt in tries):
            return None
        worker = psutil.Process(plant.worker.pid)  # type: ignore[attr-defined]
        return next(iter(worker.children()), None)

    horse: psutil.Process = eventually(finalizing)
    return horse


@pytest.fixture(params=sorted(discover()))
def platform(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_a_delivery_goes_out_once(network: Plant, platform: str) -> None:
    delivery = send(network.studio, platform)
    row = published(network, delivery)
    (post,) = shown(network)
    assert row.remote_url == post["url"]
    assert "Glaze day." in post["text"]


def test_a_work_horse_killed_in_the_irreversible_call(network: Plant, platform: str) -> None:
    # The platform works on although nobody waits for its answer any more.
    script_fault(network, platform, "slow", seconds=HANG_S)
    delivery = send(network.studio, platform)
    work_horse_in_finalize(network, delivery).kill()
    row = published(network, delivery)
    (post,) = shown(network)
    assert row.remote_url == post["url"]
    phases = [attempt.phase for attempt in network.studio.publishing.attempts(delivery.id)]
    assert phases.index(Phase.RECONCILE) > phases.index(Phase.FINALIZE)


def test_a_work_horse_that_sleeps_through_its_lease(network: Plant, platform: str) -> None:
    script_fault(network, platform, "slow", seconds=HANG_S)
    delivery = send(network.studio, platform)
    horse = work_horse_in_finalize(network, delivery)
    network.freeze(horse.pid)
    network.start_part("worker", "--queues", "publish")
    row = published(network, delivery)
    horse.send_signal(signal.SIGCONT)
    eventually(lambda: not horse.is_running() or horse.status() == psutil.STATUS_ZOMBIE)
    assert len(shown(network)) == 1
    after = network.studio.publishing.get(delivery.id)
    assert (after.state, after.fence) == (DeliveryState.PUBLISHED, row.fence)


def test_an_accepted_post_whose_answer_never_came(network: Plant, platform: str) -> None:
    script_fault(network, platform, "drop_after_accept")
    row = published(network, send(network.studio, platform))
    (post,) = shown(network)
    assert row.remote_url == post["url"]


def test_redis_may_die_between_the_steps(network: Plant, platform: str) -> None:
    kill(network.redis)
    delivery = send(network.studio, platform)
    eventually(lambda: "waiting for a part of Gator" in network.log("dispatcher"))
    network.start_redis()
    network.start_part("worker", "--queues", "publish")  # as its supervisor would
    published(network, delivery)
    assert len(shown(network)) == 1


def test_a_credential_that_is_refused_waits_for_a_person(network: Plant, platform: str) -> None:
    script_fault(network, platform, "unauthorized")
    studio = network.studio
    delivery = send(studio, platform)
    eventually(lambda: studio.publishing.get(delivery.id).state is DeliveryState.NEEDS_AUTH)
    assert not shown(network)
    studio.accounts.connect_sandbox(platform, "luna")
    published(network, delivery)
    assert len(shown(network)) == 1
