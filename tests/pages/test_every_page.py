"""Every page stands in an empty studio and in a filled one."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, words
from tests.pages.seeded import Seeded

EMPTY = {
    "home": "Welcome to Gator",
    "personas": "Create your first persona",
    "create": "There is nobody to create for yet",
    "library": "Nothing here yet",
    "schedule": "Nothing on the calendar",
    "accounts": "No account connected yet",
    "jobs": "No jobs here",
    "settings": "Database",
}
FILLED = {
    "home": "Missed: it was over an hour late.",
    "personas": "Luna Reyes",
    "create": "Compiled prompt",
    "library": "Third glaze test",
    "schedule": "The text is longer than this server allows.",
    "accounts": "Login expired",
    "jobs": "Show",
    "settings": "Designed card",
}


@pytest.mark.parametrize(("name", "said"), EMPTY.items())
def test_an_empty_studio_says_what_to_do_next(open_page: Open, name: str, said: str) -> None:
    page = open_page(name)
    assert_calm(page)
    assert said in words(page)


@pytest.mark.parametrize(("name", "said"), FILLED.items())
def test_a_filled_studio_shows_what_is_there(
    seeded: Seeded, open_page: Open, name: str, said: str
) -> None:
    page = open_page(name)
    assert_calm(page)
    labels = " ".join(str(one.label) for one in page.get("button_group"))
    assert said in words(page) + labels


def test_a_link_to_something_gone_is_explained(open_page: Open) -> None:
    page = open_page("library", asset="nothing")
    assert not page.exception
    assert "It is not here any more" in words(page)
    assert "Number for the log" in words(page)


def test_an_unreachable_queue_is_explained_and_loses_nothing(
    seeded: Seeded, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATOR_REDIS_URL", "unix:///nowhere/redis.sock")
    page = open_page("jobs")
    assert not page.exception
    assert "Nothing is lost" in words(page)


def test_an_unreachable_database_is_explained_and_comes_back(
    gator_home: Path, redis_url: str, open_page: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GATOR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/nothing")
    page = open_page("library")
    assert not page.exception
    assert "A part of the studio does not answer" in words(page)
    monkeypatch.delenv("GATOR_DATABASE_URL")
    assert_calm(page.run())
    assert "Nothing here yet" in words(page)
