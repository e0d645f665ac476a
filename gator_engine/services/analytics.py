"""Analytics: read the numbers of what was published, and answer what they say.

Every number is measured or absent (None), never assumed: a platform that does not report a metric
has no value for it, and a period without a measurement has no change to show.
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from datetime import datetime
from io import StringIO
from typing import Any

from gator_engine.domain.accounts import Account
from gator_engine.domain.deliveries import Delivery
from gator_engine.domain.metrics import (
    ENGAGEMENT,
    AnalyticsQuery,
    Metric,
    PostResult,
    Snapshot,
    TrendPoint,
)
from gator_engine.domain.work import Job
from gator_engine.ports import Connector, ConnectorSession, FactStore, Run, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._measuring import EVERY_ROW, LATEST, Measuring, published_between
from gator_engine.services.jobs import Jobs


@dataclass(frozen=True)
class Headline:
    """One number of the period, and the same of the period before; None where not measured."""

    value: float | None
    previous: float | None = None

    @property
    def change(self) -> float | None:
        """Difference to the period before, where both were measured."""
        if self.value is None or self.previous is None:
            return None
        return self.value - self.previous


@dataclass(frozen=True)
class Overview:
    """The numbers at the top of the dashboard.

    `posts` published; `engagement` gained (likes, shares, replies, quotes, saves) by all posts;
    `per_post` mean engagement of the posts published in the period; `followers` at its end;
    `gained` per metric; `measured_at` the newest measurement.
    """

    posts: Headline
    engagement: Headline
    per_post: Headline
    followers: Headline
    gained: Mapping[Metric, float]
    measured_at: datetime | None
    any_simulated: bool


@dataclass(frozen=True)
class TopPost:
    """A post with its latest counts, and what is needed to recognise and open it."""

    result: PostResult
    text: str
    handle: str
    published_at: datetime
    remote_url: str
    thumbnail_asset_id: str | None
    thumbnail_alt: str

    @property
    def engagement(self) -> float | None:
        """Sum of the engagement metrics; None when the platform reports none of them."""
        return _engagement(self.result)


class Analytics:
    """What one can measure, and ask about it."""

    def __init__(
        self,
        context: Context,
        facts: FactStore,
        connectors: Mapping[str, Connector],
        open_session: Callable[[str], AbstractContextManager[ConnectorSession]],
        jobs: Jobs,
    ) -> None:
        self._context, self._facts = context, facts
        self._measuring = Measuring(context, facts, connectors, open_session, jobs)

    # ------------------------------------------------------------------ measuring

    def collect(self, account_id: str, run: Run) -> int:
        """Read the counts of the account's recent posts and its followers; returns how many.

        A post the platform does not know any more gets no snapshot (its numbers stay as they were).
        Raises AuthExpired (and marks the account), RateLimited, Transient or Rejected.
        """
        return self._measuring.collect(account_id, run)

    def plan(self) -> Sequence[str]:
        """Ask for a measurement of every account that is due one; returns their ids.

        Called by the dispatcher all the time: cheap, and safe with several dispatchers.
        """
        return self._measuring.plan()

    def refresh_now(self, account_id: str) -> Job:
        """Measure an account as soon as a worker is free. Raises NotFound."""
        return self._measuring.refresh_now(account_id)

    def refresh_all(self) -> Sequence[Job]:
        """Measure every account that can be read."""
        return self._measuring.refresh_all()

    # ------------------------------------------------------------------ asking

    def overview(self, query: AnalyticsQuery) -> Overview:
        """The headline numbers of a period beside those of the equally long one before it."""
        before = replace(query, since=query.since - (query.until - query.since), until=query.since)
        now, then = self._numbers(query), self._numbers(before)
        followers, followers_then = self._followers(query), self._followers(before)
        comparable = followers.keys() <= followers_then.keys()
        return Overview(
            posts=Headline(now.posts, then.posts),
            engagement=Headline(now.engagement, then.engagement),
            per_post=Headline(now.per_post, then.per_post),
            followers=Headline(
                sum(followers.values()) if followers else None,
                # An account measured for the first time would look like growth.
                sum(followers_then[key] for key in followers) if comparable and followers else None,
            ),
            gained=now.gained,
            measured_at=now.measured_at,
            any_simulated=self.any_simulated(query),
        )

    def trend(self, query: AnalyticsQuery) -> Sequence[TrendPoint]:
        """Gained per UTC day, platform and metric; days without a measurement have no point."""
        return self._facts.trend(query)

    def followers(self, query: AnalyticsQuery) -> Sequence[Snapshot]:
        """The last follower count of each UTC day and account, by account, oldest first."""
        return self._facts.followers(query)

    def top_posts(self, query: AnalyticsQuery, limit: int = 10) -> Sequence[TopPost]:
        """Posts published in the period, strongest engagement first."""
        with self._context.store.read() as uow:
            published, accounts = self._published_in(uow, query)
            results = self._facts.results(query, limit=limit, delivery_ids=tuple(published))
            return [
                _to_top_post(uow, result, published[result.delivery_id], accounts)
                for result in results
            ]

    def export_csv(self, query: AnalyticsQuery) -> str:
        """The posts of the period as a spreadsheet (RFC 4180); an unreported metric stays empty."""
        posts = self.top_posts(query, limit=EVERY_ROW)
        about = ["delivery_id", "platform", "account", "published_at", "measured_at", "simulated"]
        out = StringIO()
        sheet = csv.writer(out)
        sheet.writerow([*about, *(metric.value for metric in Metric), "url", "text"])
        for post in posts:
            result = post.result
            facts = [
                result.delivery_id,
                result.platform,
                post.handle,
                post.published_at.isoformat(),
            ]
            facts += [result.measured_at.isoformat(), str(result.simulated).lower()]
            counts = [result.counts.get(metric, "") for metric in Metric]
            sheet.writerow([*facts, *counts, post.remote_url, post.text])
        return out.getvalue()

    def any_simulated(self, query: AnalyticsQuery) -> bool:
        """Whether numbers of the sandbox are among what the query shows."""
        if query.simulated is not None:
            return query.simulated and self._facts.measured(query)
        return self._facts.measured(replace(query, simulated=True))

    def any_real(self, query: AnalyticsQuery) -> bool:
        """Whether numbers of real platforms are among what the query shows."""
        if query.simulated is not None:
            return not query.simulated and self._facts.measured(query)
        return self._facts.measured(replace(query, simulated=False))

    def relation(self) -> Any:
        """Every snapshot as a DuckDB relation, for notebooks (`.df()` makes a DataFrame)."""
        return self._facts.relation()

    # ------------------------------------------------------------------ inside

    def _published_in(
        self, uow: UnitOfWork, query: AnalyticsQuery
    ) -> tuple[dict[str, Delivery], dict[str, Account]]:
        """Deliveries published in the period, and all accounts, by id."""
        accounts = {account.id: account for account in uow.accounts.list()}
        found = published_between(
            uow, query.since - LATEST, query.until, persona_id=query.persona_id
        )
        kept = {d.id: d for d in found if _matches(d, accounts[d.account_id], query)}
        return kept, accounts

    def _numbers(self, query: AnalyticsQuery) -> _Numbers:
        with self._context.store.read() as uow:
            published, _ = self._published_in(uow, query)
        gained: dict[Metric, float] = {}
        for point in self._facts.trend(query):
            gained[point.metric] = gained.get(point.metric, 0.0) + point.gained
        results = self._facts.results(query, limit=EVERY_ROW)
        own = [result for result in results if result.delivery_id in published]
        counted = [value for value in map(_engagement, own) if value is not None]
        parts = [gained[metric] for metric in ENGAGEMENT if metric in gained]
        return _Numbers(
            posts=len(published),
            engagement=sum(parts) if parts else None,
            per_post=sum(counted) / len(counted) if counted else None,
            gained=gained,
            measured_at=max((result.measured_at for result in results), default=None),
        )

    def _followers(self, query: AnalyticsQuery) -> dict[str, float]:
        """The last follower count in the period, by account."""
        counted = sorted(self._facts.followers(query), key=lambda snapshot: snapshot.taken_at)
        return {snapshot.account_id: snapshot.value for snapshot in counted}


@dataclass(frozen=True)
class _Numbers:
    """What one period says by itself."""

    posts: int
    engagement: float | None
    per_post: float | None
    gained: Mapping[Metric, float]
    measured_at: datetime | None


def _engagement(result: PostResult) -> float | None:
    reported = any(metric in result.counts for metric in ENGAGEMENT)
    return result.engagement if reported else None


def _matches(delivery: Delivery, account: Account, query: AnalyticsQuery) -> bool:
    if delivery.published_at is None or not query.since <= delivery.published_at < query.until:
        return False
    if query.platform is not None and delivery.platform != query.platform:
        return False
    return query.simulated is None or account.sandbox == query.simulated


def _to_top_post(
    uow: UnitOfWork, result: PostResult, delivery: Delivery, accounts: Mapping[str, Account]
) -> TopPost:
    post = uow.posts.at_version(delivery.post_id, delivery.post_version)
    return TopPost(
        result=result,
        text=post.text_for(delivery.platform),
        handle=accounts[delivery.account_id].handle,
        published_at=delivery.published_at or result.measured_at,
        remote_url=delivery.remote_url,
        thumbnail_asset_id=post.media[0].asset_id if post.media else None,
        thumbnail_alt=post.media[0].alt_text if post.media else "",
    )
