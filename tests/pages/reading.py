"""How tests read a page: its words, its buttons, and whether something went wrong."""

from __future__ import annotations

from typing import Any

from streamlit.testing.v1 import AppTest


def words(page: AppTest) -> str:
    """Every text on the page, our own HTML included."""
    found: list[str] = []
    for kind in ("title", "subheader", "markdown", "caption", "text", "warning", "info", "error"):
        found += [str(element.value) for element in page.get(kind)]
    for kind in ("html", "toast", "code"):
        found += [_content(element) for element in page.get(kind)]
    return "\n".join(found)


def _content(element: Any) -> str:
    proto = element.proto
    return str(getattr(proto, "body", "") or getattr(proto, "code_text", ""))


def button(page: AppTest, label: str) -> Any:
    """The first button with that label."""
    return next(one for one in page.button if one.label == label)


def field(page: AppTest, kind: str, label: str) -> Any:
    """The first widget of a kind with that label."""
    return next(one for one in page.get(kind) if one.label == label)


def open_tab(page: AppTest, name: str) -> None:
    """Go to a tab of the persona editor."""
    page.session_state["persona-tabs"] = name
    page.run()


def assert_calm(page: AppTest) -> None:
    """Nothing raised, and the error boundary had nothing to say."""
    assert not page.exception, [one.value for one in page.exception]
    assert "Number for the log" not in words(page), words(page)
