"""The frame of every page: its heading, what just happened, and its empty state."""

from __future__ import annotations

from html import escape

import streamlit as st

from pages._ui import state
from pages._ui.icons import icon


def heading(title: str, lead: str) -> None:
    """The page's title and one line on what it is for, then news of the last command."""
    st.title(state.plain(title), anchor=False)
    st.html(f'<p class="g-lead">{escape(lead)}</p>')
    _news()


def section(title: str, note: str = "") -> None:
    """A heading inside a page, with an optional quiet explanation."""
    st.subheader(title, anchor=False)
    if note:
        st.html(f'<div class="g-soft">{escape(note)}</div>')


def chapter(title: str, note: str = "") -> None:
    """A section with air above it."""
    st.html('<div class="g-gap"></div>')
    section(title, note)


def empty(symbol: str, title: str, text: str, *, key: str) -> st.delta_generator.DeltaGenerator:
    """An empty state that says what to do next; returns the place for its buttons."""
    box = st.container(key=f"empty-{key}", horizontal_alignment="center")
    box.html(f'<div class="g-empty-icon" aria-hidden="true">{icon(symbol)}</div>')
    box.subheader(title, anchor=False)
    box.html(f'<div class="g-soft">{escape(text)}</div>')
    return box


def _news() -> None:
    news = state.take_news()
    if news is None:
        return
    if news.good and news.undo is None:
        st.toast(state.plain(news.text), icon=":material/check_circle:")
        return
    tone, symbol = ("good", "check_circle") if news.good else ("bad", "error")
    with st.container(key=f"notice-{tone}", horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/{symbol}: {state.plain(news.text)}")
        if news.undo is not None:
            st.button("Undo", key="undo", icon=":material/undo:", on_click=news.undo)
