"""Pages through AppTest: each test has a home of its own, empty or filled."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from gator_engine import Studio, open_studio
from tests.pages.seeded import Seeded, fill

APP = Path(__file__).resolve().parents[2] / "app.py"
WAIT_S = 60

Open = Callable[..., AppTest]


@pytest.fixture(autouse=True)
def navigation_decides(monkeypatch: pytest.MonkeyPatch) -> None:
    """AppTest forgets between runs what app.py tells Streamlit once: pages run inside app.py."""
    construct = PagesManager.__init__

    def told(manager: PagesManager, *args: object, **options: object) -> None:
        construct(manager, *args, **options)  # type: ignore[arg-type]
        PagesManager.uses_pages_directory = False

    monkeypatch.setattr(PagesManager, "__init__", told)


@pytest.fixture
def studio(gator_home: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Studio]:
    """A studio on the home that the pages open too; its own jobs run inline."""
    monkeypatch.setenv("GATOR_REDIS_URL", redis_url)
    st.cache_resource.clear()
    with open_studio(home=gator_home, queue="inline") as opened:
        yield opened
    st.cache_resource.clear()


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Seeded]:
    """A home with something in every corner, made once and only ever copied."""
    home = tmp_path_factory.mktemp("filled") / "home"
    with open_studio(home=home, queue="inline") as opened:
        return home, fill(opened)


@pytest.fixture
def seeded(filled_home: tuple[Path, Seeded], gator_home: Path) -> Seeded:
    """This test's own copy of the filled home; name it before `studio` and `open_page`."""
    made, content = filled_home
    assert not (gator_home / "gator.db").exists(), "the studio was opened before it was filled"
    shutil.copytree(made, gator_home, dirs_exist_ok=True)
    return content


@pytest.fixture
def open_page(studio: Studio) -> Open:
    """Open a page by name, with ids in its address, and run it once."""

    def opened(name: str, **query: str) -> AppTest:
        page = AppTest.from_file(str(APP), default_timeout=WAIT_S)
        page.run()
        page.switch_page(f"pages/{name}.py")
        for key, value in query.items():
            page.query_params[key] = value
        return page.run()

    return opened
