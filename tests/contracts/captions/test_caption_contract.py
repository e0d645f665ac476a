"""What every caption writer does, whatever is behind it."""

from __future__ import annotations

import pytest

from gator_engine.adapters.captions import discover
from gator_engine.config import Settings
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.errors import InvalidInput
from gator_engine.ports import CaptionRequest, CaptionWriter
from tests.services.llm_service import ChatServer, answers, post

MAKER = TEMPLATES[0].profile


def request(topic: str = "autumn light", variants: int = 2, limit: int = 300) -> CaptionRequest:
    return CaptionRequest(MAKER, "Be brief.", topic, variants, limit, "en", 7, "a bowl")


@pytest.fixture(params=["template", "openai", "anthropic"])
def writer(request: pytest.FixtureRequest) -> CaptionWriter:
    if request.param == "template":
        return discover(Settings())["template"]
    name = {"openai": "chat_server", "anthropic": "claude_server"}[request.param]
    server: ChatServer = request.getfixturevalue(name)
    server.script = [answers(server, post(f"Version {n}.")) for n in range(9)]
    made: CaptionWriter = server.bench().model
    return made


def test_it_is_ready_and_named(writer: CaptionWriter) -> None:
    assert writer.missing() == ""
    assert writer.slug
    assert writer.label


def test_every_variant_is_complete_streamed_and_signed(writer: CaptionWriter) -> None:
    streamed: dict[int, str] = {}
    captions = writer.write(request(), streamed.__setitem__)
    assert len({caption.text for caption in captions}) == 2
    assert [caption.text for caption in captions] == [streamed[0], streamed[1]]
    for caption in captions:
        assert 0 < len(caption.text) <= 300
        assert caption.written_by
        assert all(tag.startswith("#") and tag in caption.text for tag in caption.hashtags)
        assert caption.alt_text


@pytest.mark.parametrize("topic", ["", "  ", "politics", "a game changer"])
def test_topics_that_are_ruled_out_are_refused(writer: CaptionWriter, topic: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        writer.write(request(topic), lambda number, text: None)
    assert caught.value.field == "topic"
