"""When and where an approved post goes out; and its review before that."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import streamlit as st

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.posts import APPROVAL_STEPS, Approval, Post
from pages._ui import composer, forms, state, words
from pages._ui.commands import attempt
from pages._ui.session import my_zone, studio, zones


def review(post: Post) -> None:
    """Where the post stands, and the steps from there."""
    composing, steps = studio().composing, APPROVAL_STEPS[post.approval]
    with st.container(horizontal=True, vertical_alignment="center"):
        words.badge(words.APPROVAL[post.approval])
        if post.review_comment:
            st.markdown(f"“{state.plain(post.review_comment)}”")
    if post.rating is None:
        st.caption("Nobody rated its words: choose a rating and save, or it cannot be scheduled.")
    with st.container(horizontal=True, vertical_alignment="center"):
        if Approval.APPROVED in steps and st.button(
            "Approve", type="primary", icon=":material/verified:", key="approve"
        ):
            attempt(lambda: composing.approve(post.id), done="Approved. It can be scheduled now.")
        if Approval.IN_REVIEW in steps and st.button(
            "Ask for review", icon=":material/rate_review:", key="submit"
        ):
            attempt(lambda: composing.submit(post.id), done="Waits for review.")
        if Approval.CHANGES_REQUESTED in steps:
            _changes(post)


def _changes(post: Post) -> None:
    with st.popover("Ask for changes", icon=":material/undo:"):
        comment = st.text_area("What should change", key="review:comment")
        forms.mark("review", "comment")
        if st.button("Send it back", key="review:send"):
            attempt(
                lambda: studio().composing.request_changes(post.id, comment or ""),
                done="Sent back with your reason.",
                form="review",
            )


def plan(post: Post, accounts: Sequence[Account]) -> None:
    """Choose accounts and a time with its zone, or publish now."""
    form = f"plan:{post.id}"
    names = {account.id: state.plain(composer.name(account)) for account in accounts}
    able = [account.id for account in accounts if account.health is AccountHealth.OK]
    chosen = st.pills(
        "Accounts",
        list(names),
        selection_mode="multi",
        default=able,
        format_func=names.__getitem__,
        key=f"{form}:accounts",
    )
    forms.mark(form, "account_ids", "rating", "text", "media")
    local_time, zone, fold = when(form)
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Schedule", type="primary", icon=":material/calendar_add_on:", key="schedule"):
            attempt(
                lambda: studio().scheduling.schedule(post.id, chosen, local_time, zone, fold),
                done=f"Scheduled for {local_time.replace('T', ' ')} {zone}.",
                form=form,
            )
        if st.button("Post now", icon=":material/send:", key="now"):
            attempt(
                lambda: studio().scheduling.post_now(post.id, chosen),
                done="On its way to the accounts.",
                form=form,
            )


def when(form: str, start: datetime | None = None) -> tuple[str, str, int | None]:
    """Day, time and zone; and which of the two when the clocks go back."""
    home = my_zone()
    first = (start or studio().clock.now() + timedelta(hours=1)).astimezone(ZoneInfo(home))
    if start is None:
        first = first.replace(minute=first.minute // 15 * 15, second=0)
    day_box, time_box, zone_box = st.columns([1, 1, 1.5])
    day = day_box.date_input("Day", first.date(), key=f"{form}:day", format="YYYY-MM-DD")
    time = time_box.time_input("Time", first.time(), step=60, key=f"{form}:time")
    known = zones()
    zone = zone_box.selectbox("Time zone", known, index=known.index(home), key=f"{form}:zone")
    forms.mark(form, "local_time", "timezone")
    return f"{day}T{time:%H:%M}", zone, _fold(form)


def _fold(form: str) -> int | None:
    """Asked only after a time was refused because the clocks go back then."""
    twice = any(
        problem.field == "local_time" and "twice" in problem.problem
        for problem in forms.problems(form)
    )
    if not twice and f"{form}:fold" not in st.session_state:
        return None
    names = {0: "The first (before the clocks go back)", 1: "The second (after)"}
    chosen = st.radio("Which of the two", names, format_func=names.__getitem__, key=f"{form}:fold")
    return int(chosen or 0)
