"""The calendar: deliveries by day, each with its state; and one delivery with its attempts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from html import escape
from itertools import groupby
from zoneinfo import ZoneInfo

import streamlit as st

from gator_engine.domain.accounts import Account
from gator_engine.domain.deliveries import (
    FINAL,
    NEEDS_A_PERSON,
    Attempt,
    Delivery,
    DeliveryState,
    Phase,
)
from gator_engine.domain.posts import Post
from gator_engine.errors import NotFound
from pages._ui import cards, composer, forms, schedule_form, shell, state, words
from pages._ui.commands import attempt
from pages._ui.session import studio

S = DeliveryState
MOVABLE = (S.SCHEDULED, S.MISSED, S.REJECTED)
CANCELLABLE = (S.SCHEDULED, S.QUEUED, S.RETRY_WAIT, S.NEEDS_AUTH, S.MISSED, S.REJECTED)
RESTING = FINAL | NEEDS_A_PERSON
_PHASES = {
    Phase.START: "Prepared and uploaded",
    Phase.POLL: "Asked how far it is",
    Phase.FINALIZE: "Sent the post",
    Phase.RECONCILE: "Looked for it on the platform",
}


def names_of(deliveries: Sequence[Delivery]) -> dict[str, str]:
    """Account id → how people call it, also for accounts that are gone."""
    found: dict[str, str] = {}
    known: Mapping[str, Account] = {account.id: account for account in studio().accounts.list()}
    for account_id in {delivery.account_id for delivery in deliveries}:
        try:
            account = known.get(account_id) or studio().accounts.get(account_id)
        except NotFound:
            found[account_id] = "a removed account"
        else:
            found[account_id] = composer.name(account)
    return found


def days(deliveries: Sequence[Delivery], posts: Mapping[str, Post]) -> None:
    """Grouped by the day on the delivery's own wall clock."""
    names = names_of(deliveries)
    for day, group in groupby(deliveries, key=lambda one: _local(one).date()):
        cards.html(
            f'<div class="g-day"><b>{day:%A}</b><span class="g-soft">{day.day} {day:%B %Y}'
            f"{_near(day)}</span></div>"
        )
        for delivery in group:
            row(delivery, posts.get(delivery.post_id), names[delivery.account_id])


def _local(delivery: Delivery) -> datetime:
    return delivery.due_at.astimezone(ZoneInfo(delivery.timezone))


def _near(day: date) -> str:
    gap = day - studio().clock.now().date()
    near = {timedelta(0): "today", timedelta(days=1): "tomorrow", timedelta(days=-1): "yesterday"}
    return f" · {near[gap]}" if gap in near else ""


def row(delivery: Delivery, post: Post | None, account: str) -> None:
    """One delivery in a line: time with zone, account, first words, state."""
    with st.container(key=f"card-delivery-{delivery.id}"):
        with st.container(horizontal=True, vertical_alignment="center"):
            words.badge(words.DELIVERY[delivery.state])
            cards.html(
                f'<span class="g-soft" title="{escape(words.ago(delivery.due_at))}">'
                f"<b>{_local(delivery):%H:%M}</b> {escape(delivery.timezone)}"
                f" · {escape(account)}</span>"
            )
        first = _first_words(post)
        cards.html(f'<div class="g-title">{escape(first)}</div>')
        if delivery.reason and delivery.state is not S.PUBLISHED:
            cards.html(f'<div class="g-soft">{escape(delivery.reason)}</div>')
        with st.container(horizontal=True, vertical_alignment="center"):
            _open(delivery)


def _open(delivery: Delivery) -> None:
    st.page_link(
        "pages/schedule.py",
        label="Details",
        icon=":material/chevron_right:",
        query_params={"delivery": delivery.id},
    )
    if delivery.remote_url:
        st.link_button(
            "See it there", delivery.remote_url, icon=":material/open_in_new:", type="tertiary"
        )


def _first_words(post: Post | None) -> str:
    if post is None:
        return "The post"
    line = post.text.strip().splitlines()[0] if post.text.strip() else "Picture without words"
    return line if len(line) <= 110 else f"{line[:109]}…"


def detail(delivery: Delivery) -> None:
    """One delivery: state, what a person can do, and what was tried; follows it while it moves."""
    if delivery.state not in RESTING:
        _follow(delivery)
    word = words.DELIVERY[delivery.state]
    name = names_of([delivery])[delivery.account_id]
    shell.heading(name, f"{word.label}. {word.meaning}")
    left, right = st.columns([3, 2], gap="large")
    with left, st.container(key="card-delivery"):
        words.badge(word)
        cards.facts(
            {
                "Due": words.when(delivery.due_at, delivery.timezone),
                "That is": words.ago(delivery.due_at),
                "Published": (
                    words.when(delivery.published_at, delivery.timezone)
                    if delivery.published_at
                    else ""
                ),
                "What happened": delivery.reason,
                "Attempts": str(delivery.attempt or ""),
                "AI label": {"native": "platform label", "caption": "in the text"}.get(
                    delivery.disclosure_used, ""
                ),
            }
        )
        with st.container(horizontal=True, vertical_alignment="center"):
            _open_post(delivery)
            _decide(delivery)
    with right:
        history(studio().publishing.attempts(delivery.id), delivery.timezone)


def _follow(delivery: Delivery) -> None:
    """Draw the page again once the delivery has moved on."""

    @st.fragment(run_every=timedelta(seconds=2))
    def look() -> None:
        if studio().publishing.get(delivery.id).state is not delivery.state:
            st.rerun(scope="app")

    look()


def _open_post(delivery: Delivery) -> None:
    st.page_link(
        "pages/schedule.py",
        label="The post",
        icon=":material/article:",
        query_params={"post": delivery.post_id},
    )
    if delivery.remote_url:
        st.link_button("See it there", delivery.remote_url, icon=":material/open_in_new:")


def _decide(delivery: Delivery) -> None:
    if delivery.state in (S.REJECTED, S.MISSED) and st.button(
        "Try again now", type="primary", icon=":material/refresh:"
    ):
        attempt(lambda: studio().publishing.retry(delivery.id), done="It will be tried again now.")
    if delivery.state in MOVABLE:
        _move(delivery)
    if delivery.state in CANCELLABLE:
        with st.popover("Take off the calendar", icon=":material/event_busy:"):
            st.write("It will not be published. The post itself stays.")
            if st.button("Yes, take it off", key="cancel-delivery"):
                attempt(lambda: studio().scheduling.cancel(delivery.id), done="Off the calendar.")
    if delivery.state is S.NEEDS_HUMAN:
        _settle(delivery)


def _move(delivery: Delivery) -> None:
    form = f"move:{delivery.id}"
    with st.popover("Another time", icon=":material/edit_calendar:"):
        local_time, zone, fold = schedule_form.when(form, delivery.due_at)
        if st.button("Move it", type="primary", key=f"{form}:go"):
            attempt(
                lambda: studio().scheduling.reschedule(delivery.id, local_time, zone, fold),
                done=f"Moved to {local_time.replace('T', ' ')} {zone}.",
                form=form,
            )


def _settle(delivery: Delivery) -> None:
    form = f"settle:{delivery.id}"
    st.write("Look on the platform, then say which it is. Gator will not send it twice by itself.")
    url = forms.text(form, "remote_url", "It is out, at this address", "")
    if st.button("It is out", type="primary", disabled=not url, key=f"{form}:out"):
        attempt(
            lambda: studio().publishing.settle(delivery.id, url),
            done="Noted as published.",
            form=form,
        )
    if st.button("It is not out, send it again", key=f"{form}:again"):
        attempt(
            lambda: studio().publishing.settle(delivery.id, None), done="It will be sent again."
        )


def history(attempts: Sequence[Attempt], zone: str) -> None:
    """Every try in plain words."""
    shell.section("What was tried")
    if not attempts:
        st.caption("Nothing yet: it waits for its time.")
    for one in attempts:
        with st.container(key=f"card-attempt-{one.id}"):
            said = one.message or one.outcome or "No answer yet"
            st.markdown(f"**{_PHASES[one.phase]}** · {state.plain(said)}")
            st.caption(f"Try {one.number} · {words.when(one.started_at, zone)}")
            if one.request or one.response:
                with st.expander("Exactly what was said", icon=":material/data_object:"):
                    st.code(
                        f"{one.request}\n\n{one.response}".strip(), language=None, wrap_lines=True
                    )
