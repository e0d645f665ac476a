"""Every kind of text, as a job, over real HTTP: validated, repaired, flagged, resumed, counted."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gator_engine.domain.voice import check_voice
from gator_engine.domain.writing import TextKind, Writing, WritingDraft, WritingStatus
from gator_engine.errors import InvalidInput
from gator_engine.services.providers import NewEndpoint
from gator_engine.studio import run_jobs
from tests.integration.services.conftest import Desk
from tests.services.llm_service import ChatServer, answers, fails

ANSWERS: dict[TextKind, dict[str, Any]] = {
    TextKind.CAPTION: {"text": "Fresh bowls.", "hashtags": ["clay"], "alt_text": "Bowls"},
    TextKind.HOOK: {"text": "This glaze failed."},
    TextKind.THREAD: {"posts": ["First the clay.", "Then the kiln."]},
    TextKind.CAROUSEL: {
        "title": "Three bowls",
        "slides": [{"title": f"Step {n}", "text": "Clay."} for n in range(4)],
        "caption": "How they came to be.",
    },
    TextKind.SCRIPT: {"title": "Kiln", "scenes": [{"say": "It is hot.", "show": "The kiln"}]},
    TextKind.ALT_TEXT: {"text": "Three bowls on a shelf."},
    TextKind.HASHTAGS: {"hashtags": ["clay", "#wheel throwing", "clay"]},
    TextKind.TRANSLATION: {"text": "Schalen vom Morgen."},
}


@pytest.fixture
def writer(desk: Desk, server: ChatServer) -> str:
    server.script = [answers(server, "ready")]
    endpoint = NewEndpoint("Tiny", server.kind, server.url, "tiny-talker", "k", "1", "2")
    saved = desk.studio.providers.save(endpoint)
    server.asked.clear()
    return saved.id


def written(desk: Desk, writer: str, kind: TextKind = TextKind.CAPTION, **more: Any) -> Writing:
    given = {"topic": "new bowls", "source": "Bowls this morning.", "variants": 1, **more}
    draft = WritingDraft(desk.persona.id, kind, writer=writer, **given)
    writing = desk.studio.texts.request(draft)
    run_jobs(desk.studio)
    return desk.studio.texts.get(writing.id)


@pytest.mark.parametrize("kind", list(TextKind))
def test_every_kind_is_written_and_counted(
    desk: Desk, server: ChatServer, writer: str, kind: TextKind
) -> None:
    server.script = [answers(server, json.dumps(ANSWERS[kind]))]
    made = written(desk, writer, kind)
    assert (made.status, made.error) == (WritingStatus.SUCCEEDED, "")
    [variant] = made.variants
    assert variant.done
    assert variant.text
    assert (variant.written_by, variant.input_tokens, variant.output_tokens) == (
        "tiny-talker", 30, 12,
    )  # fmt: skip
    assert len(variant.parts) == {"thread": 2, "carousel": 4, "script": 1}.get(kind.value, 0)
    entry = desk.studio.spending.entries()[0]
    assert (entry.kind, entry.persona_id, entry.job_id) == (kind, desk.persona.id, made.id)


def test_costs_add_up_to_what_the_provider_counted(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    server.script = [answers(server, "no"), answers(server, json.dumps(ANSWERS[TextKind.HOOK]))]
    made = written(desk, writer, TextKind.HOOK, variants=3)
    tokens = [(v.input_tokens or 0, v.output_tokens or 0) for v in made.variants]
    assert tokens[0] == (60, 24)
    entries = [e for e in desk.studio.spending.entries() if e.kind == TextKind.HOOK]
    assert len(entries) == len(server.asked) == 4
    assert sum(e.cost_micros or 0 for e in entries) == sum(i + 2 * o for i, o in tokens)


def test_a_broken_answer_is_repaired_and_a_useless_one_said(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    good = json.dumps(ANSWERS[TextKind.THREAD])
    server.script = [answers(server, '{"posts": "one"}'), answers(server, good)]
    assert written(desk, writer, TextKind.THREAD).variants[0].parts[1].text == "Then the kiln."
    server.script = [answers(server, "Sure! Here it is.")]
    made = written(desk, writer, TextKind.THREAD)
    assert made.status is WritingStatus.FAILED
    assert "no JSON object" in made.error


def test_a_text_that_stays_too_long_is_flagged_and_whole(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    long = {"posts": ["word " * 30, "Short."]}
    server.script = [answers(server, json.dumps(long))]
    made = written(desk, writer, TextKind.THREAD, platforms=(desk.platform.slug,))
    [variant] = made.variants
    assert variant.parts[0].text == ("word " * 30).strip()
    assert any("Post 1: 49 characters too long for Scripted" in flag for flag in variant.flags)
    assert len(server.asked) == 2


def test_what_the_persona_never_says_is_refused(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    server.script = [answers(server, '{"text": "Let us talk politics."}')]
    made = written(desk, writer, TextKind.HOOK)
    assert made.status is WritingStatus.FAILED
    assert "never do" in made.error
    assert made.variants[0].text == ""


def test_the_voice_check_runs_on_everything(desk: Desk, server: ChatServer, writer: str) -> None:
    server.script = [answers(server, '{"posts": ["✨✨✨✨", "Fine."]}')]
    [variant] = written(desk, writer, TextKind.THREAD).variants
    assert any("emoji" in finding for finding in variant.findings)


def test_a_busy_server_is_tried_again_and_finished_variants_stay(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    good = answers(server, '{"text": "One."}')
    server.script = [good, fails(500), answers(server, '{"text": "Two."}')]
    draft = WritingDraft(desk.persona.id, TextKind.HOOK, "bowls", writer, 2)
    asked = desk.studio.texts.request(draft)
    run_jobs(desk.studio)
    desk.clock.advance(hours=1)
    run_jobs(desk.studio)
    made = desk.studio.texts.get(asked.id)
    assert [v.text for v in made.variants] == ["One.", "Two."]
    assert made.status is WritingStatus.SUCCEEDED
    assert len(server.asked) == 3


def test_the_budget_stops_it_before_anything_is_sent(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    desk.studio.spending.set_cap(100)
    made = written(desk, writer)
    assert made.status is WritingStatus.FAILED
    assert "budget" in made.error
    assert server.asked == []


def test_one_that_waits_can_be_cancelled(desk: Desk, writer: str) -> None:
    draft = WritingDraft(desk.persona.id, TextKind.HOOK, "bowls", writer)
    asked = desk.studio.texts.request(draft)
    desk.studio.texts.cancel(asked.id)
    assert desk.studio.texts.get(asked.id).status is WritingStatus.CANCELLED


@pytest.mark.parametrize("kind", [TextKind.CAPTION, TextKind.HOOK, TextKind.HASHTAGS])
def test_the_templates_write_what_they_can(desk: Desk, kind: TextKind) -> None:
    made = written(desk, "template", kind, variants=3, source="")
    assert made.status is WritingStatus.SUCCEEDED
    assert all(variant.written_by == "template" for variant in made.variants)
    profile = desk.persona.profile
    if kind is not TextKind.HASHTAGS:
        assert [check_voice(v.text, profile) for v in made.variants] == [()] * len(made.variants)


@pytest.mark.parametrize("kind", [TextKind.THREAD, TextKind.CAROUSEL])
def test_the_templates_order_your_own_lines(desk: Desk, kind: TextKind) -> None:
    made = written(desk, "template", kind, source="Clay | soft\nKiln | hot\nBowl | done")
    [variant] = made.variants
    assert len(variant.parts) == 3
    assert "no model wrote anything" in variant.flags[0]


@pytest.mark.parametrize(
    ("kind", "source", "field"),
    [
        (TextKind.TRANSLATION, "Hello", "writer"),
        (TextKind.SCRIPT, "", "writer"),
        (TextKind.THREAD, "", "source"),
        (TextKind.CAROUSEL, "", "source"),
    ],
)
def test_the_templates_say_what_they_cannot(
    desk: Desk, kind: TextKind, source: str, field: str
) -> None:
    draft = WritingDraft(desk.persona.id, kind, "bowls", "template", source=source)
    with pytest.raises(InvalidInput) as caught:
        desk.studio.texts.request(draft)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("field", "more"),
    [
        ("topic", {"topic": "", "source": ""}),
        ("topic", {"topic": "politics today"}),
        ("variants", {"variants": 7}),
        ("writer", {"writer": "nobody"}),
        ("source", {"kind": TextKind.TRANSLATION, "source": ""}),
    ],
)
def test_what_will_not_work_is_refused(desk: Desk, field: str, more: dict[str, Any]) -> None:
    given = {"kind": TextKind.HOOK, "topic": "bowls", "writer": "template", **more}
    with pytest.raises(InvalidInput) as caught:
        desk.studio.texts.request(WritingDraft(desk.persona.id, **given))
    assert caught.value.field == field
