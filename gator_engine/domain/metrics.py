"""Measured numbers: append-only snapshots, never invented."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Metric(StrEnum):
    """Names shared by all platforms; a platform gives the ones it has, the others stay absent."""

    LIKES = "likes"
    SHARES = "shares"
    REPLIES = "replies"
    QUOTES = "quotes"
    SAVES = "saves"
    VIEWS = "views"
    CLICKS = "clicks"
    FOLLOWERS = "followers"


ENGAGEMENT = (Metric.LIKES, Metric.SHARES, Metric.REPLIES, Metric.QUOTES, Metric.SAVES)


@dataclass(frozen=True)
class Snapshot:
    """One metric of a delivery (or of an account, when `delivery_id` is "") at one time, in UTC."""

    taken_at: datetime
    platform: str
    account_id: str
    persona_id: str
    delivery_id: str
    metric: Metric
    value: float
    simulated: bool = False


@dataclass(frozen=True)
class AnalyticsQuery:
    """Filters of the dashboard; None means "any". Times are UTC, `until` is exclusive.

    `simulated` keeps measured numbers (False) and numbers of the sandbox (True) apart.
    """

    since: datetime
    until: datetime
    persona_id: str | None = None
    platform: str | None = None
    simulated: bool | None = None


@dataclass(frozen=True)
class TrendPoint:
    """Engagement gained on one day on one platform."""

    day: str
    platform: str
    metric: Metric
    gained: float


@dataclass(frozen=True)
class PostResult:
    """Latest counts of one delivery."""

    delivery_id: str
    platform: str
    account_id: str
    persona_id: str
    measured_at: datetime
    counts: dict[Metric, float]
    simulated: bool

    @property
    def engagement(self) -> float:
        """Sum of the engagement metrics that the platform reports."""
        return sum(self.counts.get(metric, 0.0) for metric in ENGAGEMENT)
