"""The grid: thumbnails by address, a tick to select, and pages that follow each other."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset, AssetQuery, Found
from pages._ui import cards, shell, state, words
from pages._ui.icons import icon
from pages._ui.session import studio

SELECTED, CURSORS, ASKED = "library:selected", "library:cursors", "library:asked"


def selected() -> dict[str, str]:
    """The ids that are ticked, with what people call them; kept over pages and searches."""
    chosen: dict[str, str] = st.session_state.setdefault(SELECTED, {})
    return chosen


def unselect() -> None:
    """Tick nothing."""
    st.session_state[SELECTED] = {}
    state.forget("pick:")


def show(query: AssetQuery) -> None:
    """One page of what was found."""
    if st.session_state.get(ASKED) != query:  # Another question starts at its first page.
        st.session_state[ASKED], st.session_state[CURSORS] = query, []
    cursors: list[str] = st.session_state[CURSORS]
    after = cursors[-1] if cursors else None
    found = studio().library.search(replace(query, after=after))
    if not found.items:
        _nothing(query)
        return
    _summary(found, found.items)
    with st.grid(min_column_width=160, gap=16):
        for asset in found.items:
            _card(asset)
    _pages(found, cursors)


def _summary(found: Found, items: Sequence[Asset]) -> None:
    more = "" if found.exact else "more than "
    number = f"{more}{found.total:,} file{'s' if found.total != 1 else ''}"
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(number[:1].upper() + number[1:])
        st.button(
            "Select this page",
            type="tertiary",
            icon=":material/select_all:",
            on_click=_pick_all,
            args=(items,),
        )


def _card(asset: Asset) -> None:
    with st.container(key=f"asset-{asset.id}", gap="small"):
        cards.picture(asset, ratio="4/5")
        word = words.ORIGIN[asset.provenance.origin]
        heart = icon("favorite") + " " if asset.favourite else ""
        cards.html(
            f'<div class="g-title g-two-lines">{heart}{escape(asset.title or "Untitled")}</div>'
            f'<div class="g-soft">{icon(word.symbol)} {escape(word.label)}</div>'
        )
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            key = f"pick:{asset.id}"
            st.session_state[key] = asset.id in selected()
            name = state.plain(asset.title or "Untitled")
            st.checkbox(
                f"Select {name}",
                key=key,
                label_visibility="collapsed",
                on_change=_pick,
                args=(asset,),
            )
            if st.button("Open", key=f"open-{asset.id}", type="tertiary"):
                state.link(asset=asset.id)
                st.rerun()


def _pick(asset: Asset) -> None:
    if st.session_state.get(f"pick:{asset.id}"):
        selected()[asset.id] = asset.title or "Untitled"
    else:
        selected().pop(asset.id, None)


def _pick_all(items: Sequence[Asset]) -> None:
    selected().update({asset.id: asset.title or "Untitled" for asset in items})


def _pages(found: Found, cursors: list[str]) -> None:
    if not cursors and found.next is None:
        return
    with st.container(horizontal=True, horizontal_alignment="center", vertical_alignment="center"):
        if st.button("Newer", icon=":material/chevron_left:", disabled=not cursors):
            cursors.pop()
            st.rerun()
        st.caption(f"Page {len(cursors) + 1}")
        if st.button("Older", icon=":material/chevron_right:", disabled=found.next is None):
            cursors.append(str(found.next))
            st.rerun()


def _nothing(query: AssetQuery) -> None:
    asked = replace(query, board_id=None, favourite=None, trashed=False, inputs=False)
    if asked != AssetQuery(limit=query.limit):
        text = "Words are found from their beginning. Try fewer words, or clear the filters."
        shell.empty("search_off", "No match", text, key="library")
    elif query.trashed:
        text = f"What you throw away waits here for {studio().settings.trash_days} days."
        shell.empty("delete", "The trash is empty", text, key="library")
    elif query.board_id:
        text = "Tick files in the grid, then choose Board above it."
        shell.empty("dashboard", "An empty board", text, key="library")
    elif query.favourite:
        text = "Tick files in the grid, then choose Favourite."
        shell.empty("favorite", "No favourites yet", text, key="library")
    elif query.inputs:
        text = "Masks and control pictures of edits are kept apart from your files, here."
        shell.empty("layers", "No inputs", text, key="library")
    else:
        shell.empty(
            "photo_library",
            "Nothing here yet",
            "Pictures, videos and sounds you make or upload appear here.",
            key="library",
        ).page_link("pages/create.py", label="Make a picture", icon=":material/auto_awesome:")
