"""Home's parts: what needs a person, the next day, and what is running."""

from __future__ import annotations

from functools import partial
from html import escape
from typing import NamedTuple

import streamlit as st

from gator_engine.domain.deliveries import Delivery, DeliveryState
from gator_engine.domain.work import Job
from gator_engine.jobs import JOBS
from gator_engine.services.home import HomeView
from pages._ui import calendar, cards, composer, job_status, words
from pages._ui.commands import attempt
from pages._ui.session import my_zone, studio


class _Step(NamedTuple):
    """One of the first steps: what it is called, where it is done, and whether it is."""

    symbol: str
    title: str
    text: str
    page: str
    done: bool


def welcome(view: HomeView) -> None:
    """The first steps, each with a tick once it is done."""
    steps = _steps(view)
    following = next((step for step in steps if not step.done), None)
    with st.grid(min_column_width=220, gap=16):
        for number, step in enumerate(steps):
            with st.container(key=f"card-step-{number}", height="stretch"):
                _step(step, number + 1, following=step is following)


def _steps(view: HomeView) -> tuple[_Step, ...]:
    made = bool(studio().generation.list(limit=1))
    planned = bool(view.published_this_week + view.scheduled_this_week)
    persona = "Start from a character and make it yours."
    sandbox = "A network on this machine, to try everything."
    create = "Cards and captions in the persona's voice."
    publish = "Approve the post, give it a time, watch it go out."
    return (
        _Step("face", "Create a persona", persona, "personas", bool(view.personas)),
        _Step("link", "Connect the sandbox", sandbox, "accounts", bool(view.accounts)),
        _Step("auto_awesome", "Make something", create, "create", made),
        _Step("calendar_month", "Schedule it", publish, "schedule", planned),
    )


def _step(step: _Step, number: int, *, following: bool) -> None:
    if step.done:
        words.badge(words.Word("Done", "check_circle", "green"))
    elif following:
        words.badge(words.Word("Next", step.symbol, "blue"))
    else:
        words.badge(words.Word(f"Step {number}", step.symbol, "gray"))
    cards.html(
        f'<div class="g-title">{escape(step.title)}</div>'
        f'<div class="g-soft">{escape(step.text)}</div>'
    )
    _go(f"pages/{step.page}.py", "Open")


def needs_a_person(view: HomeView) -> None:
    """What cannot go on alone, each with its remedy."""
    names = calendar.names_of(view.troubled)
    for account in view.to_reconnect:
        with _line(f"account-{account.id}", words.HEALTH[account.health], composer.name(account)):
            _go("pages/accounts.py", "Reconnect")
    for delivery in view.troubled:
        word = words.DELIVERY[delivery.state]
        with _line(
            f"delivery-{delivery.id}",
            word,
            names[delivery.account_id],
            delivery.reason or word.meaning,
        ):
            _remedy(delivery)
    for post in view.to_review:
        with _line(f"review-{post.id}", words.APPROVAL[post.approval], post.text[:90] or "A post"):
            _go("pages/schedule.py", "Review", post=post.id)
    for job in view.failed_jobs:
        with _line(f"job-{job.id}", words.JOB[job.state], _called(job), job.error):
            if st.button("Try again", key=f"retry-{job.id}", icon=":material/refresh:"):
                attempt(partial(studio().jobs.retry_now, job.id), done="It is tried again.")


def _line(
    key: str, word: words.Word, title: str, text: str = ""
) -> st.delta_generator.DeltaGenerator:
    box = st.container(key=f"card-need-{key}", horizontal=True, vertical_alignment="center")
    with box:
        words.badge(word)
        more = f'<div class="g-soft">{escape(text)}</div>' if text else ""
        cards.html(f'<div class="g-title">{escape(title)}</div>{more}')
    return box


def _remedy(delivery: Delivery) -> None:
    if delivery.state is DeliveryState.MISSED and st.button(
        "Publish now", key=f"retry-{delivery.id}", icon=":material/send:"
    ):
        attempt(lambda: studio().publishing.retry(delivery.id), done="On its way.")
    elif delivery.state is DeliveryState.NEEDS_AUTH:
        _go("pages/accounts.py", "Reconnect")
    _go("pages/schedule.py", "Open", delivery=delivery.id)


def _go(page: str, label: str, **query: str) -> None:
    st.page_link(page, label=label, icon=":material/arrow_forward:", query_params=query or None)


def next_day(view: HomeView) -> None:
    """What goes out in the next 24 hours, in the person's own time zone."""
    zone = my_zone()
    names = calendar.names_of(view.next_day)
    if not view.next_day:
        st.caption("Nothing is planned for the next 24 hours.")
    with st.grid(min_column_width=210, gap=14):
        for delivery in view.next_day:
            with st.container(key=f"card-next-{delivery.id}"):
                cards.html(
                    f'<div class="g-eyebrow">{escape(words.ago(delivery.due_at))}</div>'
                    f'<div class="g-title">{escape(words.when(delivery.due_at, zone))}</div>'
                    f'<div class="g-soft">{escape(names[delivery.account_id])}</div>'
                )
                _go("pages/schedule.py", "Open", delivery=delivery.id)


def running(view: HomeView) -> None:
    """Jobs at work."""
    if not view.running:
        st.caption("Nothing is running.")
    for job in view.running:
        with st.container(key=f"card-running-{job.id}"):
            cards.html(f'<div class="g-title">{escape(_called(job))}</div>')
            job_status.bar(job)


def _called(job: Job) -> str:
    spec = JOBS.get(job.name)
    return spec.label if spec else job.name


def week(view: HomeView) -> None:
    """The week in two numbers."""
    left, right = st.columns(2)
    with left, st.container(key="card-published"):
        st.metric("Published, last 7 days", view.published_this_week)
    with right, st.container(key="card-planned"):
        st.metric("Scheduled, next 7 days", view.scheduled_this_week)


def troubles(view: HomeView) -> int:
    """How many things need a person."""
    return len([*view.to_reconnect, *view.troubled, *view.to_review, *view.failed_jobs])
