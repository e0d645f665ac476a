"""Library: every file made or uploaded, found again and explained."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.assets import AssetQuery, Origin
from pages._ui import asset_view, cards, shell, state, words
from pages._ui.session import studio

PAGE = 24
USED = {"Used in a post": True, "Not used yet": False}


def filters() -> AssetQuery:
    """What to look for."""
    people = {persona.id: persona.name for persona in studio().personas.list()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(
            "Search",
            type="search",
            key="library:text",
            placeholder="Title, tag or description",
            width=300,
        )
        persona = st.selectbox(
            "Persona",
            ["", *people],
            format_func=lambda key: people.get(key, "Everyone"),
            key="library:persona",
            width=200,
        )
        origin = st.selectbox(
            "Origin",
            ["", *Origin],
            key="library:origin",
            width=190,
            format_func=lambda value: words.ORIGIN[Origin(value)].label if value else "Any origin",
        )
        used = st.selectbox(
            "Use",
            ["", *USED],
            key="library:used",
            width=170,
            format_func=lambda value: value or "Used or not",
        )
        trashed = st.toggle("Trash", key="library:trash")
    return AssetQuery(
        text=text or "",
        persona_id=persona or None,
        origin=Origin(origin) if origin else None,
        used=USED[used] if used else None,
        trashed=trashed,
        limit=PAGE,
    )


def grid(query: AssetQuery) -> None:
    """One page of what was found."""
    # A page of its own for every filter: a narrower search starts at its first page again.
    place = f"library:page:{query}"
    page = st.session_state.get(place, 1)
    found = studio().library.search(AssetQuery(**{**vars(query), "offset": (int(page) - 1) * PAGE}))
    if not found.total:
        shell.empty(
            "photo_library",
            "Nothing here yet" if query == AssetQuery(limit=PAGE) else "No match",
            "Pictures you make or upload appear here.",
            key="library",
        ).page_link("pages/create.py", label="Make a picture", icon=":material/auto_awesome:")
        return
    st.caption(f"{found.total} file{'s' if found.total != 1 else ''}")
    with st.grid(min_column_width=160, gap=16):
        for asset in found.items:
            with st.container(key=f"asset-{asset.id}"):
                cards.picture(asset, ratio="4/5")
                word = words.ORIGIN[asset.provenance.origin]
                cards.html(
                    f'<div class="g-title g-two-lines">{escape(asset.title or "Untitled")}</div>'
                )
                with st.container(horizontal=True, vertical_alignment="center"):
                    if st.button("Open", key=f"open-{asset.id}", type="tertiary"):
                        state.link(asset=asset.id)
                        st.rerun()
                    words.badge(word)
    if found.total > PAGE:
        st.pagination(-(-found.total // PAGE), key=place)


opened = state.linked("asset")
if opened:
    asset = studio().library.get(opened)
    shell.heading(asset.title or "Untitled", asset.alt_text or "No description yet.")
    if st.button("All files", type="tertiary", icon=":material/arrow_back:"):
        state.link(asset=None)
        st.rerun()
    asset_view.show(asset)
else:
    shell.heading("Library", "Everything made or uploaded, with where it comes from.")
    asset_view.upload()
    grid(filters())
