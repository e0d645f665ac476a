"""Scheduling: approved posts get a time on accounts; wall-clock intent is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.domain.deliveries import Delivery, DeliveryQuery, DeliveryState
from gator_engine.domain.personas import PersonaProfile
from gator_engine.domain.posts import Approval, Post
from gator_engine.domain.rating_policy import PolicyDecision, decide
from gator_engine.domain.ratings import RatingSource, in_force, words_sha256
from gator_engine.domain.schedule import future_instant, next_slot, to_local_text
from gator_engine.errors import IllegalTransition, InvalidInput, StaleWrite
from gator_engine.ports import Connector, UnitOfWork
from gator_engine.services._context import Context
from gator_engine.services._messages import Messages

S = DeliveryState
MOVABLE = (S.SCHEDULED, S.MISSED, S.REJECTED)
CANCELLABLE = (S.SCHEDULED, S.QUEUED, S.RETRY_WAIT, S.NEEDS_AUTH, S.MISSED, S.REJECTED)


class Scheduling:
    """What one can do with the calendar."""

    def __init__(
        self,
        context: Context,
        connectors: Mapping[str, Connector],
        messages: Messages,
        *,
        require_ratings: bool = False,
    ) -> None:
        self._context, self._connectors, self._messages = context, connectors, messages
        self._require_ratings = require_ratings

    def schedule(
        self,
        post_id: str,
        account_ids: Sequence[str],
        local_time: str,
        timezone: str,
        fold: int | None = None,
    ) -> Sequence[Delivery]:
        """Give an approved post a time on each account, all or none.

        Raises InvalidInput (past or impossible time, what a platform would refuse, the same post
        twice), IllegalTransition when the post is not approved, or NotFound.
        """
        due_at = future_instant(local_time, timezone, self._context.now(), fold=fold)
        return self._schedule(post_id, account_ids, due_at, timezone)

    def post_now(self, post_id: str, account_ids: Sequence[str]) -> Sequence[Delivery]:
        """Schedule for this moment."""
        return self._schedule(post_id, account_ids, self._context.now(), None)

    def _schedule(
        self, post_id: str, account_ids: Sequence[str], due_at: datetime, timezone: str | None
    ) -> Sequence[Delivery]:
        if not account_ids:
            raise InvalidInput("account_ids", "choose at least one account")
        with self._context.store.read() as uow:
            post = uow.posts.get(post_id)
            profile = uow.personas.revision(post.persona_revision_id).profile
            accounts = [uow.accounts.get(account_id) for account_id in account_ids]
        if post.approval is not Approval.APPROVED:
            raise IllegalTransition("The post", post.approval.value, "scheduled before approval")
        for account in accounts:
            self._check(post, account)
        decisions = self._decide(post, profile, accounts)
        planned = [self._delivery(post, account, due_at, timezone) for account in accounts]
        with self._context.store.write() as uow:
            if uow.posts.get(post_id).version != post.version:
                raise StaleWrite("The post was changed while it was being scheduled.")
            self._record(uow, post, decisions)
            for delivery in planned:
                uow.deliveries.add(delivery)
                self._context.audit(
                    uow, "schedule", "delivery", delivery.id, due_at=due_at.isoformat()
                )
        return planned

    def _delivery(
        self, post: Post, account: Account, due_at: datetime, timezone: str | None
    ) -> Delivery:
        ids, zone = self._context.ids, timezone or account.timezone
        return Delivery(
            id=ids.new(),
            post_id=post.id,
            post_version=post.version,
            account_id=account.id,
            platform=account.platform,
            persona_id=post.persona_id,
            due_at=due_at,
            local_time=to_local_text(due_at, zone),
            timezone=zone,
            state=S.SCHEDULED,
            idempotency_key=ids.new(),
            created_at=self._context.now(),
        )

    def _check(self, post: Post, account: Account) -> None:
        """Refuse now what the platform would refuse later."""
        if account.health is AccountHealth.DISCONNECTED:
            raise InvalidInput("account_ids", f"@{account.handle} is disconnected")
        self._messages.compose(post, account)

    def _decide(
        self, post: Post, profile: PersonaProfile, accounts: Sequence[Account]
    ) -> Sequence[PolicyDecision]:
        """What may go where by its rating. A refusal is recorded before it is raised."""
        with self._context.store.read() as uow:
            media = uow.assets.many([shown.asset_id for shown in post.media])
            rated_by = _rated_by(uow, post)
        decisions = [
            decide(
                post,
                media,
                profile,
                capabilities,
                require_ratings=self._require_ratings,
                rated_by=rated_by,
            )
            for capabilities in {
                account.platform: self._connectors[account.platform].capabilities
                for account in accounts
            }.values()
        ]
        for decision in decisions:
            if decision.refusal:
                with self._context.store.write() as uow:
                    self._record(uow, post, [decision])
                raise InvalidInput("rating", decision.refusal, decision.limit or None)
        return decisions

    def _record(self, uow: UnitOfWork, post: Post, decisions: Sequence[PolicyDecision]) -> None:
        for decision in decisions:
            verb = "rating_refused" if decision.refusal else "rating_allowed"
            grounds = {name: value for name, value in vars(decision).items() if value}
            self._context.audit(uow, verb, "post", post.id, version=post.version, **grounds)

    def reschedule(
        self, delivery_id: str, local_time: str, timezone: str, fold: int | None = None
    ) -> Delivery:
        """Move a delivery that has not started. Raises InvalidInput or IllegalTransition."""
        now = self._context.now()
        due_at = future_instant(local_time, timezone, now, fold=fold)
        changes = {"due_at": due_at, "local_time": to_local_text(due_at, timezone)}
        return self._move(
            delivery_id, MOVABLE, S.SCHEDULED, **changes, timezone=timezone, attempt=0, reason=""
        )

    def cancel(self, delivery_id: str) -> Delivery:
        """Take a delivery off the calendar. Raises IllegalTransition once it is being sent."""
        return self._move(delivery_id, CANCELLABLE, S.CANCELLED)

    def _move(
        self,
        delivery_id: str,
        from_states: Sequence[DeliveryState],
        to: DeliveryState,
        **changes: object,
    ) -> Delivery:
        context = self._context
        with context.store.write() as uow:
            moved = uow.deliveries.move(
                delivery_id, from_states=from_states, to=to, now=context.now(), **changes
            )
            if moved is None:
                state = uow.deliveries.get(delivery_id).state
                raise IllegalTransition("The delivery", state.value, to.value)
            context.audit(uow, to.value, "delivery", delivery_id)
        return moved

    def calendar(self, query: DeliveryQuery | None = None) -> Sequence[Delivery]:
        """Deliveries by due time."""
        with self._context.store.read() as uow:
            return uow.deliveries.list(query or DeliveryQuery())

    def next_free_slot(
        self, account_id: str, persona_id: str = "", pillar: str = ""
    ) -> datetime | None:
        """The account's next weekly slot without a delivery, in UTC; None when it has no slots.

        With a persona, one that is free for all or kept for that persona (and pillar).
        """
        now = self._context.now()
        with self._context.store.read() as uow:
            account = uow.accounts.get(account_id)
            slots = [
                (slot.weekday, slot.time)
                for slot in uow.accounts.slots(account_id)
                if not persona_id or slot.serves(persona_id, pillar)
            ]
            taken = self._taken(uow, account_id, now)
        return next_slot(slots, account.timezone, now, taken)

    @staticmethod
    def _taken(uow: UnitOfWork, account_id: str, now: datetime) -> frozenset[datetime]:
        query = DeliveryQuery(since=now, until=now + timedelta(days=60), account_id=account_id)
        return frozenset(d.due_at for d in uow.deliveries.list(query) if d.state != S.CANCELLED)


def _rated_by(uow: UnitOfWork, post: Post) -> str:
    """Whose word the rating of the post's words is, for the record."""
    counts = in_force(uow.ratings.history(post.id), words_sha256(post.words()))
    if counts is None:
        return ""
    if counts.source is RatingSource.PERSON:
        return f"person {counts.by}"
    return f"classifier {counts.by}, confidence {counts.confidence:.2f}"
