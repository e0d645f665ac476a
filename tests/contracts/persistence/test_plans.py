"""What is asked every second must not read through everything that was ever published."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, event

from gator_engine.adapters.sql.engine import database_at, open_engines
from gator_engine.adapters.sql.store import SqlUnitOfWork
from gator_engine.domain.assets import AssetQuery
from gator_engine.domain.deliveries import DeliveryQuery
from gator_engine.domain.prompt_tools import PromptQuery
from gator_engine.ports import UnitOfWork
from tests.contracts.persistence.samples import MINUTE, NOW

Question = Callable[[UnitOfWork], Any]
QUESTIONS: dict[str, tuple[Question, str]] = {
    "what is due": (lambda uow: uow.deliveries.due(NOW, limit=9), "ix_deliveries_to_do"),
    "which jobs are due": (lambda uow: uow.jobs.due(NOW, limit=9), "state=?"),
    "the calendar": (
        lambda uow: uow.deliveries.list(DeliveryQuery(since=NOW, until=NOW + MINUTE)),
        "due_at>? AND due_at<?",
    ),
    "the library": (lambda uow: uow.assets.search(AssetQuery()), "(shelf=?"),
    "the next page": (lambda uow: uow.assets.search(AssetQuery(after="9")), "(shelf=?"),
    "one persona's files": (
        lambda uow: uow.assets.search(AssetQuery(persona_id="p1")),
        "asset_search VIRTUAL TABLE INDEX",
    ),
    "files by words": (
        lambda uow: uow.assets.search(AssetQuery(text="red bowl", favourite=True)),
        "VIRTUAL TABLE INDEX",  # Of the index itself, and before that of its words.
    ),
    "what to filter by": (lambda uow: uow.assets.facets(), "COVERING INDEX"),
    "the attempts of a delivery": (lambda uow: uow.deliveries.attempts("d1"), "delivery_id=?"),
    "the latest prompts": (
        lambda uow: uow.prompts.history(PromptQuery()),
        "ix_past_prompts_last_at",
    ),
    "the latest prompts of a persona": (
        lambda uow: uow.prompts.history(PromptQuery(persona_id="p1")),
        "ix_past_prompts_persona_id_last_at",
    ),
    "jobs of one subject": (lambda uow: uow.jobs.for_subject("g1"), "subject_id=?"),
}


@pytest.mark.parametrize("name", QUESTIONS)
def test_a_frequent_question_is_answered_from_an_index(migrated_sqlite: str, name: str) -> None:
    ask, index = QUESTIONS[name]
    engines = open_engines(database_at(migrated_sqlite))
    asked: list[tuple[str, Any]] = []

    @event.listens_for(engines.reader, "before_cursor_execute")
    def note(_c: Connection, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT"):
            asked.append((statement, parameters))

    with engines.reader.begin() as connection:
        ask(SqlUnitOfWork(connection))
        for statement, parameters in asked:
            rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plan = " / ".join(row[3] for row in rows)
            assert index in plan
    engines.dispose()
    assert asked
