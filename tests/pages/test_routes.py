"""The HTTP routes, over a real server on loopback."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
import uvicorn
from icalendar import Calendar
from starlette.applications import Starlette

from gator_engine import AssetQuery, Studio
from gator_engine.domain.persona_tree import from_tree
from routes import ROUTES
from tests.media.sources.films import film, numbered
from tests.pages.seeded import Seeded


@pytest.fixture
def client(studio: Studio, free_port: int) -> Iterator[httpx2.Client]:
    """Talks to the routes the way a browser or a script does."""
    config = uvicorn.Config(Starlette(routes=ROUTES), port=free_port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.01)
    with httpx2.Client(base_url=f"http://127.0.0.1:{free_port}", timeout=30) as client:
        yield client
    server.should_exit = True
    thread.join(10)


def test_alive_and_ready(client: httpx2.Client) -> None:
    assert client.get("/healthz").text == "ok"
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "queue": "ok"}


def test_not_ready_without_its_queue(
    monkeypatch: pytest.MonkeyPatch, client: httpx2.Client
) -> None:
    monkeypatch.setenv("GATOR_REDIS_URL", "unix:///nowhere/redis.sock")
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json()["database"] == "ok"
    assert answer.json()["queue"] != "ok"
    assert client.get("/healthz").status_code == 200


def test_a_signed_link_serves_the_file_and_its_parts(
    seeded: Seeded, studio: Studio, client: httpx2.Client
) -> None:
    asset = studio.library.search(AssetQuery()).items[0]
    whole = client.get(studio.library.url(asset.id))
    assert whole.content == studio.library.read(asset.id)
    assert whole.headers["content-type"] == "image/png"
    assert whole.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in whole.headers["content-security-policy"]
    part = client.get(studio.library.url(asset.id), headers={"Range": "bytes=10-19"})
    assert part.status_code == 206
    assert part.content == whole.content[10:20]


def test_players_can_seek_in_films_and_keep_them(
    seeded: Seeded, studio: Studio, client: httpx2.Client, tmp_path: Path
) -> None:
    data = film(tmp_path / "a.mp4", numbered(8)).read_bytes()
    asset = studio.library.upload(data, "a.mp4")
    url = studio.library.url(asset.id)
    start = client.get(url, headers={"Range": "bytes=0-"})
    assert start.status_code == 206
    assert start.headers["content-range"] == f"bytes 0-{len(data) - 1}/{len(data)}"
    assert start.headers["accept-ranges"] == "bytes"
    assert start.headers["content-type"] == "video/mp4"
    assert start.headers["x-content-type-options"] == "nosniff"
    assert "content-disposition" not in start.headers
    tail = client.get(url, headers={"Range": "bytes=-100"})
    assert (tail.status_code, tail.content) == (206, data[-100:])
    beyond = client.get(url, headers={"Range": f"bytes={len(data)}-"})
    assert beyond.status_code == 416
    kept = client.get(f"{url}?download=1")
    assert kept.headers["content-disposition"] == 'attachment; filename="gator.mp4"'
    small = client.get(studio.library.url(asset.id, thumbnail=True))
    assert small.headers["content-type"] == "image/webp"


def test_a_forged_or_expired_link_is_refused(
    seeded: Seeded, studio: Studio, client: httpx2.Client
) -> None:
    asset = studio.library.search(AssetQuery()).items[0]
    good = studio.library.url(asset.id)
    assert client.get(good[:-2] + ("AA" if good[-2:] != "AA" else "BB")).status_code == 403
    assert client.get("/files/../../gator.db").status_code in (403, 404)
    stale = studio.vault.sign(f"file:{asset.id}", ttl_s=-1)
    assert client.get(f"/files/{stale}").status_code == 403
    gone = studio.vault.sign("file:nothing", ttl_s=60)
    assert client.get(f"/files/{gone}").status_code == 404


def test_the_api_wants_a_token(seeded: Seeded, studio: Studio, client: httpx2.Client) -> None:
    assert client.get("/api/v1/posts").status_code == 401
    wrong = studio.vault.sign("file:something", ttl_s=60)
    for token in ("nonsense", wrong):
        answer = client.get("/api/v1/posts", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 401
    right = {"Authorization": f"Bearer {studio.vault.sign('api:read', ttl_s=60)}"}
    posts = client.get("/api/v1/posts", headers=right).json()["items"]
    assert seeded.approved.id in {post["id"] for post in posts}
    states = client.get("/api/v1/deliveries", headers=right).json()["items"]
    assert {one["state"] for one in states} >= {"published", "scheduled", "rejected"}
    assert "key1" not in client.get("/api/v1/deliveries", headers=right).text
    people = client.get("/api/v1/personas", headers=right).json()["items"]
    assert seeded.persona.handle in {one["handle"] for one in people}
    address = f"/api/v1/personas/{seeded.persona.id}"
    assert client.get(address).status_code == 401
    whole = client.get(address, headers=right).json()
    assert from_tree(whole["profile"]).profile == seeded.persona.profile
    assert [one["number"] for one in whole["revisions"]] == [1]
    assert client.get(f"{address}?revision=9", headers=right).status_code == 404
    assert client.get("/api/v1/personas/nobody", headers=right).status_code == 404
    assert client.get("/api/v1/posts?limit=0", headers=right).status_code == 422


def test_an_unexpected_sign_in_is_explained(client: httpx2.Client, studio: Studio) -> None:
    slug = studio.accounts.platforms()[0].capabilities.slug
    answer = client.get(f"/oauth/{slug}/callback?code=1&state=2")
    assert answer.status_code == 400
    assert "No sign-in is waiting" in answer.text
    hostile = client.get(f"/oauth/{slug}/callback?error=<script>alert(1)</script>")
    assert "<script>" not in hostile.text
    assert client.get("/oauth/nowhere/callback").status_code == 404


def test_the_calendar_is_a_feed_for_those_with_a_token(
    seeded: Seeded, client: httpx2.Client, studio: Studio
) -> None:
    assert client.get("/feeds/calendar.ics").status_code == 401
    right = {"Authorization": f"Bearer {studio.vault.sign('api:read', ttl_s=60)}"}
    answer = client.get("/feeds/calendar.ics", headers=right)
    events = Calendar.from_ical(answer.content).walk("VEVENT")
    planned = {
        f"{one.id}@gator": one.due_at.replace(microsecond=0)
        for one in studio.scheduling.calendar()
        if one.state != "cancelled"
    }
    assert planned
    assert {str(event["uid"]): event.start for event in events} == planned
    assert any("published" in str(event["summary"]) for event in events)


def test_a_draft_that_is_not_there_is_refused(client: httpx2.Client, studio: Studio) -> None:
    gone = studio.vault.sign("draft:r1", ttl_s=60)
    assert client.get(f"/drafts/{gone}").status_code == 404
    assert client.get("/drafts/forged").status_code == 403
    kept = studio.settings.home / "cache" / "drafts"
    kept.mkdir(parents=True)
    (kept / "r1.mp4").write_bytes(b"film")
    answer = client.get(f"/drafts/{gone}", headers={"Range": "bytes=1-2"})
    assert (answer.status_code, answer.content) == (206, b"il")
    assert answer.headers["content-type"] == "video/mp4"
