"""The one studio of this process, shared by all pages and all people looking at them."""

from __future__ import annotations

from zoneinfo import available_timezones

import streamlit as st

from gator_engine.studio import Studio, open_studio


@st.cache_resource(show_spinner=False)
def studio() -> Studio:
    """The studio, opened once. Raises ConfigError or Unavailable."""
    return open_studio()


def zones() -> list[str]:
    """Every time zone a person may choose."""
    return sorted(available_timezones())


def my_zone() -> str:
    """The zone of the person's browser, else the studio's default."""
    zone = st.context.timezone
    return zone if zone in available_timezones() else studio().settings.timezone
