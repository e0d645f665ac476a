"""What every language model does, whichever protocol it speaks, and whatever its server does."""

from __future__ import annotations

import os
from typing import Any

import pytest
from starlette.responses import Response

from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.providers import ProviderKind
from gator_engine.errors import AuthExpired, ExternalError, RateLimited, Rejected, Transient
from gator_engine.ports import CaptionRequest, TextAnswer, TextModel, TextRequest
from tests.services.llm_endpoints import KEY, Bench, bench
from tests.services.llm_service import ChatServer, answers, claude, fails, says, sse

SCHEMA = {
    "type": "object",
    "properties": {"word": {"type": "string"}},
    "required": ["word"],
    "additionalProperties": False,
}
LIVE = "TEST_LLM_URL"


def asked(shaped: bool = True, **more: Any) -> TextRequest:
    schema = SCHEMA if shaped else None
    return TextRequest("Be brief.", (("user", "One word?"),), schema, most_tokens=200, **more)


def told(made: Bench, request: TextRequest | None = None) -> tuple[TextAnswer, list[str]]:
    growing: list[str] = []
    return made.model.complete(request or asked(), growing.append), growing


def test_an_answer_grows_and_is_metered(server: ChatServer) -> None:
    server.script = [answers(server, '{"word": "ready"}', pieces=6)]
    made = server.bench()
    assert isinstance(made.model, TextModel)
    answer, growing = told(made)
    assert answer.text == growing[-1] == '{"word": "ready"}'
    assert len(growing) > 3
    assert (answer.usage.input_tokens, answer.usage.output_tokens) == (30, 12)
    assert made.meter.receipts[0].usage == answer.usage
    [planned] = made.meter.planned
    assert planned.most_output == 200
    assert planned.most_input > 1000
    assert KEY in server.keys[0]


def test_without_a_shape_it_answers_in_words(server: ChatServer) -> None:
    server.script = [answers(server, "<think>hm</think>Ready.")]
    answer, _ = told(server.bench(), asked(shaped=False))
    assert (answer.text, answer.mode) == ("Ready.", "text")
    assert "tools" not in server.asked[0]
    assert "response_format" not in server.asked[0]


def test_the_way_of_asking_that_worked_is_remembered(server: ChatServer) -> None:
    def picky(body: dict[str, Any]) -> Response:
        if "response_format" in body or "tools" in body:
            return fails(400, "response_format and tools are not supported")(body)
        return answers(server, '{"word": "x"}')(body)

    server.script = [picky]
    made = server.bench()
    told(made)
    tries = len(server.asked)
    told(made)
    assert made.modes == ["text"]
    assert len(server.asked) == tries + 1
    again = server.bench(mode="text")
    told(again)
    assert len(server.asked) == tries + 2


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, AuthExpired),
        (403, AuthExpired),
        (404, Rejected),
        (413, Rejected),
        (429, RateLimited),
        (500, Transient),
        (529, Transient),
    ],
)
def test_each_status_has_its_error(
    server: ChatServer, status: int, expected: type[ExternalError]
) -> None:
    server.script = [fails(status, f"because {KEY}")]
    with pytest.raises(expected) as caught:
        told(server.bench())
    assert type(caught.value) is expected
    assert caught.value.code == str(status)
    assert KEY not in str(caught.value)


def test_a_rate_limit_says_when_to_return(server: ChatServer) -> None:
    server.script = [fails(429, "slow", **{"retry-after": "9"})]
    with pytest.raises(RateLimited) as caught:
        told(server.bench())
    assert caught.value.retry_after == 9


def test_a_stalled_server_is_given_up(server: ChatServer) -> None:
    server.script = [answers(server, "{}", stall_s=3)]
    with pytest.raises(Transient, match="too long"):
        told(server.bench(timeout_s=0.3))


def test_what_is_no_json_is_refused(server: ChatServer) -> None:
    server.script = [lambda _: Response("data: {broken\n\n", media_type="text/event-stream")]
    with pytest.raises(Rejected, match="not JSON"):
        told(server.bench())


def test_a_cut_answer_keeps_its_usage_for_the_ledger(server: ChatServer) -> None:
    script = {
        ProviderKind.OPENAI: says("half", finish="length"),
        ProviderKind.ANTHROPIC: claude("half", stop="max_tokens"),
    }
    server.script = [script[server.kind]]
    made = server.bench()
    with pytest.raises(Rejected, match="length limit"):
        told(made)
    assert made.meter.receipts[0].usage.total == 42


def test_a_refusal_is_told(server: ChatServer) -> None:
    script = {
        ProviderKind.OPENAI: lambda _: sse([{"choices": [{"delta": {"refusal": "No."}}]}]),
        ProviderKind.ANTHROPIC: claude("", stop="refusal"),
    }
    server.script = [script[server.kind]]
    with pytest.raises(Rejected, match="refused"):
        told(server.bench())


def test_the_messages_protocol_forces_the_tool(claude_server: ChatServer) -> None:
    claude_server.script = [claude('{"word": "x"}')]
    told(claude_server.bench())
    [body] = claude_server.asked
    assert body["tool_choice"] == {"type": "tool", "name": "answer"}
    assert body["tools"][0]["input_schema"] == SCHEMA
    assert (body["system"], body["max_tokens"]) == ("Be brief.", 200)
    assert claude_server.keys == [KEY]


@pytest.mark.parametrize(
    ("sort", "expected"),
    [
        ("overloaded_error", Transient),
        ("rate_limit_error", RateLimited),
        ("invalid_request_error", Rejected),
    ],
)
def test_errors_inside_a_stream(
    claude_server: ChatServer, sort: str, expected: type[ExternalError]
) -> None:
    event = {"type": "error", "error": {"type": sort, "message": "Busy"}}
    claude_server.script = [lambda _: sse([event], done=False)]
    with pytest.raises(expected, match="Busy"):
        told(claude_server.bench())


def test_a_stream_that_stops_midway_is_transient(claude_server: ChatServer) -> None:
    piece = {"type": "content_block_delta", "delta": {"type": "text_delta", "text": "half"}}
    claude_server.script = [lambda _: sse([piece], done=False)]
    with pytest.raises(Transient, match="before the answer"):
        told(claude_server.bench())


@pytest.mark.skipif(not os.environ.get(LIVE), reason=f"{LIVE} names no endpoint")
def test_a_live_endpoint_answers_in_shape() -> None:
    made = bench(ProviderKind.OPENAI, os.environ[LIVE], timeout_s=120)
    made.model.model = os.environ.get("TEST_LLM_MODEL", "default")
    answer, _ = told(made)
    assert "word" in answer.text


@pytest.mark.skipif(not os.environ.get(LIVE), reason=f"{LIVE} names no endpoint")
def test_a_live_endpoint_writes_captions_side_by_side() -> None:
    made = bench(ProviderKind.OPENAI, os.environ[LIVE], timeout_s=300)
    made.model.model = os.environ.get("TEST_LLM_MODEL", "default")
    profile = TEMPLATES[0].profile
    wanted = CaptionRequest(profile, "You are a potter.", "a bowl", 2, 400, "en", 1)
    grown: set[int] = set()
    captions = made.model.write(wanted, lambda number, text: grown.add(number))
    assert [bool(caption.text) for caption in captions] == [True, True]
    assert grown == {0, 1}
