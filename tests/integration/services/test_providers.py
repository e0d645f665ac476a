"""Language models that people set up: tried when saved, keys sealed, costs counted."""

from __future__ import annotations

import pytest

from gator_engine.domain.providers import ProviderKind
from gator_engine.errors import InvalidInput, NotFound
from gator_engine.services.providers import NewEndpoint
from tests.integration.services.conftest import Desk
from tests.services.llm_endpoints import KEY
from tests.services.llm_service import ChatServer, answers, fails, post


def new(server: ChatServer, **more: str) -> NewEndpoint:
    given = {"key": KEY, "price_input": "1", "price_output": "2", **more}
    return NewEndpoint("Tiny", server.kind, server.url, "tiny-talker", **given)


def test_an_endpoint_is_tried_and_its_key_is_sealed(desk: Desk, server: ChatServer) -> None:
    server.script = [answers(server, "ready")]
    saved = desk.studio.providers.save(new(server))
    assert (saved.test_said, saved.test_error, saved.has_key) == ("ready", "", True)
    assert KEY in server.keys[0]
    database = desk.studio.settings.home / "gator.db"
    stored = b"".join(path.read_bytes() for path in database.parent.glob("gator.db*"))
    assert KEY.encode() not in stored
    assert KEY not in repr(desk.studio.providers.list())
    [entry] = desk.studio.spending.entries()
    assert (entry.kind, entry.input_tokens, entry.output_tokens) == ("trial", 30, 12)
    assert entry.cost_micros == 54


def test_a_failed_trial_keeps_the_endpoint_and_says_why(desk: Desk, server: ChatServer) -> None:
    server.script = [fails(401, f"bad key {KEY}")]
    saved = desk.studio.providers.save(new(server))
    assert "The key is not accepted" in saved.test_error
    assert KEY not in saved.test_error
    server.script = [answers(server, "ready")]
    again = desk.studio.providers.save(new(server, key=""), saved.id)
    assert (again.test_error, again.has_key, again.id) == ("", True, saved.id)
    assert KEY in server.keys[-1]


@pytest.mark.parametrize(
    ("field", "more"),
    [("price_output", {"price_output": ""}), ("price_input", {"price_input": "cheap"})],
)
def test_what_cannot_be_is_refused(
    desk: Desk, chat_server: ChatServer, field: str, more: dict[str, str]
) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.providers.save(new(chat_server, **more))
    assert caught.value.field == field
    with pytest.raises(InvalidInput) as caught:
        desk.studio.providers.save(NewEndpoint("", ProviderKind.OPENAI, "ftp://x", ""))
    assert {problem.field for problem in caught.value.problems} == {"name", "model", "base_url"}


def test_it_writes_captions_under_the_cap(desk: Desk, server: ChatServer) -> None:
    server.script = [answers(server, "ready")]
    saved = desk.studio.providers.save(new(server))
    assert saved.id in {info.slug for info in desk.studio.writing.writers()}
    server.script = [answers(server, post())]
    write = desk.studio.writing.write
    [caption] = write(desk.persona.id, "new bowls", variants=1, writer=saved.id)
    assert caption.tokens == 42
    assert desk.studio.spending.month(desk.persona.id).spent == 54
    desk.studio.spending.set_cap(100)
    asked = len(server.asked)
    with pytest.raises(InvalidInput) as caught:
        write(desk.persona.id, "new bowls", variants=1, writer=saved.id)
    assert caught.value.field == "budget"
    assert len(server.asked) == asked


def test_a_removed_one_is_gone_but_its_costs_stay(desk: Desk, server: ChatServer) -> None:
    server.script = [answers(server, "ready")]
    saved = desk.studio.providers.save(new(server))
    desk.studio.providers.remove(saved.id)
    assert desk.studio.providers.list() == []
    with pytest.raises(NotFound):
        desk.studio.providers.model(saved.id)
    assert desk.studio.spending.month().spent == 54


def test_without_any_the_environment_says_what_to_set(desk: Desk) -> None:
    infos = {info.slug: info.missing for info in desk.studio.writing.writers()}
    assert infos["template"] == ""
    assert "Settings" in infos["llm"]
