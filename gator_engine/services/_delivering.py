"""Carrying out one claimed delivery: start → poll → finalize, or a look at the platform.

The intent to make the irreversible call is committed before the call. Whatever cannot be told
afterwards is looked up on the platform (`reconcile`), never sent again blindly.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.backoff import backoff_s
from gator_engine.domain.deliveries import (
    DELIVERY_STEPS,
    Attempt,
    Delivery,
    DeliveryState,
    Phase,
)
from gator_engine.errors import (
    AuthExpired,
    CapabilityError,
    ExternalError,
    GatorError,
    IllegalTransition,
    InvalidInput,
    NotFound,
    OutcomeUnknown,
    RateLimited,
    Transient,
)
from gator_engine.ports import (
    BlobStore,
    Connector,
    Payload,
    Reconciliation,
    SecretVault,
    StepResult,
    StepStatus,
    Verdict,
)
from gator_engine.services._context import Context
from gator_engine.services._messages import Messages
from gator_engine.services._sessions import DeliverySession

S = DeliveryState
FIRST_BACKOFF_S, LONGEST_BACKOFF_S = 5.0, 1800.0
RECONCILE_AFTER_S = 2.0
MOST_LOOKS = 12
PAUSED_CHECK = timedelta(seconds=60)
LONGEST_PROCESSING = timedelta(hours=1)


@dataclass(frozen=True)
class Policy:
    """How patient publishing is; times in seconds.

    `settle_s` is how long after a lost call "not there" is not yet believed on platforms without
    an idempotency key.
    """

    lease_s: float
    grace_s: float
    max_attempts: int
    settle_s: float


class Delivering:
    """Takes one delivery, already claimed, as far as it goes without waiting."""

    def __init__(
        self,
        context: Context,
        connectors: Mapping[str, Connector],
        messages: Messages,
        vault: SecretVault,
        blobs: BlobStore,
        policy: Policy,
    ) -> None:
        self._context, self._connectors, self._messages = context, connectors, messages
        self._vault, self._blobs, self._policy = vault, blobs, policy

    def carry_out(self, delivery: Delivery, account: Account) -> Delivery:
        looking = delivery.state is S.RECONCILING
        phase = Phase.RECONCILE if looking else Phase.START
        if delivery.state is S.PROCESSING:
            phase = Phase.POLL
        with self._context.store.read() as uow:
            tries = uow.deliveries.attempts(delivery.id)
        session: DeliverySession | None = None
        try:
            session = self._open(delivery, account, tries)
            payload = self._messages.payload(delivery, account)
            if not looking and account.health is not AccountHealth.OK:
                return self._blocked(session, account)
            self._refresh_ahead(session)
            if looking:
                return self._reconcile(session, payload, tries)
            return self._publish(session, payload, phase, tries)
        except (ExternalError, InvalidInput, CapabilityError, NotFound) as error:
            current = session.delivery if session else delivery
            return self._settle_failure(current, error, looking=looking)

    def _open(
        self, delivery: Delivery, account: Account, tries: Sequence[Attempt]
    ) -> DeliverySession:
        finalized = [try_.started_at for try_ in tries if try_.phase is Phase.FINALIZE]
        return DeliverySession(
            self._context,
            self._vault,
            self._blobs,
            account,
            delivery,
            lease=timedelta(seconds=self._policy.lease_s),
            first_finalize_at=min(finalized, default=None),
        )

    def _blocked(self, session: DeliverySession, account: Account) -> Delivery:
        """A delivery whose account cannot publish now waits for a person."""
        if account.health is AccountHealth.PAUSED:
            later = self._context.now() + PAUSED_CHECK
            return self._release(session, S.RETRY_WAIT, "The account is paused.", later)
        reason = account.health_reason or "The account must be reconnected."
        return self._release(session, S.NEEDS_AUTH, reason)

    def _refresh_ahead(self, session: DeliverySession) -> None:
        self._connectors[session.account.platform].refresh(session)

    def _publish(
        self,
        session: DeliverySession,
        payload: Payload,
        phase: Phase,
        tries: Sequence[Attempt],
    ) -> Delivery:
        connector = self._connectors[session.account.platform]
        step = connector.poll if phase is Phase.POLL else connector.start
        result = self._attempt(session, phase, lambda: step(payload, session))
        if result.status is StepStatus.WAIT:
            return self._wait_for_platform(session, result, tries)
        # The intent stands in the database before the one call that cannot be taken back.
        session.save(state=S.FINALIZING, attempt=session.delivery.attempt + 1)
        session.require_lease()
        result = self._attempt(
            session, Phase.FINALIZE, lambda: connector.finalize(payload, session)
        )
        return self._published(session, payload, result.remote_id, result.remote_url)

    def _wait_for_platform(
        self, session: DeliverySession, result: StepResult, tries: Sequence[Attempt]
    ) -> Delivery:
        """Let go until the next poll, unless the platform has been at it for too long."""
        now = self._context.now()
        begun = max((t.started_at for t in tries if t.phase is Phase.START), default=now)
        if now - begun > LONGEST_PROCESSING:
            reason = (
                f"The platform is still processing after an hour; nothing went out. {result.note}"
            )
            return self._release(session, S.REJECTED, reason)
        later = now + timedelta(seconds=result.wait_s)
        return self._release(session, S.PROCESSING, result.note, later)

    def _attempt(
        self, session: DeliverySession, phase: Phase, call: Callable[[], StepResult]
    ) -> StepResult:
        """Run one connector call with its attempt row written before and finished after."""
        attempt = self._begin(session, phase)
        try:
            result = call()
        except GatorError as error:
            self._finish(session, attempt, type(error).__name__, str(error))
            raise
        note = result.note or result.remote_url
        self._finish(session, attempt, result.status.value, note)
        return result

    def _begin(self, session: DeliverySession, phase: Phase) -> Attempt:
        session.requests.clear()
        attempt = Attempt(
            id=self._context.ids.new(),
            delivery_id=session.delivery.id,
            number=session.delivery.attempt,
            phase=phase,
            started_at=self._context.now(),
        )
        with self._context.store.write() as uow:
            uow.deliveries.add_attempt(attempt)
        return attempt

    def _finish(
        self, session: DeliverySession, attempt: Attempt, outcome: str, message: str
    ) -> None:
        with self._context.store.write() as uow:
            uow.deliveries.finish_attempt(
                replace(
                    attempt,
                    finished_at=self._context.now(),
                    request="\n".join(session.requests)[:4000],
                    outcome=outcome,
                    message=message[:2000],
                )
            )

    def _published(
        self, session: DeliverySession, payload: Payload, remote_id: str, url: str
    ) -> Delivery:
        return session.save(
            state=S.PUBLISHED,
            remote={**session.remote, "post_id": remote_id},
            remote_url=url,
            published_at=self._context.now(),
            disclosure_used=payload.disclosure,
            reason="",
            next_attempt_at=None,
            lease_until=None,
        )

    def _reconcile(
        self, session: DeliverySession, payload: Payload, tries: Sequence[Attempt]
    ) -> Delivery:
        """Look for the post on the platform and decide, or ask a person when nobody can tell."""
        connector = self._connectors[session.account.platform]
        attempt = self._begin(session, Phase.RECONCILE)
        try:
            found = connector.reconcile(payload, session)
        except GatorError as error:
            self._finish(session, attempt, type(error).__name__, str(error))
            raise
        self._finish(session, attempt, found.verdict.value, found.evidence)
        if found.verdict is Verdict.FOUND:
            return self._published(session, payload, found.remote_id, found.remote_url)
        if found.verdict is Verdict.ABSENT and self._settled(connector, tries):
            return self._release(session, S.RETRY_WAIT, found.evidence, self._context.now())
        return self._look_again(session, found, tries)

    def _settled(self, connector: Connector, tries: Sequence[Attempt]) -> bool:
        """Whether "absent" can be believed: a late request may still land on a platform that has
        no idempotency key of its own."""
        if connector.capabilities.idempotent:
            return True
        last = max((t.started_at for t in tries if t.phase is Phase.FINALIZE), default=None)
        settle = timedelta(seconds=self._policy.settle_s)
        return last is None or self._context.now() - last >= settle

    def _look_again(
        self, session: DeliverySession, found: Reconciliation, tries: Sequence[Attempt]
    ) -> Delivery:
        looks = sum(1 for t in tries if t.phase is Phase.RECONCILE)
        if looks >= MOST_LOOKS:
            reason = f"It may or may not be live: {found.evidence} Look there and decide."
            return self._release(session, S.NEEDS_HUMAN, reason)
        later = self._context.now() + timedelta(seconds=self._backoff(looks))
        return self._release(session, S.UNCERTAIN, found.evidence, later)

    # ------------------------------------------------------------------ failures

    def _settle_failure(self, delivery: Delivery, error: GatorError, *, looking: bool) -> Delivery:
        now = self._context.now()
        if isinstance(error, AuthExpired):
            self._mark_account(delivery.account_id, error.message)
        if looking:
            later = now + timedelta(seconds=self._wait(error, delivery.attempt + 2))
            return self._store(delivery, S.UNCERTAIN, str(error), later)
        if isinstance(error, OutcomeUnknown) and delivery.state is S.FINALIZING:
            later = now + timedelta(seconds=RECONCILE_AFTER_S)
            return self._store(delivery, S.UNCERTAIN, str(error), later)
        if isinstance(error, AuthExpired):
            return self._store(delivery, S.NEEDS_AUTH, str(error))
        if isinstance(error, Transient | RateLimited | OutcomeUnknown):
            return self._retry_later(delivery, error)
        return self._store(delivery, S.REJECTED, str(error))

    def _retry_later(self, delivery: Delivery, error: GatorError) -> Delivery:
        # A finalize counts itself; a failed start or poll is counted here.
        counted = delivery.attempt + (0 if delivery.state is S.FINALIZING else 1)
        delivery = replace(delivery, attempt=counted)
        if counted >= self._policy.max_attempts and not isinstance(error, RateLimited):
            reason = f"Given up after {counted} tries. Last answer: {error}"
            return self._store(delivery, S.REJECTED, reason)
        later = self._context.now() + timedelta(seconds=self._wait(error, counted))
        return self._store(delivery, S.RETRY_WAIT, str(error), later)

    def _wait(self, error: GatorError, tries: int) -> float:
        if isinstance(error, RateLimited):
            return max(1.0, error.retry_after)
        return self._backoff(tries)

    @staticmethod
    def _backoff(tries: int) -> float:
        return backoff_s(max(1, tries), first_s=FIRST_BACKOFF_S, longest_s=LONGEST_BACKOFF_S)

    def _release(
        self,
        session: DeliverySession,
        state: DeliveryState,
        reason: str,
        next_attempt_at: datetime | None = None,
    ) -> Delivery:
        return self._store(session.delivery, state, reason, next_attempt_at)

    def _store(
        self,
        delivery: Delivery,
        state: DeliveryState,
        reason: str,
        next_attempt_at: datetime | None = None,
    ) -> Delivery:
        if state is not delivery.state and state not in DELIVERY_STEPS[delivery.state]:
            raise IllegalTransition("The delivery", delivery.state.value, state.value)
        changed = replace(
            delivery,
            state=state,
            reason=reason[:2000],
            next_attempt_at=next_attempt_at,
            lease_until=None,
        )
        with self._context.store.write() as uow:
            uow.deliveries.save(changed)
        return changed

    def _mark_account(self, account_id: str, reason: str) -> None:
        with self._context.store.write() as uow:
            account = uow.accounts.get(account_id)
            uow.accounts.save(
                replace(account, health=AccountHealth.NEEDS_AUTH, health_reason=reason[:500])
            )
