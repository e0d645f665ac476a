"""Home: what needs a person first, then the next day, then what is running."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from pages._ui import home_view, shell
from pages._ui.session import studio

view = studio().home.overview()
count = home_view.troubles(view)

if not view.personas:
    shell.heading("Welcome to Gator", "Design a character, make its posts, publish them, learn.")
    home_view.welcome(view)
    st.stop()

lead = (
    "Nothing needs you right now." if not count else f"{count} thing{'s' * (count != 1)} for you."
)
shell.heading("Home", lead)
if count:
    shell.section("Needs a person")
    home_view.needs_a_person(view)
if not (view.published_this_week or view.scheduled_this_week):
    shell.chapter("First steps")
    home_view.welcome(view)
shell.chapter("Next 24 hours")
home_view.next_day(view)
home_view.week(view)


@st.fragment(run_every=timedelta(seconds=3))
def at_work() -> None:
    """Running jobs; refreshes alone."""
    shell.chapter("Running")
    home_view.running(studio().home.overview())


at_work()
