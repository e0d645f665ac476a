"""Schedule: the calendar, the drafts, and the composer of one post."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gator_engine.domain.deliveries import DeliveryQuery
from gator_engine.domain.posts import Approval, Post
from pages._ui import calendar, composer, post_list, schedule_form, shell, state
from pages._ui.commands import attempt
from pages._ui.session import studio

LOOK_BACK, LOOK_AHEAD = timedelta(days=7), timedelta(days=60)


def overview() -> None:
    """The calendar and what is not on it yet."""
    shell.heading("Schedule", "What goes out when and where, and what waits for approval.")
    posts = {post.id: post for post in studio().composing.list()}
    coming, drafts = st.tabs(["Calendar", f"Posts ({len(posts)})"])
    with coming:
        agenda(posts)
    with drafts:
        post_list.show(list(posts.values()))


@st.fragment(run_every=timedelta(seconds=5))
def agenda(posts: dict[str, Post]) -> None:
    """Deliveries by day; refreshes alone, so that states move before one's eyes."""
    accounts = {account.id: composer.name(account) for account in studio().accounts.list()}
    chosen = st.selectbox(
        "Account",
        ["", *accounts],
        format_func=lambda key: accounts.get(key, "All accounts"),
        key="schedule:account",
        width=320,
    )
    now = studio().clock.now()
    query = DeliveryQuery(since=now - LOOK_BACK, until=now + LOOK_AHEAD, account_id=chosen or None)
    found = studio().scheduling.calendar(query)
    if not found:
        shell.empty(
            "calendar_month",
            "Nothing on the calendar",
            "Approve a post, then give it a time. It appears here with its state.",
            key="calendar",
        ).page_link("pages/create.py", label="Make something", icon=":material/auto_awesome:")
        return
    calendar.days(found, posts)


def compose(post: Post) -> None:
    """One post: words and pictures, previews, review, time."""
    persona = studio().personas.get(post.persona_id)
    shell.heading(f"Post for {persona.name}", "Edit, look at it as people will, approve, schedule.")
    accounts = studio().accounts.list()
    left, right = st.columns([1, 1], gap="large")
    with left:
        with st.container(key="card-compose"):
            edited = composer.edit(post, accounts)
            save(post, edited)
        with st.container(key="card-review"):
            shell.section("Review and schedule")
            schedule_form.review(post)
            if edited != post:
                st.caption("Save the changes first: what is approved is what goes out.")
            elif post.approval is Approval.APPROVED and accounts:
                schedule_form.plan(post, accounts)
        under_way(post)
    with right:
        composer.look(edited, accounts)


@st.fragment(run_every=timedelta(seconds=3))
def under_way(post: Post) -> None:
    """The post's deliveries; refreshes alone."""
    out = studio().scheduling.calendar(DeliveryQuery(post_id=post.id))
    if out:
        shell.section("Where it goes")
        names = calendar.names_of(out)
        for delivery in out:
            calendar.row(delivery, post, names[delivery.account_id])


def save(post: Post, edited: Post) -> None:
    """Store the changes as a new version."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Save", icon=":material/save:", disabled=edited == post, key="save-post"):
            attempt(
                lambda: studio().composing.save(edited, post.version),
                done="Saved. It needs approval before it goes out.",
                form=composer.form_of(post),
            )
        st.page_link("pages/schedule.py", label="Calendar", icon=":material/arrow_back:")


delivery_id, post_id = state.linked("delivery"), state.linked("post")
if delivery_id:
    calendar.detail(studio().publishing.get(delivery_id))
elif post_id:
    compose(studio().composing.get(post_id))
else:
    overview()
