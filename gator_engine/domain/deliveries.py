"""Deliveries: one post to one account at one time, exactly once in effect.

scheduled ─due→ queued → starting → processing → finalizing → published
    │             │         └───────── any step ─────────→ retry_wait ─→ queued
    │             └→ cancelled                           → needs_auth → queued (reconnected)
    └→ missed                                            → rejected
                                                         → uncertain → reconciling
    reconciling → published | retry_wait | needs_human | uncertain (the look itself failed)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class DeliveryState(StrEnum):
    """Where a delivery stands; see the picture at the top of this module."""

    SCHEDULED = "scheduled"
    QUEUED = "queued"
    STARTING = "starting"
    PROCESSING = "processing"
    FINALIZING = "finalizing"
    PUBLISHED = "published"
    RETRY_WAIT = "retry_wait"
    NEEDS_AUTH = "needs_auth"
    REJECTED = "rejected"
    UNCERTAIN = "uncertain"
    RECONCILING = "reconciling"
    NEEDS_HUMAN = "needs_human"
    MISSED = "missed"
    CANCELLED = "cancelled"


S = DeliveryState
_FAILURES = frozenset({S.RETRY_WAIT, S.NEEDS_AUTH, S.REJECTED, S.CANCELLED})

DELIVERY_STEPS: dict[DeliveryState, frozenset[DeliveryState]] = {
    S.SCHEDULED: frozenset({S.QUEUED, S.MISSED, S.CANCELLED}),
    S.QUEUED: frozenset({S.STARTING, S.PROCESSING, S.FINALIZING, S.MISSED, S.NEEDS_AUTH})
    | frozenset({S.CANCELLED, S.REJECTED, S.RETRY_WAIT}),
    S.STARTING: _FAILURES | {S.QUEUED, S.PROCESSING, S.FINALIZING, S.UNCERTAIN},
    S.PROCESSING: _FAILURES | {S.QUEUED, S.FINALIZING, S.UNCERTAIN},
    # After the intent to finalize only proof moves a delivery on: never straight back to queued.
    S.FINALIZING: frozenset({S.PUBLISHED, S.UNCERTAIN}) | (_FAILURES - {S.CANCELLED}),
    S.RETRY_WAIT: frozenset({S.QUEUED, S.CANCELLED, S.MISSED, S.NEEDS_AUTH}),
    S.NEEDS_AUTH: frozenset({S.QUEUED, S.CANCELLED, S.MISSED}),
    S.UNCERTAIN: frozenset({S.RECONCILING, S.NEEDS_HUMAN}),
    S.RECONCILING: frozenset({S.PUBLISHED, S.RETRY_WAIT, S.NEEDS_HUMAN, S.UNCERTAIN}),
    S.NEEDS_HUMAN: frozenset({S.PUBLISHED, S.RETRY_WAIT, S.CANCELLED, S.UNCERTAIN}),
    S.REJECTED: frozenset({S.SCHEDULED, S.CANCELLED}),
    S.MISSED: frozenset({S.SCHEDULED, S.CANCELLED}),
    S.PUBLISHED: frozenset(),
    S.CANCELLED: frozenset(),
}
IN_HAND = frozenset({S.STARTING, S.PROCESSING, S.FINALIZING, S.RECONCILING})
FINAL = frozenset({S.PUBLISHED, S.CANCELLED})
NEEDS_A_PERSON = frozenset({S.NEEDS_AUTH, S.REJECTED, S.NEEDS_HUMAN, S.MISSED})


class Phase(StrEnum):
    """The steps of publishing; only FINALIZE is irreversible."""

    START = "start"
    POLL = "poll"
    FINALIZE = "finalize"
    RECONCILE = "reconcile"


@dataclass(frozen=True)
class Delivery:
    """One post to one account at one time: what is scheduled, published, reconciled, measured.

    `local_time` and `timezone` keep the wall-clock intent; `due_at` is the UTC instant. `remote`
    holds ids as the platform gave them. `post_version` is the approved version that goes out.
    """

    id: str
    post_id: str
    post_version: int
    account_id: str
    platform: str
    persona_id: str
    due_at: datetime
    local_time: str
    timezone: str
    state: DeliveryState
    idempotency_key: str
    created_at: datetime
    attempt: int = 0
    fence: int = 0
    lease_until: datetime | None = None
    worker: str = ""
    next_attempt_at: datetime | None = None
    enqueued_at: datetime | None = None
    remote: Mapping[str, str] = field(default_factory=dict)
    remote_url: str = ""
    published_at: datetime | None = None
    reason: str = ""
    disclosure_used: str = ""


@dataclass(frozen=True)
class Attempt:
    """One try of one phase: when, what was sent (redacted), what came back, how it was classed."""

    id: str
    delivery_id: str
    number: int
    phase: Phase
    started_at: datetime
    finished_at: datetime | None = None
    request: str = ""
    response: str = ""
    outcome: str = ""
    message: str = ""


@dataclass(frozen=True)
class DeliveryQuery:
    """Filters of the calendar; None means "any". Times are UTC, `until` is exclusive."""

    since: datetime | None = None
    until: datetime | None = None
    persona_id: str | None = None
    account_id: str | None = None
    post_id: str | None = None
    states: tuple[DeliveryState, ...] | None = None
    limit: int = 500
