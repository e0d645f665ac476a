"""Every post, newest first, with where it stands."""

from __future__ import annotations

from html import escape

import streamlit as st

from gator_engine.domain.posts import Approval, Post
from pages._ui import cards, shell, state, words
from pages._ui.session import my_zone, studio


def show(posts: list[Post]) -> None:
    """Every post, newest first, with where it stands."""
    if not posts:
        shell.empty(
            "article", "No posts yet", "Send pictures and a caption here from Create.", key="posts"
        ).page_link("pages/create.py", label="Make something", icon=":material/auto_awesome:")
        return
    people = {persona.id: persona.name for persona in studio().personas.list()}
    order = [Approval.IN_REVIEW, Approval.CHANGES_REQUESTED, Approval.DRAFT, Approval.APPROVED]
    with st.grid(min_column_width=300, gap=16):
        for post in sorted(posts, key=lambda post: order.index(post.approval)):
            with st.container(key=f"card-post-{post.id}", height="stretch"):
                words.badge(words.APPROVAL[post.approval])
                text = post.text.strip() or "Picture without words"
                short = text if len(text) <= 140 else f"{text[:139]}…"
                cards.html(f'<div class="g-title">{escape(short)}</div>')
                who = people.get(post.persona_id, "Archived persona")
                pictures = f" · {len(post.media)} picture{'s' * (len(post.media) != 1)}"
                st.caption(
                    f"{state.plain(who)}{pictures} · {words.when(post.updated_at, my_zone())}"
                )
                if st.button("Open", key=f"open-{post.id}", icon=":material/edit:"):
                    state.link(post=post.id)
                    st.rerun()
