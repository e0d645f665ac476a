"""Ports of publishing: the connector, its session, and what they exchange."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol

from gator_engine.domain.accounts import Account
from gator_engine.domain.capabilities import (
    CredentialField,
    PlatformCapabilities,
)
from gator_engine.domain.metrics import (
    Metric,
)


@dataclass(frozen=True)
class MediaItem:
    """A picture as it will be sent: bytes are read only when needed."""

    asset_id: str
    sha256: str
    mime: str
    size: int
    width: int
    height: int
    alt_text: str


@dataclass(frozen=True)
class Message:
    """A post resolved for one platform: what preview shows and publish sends are made from it."""

    text: str
    media: tuple[MediaItem, ...] = ()
    language: str = "en"
    ai_disclosure: bool = True
    disclosure_text: str = ""
    sensitive: bool = False


@dataclass(frozen=True)
class TextMeasure:
    """A text's length as the platform counts it."""

    used: int
    limit: int
    unit: str

    @property
    def over(self) -> int:
        """How much must go; 0 when it fits."""
        return max(0, self.used - self.limit)


@dataclass(frozen=True)
class Facet:
    """A link, mention or tag in the text, by code point range [start, end)."""

    start: int
    end: int
    kind: str
    value: str


@dataclass(frozen=True)
class Payload:
    """Exactly what will be sent: preview renders it, publish sends it, tests compare it.

    `body` is the JSON of the irreversible call, with `media:<n>` where ids of uploads will stand.
    `disclosure` says which was used: "native", "caption" or "none".
    """

    body: Mapping[str, Any]
    text: str
    facets: tuple[Facet, ...]
    media: tuple[MediaItem, ...]
    disclosure: str


class StepStatus(StrEnum):
    """How a publishing step ended."""

    READY = "ready"
    WAIT = "wait"
    PUBLISHED = "published"


@dataclass(frozen=True)
class StepResult:
    """Result of start, poll or finalize: what to do next, and when (`wait_s`, for WAIT)."""

    status: StepStatus
    wait_s: float = 0.0
    remote_id: str = ""
    remote_url: str = ""
    note: str = ""


class Verdict(StrEnum):
    """What the platform shows after an unknown outcome."""

    FOUND = "found"
    ABSENT = "absent"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Reconciliation:
    """Verdict of looking for a post on the platform, with the evidence in plain words."""

    verdict: Verdict
    evidence: str
    remote_id: str = ""
    remote_url: str = ""


@dataclass(frozen=True)
class ConnectedProfile:
    """What a platform says about the profile that was just connected.

    `credentials` are what must be kept (tokens, never a password that is no longer needed).
    """

    remote_id: str
    handle: str
    display_name: str
    profile_url: str
    credentials: Mapping[str, str] = field(repr=False)
    avatar_url: str = ""
    base_url: str = ""
    token_expires_at: datetime | None = None
    limits: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class MetricReading:
    """One number a platform gave for one of our posts (or for the account: remote_id "")."""

    remote_id: str
    metric: Metric
    value: float


class ConnectorSession(Protocol):
    """What a connector may use during one step, and nothing more."""

    account: Account
    credentials: Mapping[str, str]
    idempotency_key: str
    attempt_started_at: datetime
    remote: Mapping[str, str]

    def read_media(self, item: MediaItem) -> bytes: ...

    def remember(self, **remote: str) -> None:
        """Store remote ids in their own transaction as they arrive (also updates `remote`)."""

    def replace_credentials(
        self, credentials: Mapping[str, str], expires_at: datetime | None
    ) -> None:
        """Store refreshed tokens before their first use (also updates `credentials`)."""

    def exclusive_refresh(self) -> AbstractContextManager[bool]:
        """Single-flight guard around a token refresh, across processes.

        Inside, `credentials` are the newest stored ones; the value is False when somebody else
        refreshed them meanwhile, so that no second refresh may be sent. Raises Transient while
        another worker is refreshing.
        """

    def note_request(self, summary: str) -> None:
        """Say, redacted, what is about to be sent; kept in the attempt's row."""

    def now(self) -> datetime: ...


class Connector(Protocol):
    """One platform. One file each under adapters/connectors, found by its CONNECTOR attribute.

    Errors are raised as the ExternalError subclasses; `finalize` raises OutcomeUnknown for any
    time-out, cut connection or 5xx.
    """

    slug: str
    capabilities: PlatformCapabilities
    credential_fields: tuple[CredentialField, ...]

    def capabilities_for(self, account: Account) -> PlatformCapabilities:
        """Limits read live from the account's server where the platform serves them."""

    def measure(self, text: str, account: Account | None = None) -> TextMeasure: ...

    def compose(self, message: Message, account: Account) -> Payload:
        """What preview shows and publish sends. Raises InvalidInput naming the field."""

    def connect(self, fields: Mapping[str, str]) -> ConnectedProfile:
        """Log in. Raises InvalidInput, AuthExpired, Rejected or Transient."""

    def refresh(self, session: ConnectorSession) -> None:
        """Renew the tokens when they are near expiry; a no-op where they do not expire."""

    def start(self, payload: Payload, session: ConnectorSession) -> StepResult: ...
    def poll(self, payload: Payload, session: ConnectorSession) -> StepResult: ...
    def finalize(self, payload: Payload, session: ConnectorSession) -> StepResult: ...
    def reconcile(self, payload: Payload, session: ConnectorSession) -> Reconciliation: ...
    def delete(self, session: ConnectorSession) -> None:
        """Delete the post named in `session.remote`. Raises CapabilityError where not allowed."""

    def metrics(
        self, remote_ids: Sequence[str], session: ConnectorSession
    ) -> Sequence[MetricReading]:
        """Counts of the given posts and of the account itself, in few calls."""


class SandboxNetwork(Protocol):
    """The local network that stands in for the platforms, with simulated people on it."""

    def url(self) -> str:
        """Address of its public timeline; "" when it is not running."""

    def open_account(self, platform: str, handle: str, display_name: str) -> Mapping[str, str]:
        """Create an account there; returns the fields its connector's `connect` wants.

        Raises Unavailable when the network is not running, InvalidInput for a bad handle.
        """
