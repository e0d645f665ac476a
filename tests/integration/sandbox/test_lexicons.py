"""Bluesky's own schemas: what the connector sends and what the twin answers both fit them."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest

from tests.contracts.connectors.test_composing import CASES
from tests.contracts.connectors.world import World, open_world, publish
from tests.integration.sandbox.lexicon import LEXICONS, problems
from tests.services.sandbox_service import Sandbox

pytestmark = pytest.mark.skipif(
    not LEXICONS.is_dir(), reason="the lexicons do not lie beside the repository (../shared/specs)"
)
SLUG = "bluesky"


@pytest.fixture
def world(sandbox: Sandbox, request: pytest.FixtureRequest) -> World:
    """An account of this test's own."""
    return open_world(sandbox, SLUG, f"lex{abs(hash(request.node.name)) % 10**9}")


@pytest.mark.parametrize("case", CASES)
def test_what_is_sent_fits(world: World, case: str) -> None:
    publish(world, world.connector.compose(CASES[case], world.account), world.session())
    (post,) = world.posts()
    assert problems(post["body"]["record"], "app.bsky.feed.post", "record") == []
    assert problems(post["body"], "com.atproto.repo.createRecord", "input") == []
    key = post["body"]["rkey"]
    assert len(key) == 13


def test_the_checker_can_fail() -> None:
    bad: dict[str, Any] = {"text": "x" * 3001, "createdAt": "yesterday", "colour": "red"}
    found = " ".join(problems(bad, "app.bsky.feed.post", "record"))
    assert "bytes" in found
    assert "datetime" in found
    assert "colour" in found


def test_what_the_twin_answers_fits(world: World) -> None:
    publish(world, world.connector.compose(CASES["four_pictures"], world.account), world.session())
    base = f"{world.account.base_url}/xrpc"
    token = {"Authorization": f"Bearer {world.vault.versions[-1]['access_jwt']}"}
    login = {"identifier": world.profile.handle, "password": world.fields["app_password"]}
    opened = httpx2.post(f"{base}/com.atproto.server.createSession", json=login).json()
    assert problems(opened, "com.atproto.server.createSession", "output") == []
    renewal = {"Authorization": f"Bearer {opened['refreshJwt']}"}
    renewed = httpx2.post(f"{base}/com.atproto.server.refreshSession", headers=renewal).json()
    assert problems(renewed, "com.atproto.server.refreshSession", "output") == []
    post = world.posts()[0]
    posts = httpx2.get(
        f"{base}/app.bsky.feed.getPosts", params={"uris": [post["id"]]}, headers=token
    ).json()
    assert problems(posts, "app.bsky.feed.getPosts", "output") == []
    sent = httpx2.post(
        f"{base}/com.atproto.repo.uploadBlob",
        content=b"\x89PNG",
        headers={**token, "Content-Type": "image/png"},
    ).json()
    assert problems(sent, "com.atproto.repo.uploadBlob", "output") == []
