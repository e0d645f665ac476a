"""Styles, lists, past prompts and grids, on both databases."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.grids import Grid
from gator_engine.domain.prompt_tools import (
    PromptQuery,
    SavedStyle,
    WildcardList,
    past_prompt,
)
from gator_engine.errors import NotFound
from tests.contracts.persistence.samples import MINUTE, NOW, brief, persona


@pytest.fixture
def furnished(store: SqlStore) -> SqlStore:
    """Personas p1 and p2."""
    with store.write() as uow:
        uow.personas.add(persona())
    return store


def style(name: str = "Dusk", **more: Any) -> SavedStyle:
    made = SavedStyle("s1", name, "{prompt} at dusk", "noon", NOW, "ada")
    return replace(made, **more)


def remember(store: SqlStore, prompt: str, at: int = 0, **more: Any) -> None:
    past = past_prompt(brief(prompt=prompt, created_at=NOW + at * MINUTE, **more))
    assert past is not None
    with store.write() as uow:
        uow.prompts.remember(past)


def test_a_style_of_the_same_name_is_overwritten(store: SqlStore) -> None:
    with store.write() as uow:
        uow.prompts.put_style(style())
        uow.prompts.put_style(style("Älter", id="s2"))
        uow.prompts.put_style(style("DUSK", id="s3", prompt="new"))
    with store.read() as uow:
        found = uow.prompts.styles()
    assert [(one.id, one.name, one.prompt) for one in found] == [
        ("s1", "DUSK", "new"),
        ("s2", "Älter", "{prompt} at dusk"),
    ]


def test_styles_and_lists_are_forgotten_by_name(store: SqlStore) -> None:
    with store.write() as uow:
        uow.prompts.put_style(style())
        uow.prompts.put_list(WildcardList("l1", "Colours", ("red", "blue"), NOW, "ada"))
        assert uow.prompts.lists() == [WildcardList("l1", "Colours", ("red", "blue"), NOW, "ada")]
        uow.prompts.drop_style("dusk")
        uow.prompts.drop_list("colours")
        assert (uow.prompts.styles(), uow.prompts.lists()) == ([], [])
        for drop in (uow.prompts.drop_style, uow.prompts.drop_list):
            with pytest.raises(NotFound):
                drop("dusk")


def test_a_prompt_is_kept_once_and_counted(furnished: SqlStore) -> None:
    remember(furnished, "a red door", id="b1")
    remember(furnished, "A  red door", 5, id="b2")
    remember(furnished, "a red door", 9, id="b3", negative="rain")
    with furnished.read() as uow:
        latest, first = uow.prompts.history(PromptQuery())
    assert (first.id, first.uses, first.prompt) == ("b1", 2, "A  red door")
    assert (first.first_at, first.last_at) == (NOW, NOW + 5 * MINUTE)
    assert (latest.uses, latest.negative) == (1, "rain")


def test_history_finds_all_words_in_any_order_and_case(furnished: SqlStore) -> None:
    remember(furnished, "a RED Döor, 100%", id="b1")
    remember(furnished, "a blue door", 1, id="b2", negative="red_paint")
    found = {
        text: [one.id for one in history(furnished, text=text)]
        for text in ("", "red", "dÖor red", "%", "_", "100%", "door blue", "green")
    }
    assert found == {
        "": ["b2", "b1"],
        "red": ["b2", "b1"],
        "dÖor red": ["b1"],
        "%": ["b1"],
        "_": ["b2"],
        "100%": ["b1"],
        "door blue": ["b2"],
        "green": [],
    }


def test_favourites_pages_and_personas(furnished: SqlStore) -> None:
    for number in range(5):
        remember(furnished, f"scene {number}", number, id=f"b{number}")
    with furnished.write() as uow:
        uow.prompts.set_favourite("b2", True)
        with pytest.raises(NotFound):
            uow.prompts.set_favourite("none", True)
    remember(furnished, "scene 2", 9, id="b9")
    assert [one.id for one in history(furnished, favourites_only=True)] == ["b2"]
    assert [one.id for one in history(furnished, limit=2, offset=1)] == ["b4", "b3"]
    assert history(furnished, persona_id="nobody") == []
    assert len(history(furnished, persona_id="p1")) == 5


def test_a_grid_comes_back(furnished: SqlStore) -> None:
    grid = Grid("x1", "p1", "Steps", ("4", "8"), ("",), ("g1", "g2"), NOW, "ada")
    with furnished.write() as uow:
        uow.prompts.add_grid(grid)
        uow.prompts.add_grid(replace(grid, id="x2", created_at=NOW + MINUTE))
        assert uow.prompts.grid("x1") == grid
        assert [one.id for one in uow.prompts.grids("p1")] == ["x2", "x1"]
        with pytest.raises(NotFound):
            uow.prompts.grid("x3")


def test_a_brief_remembers_how_its_prompt_came_about(furnished: SqlStore) -> None:
    made = brief(
        idea_id=None,
        negative="rain",
        recipe={"template": "{a|b}", "template_seed": 3, "choices": [{"where": "x", "taken": "a"}]},
    )
    with furnished.write() as uow:
        uow.generations.add_brief(made)
        assert uow.generations.brief(made.id) == made


def history(store: SqlStore, **query: Any) -> list[Any]:
    with store.read() as uow:
        return list(uow.prompts.history(PromptQuery(**query)))
