"""The versions of a text are written at the same time, over HTTP: one fails, the others stay."""

from __future__ import annotations

import json
import threading
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from starlette.responses import Response

from gator_engine.domain.spending import Outcome
from gator_engine.domain.writing import ANGLES, TextKind, Writing, WritingDraft, WritingStatus
from gator_engine.services.providers import NewEndpoint
from gator_engine.studio import run_jobs
from tests.integration.services.conftest import Desk
from tests.services.llm_service import ChatServer, Reply, answers, fails


@pytest.fixture
def writer(desk: Desk, server: ChatServer) -> str:
    server.script = [answers(server, "ready")]
    endpoint = NewEndpoint("Tiny", server.kind, server.url, "tiny-talker", "k", "1", "2")
    saved = desk.studio.providers.save(endpoint)
    server.asked.clear()
    return saved.id


def version(asked: dict[str, Any]) -> int:
    """Which version a request is for, told by its angle (of seed 0)."""
    return next(n for n, angle in enumerate(ANGLES) if angle in json.dumps(asked["messages"]))


def by_version(server: ChatServer, **replies: Callable[[int], Reply]) -> None:
    """Answer each version by its own rule ("v1"), the others with a hook that names them."""
    tries: Counter[int] = Counter()

    def reply(asked: dict[str, Any]) -> Response:
        number = version(asked)
        tries[number] += 1
        usual = answers(server, json.dumps({"text": f"Hook {number}."}))
        given = replies.get(f"v{number}")
        return (given(tries[number]) if given else usual)(asked)

    server.script = [reply]


def ask(desk: Desk, writer: str, variants: int = 4) -> Writing:
    draft = WritingDraft(desk.persona.id, TextKind.HOOK, "bowls", writer, variants)
    return desk.studio.texts.request(draft)


def written(desk: Desk, writer: str, variants: int = 4) -> Writing:
    asked = ask(desk, writer, variants)
    run_jobs(desk.studio)
    return desk.studio.texts.get(asked.id)


def test_versions_come_in_their_order_with_seeds_and_angles_of_their_own(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    by_version(server)
    made = written(desk, writer, 6)
    assert made.status is WritingStatus.SUCCEEDED
    assert [v.text for v in made.variants] == [f"Hook {n}." for n in range(6)]
    first = sorted(json.dumps(asked, sort_keys=True) for asked in server.asked)
    server.asked.clear()
    again = written(desk, writer, 6)
    assert [v.text for v in again.variants] == [v.text for v in made.variants]
    assert sorted(json.dumps(asked, sort_keys=True) for asked in server.asked) == first
    assert len(set(first)) == 6


def test_all_are_asked_before_the_first_one_answers(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    """Each answer waits until all four requests have come in: one after another would never end."""
    waiting = [answers(server, json.dumps({"text": f"Hook {n}."}), until=4) for n in range(4)]
    server.script = [lambda asked: waiting[version(asked)](asked)]
    made = written(desk, writer)
    assert [v.text for v in made.variants] == [f"Hook {n}." for n in range(4)]


def test_one_that_is_refused_does_not_lose_the_others(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    by_version(server, v1=lambda _: fails(404, "gone"))
    made = written(desk, writer)
    assert made.status is WritingStatus.SUCCEEDED
    assert [bool(v.text) for v in made.variants] == [True, False, True, True]
    assert "gone" in made.variants[1].error


@pytest.mark.parametrize("status", [500, 529])
def test_a_busy_server_is_asked_again_alone_for_what_is_missing(
    desk: Desk, server: ChatServer, writer: str, status: int
) -> None:
    def busy_once(tries: int) -> Reply:
        return fails(status) if tries == 1 else answers(server, '{"text": "Late."}')

    by_version(server, v2=busy_once)
    made = written(desk, writer)
    assert made.status is WritingStatus.SUCCEEDED
    assert [v.text for v in made.variants] == ["Hook 0.", "Hook 1.", "Late.", "Hook 3."]
    assert len(server.asked) == 5


def test_a_rate_limit_keeps_the_others_and_waits_for_its_time(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    def limited(tries: int) -> Reply:
        if tries == 1:
            return fails(429, "slow down", **{"retry-after": "60"})
        return answers(server, '{"text": "Late."}')

    by_version(server, v0=limited)
    asked = ask(desk, writer)
    run_jobs(desk.studio)
    meanwhile = desk.studio.texts.get(asked.id)
    assert meanwhile.status is WritingStatus.QUEUED
    assert [v.text for v in meanwhile.variants] == ["", "Hook 1.", "Hook 2.", "Hook 3."]
    desk.clock.advance(minutes=5)
    run_jobs(desk.studio)
    made = desk.studio.texts.get(asked.id)
    assert made.status is WritingStatus.SUCCEEDED
    assert made.variants[0].text == "Late."
    assert len(server.asked) == 5


def test_broken_answers_are_repaired_beside_whole_ones(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    def broken_once(tries: int) -> Reply:
        return answers(server, '{"text": ' if tries == 1 else '{"text": "Mended."}')

    by_version(server, v3=broken_once)
    made = written(desk, writer)
    assert made.variants[3].text == "Mended."
    assert made.status is WritingStatus.SUCCEEDED


def test_a_budget_for_one_at_a_time_still_writes_them_all(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    """A call may cost up to some 11,000 (prices 1 and 2 a million); each costs 54 in the end."""
    by_version(server)
    desk.studio.spending.set_cap(15_000)
    made = written(desk, writer)
    assert [v.text for v in made.variants] == [f"Hook {n}." for n in range(4)]
    month = desk.studio.spending.month()
    assert (month.spent, month.uncounted, month.reserved) == (5 * 54, 0, 0)  # With the first try.


def test_the_same_words_twice_are_told(desk: Desk, server: ChatServer, writer: str) -> None:
    server.script = [answers(server, '{"text": "Always the same."}')]
    made = written(desk, writer, 3)
    told = [any("same as version 1" in flag for flag in v.flags) for v in made.variants]
    assert told == [False, True, True]


def test_cancelling_ends_calls_that_a_silent_server_holds(
    desk: Desk, server: ChatServer, writer: str
) -> None:
    """Version 0 is there, the others hang; the time-out is far longer than the wait."""
    by_version(
        server,
        **{
            f"v{n}": lambda _: answers(server, '{"text": "Never."}', stall_s=60)
            for n in range(1, 4)
        },
    )
    asked = ask(desk, writer)
    worker = threading.Thread(target=run_jobs, args=(desk.studio,))
    worker.start()
    until = time.monotonic() + 20
    while not any(v.done for v in desk.studio.texts.get(asked.id).variants):
        assert time.monotonic() < until, "the first version never came"
        time.sleep(0.05)
    desk.studio.texts.cancel(asked.id)
    worker.join(15)
    assert not worker.is_alive()
    made = desk.studio.texts.get(asked.id)
    assert made.status is WritingStatus.CANCELLED
    assert made.variants[0].text == "Hook 0."
    outcomes = Counter(e.outcome for e in desk.studio.spending.entries() if e.kind == "hook")
    assert outcomes == {Outcome.ANSWERED: 1, Outcome.UNCOUNTED: 3}
    assert desk.studio.spending.month().reserved == 0
