"""What a page remembers: the deep link in the address, and news of the last command."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

_NEWS = "_news"
_MARKDOWN = re.compile(r"([\\`*_{}\[\]()#+\-.!|:$~<>])")


@dataclass(frozen=True)
class News:
    """What the last command did, and how to take it back when that is possible."""

    text: str
    good: bool = True
    undo: Callable[[], None] | None = None


def tell(text: str, *, good: bool = True, undo: Callable[[], None] | None = None) -> None:
    """Keep news for the next run of the page."""
    st.session_state[_NEWS] = News(text, good, undo)


def take_news() -> News | None:
    """The news, once."""
    news = st.session_state.pop(_NEWS, None)
    return news if isinstance(news, News) else None


def linked(name: str) -> str | None:
    """The id in the page's address (`?persona=…`), if there is one."""
    return st.query_params.get(name) or None


def link(**ids: str | None) -> None:
    """Put ids into the page's address, so that what is open can be opened again by URL."""
    for name, value in ids.items():
        if value is None:
            st.query_params.pop(name, None)
        else:
            st.query_params[name] = value


def forget(prefix: str) -> None:
    """Drop the widgets of a form, so that it starts from its defaults again."""
    for key in [key for key in st.session_state if str(key).startswith(prefix)]:
        del st.session_state[key]


def keep(*prefixes: str) -> None:
    """Hold on to the widgets of forms that are not on the page now: undrawn ones are forgotten."""
    for key in [key for key in st.session_state if str(key).startswith(prefixes)]:
        st.session_state[key] = st.session_state[key]


def plain(text: str) -> str:
    """Text made safe for Markdown, so that what a person typed is shown as typed."""
    return _MARKDOWN.sub(r"\\\1", text)
