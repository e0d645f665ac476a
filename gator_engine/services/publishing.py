"""Publishing: what is due, who takes it, and the decisions only a person can make."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.deliveries import IN_HAND, Attempt, Delivery, DeliveryState
from gator_engine.errors import IllegalTransition, StaleWrite
from gator_engine.ports import UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._delivering import Delivering, Policy

S = DeliveryState
CLAIMABLE = (S.QUEUED, S.PROCESSING, S.UNCERTAIN)
SWEEP_LIMIT = 500


class Publishing:
    """What the dispatcher, workers and people can do with deliveries."""

    def __init__(self, context: Context, delivering: Delivering, policy: Policy) -> None:
        self._context, self._delivering, self._policy = context, delivering, policy

    def get(self, delivery_id: str) -> Delivery:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.deliveries.get(delivery_id)

    def attempts(self, delivery_id: str) -> Sequence[Attempt]:
        """Every try of a delivery, oldest first."""
        with self._context.store.read() as uow:
            return uow.deliveries.attempts(delivery_id)

    # ------------------------------------------------------------------ the dispatcher

    def sweep(self) -> Sequence[str]:
        """Move what has become due, and return the ids of deliveries that want a step now.

        Late beyond the account's grace becomes missed. A lost worker's delivery goes back to the
        queue, unless it may have sent something: then it is uncertain.
        """
        now = self._context.now()
        with self._context.store.read() as uow:
            accounts = {account.id: account for account in uow.accounts.list()}
            paused = [a.id for a in accounts.values() if a.health is AccountHealth.PAUSED]
            due = uow.deliveries.due(now, limit=SWEEP_LIMIT, without_accounts=paused)
        if not due:
            return ()
        with self._context.store.write() as uow:
            return [d.id for d in due if self._wake(uow, d, accounts[d.account_id], now)]

    def enqueued(self, delivery_ids: Sequence[str]) -> None:
        """Record that the queue has them, so that they are not handed out again at once."""
        now = self._context.now()
        with self._context.store.write() as uow:
            for delivery_id in delivery_ids:
                uow.deliveries.mark_enqueued(delivery_id, now)

    def _wake(self, uow: UnitOfWork, delivery: Delivery, account: Account, now: datetime) -> bool:
        """Put one due delivery into the state its next step starts from; whether it wants one."""
        if delivery.state in (S.SCHEDULED, S.RETRY_WAIT):
            if now - delivery.due_at > self._grace(account):
                late = (
                    f"Missed: due {delivery.due_at:%Y-%m-%d %H:%M} UTC. {delivery.reason}".strip()
                )
                self._move(uow, delivery, S.MISSED, now, late)
                return False
            return self._move(uow, delivery, S.QUEUED, now, delivery.reason)
        if delivery.state in IN_HAND and delivery.lease_until is not None:
            return self._recover(uow, delivery, now)
        return delivery.state in CLAIMABLE

    def _recover(self, uow: UnitOfWork, delivery: Delivery, now: datetime) -> bool:
        """Let go of a delivery whose worker was lost; whether it wants another step.

        Losses count as tries: one that takes worker after worker with it has to end somewhere.
        """
        if delivery.state is S.FINALIZING:
            reason = "A worker was lost while sending; looking on the platform."
            return self._move(uow, delivery, S.UNCERTAIN, now, reason)
        tries, looking = delivery.attempt + 1, delivery.state is S.RECONCILING
        if tries < self._policy.max_attempts:
            reason = "A worker was lost; " + ("looking again." if looking else "trying again.")
            back = S.UNCERTAIN if looking else S.QUEUED
            return self._move(uow, delivery, back, now, reason, attempt=tries)
        reason = f"Given up after {tries} tries: its worker was lost again."
        end = S.NEEDS_HUMAN if looking else S.REJECTED
        self._move(uow, delivery, end, now, reason, attempt=tries)
        return False

    def _grace(self, account: Account) -> timedelta:
        own = account.grace_s
        return timedelta(seconds=self._policy.grace_s if own is None else own)

    @staticmethod
    def _move(
        uow: UnitOfWork,
        delivery: Delivery,
        to: DeliveryState,
        now: datetime,
        reason: str,
        **changes: object,
    ) -> bool:
        moved = uow.deliveries.move(
            delivery.id,
            from_states=(delivery.state,),
            to=to,
            now=now,
            reason=reason,
            next_attempt_at=None,
            **changes,
        )
        return moved is not None

    # ------------------------------------------------------------------ a worker

    def step(self, delivery_id: str, worker: str) -> Delivery | None:
        """Claim a delivery and take it as far as it goes without waiting.

        Returns the delivery as it stands afterwards, or None when it is not ours to touch (another
        worker has it, or there is nothing to do). Each transition is committed before the next.
        """
        claimed = self._claim(delivery_id, worker)
        if claimed is None:
            return None
        try:
            with self._context.store.read() as uow:
                account = uow.accounts.get(claimed.account_id)
            return self._delivering.carry_out(claimed, account)
        except StaleWrite:
            # Another worker took over after our lease ran out: it decides, we let go.
            return None

    def _claim(self, delivery_id: str, worker: str) -> Delivery | None:
        now = self._context.now()
        with self._context.store.write() as uow:
            delivery = uow.deliveries.get(delivery_id)
            waiting = delivery.next_attempt_at is not None and delivery.next_attempt_at > now
            if delivery.state not in CLAIMABLE or waiting:
                return None
            target = {S.UNCERTAIN: S.RECONCILING, S.QUEUED: S.STARTING}.get(
                delivery.state, delivery.state
            )
            return uow.deliveries.claim(
                delivery_id,
                from_states=(delivery.state,),
                to=target,
                worker=worker,
                now=now,
                lease_until=now + timedelta(seconds=self._policy.lease_s),
            )

    # ------------------------------------------------------------------ decisions of a person

    def retry(self, delivery_id: str) -> Delivery:
        """Try a refused or missed delivery again now. Raises IllegalTransition."""
        now = self._context.now()
        with self._context.store.write() as uow:
            moved = uow.deliveries.move(
                delivery_id,
                from_states=(S.REJECTED, S.MISSED),
                to=S.SCHEDULED,
                now=now,
                due_at=now,
                attempt=0,
                reason="",
            )
            if moved is None:
                state = uow.deliveries.get(delivery_id).state
                raise IllegalTransition("The delivery", state.value, "scheduled")
            self._context.audit(uow, "retry", "delivery", delivery_id)
        return moved

    def settle(self, delivery_id: str, remote_url: str | None) -> Delivery:
        """A person's decision on a delivery nobody could tell about.

        A link means "it is live, there"; None means "it is not there, send it again".
        """
        context, now = self._context, self._context.now()
        to = S.PUBLISHED if remote_url else S.RETRY_WAIT
        changes: dict[str, object] = {"reason": f"Decided by {context.actor}."}
        if remote_url:
            changes |= {"remote_url": remote_url, "published_at": now}
        else:
            changes |= {"next_attempt_at": now}
        with context.store.write() as uow:
            moved = uow.deliveries.move(
                delivery_id, from_states=(S.NEEDS_HUMAN,), to=to, now=now, **changes
            )
            if moved is None:
                state = uow.deliveries.get(delivery_id).state
                raise IllegalTransition("The delivery", state.value, to.value)
            context.audit(uow, "settle", "delivery", delivery_id, live=bool(remote_url))
        return moved
