"""Charts as plain Plotly dictionaries: nearly free to build, cached, coloured by the theme.

Text and grid colours are left out on purpose: Streamlit's theme fills them in, light or dark.
Series colours read well on both (at least 3:1, WCAG 2.2 criterion 1.4.11) and belong to a platform,
so a filter never recolours what stays. Colour is never the only sign: lines carry their name at the
end, bars have a key with names and totals above them, and every chart has a sentence that says the
same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from html import escape
from typing import Any

from gator_engine.domain.metrics import ENGAGEMENT, Metric, Snapshot, TrendPoint

# As theme.chartCategoricalColors.
PALETTE = ("#17855A", "#C2693B", "#3C6E9E", "#B08A1E", "#7A5BA6", "#5B7A72")
HEIGHT, LABEL_GAP, LABEL_ROOM = 280, 18, 128
CLEAR = "rgba(0, 0, 0, 0)"
CONFIG = {"displayModeBar": False, "scrollZoom": False, "responsive": True}


@dataclass(frozen=True)
class Series:
    """One platform's values by day, oldest first; days without a measurement are left out."""

    name: str
    colour: str
    points: tuple[tuple[str, float], ...]

    @property
    def total(self) -> float:
        """Sum of the values."""
        return sum(value for _, value in self.points)


def gained(points: Iterable[TrendPoint], labels: Mapping[str, str]) -> tuple[Series, ...]:
    """Engagement gained per day, one series for each platform (`labels`: slug → name)."""
    days: dict[str, dict[str, float]] = {}
    for point in points:
        if point.metric in ENGAGEMENT:
            by_day = days.setdefault(point.platform, {})
            by_day[point.day] = by_day.get(point.day, 0.0) + point.gained
    return _to_series(days, labels)


def followed(counts: Iterable[Snapshot], labels: Mapping[str, str]) -> tuple[Series, ...]:
    """Followers by day, one series for each platform, its accounts added up.

    A day on which one of the accounts was not counted carries its last known count on.
    """
    days: dict[str, dict[str, float]] = {}
    known: dict[str, dict[str, float]] = {}
    for count in sorted(counts, key=lambda snapshot: snapshot.taken_at):
        accounts = known.setdefault(count.platform, {})
        accounts[count.account_id] = count.value
        by_day = days.setdefault(count.platform, {})
        by_day[count.taken_at.date().isoformat()] = sum(accounts.values())
    return _to_series(days, labels)


@lru_cache(maxsize=128)
def per_day(series: tuple[Series, ...], since: date, until: date) -> dict[str, Any]:
    """Stacked bars: what was gained on each day of [since, until)."""
    bars = [
        {
            "type": "bar",
            "name": one.name,
            "x": [day for day, _ in one.points],
            "y": [value for _, value in one.points],
            "marker": {"color": one.colour},
            "hovertemplate": "%{y:+,.0f}",
        }
        for one in series
    ]
    # A bar of one day should look like a day, however few of them there are.
    day = {"width": [20 * 3600 * 1000]}
    frame = _frame(since, until)
    return {"data": [bar | day for bar in bars], "layout": frame | {"barmode": "relative"}}


@lru_cache(maxsize=128)
def lines(
    series: tuple[Series, ...], since: date, until: date, *, from_zero: bool = True
) -> dict[str, Any]:
    """Lines through the measured days of [since, until), each with its name and last value."""
    drawn = [
        {
            "type": "scatter",
            "mode": "lines+markers" if len(one.points) < 40 else "lines",
            "name": one.name,
            "x": [day for day, _ in one.points],
            "y": [value for _, value in one.points],
            "line": {"color": one.colour, "width": 2.5},
            "marker": {"color": one.colour, "size": 6},
            "hovertemplate": "%{y:,.0f}",
        }
        for one in series
    ]
    frame = _frame(since, until)
    frame["annotations"] = _end_labels(series, from_zero=from_zero)
    frame["margin"] = {**frame["margin"], "r": LABEL_ROOM}
    if not from_zero:
        frame["yaxis"] = {**frame["yaxis"], "rangemode": "normal"}
    return {"data": drawn, "layout": frame}


def running_total(series: Sequence[Series]) -> tuple[Series, ...]:
    """The same series, each day added to those before it."""
    return tuple(Series(one.name, one.colour, _summed(one.points)) for one in series)


def key(series: Sequence[Series], *, signed: bool = True) -> str:
    """Names, colours and totals in one line of HTML."""
    mark = "+" if signed else ""
    items = "".join(
        f'<span class="g-chip"><span aria-hidden="true" style="color:{one.colour}">●</span>'
        f"{escape(one.name)} <b>{one.total:{mark},.0f}</b></span>"
        for one in series
    )
    return f"<div>{items}</div>"


def bar(share: float) -> str:
    """A thin bar of a share (0–1) of the strongest; decorative, the number stands beside it."""
    width = round(100 * max(0.0, min(1.0, share)))
    return (
        '<div aria-hidden="true" style="background:var(--g-well);border-radius:1rem;height:.4rem;'
        f'margin:.35rem 0"><div style="background:var(--g-accent);border-radius:1rem;height:100%;'
        f'width:{width}%"></div></div>'
    )


def in_words(series: Sequence[Series], since: date, until: date) -> str:
    """What a chart of gains says, in a sentence (also its alternative text)."""
    last = until - timedelta(days=1)
    period = f"between {since.day} {since:%b} and {last.day} {last:%b %Y} (days in UTC)"
    parts = [f"{one.name} {one.total:+,.0f}" for one in series]
    said = f"Engagement gained {period}: {', '.join(parts)}."
    days: dict[str, float] = {}
    for one in series:
        for day, value in one.points:
            days[day] = days.get(day, 0.0) + value
    best = max(days, key=lambda day: days[day], default=None)
    if best is None or len(days) < 2 or days[best] <= 0:
        return said
    strongest = date.fromisoformat(best)
    return (
        f"{said} Strongest on {strongest:%a} {strongest.day} {strongest:%b} ({days[best]:+,.0f})."
    )


def metric_name(metric: Metric) -> str:
    """A metric as people read it."""
    return metric.value.capitalize()


def _to_series(
    days: Mapping[str, Mapping[str, float]], labels: Mapping[str, str]
) -> tuple[Series, ...]:
    order = sorted({*labels, *days})
    return tuple(
        Series(
            labels.get(platform, platform),
            PALETTE[order.index(platform) % len(PALETTE)],
            tuple(sorted(days[platform].items())),
        )
        for platform in order
        if platform in days
    )


def _summed(points: Sequence[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    total, summed = 0.0, []
    for day, value in points:
        total += value
        summed.append((day, total))
    return tuple(summed)


def _frame(since: date, until: date) -> dict[str, Any]:
    """What all charts share: no legend, no box, a quiet grid, the whole period edge to edge."""
    half = timedelta(hours=12)
    first = f"{since - timedelta(days=1)} {half}"
    last = f"{until - timedelta(days=1)} {half}"
    return {
        "height": HEIGHT,
        "margin": {"l": 8, "r": 8, "t": 12, "b": 8},
        "showlegend": False,
        "paper_bgcolor": CLEAR,
        "plot_bgcolor": CLEAR,
        "hovermode": "x unified",
        "dragmode": False,
        "bargap": 0.3,
        "xaxis": {
            "type": "date",
            "range": [first, last],
            "showgrid": False,
            "fixedrange": True,
            "tickformat": "%-d %b",
            "hoverformat": "%a %-d %b",
            "nticks": 8,
            "minallowed": first,
        },
        "yaxis": {
            "fixedrange": True,
            "rangemode": "tozero",
            "tickformat": ",d",
            "nticks": 5,
            "zeroline": False,
            "automargin": True,
        },
    }


def _end_labels(series: Sequence[Series], *, from_zero: bool) -> list[dict[str, Any]]:
    """Name and last value beside the end of each line, moved apart where they would overlap."""
    values = [value for one in series for _, value in one.points]
    low = min([0.0, *values]) if from_zero else min(values, default=0.0)
    span = (max(values, default=0.0) - low) or 1.0
    labels, above = [], float("-inf")
    for one in sorted(series, key=lambda one: one.points[-1][1]):
        day, value = one.points[-1]
        natural = (value - low) / span * HEIGHT * 0.8
        height = max(natural, above + LABEL_GAP)
        above = height
        dot = f'<span style="color:{one.colour}">●</span>'
        labels.append(
            {
                "x": day,
                "y": value,
                "xanchor": "left",
                "xshift": 8,
                "yshift": round(height - natural),
                "showarrow": False,
                "align": "left",
                "text": f"{dot} {escape(one.name)} {value:,.0f}",
            }
        )
    return labels
