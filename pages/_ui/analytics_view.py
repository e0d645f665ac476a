"""Analytics' parts: what to look at, the headline numbers, the trend, the posts, the way out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from html import escape

import streamlit as st

from gator_engine.domain.metrics import AnalyticsQuery, Metric
from gator_engine.services.analytics import Headline, Overview, TopPost
from pages._ui import cards, charts, shell, words
from pages._ui.commands import attempt
from pages._ui.session import my_zone, studio

PERIODS = {"7 days": 7, "28 days": 28, "90 days": 90}
OWN = "Choose dates"
WORLDS = {"Real accounts": False, "Sandbox": True}
SIMULATED = words.Word("Simulated", "science", "violet")
SHOWN = 8


def platform_names() -> dict[str, str]:
    """Platform → how it is called."""
    found = studio().accounts.platforms()
    return {info.capabilities.slug: info.capabilities.label for info in found}


def filters(names: Mapping[str, str]) -> AnalyticsQuery | None:
    """Period, persona, platform, and real or sandbox where there are both; None while choosing."""
    people = {persona.id: persona.name for persona in studio().personas.list()}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.segmented_control(
            "Period", [*PERIODS, OWN], default="28 days", required=True, key="analytics:period"
        )
        persona = st.selectbox(
            "Persona",
            ["", *people],
            format_func=lambda key: people.get(key, "Everyone"),
            key="analytics:persona",
            width=190,
        )
        platform = st.selectbox(
            "Platform",
            ["", *names],
            format_func=lambda key: names.get(key, "All platforms"),
            key="analytics:platform",
            width=190,
        )
    period = _own_dates() if chosen == OWN else _last_days(PERIODS[chosen or "28 days"])
    if period is None:
        return None
    query = AnalyticsQuery(*period, persona_id=persona or None, platform=platform or None)
    return _of_one_world(query)


def _last_days(count: int) -> tuple[datetime, datetime]:
    """The last so many UTC days, today included."""
    today = studio().clock.now().astimezone(UTC).date()
    tomorrow = _midnight(today) + timedelta(days=1)
    return tomorrow - timedelta(days=count), tomorrow


def _own_dates() -> tuple[datetime, datetime] | None:
    today = studio().clock.now().astimezone(UTC).date()
    given = st.date_input(
        "From and to (UTC days, both included)",
        (today - timedelta(days=6), today),
        max_value=today,
        key="analytics:dates",
        width=320,
    )
    if not isinstance(given, tuple) or len(given) != 2:
        st.caption("Choose the last day, too.")
        return None
    return _midnight(given[0]), _midnight(given[1]) + timedelta(days=1)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _of_one_world(query: AnalyticsQuery) -> AnalyticsQuery:
    """Numbers of real platforms and of the sandbox are never added up."""
    analytics = studio().analytics
    if not (analytics.any_simulated(query) and analytics.any_real(query)):
        return query
    chosen = st.segmented_control(
        "Numbers of", list(WORLDS), default="Real accounts", required=True, key="analytics:world"
    )
    return replace(query, simulated=WORLDS[chosen or "Real accounts"])


def status(overview: Overview) -> None:
    """Whether the numbers are simulated, how old they are, and the button to renew them."""
    said = "From the sandbox network, not from real people. " if overview.any_simulated else ""
    tip = ""
    if overview.measured_at is not None:
        said += f"Measured {words.ago(overview.measured_at)}."
        tip = words.when(overview.measured_at, my_zone())
    with st.container(horizontal=True, vertical_alignment="center"):
        if overview.any_simulated:
            words.badge(SIMULATED)
        cards.html(f'<span class="g-soft" title="{escape(tip)}">{escape(said)}</span>')
        measure_now("status")


def measure_now(where: str) -> None:
    """Ask every platform again."""
    if st.button("Measure now", icon=":material/refresh:", key=f"measure-{where}"):
        attempt(
            studio().analytics.refresh_all,
            done="Asked the platforms; the numbers appear here as they arrive.",
        )


def numbers(overview: Overview, days: int) -> None:
    """Four headline numbers with their change, then what was gained of each sort."""
    shown = (
        ("Posts published", overview.posts, 0, "Posts that went out in this period."),
        (
            "Engagement gained",
            overview.engagement,
            0,
            "Likes, shares, replies, quotes and saves that all posts gained in this period.",
        ),
        (
            "Per post",
            overview.per_post,
            1,
            "Mean engagement of the posts that went out in this period.",
        ),
        ("Followers", overview.followers, 0, "At the last count in this period."),
    )
    with st.grid(min_column_width=236, gap=16):
        for number, (label, headline, digits, help_) in enumerate(shown):
            with st.container(key=f"card-number-{number}", height="stretch"):
                _number(label, headline, digits, help_, days)
    parts = [
        f"{charts.metric_name(metric)} {overview.gained[metric]:+,.0f}"
        for metric in Metric
        if metric in overview.gained
    ]
    if parts:
        cards.html(f'<div aria-label="Gained in this period">{cards.chips(parts)}</div>')


def _number(label: str, headline: Headline, digits: int, help_: str, days: int) -> None:
    if headline.value is None:
        st.metric(label, None, help=f"{help_} Not measured yet in this period.")
        return
    change = headline.change
    st.metric(
        label,
        f"{headline.value:,.{digits}f}",
        None if change is None else f"{change:+,.{digits}f}",
        delta_color="off" if change == 0 else "normal",
        delta_description=None if change is None else f"vs. {days} days before",
        help=help_,
    )


def trend(query: AnalyticsQuery, names: Mapping[str, str]) -> None:
    """Engagement gained by day and platform."""
    series = charts.gained(studio().analytics.trend(query), names)
    shell.chapter("Trend", "Counted on the day it was measured; days are UTC.")
    if not series:
        st.caption("No engagement was measured in this period.")
        return
    since, until = query.since.date(), query.until.date()
    with st.container(key="card-trend"):
        with st.container(horizontal=True, horizontal_alignment="distribute"):
            cards.html(charts.key(series))
            view = st.segmented_control(
                "Trend as",
                ["Per day", "Running total"],
                default="Per day",
                required=True,
                label_visibility="collapsed",
                key="analytics:trend",
            )
        total = view == "Running total"
        figure = (
            charts.lines(charts.running_total(series), since, until)
            if total
            else charts.per_day(series, since, until)
        )
        said = charts.in_words(series, since, until)
        st.plotly_chart(figure, config=charts.CONFIG, key="trend-chart", alt=said)
        st.caption(said)


def followers(query: AnalyticsQuery, names: Mapping[str, str]) -> None:
    """Followers over the period, once there is more than one day to compare."""
    series = charts.followed(studio().analytics.followers(query), names)
    if not any(len(one.points) > 1 for one in series):
        return
    shell.chapter("Followers")
    last = ", ".join(f"{one.name} {one.points[-1][1]:,.0f}" for one in series)
    with st.container(key="card-followers"):
        figure = charts.lines(series, query.since.date(), query.until.date(), from_zero=False)
        st.plotly_chart(
            figure, config=charts.CONFIG, key="followers-chart", alt=f"Followers at the end: {last}"
        )


def top(query: AnalyticsQuery, names: Mapping[str, str]) -> None:
    """The strongest posts of the period."""
    posts = studio().analytics.top_posts(query, SHOWN)
    shell.chapter("Strongest posts", "Of those that went out in this period.")
    if not posts:
        st.caption("None of the posts of this period has been measured yet.")
    best = max((post.engagement or 0.0 for post in posts), default=0.0) or 1.0
    for post in posts:
        with st.container(key=f"card-top-{post.result.delivery_id}"):
            _post(post, best, names)


def _post(post: TopPost, best: float, names: Mapping[str, str]) -> None:
    result = post.result
    counts = [
        f"{charts.metric_name(metric)} {result.counts[metric]:,.0f}"
        for metric in Metric
        if metric in result.counts
    ]
    where = names.get(result.platform, result.platform)
    engagement = "not reported" if post.engagement is None else f"{post.engagement:,.0f}"
    with st.container(horizontal=True, vertical_alignment="center"):
        cards.html(
            f'<div class="g-row">{_thumbnail(post)}<div style="flex:1">'
            f'<div class="g-soft">{escape(where)} · @{escape(post.handle.lstrip("@"))} · '
            f"{escape(words.when(post.published_at, my_zone()))}</div>"
            f'<div class="g-title g-two-lines">{escape(post.text or "Picture without words")}</div>'
            f"{charts.bar((post.engagement or 0.0) / best)}"
            f"<div>{cards.chips([f'Engagement {engagement}', *counts])}</div></div></div>"
        )
        if post.remote_url:
            st.link_button(
                f"See it on {where}",
                post.remote_url,
                icon=":material/open_in_new:",
                type="tertiary",
            )
        st.page_link(
            "pages/schedule.py",
            label="History",
            icon=":material/history:",
            query_params={"delivery": result.delivery_id},
        )


def _thumbnail(post: TopPost) -> str:
    if post.thumbnail_asset_id is None:
        return ""
    source = studio().library.url(post.thumbnail_asset_id, thumbnail=True)
    said = escape(post.thumbnail_alt or "Picture of the post; no description yet", quote=True)
    return (
        f'<img src="{escape(source)}" alt="{said}" loading="lazy" style="width:4.5rem;'
        'height:4.5rem;object-fit:cover;border-radius:.7rem;flex:none">'
    )


def take_away(query: AnalyticsQuery) -> None:
    """The numbers as a spreadsheet, and in a notebook."""
    shell.chapter("Take the numbers with you")
    st.download_button(
        "Posts as CSV",
        lambda: studio().analytics.export_csv(query),
        file_name=f"gator-posts-{query.since:%Y%m%d}-{query.until:%Y%m%d}.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    with st.expander("Open in a notebook", icon=":material/terminal:"):
        st.code(notebook_lines(), language="python")
        st.caption("Every measurement as a DataFrame; times are UTC.")


def notebook_lines() -> str:
    """Three lines that open the same numbers in a notebook."""
    home = str(studio().settings.home)
    return (
        "from gator_engine import open_studio\n"
        f"studio = open_studio(home={home!r}, queue='inline')\n"
        "studio.analytics.relation().df()"
    )


def nothing(overview: Overview) -> None:
    """The empty state: what to do next."""
    if overview.posts.value:
        with shell.empty(
            "hourglass_top",
            "Published, not measured yet",
            "The first measurement comes 15 minutes after a post is out (1 minute on the sandbox).",
            key="unmeasured",
        ):
            measure_now("empty")
        return
    shell.empty(
        "monitoring",
        "Nothing went out in this period",
        "Publish a post and its numbers appear here, or choose a longer period.",
        key="analytics",
    ).page_link("pages/schedule.py", label="Open the schedule", icon=":material/calendar_month:")
