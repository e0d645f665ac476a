"""Measuring: when to read the numbers of which account, and storing what the platform answers."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from datetime import datetime, timedelta

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.deliveries import Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.measuring import FOLLOWERS_EVERY, MEASURED_FOR, due
from gator_engine.domain.metrics import Snapshot
from gator_engine.domain.work import Job, JobState
from gator_engine.errors import AuthExpired, InvalidInput
from gator_engine.ports import (
    Connector,
    ConnectorSession,
    FactStore,
    MetricReading,
    Run,
    UnitOfWork,
)
from gator_engine.services._context import Context
from gator_engine.services.jobs import Jobs

READABLE = (AccountHealth.OK, AccountHealth.PAUSED)
LOOK_EVERY = timedelta(seconds=10)
LOOK_BACK_EVERY = timedelta(minutes=5)
# A look between two full ones only needs posts young enough to have a point every few minutes.
YOUNG = timedelta(hours=3)
# A delivery can be published later than it was due, by its account's grace.
LATEST = timedelta(days=7)
EVERY_ROW = 1_000_000


class Measuring:
    """Reads numbers from platforms into the fact store; see services.analytics for the verbs."""

    def __init__(
        self,
        context: Context,
        facts: FactStore,
        connectors: Mapping[str, Connector],
        open_session: Callable[[str], AbstractContextManager[ConnectorSession]],
        jobs: Jobs,
    ) -> None:
        self._context, self._facts, self._connectors = context, facts, connectors
        self._open_session, self._jobs = open_session, jobs
        self._next_look: datetime | None = None
        self._next_look_back: datetime | None = None

    def collect(self, account_id: str, run: Run) -> int:
        """Read the counts of the account's recent posts and its followers; returns how many.

        A post the platform does not know any more gets no snapshot (its numbers stay as they were).
        Raises AuthExpired (and marks the account), RateLimited, Transient or Rejected.
        """
        now = self._context.now()
        with self._context.store.read() as uow:
            account = uow.accounts.get(account_id)
            recent = published_between(uow, now - MEASURED_FOR - LATEST, now, account_id=account_id)
        posts = _by_remote_id(recent)
        connector = self._connector(account.platform)
        run.progress(0.1, f"Asking {connector.capabilities.label} about {len(posts)} posts")
        readings = self._read(account, connector, tuple(posts))
        run.progress(0.9, "Storing the numbers")
        taken_at = self._context.now()
        snapshots = [
            _to_snapshot(reading, account, posts.get(reading.remote_id), taken_at)
            for reading in readings
            if reading.remote_id in posts or not reading.remote_id
        ]
        self._facts.append(snapshots)
        return len(snapshots)

    def plan(self) -> Sequence[str]:
        """Ask for a measurement of every account that is due one; returns their ids.

        Called by the dispatcher all the time: it looks every ten seconds, at young posts mostly.
        """
        now = self._context.now()
        if self._next_look is not None and now < self._next_look:
            return ()
        self._next_look = now + LOOK_EVERY
        waiting = self._accounts_due(now)
        for account_id in waiting:
            job = self.refresh_now(account_id)
            # A job that is running already may have read its numbers before this point was reached.
            if job.state is not JobState.RUNNING:
                with self._context.store.write() as uow:
                    uow.settings.put(_marker(account_id), now.isoformat())
        return waiting

    def refresh_now(self, account_id: str) -> Job:
        """Measure an account as soon as a worker is free. Raises NotFound."""
        with self._context.store.read() as uow:
            uow.accounts.get(account_id)
        return self._jobs.submit("measure", account_id, unique_key=f"measure-{account_id}")

    def refresh_all(self) -> Sequence[Job]:
        """Measure every account that can be read."""
        with self._context.store.read() as uow:
            accounts = [account for account in uow.accounts.list() if self._readable(account)]
        return [self.refresh_now(account.id) for account in accounts]

    # ------------------------------------------------------------------ inside

    def _connector(self, platform: str) -> Connector:
        if platform not in self._connectors:
            raise InvalidInput("platform", f"{platform!r} is unknown", ", ".join(self._connectors))
        return self._connectors[platform]

    def _readable(self, account: Account) -> bool:
        connector = self._connectors.get(account.platform)
        measures = connector is not None and bool(connector.capabilities.metrics)
        return measures and account.health in READABLE

    def _read(
        self, account: Account, connector: Connector, remote_ids: Sequence[str]
    ) -> Sequence[MetricReading]:
        """Ask the platform; an account that it no longer lets in is marked."""
        try:
            with self._open_session(account.id) as session:
                connector.refresh(session)
                return connector.metrics(remote_ids, session)
        except AuthExpired as error:
            with self._context.store.write() as uow:
                current = uow.accounts.get(account.id)
                reason = str(error)[:500]
                uow.accounts.save(
                    replace(current, health=AccountHealth.NEEDS_AUTH, health_reason=reason)
                )
            raise

    def _accounts_due(self, now: datetime) -> Sequence[str]:
        full = self._next_look_back is None or now >= self._next_look_back
        with self._context.store.read() as uow:
            accounts = {a.id: a for a in uow.accounts.list() if self._readable(a)}
            asked = {id_: _last_asked(uow, id_) for id_ in accounts}
            found = published_between(uow, now - (MEASURED_FOR + LATEST if full else YOUNG), now)
        if full:
            self._next_look_back = now + LOOK_BACK_EVERY
        waiting = {id_ for id_, last in asked.items() if last and now - last >= FOLLOWERS_EVERY}
        for delivery in found:
            account = accounts.get(delivery.account_id)
            if account is None or delivery.published_at is None:
                continue
            if due(delivery.published_at, asked[account.id], now, sandbox=account.sandbox):
                waiting.add(account.id)
        return sorted(waiting)


def published_between(
    uow: UnitOfWork,
    since: datetime,
    until: datetime,
    account_id: str | None = None,
    persona_id: str | None = None,
) -> Sequence[Delivery]:
    """Published deliveries that were due in [since, until]."""
    query = DeliveryQuery(
        since=since,
        until=until + timedelta(microseconds=1),
        account_id=account_id,
        persona_id=persona_id,
        states=(DeliveryState.PUBLISHED,),
        limit=EVERY_ROW,
    )
    return uow.deliveries.list(query)


def _by_remote_id(deliveries: Sequence[Delivery]) -> dict[str, Delivery]:
    return {d.remote["post_id"]: d for d in deliveries if d.remote.get("post_id")}


def _to_snapshot(
    reading: MetricReading, account: Account, delivery: Delivery | None, taken_at: datetime
) -> Snapshot:
    """A reading as a fact; of the account itself when there is no delivery."""
    return Snapshot(
        taken_at=taken_at,
        platform=account.platform,
        account_id=account.id,
        persona_id=delivery.persona_id if delivery else "",
        delivery_id=delivery.id if delivery else "",
        metric=reading.metric,
        value=reading.value,
        simulated=account.sandbox,
    )


def _marker(account_id: str) -> str:
    return f"analytics.asked.{account_id}"


def _last_asked(uow: UnitOfWork, account_id: str) -> datetime | None:
    """When a measurement of the account was last planned."""
    stored = uow.settings.get(_marker(account_id))
    return datetime.fromisoformat(stored) if stored else None
