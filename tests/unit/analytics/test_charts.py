"""Figures are plain dictionaries that say what was measured, and nothing that was not."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from itertools import pairwise

import plotly.graph_objects as go
import pytest

from gator_engine.domain.metrics import Metric, Snapshot, TrendPoint
from pages._ui import charts

LABELS = {"piazza": "Piazza", "birdsong": "Birdsong"}
SINCE, UNTIL = date(2026, 3, 1), date(2026, 3, 8)


def point(
    day: int, value: float, platform: str = "birdsong", metric: Metric = Metric.LIKES
) -> TrendPoint:
    return TrendPoint(f"2026-03-{day:02}", platform, metric, value)


def followers(day: int, value: float, account: str = "acc") -> Snapshot:
    at = datetime(2026, 3, day, 12, tzinfo=UTC)
    return Snapshot(at, "birdsong", account, "", "", Metric.FOLLOWERS, value)


@pytest.fixture
def series() -> tuple[charts.Series, ...]:
    points = [point(1, 5), point(3, 2), point(3, 1, metric=Metric.SHARES), point(3, 7, "piazza")]
    return charts.gained(points, LABELS)


def test_engagement_is_added_up_per_day_and_platform(series: tuple[charts.Series, ...]) -> None:
    assert [(one.name, one.points) for one in series] == [
        ("Birdsong", (("2026-03-01", 5), ("2026-03-03", 3))),
        ("Piazza", (("2026-03-03", 7),)),
    ]
    assert series[0].total == 8


def test_views_and_followers_are_no_engagement() -> None:
    points = [point(1, 90, metric=Metric.VIEWS), point(1, 9, metric=Metric.FOLLOWERS)]
    assert charts.gained(points, LABELS) == ()


def test_a_filter_does_not_recolour_a_platform(series: tuple[charts.Series, ...]) -> None:
    (alone,) = charts.gained([point(3, 7, "piazza")], LABELS)
    assert alone.colour == series[1].colour != series[0].colour


def test_a_platform_without_a_label_keeps_its_own_name() -> None:
    (one,) = charts.gained([point(1, 1, "elsewhere")], LABELS)
    assert one.name == "elsewhere"


def test_running_totals_add_each_day_to_those_before(series: tuple[charts.Series, ...]) -> None:
    assert charts.running_total(series)[0].points == (("2026-03-01", 5), ("2026-03-03", 8))


def test_days_without_a_measurement_have_no_bar(series: tuple[charts.Series, ...]) -> None:
    figure = charts.per_day(series, SINCE, UNTIL)
    assert figure["data"][0]["x"] == ["2026-03-01", "2026-03-03"]
    assert figure["data"][0]["y"] == [5, 3]
    assert figure["layout"]["barmode"] == "relative"


def test_every_line_carries_its_name_and_last_value(series: tuple[charts.Series, ...]) -> None:
    figure = charts.lines(charts.running_total(series), SINCE, UNTIL)
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert any("Birdsong 8" in text for text in said)
    assert any("Piazza 7" in text for text in said)


def test_labels_of_lines_that_end_close_together_are_moved_apart() -> None:
    ends = [charts.Series(str(n), "#17855A", (("2026-03-07", 100.0 + n),)) for n in range(3)]
    figure = charts.lines(tuple(ends), SINCE, UNTIL)
    shifts = [note["yshift"] for note in figure["layout"]["annotations"]]
    assert shifts[0] == 0
    assert all(b - a >= charts.LABEL_GAP - 5 for a, b in pairwise(shifts))


def test_figures_are_valid_plotly_and_plain_json(series: tuple[charts.Series, ...]) -> None:
    for figure in (charts.per_day(series, SINCE, UNTIL), charts.lines(series, SINCE, UNTIL)):
        known = go.Figure(figure).to_plotly_json()  # raises on an unknown property
        assert set(known["layout"]) >= set(figure["layout"])
        assert json.loads(json.dumps(figure)) == figure


def test_the_same_figure_is_built_once(series: tuple[charts.Series, ...]) -> None:
    again = charts.gained([point(1, 5), point(3, 3), point(3, 7, "piazza")], LABELS)
    assert charts.per_day(series, SINCE, UNTIL) is charts.per_day(again, SINCE, UNTIL)


def test_figures_leave_text_and_grid_to_the_theme(series: tuple[charts.Series, ...]) -> None:
    layout = charts.per_day(series, SINCE, UNTIL)["layout"]
    assert not {"font", "template", "title"} & set(layout)
    assert "gridcolor" not in layout["yaxis"]


def test_followers_add_up_the_accounts_of_a_platform() -> None:
    counts = [followers(1, 10), followers(1, 5, "b"), followers(2, 12), followers(3, 7, "b")]
    (one,) = charts.followed(counts, LABELS)
    assert one.points == (("2026-03-01", 15), ("2026-03-02", 17), ("2026-03-03", 19))


def test_the_sentence_names_period_totals_and_strongest_day(
    series: tuple[charts.Series, ...],
) -> None:
    said = charts.in_words(series, SINCE, UNTIL)
    assert "between 1 Mar and 7 Mar 2026 (days in UTC)" in said
    assert "Birdsong +8, Piazza +7" in said
    assert "Strongest on Tue 3 Mar (+10)" in said


def test_one_day_is_not_called_the_strongest() -> None:
    assert "Strongest" not in charts.in_words(charts.gained([point(1, 5)], LABELS), SINCE, UNTIL)


def test_names_are_escaped(series: tuple[charts.Series, ...]) -> None:
    odd = (charts.Series("<b>odd</b>", "#17855A", (("2026-03-01", -2.0),)),)
    assert "&lt;b&gt;odd" in charts.key(odd)
    assert "-2" in charts.key(odd)


@pytest.mark.parametrize(("share", "width"), [(0.5, "50%"), (-1.0, "0%"), (7.0, "100%")])
def test_a_bar_stays_inside_its_track(share: float, width: str) -> None:
    assert f"width:{width}" in charts.bar(share)


def test_series_colours_can_be_seen_on_both_grounds() -> None:
    def luminance(colour: str) -> float:
        """Relative luminance, WCAG 2.2."""
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in charts.PALETTE:
        for ground in ("#FFFFFF", "#191F1C"):
            light, dark = sorted((luminance(colour), luminance(ground)), reverse=True)
            assert (light + 0.05) / (dark + 0.05) >= 3, (colour, ground)
