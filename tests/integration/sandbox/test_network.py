"""The sandbox network itself: it survives a restart, faults repeat, pages are safe."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest

from gator_engine.adapters.connectors import Network, discover
from gator_engine.adapters.sandbox.engagement import followers, reactions
from tests.contracts.connectors.world import open_world, publish
from tests.services.sandbox_service import Sandbox, serve

SLUGS = sorted(discover())


@pytest.mark.parametrize("slug", SLUGS)
def test_everything_survives_a_restart(tmp_path: Path, slug: str) -> None:
    server, thread, first = serve(tmp_path)
    world = open_world(first, slug, "steady")
    session = world.session()
    result = publish(world, world.compose("I am still here.", pictures=1), session)
    server.should_exit = True
    thread.join(20)
    server, thread, second = serve(tmp_path)
    try:
        moved = discover(Network(timeout_s=5, sandbox_url=second.url))[slug]
        readings = moved.metrics([result.remote_id], world.session())
        assert {reading.remote_id for reading in readings} == {"", result.remote_id}
        assert second.posts(slug)[0]["idempotency_key"] == first_key(world.slug, session)
        assert "I am still here." in httpx2.get(second.url).text
    finally:
        server.should_exit = True
        thread.join(20)


def first_key(slug: str, session: object) -> str:
    """What the twin keeps as the delivery's key: the header, or the record key it came with."""
    stored = getattr(session, "stored", {})
    return str(stored.get("rkey") or getattr(session, "idempotency_key", ""))


def test_probable_faults_strike_the_same_way_each_time(sandbox: Sandbox) -> None:
    struck = []
    for _ in range(2):
        sandbox.clear_faults()
        sandbox.fault(
            platform="*", kind="server_error", operation="connect", times=0, probability=0.5, seed=7
        )
        url = f"{sandbox.url}/{SLUGS[-1]}/api/v2/instance"
        struck.append([httpx2.get(url).status_code for _ in range(12)])
    assert struck[0] == struck[1]
    assert set(struck[0]) == {200, 500}


@pytest.mark.parametrize(
    ("spec", "field"),
    [
        ({"platform": "*", "kind": "explode"}, "kind"),
        ({"platform": "*", "kind": "reject", "operation": "dance"}, "operation"),
        ({"platform": "*", "kind": "reject", "probability": 2}, "probability"),
        ({"platform": "*", "kind": "reject", "colour": "red"}, "colour"),
        ({"kind": "reject"}, "platform"),
    ],
)
def test_unknown_faults_are_refused(sandbox: Sandbox, spec: dict[str, object], field: str) -> None:
    answer = httpx2.post(f"{sandbox.url}/sandbox/faults", json=spec)
    assert answer.status_code == 400
    assert answer.json()["field"] == field


@pytest.mark.parametrize("slug", SLUGS)
@pytest.mark.parametrize("handle", ["", "has space", "a/b", "<script>", "x" * 300])
def test_bad_handles_are_refused(sandbox: Sandbox, slug: str, handle: str) -> None:
    body = {"platform": slug, "handle": handle, "display_name": "X"}
    answer = httpx2.post(f"{sandbox.url}/sandbox/accounts", json=body)
    assert answer.status_code == 400
    assert answer.json()["field"] == "handle"


def test_opening_an_account_twice_gives_the_same_one(sandbox: Sandbox) -> None:
    for slug in SLUGS:
        assert sandbox.open_account(slug, "twice") == sandbox.open_account(slug, "twice")


@pytest.mark.parametrize("slug", SLUGS)
def test_pages_show_text_as_text(sandbox: Sandbox, slug: str) -> None:
    world = open_world(sandbox, slug, "mallory")
    evil = "<script>alert(1)</script> & <img src=x onerror=alert(2)>"
    result = publish(world, world.compose(evil), world.session())
    for url in (sandbox.url, result.remote_url, world.profile.profile_url):
        page = httpx2.get(url)
        assert page.status_code == 200
        assert "<script>" not in page.text
        assert "<img src=x" not in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "simulated" in page.text


def test_foreign_names_and_forms_do_not_reach_it(sandbox: Sandbox) -> None:
    foreign = httpx2.get(sandbox.url, headers={"Host": "evil.example"})
    assert foreign.status_code == 400
    form = httpx2.post(f"{sandbox.url}/sandbox/faults", data={"platform": "*", "kind": "reject"})
    assert form.status_code == 400


def test_unknown_pages_say_so(sandbox: Sandbox) -> None:
    assert httpx2.get(f"{sandbox.url}/nowhere").status_code == 404
    assert httpx2.get(f"{sandbox.url}/sandbox/files/{SLUGS[0]}/none").status_code == 404


def test_simulated_reactions_grow_and_repeat() -> None:
    ages = [0, 60, 600, 3600, 86_400, 10 * 86_400]
    likes = [reactions("post", age).likes for age in ages]
    assert likes == sorted(likes)
    assert likes[0] == 0
    assert likes[-1] > likes[1]
    assert reactions("post", 600) == reactions("post", 600)
    assert followers("a", 86_400, 3) >= followers("a", 0, 0)
