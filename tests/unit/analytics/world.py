"""A small world of fakes at the ports: accounts, published deliveries, a platform, and facts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.deliveries import Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.metrics import (
    AnalyticsQuery,
    Metric,
    PostResult,
    Snapshot,
    TrendPoint,
)
from gator_engine.domain.posts import Post, PostMedia, Variant
from gator_engine.errors import GatorError, NotFound
from gator_engine.ports import MetricReading
from gator_engine.services.analytics import Analytics
from gator_engine.services.jobs import Jobs
from tests.fakes import FakeAudit, FakeClock, FakeJobRepository, FakeQueue, FakeStore, fake_context


class FakePlatform:
    """A connector that only measures: it answers with what the test put into `counts`."""

    slug = "birdsong"

    def __init__(self) -> None:
        self.capabilities = SimpleNamespace(label="Birdsong", metrics=("likes", "followers"))
        self.counts: list[MetricReading] = []
        self.asked: list[tuple[str, ...]] = []
        self.refreshed = 0
        self.failure: GatorError | None = None

    def refresh(self, session: Any) -> None:
        self.refreshed += 1

    def metrics(self, remote_ids: Sequence[str], session: Any) -> Sequence[MetricReading]:
        self.asked.append(tuple(remote_ids))
        if self.failure is not None:
            raise self.failure
        return self.counts


class FakeFacts:
    """A fact store that remembers what was appended and answers with canned periods."""

    def __init__(self) -> None:
        self.appended: list[Snapshot] = []
        self.trends: dict[datetime, list[TrendPoint]] = {}
        self.counted: dict[datetime, list[PostResult]] = {}
        self.followed: dict[datetime, list[Snapshot]] = {}
        self.kinds: set[bool] = set()

    def append(self, snapshots: Sequence[Snapshot]) -> None:
        self.appended += snapshots

    def trend(self, query: AnalyticsQuery) -> Sequence[TrendPoint]:
        return self.trends.get(query.since, [])

    def results(
        self,
        query: AnalyticsQuery,
        *,
        limit: int = 50,
        delivery_ids: Sequence[str] | None = None,
    ) -> Sequence[PostResult]:
        rows = self.counted.get(query.since, [])
        return [r for r in rows if delivery_ids is None or r.delivery_id in delivery_ids][:limit]

    def followers(self, query: AnalyticsQuery) -> Sequence[Snapshot]:
        return self.followed.get(query.since, [])

    def measured(self, query: AnalyticsQuery) -> bool:
        return bool(self.kinds) if query.simulated is None else query.simulated in self.kinds

    def relation(self) -> Any:
        return self.appended


class FakeRun:
    """Remembers the stages of a job."""

    def __init__(self) -> None:
        self.stages: list[str] = []

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.stages.append(stage)

    def check(self) -> None:
        """Nobody asks to stop."""


class WorldStore(FakeStore):
    """The shared fake store, with the tables that analytics reads."""

    def __init__(self) -> None:
        super().__init__()
        self.accounts: dict[str, Account] = {}
        self.deliveries: dict[str, Delivery] = {}
        self.posts: dict[str, Post] = {}
        self.settings: dict[str, Any] = {}
        self.delivery_queries: list[DeliveryQuery] = []

    def _unit(self) -> Any:
        return SimpleNamespace(
            jobs=FakeJobRepository(self.jobs),
            audit=FakeAudit(self.events),
            accounts=SimpleNamespace(
                get=self._account,
                list=lambda: list(self.accounts.values()),
                save=lambda account: self.accounts.update({account.id: account}),
            ),
            deliveries=SimpleNamespace(list=self._due),
            posts=SimpleNamespace(at_version=lambda post_id, version: self.posts[post_id]),
            settings=SimpleNamespace(get=self.settings.get, put=self.settings.__setitem__),
        )

    def _account(self, account_id: str) -> Account:
        if account_id not in self.accounts:
            raise NotFound("account", account_id)
        return self.accounts[account_id]

    def _due(self, query: DeliveryQuery) -> Sequence[Delivery]:
        self.delivery_queries.append(query)
        return [d for d in self.deliveries.values() if _wanted(d, query)]


def _wanted(delivery: Delivery, query: DeliveryQuery) -> bool:
    assert query.since is not None and query.until is not None
    return (
        query.since <= delivery.due_at < query.until
        and query.account_id in (None, delivery.account_id)
        and query.persona_id in (None, delivery.persona_id)
        and (query.states is None or delivery.state in query.states)
    )


@dataclass
class World:
    """Everything a test of analytics touches."""

    clock: FakeClock = field(default_factory=FakeClock)
    store: WorldStore = field(default_factory=WorldStore)
    facts: FakeFacts = field(default_factory=FakeFacts)
    platform: FakePlatform = field(default_factory=FakePlatform)
    queue: FakeQueue = field(default_factory=FakeQueue)
    run: FakeRun = field(default_factory=FakeRun)

    def __post_init__(self) -> None:
        context = fake_context(self.clock, self.store)
        self.jobs = Jobs(context, self.queue)
        connectors: Mapping[str, Any] = {"birdsong": self.platform}
        self.analytics = Analytics(context, self.facts, connectors, self.open_session, self.jobs)

    @contextmanager
    def open_session(self, account_id: str) -> Iterator[Any]:
        yield SimpleNamespace(account=self.store.accounts[account_id])

    def account(self, id: str = "acc", **changes: Any) -> Account:
        """Connect an account."""
        created = self.clock.now()
        plain = Account(id, "birdsong", f"nova_{id}", "Nova", "", "UTC", AccountHealth.OK, created)
        self.store.accounts[id] = replace(plain, **changes)
        return self.store.accounts[id]

    def publish(self, id: str, *, ago: timedelta = timedelta(0), **changes: Any) -> Delivery:
        """Publish a post some time ago."""
        at = self.clock.now() - ago
        plain = Delivery(
            id=id,
            post_id=f"post-{id}",
            post_version=1,
            account_id="acc",
            platform="birdsong",
            persona_id="nova",
            due_at=at,
            local_time="",
            timezone="UTC",
            state=DeliveryState.PUBLISHED,
            idempotency_key=f"key-{id}",
            created_at=at,
            remote={"post_id": f"remote-{id}"},
            remote_url=f"https://birdsong.test/{id}",
            published_at=at,
        )
        self.store.deliveries[id] = replace(plain, **changes)
        self.store.posts[f"post-{id}"] = Post(
            f"post-{id}",
            "nova",
            "rev",
            f"Post {id}",
            at,
            at,
            "local",
            media=(PostMedia(f"asset-{id}"),) if id != "bare" else (),
            variants=(Variant("elsewhere", "Not this one"),),
        )
        return self.store.deliveries[id]


def result(id: str, at: datetime, **counts: float) -> PostResult:
    """Latest counts of a delivery, such as `likes=3`."""
    numbers = {Metric(name): value for name, value in counts.items()}
    return PostResult(id, "birdsong", "acc", "nova", at, numbers, False)
