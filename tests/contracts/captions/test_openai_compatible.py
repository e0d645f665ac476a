"""The language-model writer against a real local server: streaming, repair, and every refusal."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest
from starlette.responses import JSONResponse, Response

from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.providers import ProviderKind
from gator_engine.errors import (
    AuthExpired,
    ExternalError,
    InvalidInput,
    RateLimited,
    Rejected,
    Transient,
)
from gator_engine.ports import Caption, CaptionRequest
from tests.services.llm_endpoints import KEY, bench
from tests.services.llm_service import ChatServer, answers, fails, post, says, sse

MAKER = TEMPLATES[0].profile


def write(
    server: ChatServer, variants: int = 1, limit: int = 300, **settings: Any
) -> tuple[list[Caption], list[tuple[int, str]]]:
    told: list[tuple[int, str]] = []
    request = CaptionRequest(MAKER, "Be brief.", "autumn light", variants, limit, "en", 7, "a bowl")
    writer = server.bench(**settings).model
    captions = writer.write(request, lambda number, text: told.append((number, text)))
    return list(captions), told


def test_a_caption_is_streamed_and_complete(chat_server: ChatServer) -> None:
    chat_server.script = [says(post("Fresh “bowls”, é ✨\nand light."), pieces=40)]
    [caption], told = write(chat_server)
    assert caption.text == "Fresh “bowls”, é ✨\nand light.\n\n#clay"
    assert (caption.hashtags, caption.alt_text) == (("#clay",), "Bowls")
    assert (caption.written_by, caption.tokens) == ("tiny-talker", 42)
    growing = [text for _, text in told]
    assert len(growing) > 5
    assert all(late.startswith(early) for early, late in itertools.pairwise(growing))


def test_the_request_holds_voice_topic_schema_and_key(chat_server: ChatServer) -> None:
    write(chat_server)
    [asked] = chat_server.asked
    assert asked["model"] == "tiny-talker"
    assert asked["messages"][0]["content"].startswith("Be brief.")
    assert "<topic>autumn light</topic>" in asked["messages"][1]["content"]
    assert "<picture>a bowl</picture>" in asked["messages"][1]["content"]
    assert asked["response_format"]["json_schema"]["strict"] is True
    assert (asked["stream"], asked["seed"]) == (True, 7)
    assert chat_server.keys == [f"Bearer {KEY}"]


def test_variants_are_asked_at_once_each_with_a_seed_and_an_angle_of_its_own(
    chat_server: ChatServer,
) -> None:
    """No answer comes before both requests have: one after another would never end."""

    def by_seed(asked: dict[str, Any]) -> Response:
        text = "One." if asked["seed"] == 7 else "Two."
        return answers(chat_server, post(text), until=2)(asked)

    chat_server.script = [by_seed]
    captions, told = write(chat_server, variants=2)
    assert [caption.text for caption in captions] == ["One.\n\n#clay", "Two.\n\n#clay"]
    words = {asked["messages"][1]["content"] for asked in chat_server.asked}
    assert len(words) == 2
    assert {number for number, _ in told} == {0, 1}


def test_a_server_without_schemas_is_asked_more_simply(chat_server: ChatServer) -> None:
    def picky(asked: dict[str, Any]) -> Response:
        form = asked.get("response_format", {}).get("type", "none")
        if form != "none":
            return fails(400, f"response_format {form} is not supported")(asked)
        return says(post())(asked)

    chat_server.script = [picky]
    captions, _ = write(chat_server, variants=1)
    assert len(captions) == 1
    forms = [asked.get("response_format", {}).get("type") for asked in chat_server.asked]
    assert forms == ["json_schema", "json_object", None]


@pytest.mark.parametrize(
    "bad",
    [
        "Sure! Here is your caption.",
        '{"text": "Half a',
        '{"text": ""}',
        '{"text": "x", "hashtags": "#a", "alt_text": ""}',
        '{"caption": "x"}',
        post("A real game changer."),
        post("Let us talk politics."),
    ],
)
def test_a_bad_answer_is_repaired_once(chat_server: ChatServer, bad: str) -> None:
    chat_server.script = [says(bad), says(post("Better."))]
    [caption], _ = write(chat_server)
    assert caption.text.startswith("Better.")
    assert caption.tokens == 84
    assert "cannot be used" in chat_server.asked[1]["messages"][-1]["content"]


def test_a_caption_that_stays_too_long_is_flagged_and_whole(chat_server: ChatServer) -> None:
    chat_server.script = [says(post("x" * 400))]
    [caption], _ = write(chat_server)
    assert caption.text.startswith("x" * 400)
    assert "107 characters too long" in caption.notes[0]
    assert "too long" in chat_server.asked[1]["messages"][-1]["content"]


def test_a_server_that_renamed_the_length_limit_is_asked_again(chat_server: ChatServer) -> None:
    said = "Unsupported parameter: 'max_tokens'. Use 'max_completion_tokens' instead."
    chat_server.script = [fails(400, said), says(post())]
    assert len(write(chat_server)[0]) == 1
    assert ["max_tokens" in asked for asked in chat_server.asked] == [True, False]
    assert chat_server.asked[1]["max_completion_tokens"] == chat_server.asked[0]["max_tokens"]


def test_two_bad_answers_are_refused_with_the_reason(chat_server: ChatServer) -> None:
    chat_server.script = [says("no JSON at all")]
    with pytest.raises(Rejected, match="no JSON object"):
        write(chat_server)
    assert len(chat_server.asked) == 2


@pytest.mark.parametrize("wrapped", ["```json\n{}\n```", "<think>{{no}}</think>\n{}", "Here: {}"])
def test_wrapped_json_is_found(chat_server: ChatServer, wrapped: str) -> None:
    chat_server.script = [says(wrapped.replace("{{no}}", "{no}").replace("{}", post()))]
    assert write(chat_server)[0][0].text.startswith("Fresh bowls.")


def test_a_server_that_does_not_stream_is_read_too(chat_server: ChatServer) -> None:
    message = {"message": {"content": post()}, "finish_reason": "stop"}
    chat_server.script = [lambda _: JSONResponse({"choices": [message]})]
    [caption], _ = write(chat_server)
    assert caption.tokens is None


def test_findings_of_the_voice_become_notes(chat_server: ChatServer) -> None:
    chat_server.script = [says(post("✨✨✨"))]
    assert any("emoji" in note for note in write(chat_server)[0][0].notes)


def test_hashtags_are_cleaned_and_not_doubled(chat_server: ChatServer) -> None:
    chat_server.script = [says(post("Bowls #Clay", ("clay", "#wheel throwing", "#clay")))]
    [caption], _ = write(chat_server)
    assert caption.text == "Bowls #Clay\n\n#wheelthrowing"


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, AuthExpired),
        (403, AuthExpired),
        (400, Rejected),
        (404, Rejected),
        (408, Transient),
        (500, Transient),
        (503, Transient),
    ],
)
def test_each_status_has_its_error(
    chat_server: ChatServer, status: int, expected: type[ExternalError]
) -> None:
    chat_server.script = [fails(status, f"why {KEY}", **{"x-request-id": "r-1"})]
    with pytest.raises(expected) as caught:
        write(chat_server)
    assert type(caught.value) is expected
    assert caught.value.correlation_id == "r-1"
    assert KEY not in str(caught.value)
    assert "why" in str(caught.value)


@pytest.mark.parametrize(("header", "seconds"), [("7", 7), ("", 60), ("soon", 60)])
def test_too_many_requests_say_when_to_return(
    chat_server: ChatServer, header: str, seconds: float
) -> None:
    chat_server.script = [fails(429, "slow down", **({"retry-after": header} if header else {}))]
    with pytest.raises(RateLimited) as caught:
        write(chat_server)
    assert caught.value.retry_after == seconds


def test_a_stalled_server_is_given_up(chat_server: ChatServer) -> None:
    chat_server.script = [says(post(), stall_s=5)]
    with pytest.raises(Transient, match="too long"):
        write(chat_server, timeout_s=0.5)


def test_nobody_there_is_transient() -> None:
    with pytest.raises(Transient, match="connection"):
        bench(ProviderKind.OPENAI, "http://127.0.0.1:9/v1").model.ask("s", "p")


@pytest.mark.parametrize("address", ["ftp://a.example/v1", "localhost:1/v1"])
def test_an_address_that_is_none_is_refused(address: str) -> None:
    with pytest.raises(Rejected, match="address"):
        bench(ProviderKind.OPENAI, address).model.ask("s", "p")


@pytest.mark.parametrize(
    ("events", "expected", "words"),
    [
        ([{"choices": [{"delta": {"refusal": "I cannot"}}]}], Rejected, "refused: I cannot"),
        ([{"choices": [{"delta": {}, "finish_reason": "content_filter"}]}], Rejected, "filter"),
        (
            [{"choices": [{"delta": {"content": "{"}, "finish_reason": "length"}]}],
            Rejected,
            "limit",
        ),
        ([{"error": {"message": "overloaded"}}], Transient, "overloaded"),
        ([], Transient, "without an answer"),
        (["not an object"], Rejected, "no JSON object"),
    ],
)
def test_streams_that_end_badly(
    chat_server: ChatServer, events: list[object], expected: type[ExternalError], words: str
) -> None:
    chat_server.script = [lambda _: sse(events)]
    with pytest.raises(expected, match=words):
        write(chat_server)


def test_an_endless_answer_is_cut_off(chat_server: ChatServer) -> None:
    piece = {"choices": [{"delta": {"content": "x" * 50_000}}]}
    chat_server.script = [lambda _: sse([piece] * 10)]
    with pytest.raises(Rejected, match="longer than"):
        write(chat_server)


def test_an_endless_line_is_cut_off(chat_server: ChatServer) -> None:
    def reply(_: dict[str, Any]) -> Response:
        return Response("data: " + "x" * 4_500_000, media_type="text/event-stream")

    chat_server.script = [reply]
    with pytest.raises(Rejected, match="too long"):
        write(chat_server)


def test_what_is_missing_is_named() -> None:
    writer = bench(ProviderKind.OPENAI, "").model
    assert "GATOR_LLM_BASE_URL" in writer.missing()
    request = CaptionRequest(MAKER, "", "x", 1, 300, "en", 1)
    with pytest.raises(InvalidInput):
        writer.write(request, lambda number, text: None)


def test_the_schema_and_the_model_agree() -> None:
    from gator_engine.adapters.captions._model.answers import Draft, draft_schema

    assert set(json.loads(json.dumps(draft_schema()))["properties"]) == set(Draft.model_fields)


def test_a_free_question_is_answered_without_the_models_thoughts(chat_server: ChatServer) -> None:
    chat_server.script = [says("<think>hm</think> Softer. ")]
    writer = chat_server.bench().model
    assert writer.ask("Be kind.", "Rewrite this.") == "Softer."
    asked = chat_server.asked[0]
    assert [message["content"] for message in asked["messages"]] == ["Be kind.", "Rewrite this."]
    assert "response_format" not in asked


def test_a_server_without_json_mode_is_asked_in_words(chat_server: ChatServer) -> None:
    chat_server.script = [fails(400, "response_format is not supported"), says('{"a": 1}')]
    writer = chat_server.bench().model
    assert writer.ask("s", "p", as_json=True) == '{"a": 1}'
    assert chat_server.asked[0]["response_format"] == {"type": "json_object"}
    assert "response_format" not in chat_server.asked[1]


def test_without_an_endpoint_nothing_is_asked() -> None:
    with pytest.raises(InvalidInput, match="GATOR_LLM_BASE_URL"):
        bench(ProviderKind.OPENAI, "").model.ask("s", "p")
