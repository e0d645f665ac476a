"""Analytics: what was posted, and how it did."""

from __future__ import annotations

from datetime import timedelta

import streamlit as st

from gator_engine.domain.metrics import AnalyticsQuery
from pages._ui import analytics_view, shell
from pages._ui.session import studio


@st.fragment(run_every=timedelta(seconds=10))
def board(query: AnalyticsQuery, names: dict[str, str]) -> None:
    """The numbers; refreshes alone, so that they appear as they are measured."""
    overview = studio().analytics.overview(query)
    if overview.measured_at is None and overview.followers.value is None:
        analytics_view.nothing(overview)
        return
    analytics_view.status(overview)
    analytics_view.numbers(overview, (query.until - query.since).days)
    analytics_view.trend(query, names)
    analytics_view.followers(query, names)
    analytics_view.top(query, names)


shell.heading("Analytics", "What was posted and how it did. Every number was measured.")
names = analytics_view.platform_names()
query = analytics_view.filters(names)
if query is not None:
    board(query, names)
    analytics_view.take_away(query)
