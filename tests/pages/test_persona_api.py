"""Personas over HTTP: what may be written, by whom, and how a refusal reads."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from string import Template
from typing import Any

import httpx2
import pytest

from gator_engine import Persona, Studio
from gator_engine.domain.persona_tree import to_tree
from routes import access
from tests.pages.test_routes import client

__all__ = ["client"]
PAGE = Path(__file__).parents[2] / "docs" / "api.md"


@dataclass(frozen=True)
class Api:
    """The API as a script with a token of each kind meets it."""

    client: httpx2.Client
    reads: dict[str, str]
    writes: dict[str, str]

    def ask(self, method: str, path: str, body: object = None, *, reads: bool = False) -> Any:
        headers = self.reads if reads else self.writes
        sent = {} if body is None else {"json": body}
        return self.client.request(method, f"/api/v1/personas{path}", headers=headers, **sent)

    def refused(self, method: str, path: str, body: object, status: int) -> dict[str, Any]:
        answer = self.ask(method, path, body)
        assert answer.status_code == status, answer.text
        assert answer.headers["content-type"] == access.PROBLEM
        found: dict[str, Any] = answer.json()
        assert found["status"] == status
        return found


@pytest.fixture
def api(client: httpx2.Client, studio: Studio) -> Iterator[Api]:
    tokens = (studio.vault.sign(scope, ttl_s=60) for scope in (access.READ, access.WRITE))
    reads, writes = ({"Authorization": f"Bearer {token}"} for token in tokens)
    yield Api(client, reads, writes)


@pytest.fixture
def persona(studio: Studio) -> Persona:
    return studio.personas.create(studio.personas.templates()[0].profile)


def test_a_persona_is_made_of_a_template_and_of_a_whole_profile(api: Api, studio: Studio) -> None:
    slug = api.ask("GET", "/templates", reads=True).json()["items"][0]["slug"]
    patch = {"identity": {"handle": "by.api"}, "voice": {"tone": {"warmth": 3}}}
    answer = api.ask("POST", "", {"template": slug, "profile": patch, "author": "a script"})
    assert answer.status_code == 201
    made = answer.json()
    assert answer.headers["location"] == f"/api/v1/personas/{made['id']}"
    stored = studio.personas.get(made["id"])
    assert (stored.handle, stored.profile.voice.tone.warmth) == ("by.api", 3)
    assert stored.profile.voice.register == studio.personas.templates()[0].profile.voice.register
    assert (stored.revision.author, stored.revision.reason) == ("a script", "created")
    whole = {**made["profile"], "identity": {**made["profile"]["identity"], "handle": "again"}}
    again = api.ask("POST", "", {"profile": whole}).json()
    assert again["profile"] == whole and again["revisions"][0]["author"] == "local"


def test_a_revision_names_the_version_it_was_made_from(
    api: Api, studio: Studio, persona: Persona
) -> None:
    at = f"/{persona.id}"
    patch = {"profile": {"voice": {"hashtags": ["one"]}}, "version": 1, "reason": "a tag"}
    after = api.ask("PATCH", at, {**patch, "author": "Bo"}).json()
    assert (after["revision"], after["version"]) == (2, 2)
    newest = after["revisions"][0]
    assert (newest["author"], newest["reason"]) == ("Bo", "a tag")
    late = {**patch, "profile": {"voice": {"hashtags": ["two"]}}}
    assert "errors" not in api.refused("PATCH", at, late, 409)
    bare = {"identity": {"name": "Bare", "handle": "bare", "age": 40}}
    put = api.ask("PUT", at, {"profile": bare, "version": 2, "reason": "from nothing"}).json()
    assert put["profile"]["pillars"] == []
    items = api.ask("GET", f"{at}/diff?from=1&to=2", reads=True).json()["items"]
    assert [one["path"] for one in items] == ["voice.hashtags"]
    back = api.ask("POST", f"{at}/revisions/1/restore", {"version": 3}).json()
    assert back["revision"] == 4
    assert studio.personas.get(persona.id).profile == persona.profile
    assert [one["number"] for one in api.ask("GET", f"{at}/revisions").json()["items"]] == [
        4,
        3,
        2,
        1,
    ]
    studio.identity.lock(persona.id)
    locked = {"profile": {"appearance": {"hair": "blue"}}, "version": 4, "reason": "x"}
    assert api.refused("PATCH", at, locked, 422)["errors"][0]["field"] == "appearance.hair"


def test_a_copy_the_archive_and_the_way_back(api: Api, studio: Studio, persona: Persona) -> None:
    at = f"/{persona.id}"
    copy = api.ask("POST", f"{at}/duplicate", {"handle": "copy", "name": "Copy"})
    assert copy.status_code == 201 and copy.json()["name"] == "Copy"
    assert api.ask("POST", f"{at}/archive").json()["archived"]
    listed = [one["handle"] for one in api.ask("GET", "?archived=true").json()["items"]]
    assert listed == [persona.handle]
    assert not api.ask("POST", f"{at}/restore").json()["archived"]
    for kind, start in (("archive", b"PK"), ("yaml", b""), ("json", b"{"), ("card-v3", b"{")):
        file = api.ask("GET", f"{at}/export?kind={kind}", reads=True)
        assert file.status_code == 200 and file.content.startswith(start)
        where = f"/api/v1/personas/import?handle=from.{kind}"
        taken = api.client.post(where, headers=api.writes, content=file.content)
        assert taken.status_code == 201, taken.text
        there = studio.personas.get(taken.json()["id"]).profile
        same = replace(there, identity=replace(there.identity, handle=persona.handle))
        assert same == persona.profile


def test_compiling_and_checking_store_nothing_and_need_a_reading_token_only(
    api: Api, persona: Persona
) -> None:
    at = f"/{persona.id}"
    tags = api.ask("POST", f"{at}/compile", {"prompt": "at sea"}, reads=True).json()
    scene = next(one for one in tags["fragments"] if one["source"] == "brief.prompt")
    assert scene["text"] == "at sea" and tags["budget"]
    told = api.ask("POST", f"{at}/compile", {"dialect": "sentences"}, reads=True).json()
    assert told["dialect"] == "sentences" and told["budget"] == ""
    said = {"text": "I am a real human.", "recent": []}
    [finding, *_] = api.ask("POST", f"{at}/voice-check", said, reads=True).json()["items"]
    assert finding["rule"] and finding["fix"]
    assert api.refused("POST", f"{at}/compile", {"outfit": "spacesuit"}, 422)["errors"]


def test_a_reading_token_writes_nothing(api: Api, studio: Studio, persona: Persona) -> None:
    at = f"/{persona.id}"
    asked = [
        ("POST", ""), ("PUT", at), ("PATCH", at), ("POST", f"{at}/duplicate"),
        ("POST", f"{at}/archive"), ("POST", f"{at}/restore"), ("POST", "/import"),
        ("POST", f"{at}/revisions/1/restore"),
    ]  # fmt: skip
    for method, path in asked:
        answer = api.ask(method, path, {}, reads=True)
        assert answer.status_code == 403, path
        assert "insufficient_scope" in answer.headers["www-authenticate"]
        bare = api.client.request(method, f"/api/v1/personas{path}", json={})
        assert bare.status_code == 401, path
    assert len(studio.personas.list()) == 1 and studio.personas.get(persona.id).version == 1


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"profile": {"identity": {"name": "A", "handle": "a", "age": 17}}}, "identity.age"),
        ({"profile": {"identity": {"name": "A", "handle": "a", "age": "30"}}}, "identity.age"),
        ({"profile": {"identity": {"name": "A", "handle": "a", "age": 30}, "x": 1}}, "x"),
        ({"profile": []}, "profile"),
        ({}, "profile"),
        ({"profile": {}, "colour": "red"}, "colour"),
        ({"profile": {"identity": {"name": "A", "handle": "a", "age": 30}}, "author": "x" * 81},
         "author"),
        ({"profile": {"identity": {"name": "A", "handle": "a", "age": 30}}, "reason": "x" * 501},
         "reason"),
        ({"profile": {"identity": {"name": "A", "handle": "made.up", "age": 30,
                                   "bio": "x" * 9000}}}, "identity.bio"),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named(
    api: Api, studio: Studio, body: dict[str, object], field: str
) -> None:
    found = api.refused("POST", "", body, 422)
    assert field in [one["field"] for one in found["errors"]]
    assert studio.personas.list() == []


def test_the_rest_is_refused_aloud(api: Api, persona: Persona) -> None:
    at = f"/{persona.id}"
    why = {"version": 1, "reason": " ", "profile": {}}
    assert api.refused("PATCH", at, why, 422)["errors"][0]["field"] == "reason"
    late = {"version": True, "reason": "x", "profile": {}}
    assert api.refused("PATCH", at, late, 422)["errors"][0]["field"] == "version"
    api.refused("PATCH", "/nobody", {"version": 1, "reason": "x", "profile": {}}, 404)
    api.refused("POST", "", {"template": "nothing"}, 404)
    api.refused("GET", f"{at}/diff?from=1&to=7", None, 404)
    assert api.refused("GET", f"{at}/diff", None, 422)["errors"][0]["field"] == "from"
    assert api.refused("GET", f"{at}/export?kind=pdf", None, 422)["errors"][0]["limit"]
    assert api.ask("DELETE", at).status_code == 405


def test_bodies_have_limits(api: Api, studio: Studio) -> None:
    def sent(content: bytes, path: str = "") -> Any:
        return api.client.post(f"/api/v1/personas{path}", headers=api.writes, content=content)

    deep = b'{"a":' * 50 + b"1" + b"}" * 50
    very_deep = b"[" * 200_000
    for body in (b"", b"[]", b"nonsense", b"\xff\xfe", b'{"a": NaN}', deep, very_deep):
        answer = sent(body)
        assert answer.status_code == 422, body[:20]
        assert answer.json()["errors"][0]["field"] == "body"
    large = sent(b" " * (2 * 2**20 + 1))
    assert large.status_code == 413
    assert large.json()["errors"] == [
        {"field": "body", "problem": "is too large", "limit": f"{2 * 2**20} bytes"}
    ]
    assert sent(b"no persona at all", "/import").status_code == 422
    assert studio.personas.list() == []


def test_the_examples_of_the_page_run(api: Api, studio: Studio, tmp_path: Path) -> None:
    known = {"GATOR": "/api/v1", "READS": _header(api.reads), "WRITES": _header(api.writes)}
    blocks = re.findall(r"```bash\n(.*?)```", PAGE.read_text("utf-8"), re.S)
    commands = [
        one for block in blocks for one in re.findall(r"^curl.*?(?=^curl|\Z)", block, re.S | re.M)
    ]
    assert len(commands) >= 15
    for command in commands:
        words = [Template(word).substitute(known) for word in shlex.split(command)]
        answer = _curl(api.client, words[1:], tmp_path)
        assert answer.status_code in (200, 201), f"{command}\n{answer.text}"
        if "PERSONA" not in known and answer.status_code == 201:
            known["PERSONA"] = answer.json()["id"]
    handles = sorted(one.handle for one in studio.personas.list())
    assert handles == ["ada.brook", "ada.elsewhere", "ada.two"]
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE.read_text("utf-8"), re.S)[0])
    young = {"profile": {"identity": {"name": "A", "handle": "a", "age": 17}}}
    assert api.refused("POST", "", young, 422) == shown


def _header(headers: dict[str, str]) -> str:
    return f"Authorization: {headers['Authorization']}"


def _curl(client: httpx2.Client, words: list[str], folder: Path) -> Any:
    """What curl does with the few options that the page uses."""
    url, method, headers, sent, target = "", "", {}, b"", None
    given = iter(words)
    for word in given:
        if word == "-sS":
            continue
        if word == "-H":
            name, _, value = next(given).partition(": ")
            headers[name] = value
        elif word == "-X":
            method = next(given)
        elif word == "-o":
            target = folder / next(given)
        elif word == "--json":
            sent, method = next(given).encode(), method or "POST"
        elif word == "--data-binary":
            sent, method = (folder / next(given).removeprefix("@")).read_bytes(), method or "POST"
        else:
            assert not word.startswith("-"), word
            url = word
    answer = client.request(method or "GET", url, headers=headers, content=sent)
    if target is not None:
        target.write_bytes(answer.content)
    return answer


def test_a_profile_of_the_api_is_the_profile_of_the_studio(api: Api, persona: Persona) -> None:
    shown = api.ask("GET", f"/{persona.id}", reads=True).json()
    assert shown["profile"] == to_tree(persona.profile)
