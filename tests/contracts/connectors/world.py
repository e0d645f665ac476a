"""What every connector is tested with: an account on its twin, a session, and a driver."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from hashlib import sha256
from typing import Any

from PIL import Image

from gator_engine.adapters.connectors import Network, discover
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.errors import OutcomeUnknown
from gator_engine.ports import (
    ConnectedProfile,
    Connector,
    MediaItem,
    Message,
    Payload,
    Reconciliation,
    StepResult,
    StepStatus,
    Verdict,
)
from tests.services.sandbox_service import Sandbox

DISCLOSURE = "Made with AI"
TIMEOUT_S = 3.0


class Killed(BaseException):
    """The process dies here."""


@cache
def picture(number: int, size: tuple[int, int] = (80, 60)) -> bytes:
    """A small real PNG."""
    buffer = io.BytesIO()
    Image.new("RGB", size, (40 * number % 256, 90, 160)).save(buffer, "PNG")
    return buffer.getvalue()


def media_item(number: int, alt_text: str | None = None, **changes: Any) -> MediaItem:
    """A picture as the composing service hands it over."""
    data = picture(number)
    item = MediaItem(
        asset_id=f"asset{number}",
        sha256=sha256(data).hexdigest(),
        mime="image/png",
        size=len(data),
        width=80,
        height=60,
        alt_text=f"Picture number {number}" if alt_text is None else alt_text,
    )
    return replace(item, **changes)


def message(text: str, pictures: int = 0, **changes: Any) -> Message:
    """A message with that many pictures."""
    media = tuple(media_item(number) for number in range(pictures))
    return replace(Message(text, media, disclosure_text=DISCLOSURE), **changes)


@dataclass
class Vault:
    """Credentials as all sessions of an account share them, every version kept."""

    versions: list[dict[str, str]]


@dataclass
class Session:
    """A ConnectorSession in memory; `before` runs ahead of everything a connector asks of it.

    `remote` outlives the session in the tests, as it does in the database.
    """

    account: Account
    vault: Vault
    idempotency_key: str
    stored: dict[str, str] = field(default_factory=dict)
    attempt_started_at: datetime = field(default_factory=lambda: datetime.now(UTC))
    before: Callable[[str], None] = lambda event: None
    notes: list[str] = field(default_factory=list)
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def __post_init__(self) -> None:
        self._credentials = dict(self.vault.versions[-1])

    @property
    def credentials(self) -> Mapping[str, str]:
        return self._credentials

    @property
    def remote(self) -> Mapping[str, str]:
        return self.stored

    def read_media(self, item: MediaItem) -> bytes:
        self.before("read media")
        return picture(int(item.asset_id.removeprefix("asset")))

    def remember(self, **remote: str) -> None:
        self.before("remember")
        self.stored.update(remote)
        self.before("remembered")

    def replace_credentials(
        self, credentials: Mapping[str, str], expires_at: datetime | None
    ) -> None:
        self.before("store tokens")
        self.vault.versions.append({**self._credentials, **credentials})
        self._credentials = dict(self.vault.versions[-1])

    @contextmanager
    def exclusive_refresh(self) -> Iterator[bool]:
        self.before("refresh")
        held = self._credentials
        self._credentials = dict(self.vault.versions[-1])
        yield held == self._credentials

    def note_request(self, summary: str) -> None:
        self.before("note request")
        self.notes.append(summary)

    def now(self) -> datetime:
        return self.clock()


@dataclass
class World:
    """One platform: its connector, its twin, and one account there."""

    sandbox: Sandbox
    connector: Connector
    fields: Mapping[str, str]
    profile: ConnectedProfile
    account: Account
    vault: Vault
    made: int = 0

    @property
    def slug(self) -> str:
        """The platform's slug."""
        return self.connector.slug

    def session(self, stored: dict[str, str] | None = None, **changes: Any) -> Session:
        """A session of a delivery: a new one, or the one whose remote ids are `stored`."""
        if stored is None:
            self.made += 1
            stored = {}
        key = f"{self.account.id}-{self.made}"
        return Session(self.account, self.vault, key, stored, **changes)

    def compose(self, text: str, pictures: int = 0, **changes: Any) -> Payload:
        """The payload of a message to this account."""
        return self.connector.compose(message(text, pictures, **changes), self.account)

    def posts(self) -> list[dict[str, Any]]:
        """What stands on this account's timeline."""
        return self.sandbox.posts(self.slug, self.remote_account)

    def calls(self, operation: str) -> list[dict[str, Any]]:
        """Calls of one sort that this account's tokens made."""
        log = self.sandbox.requests(self.slug, self.remote_account)
        return [one for one in log if one["operation"] == operation]

    def fault(self, kind: str, operation: str = "publish", **spec: Any) -> None:
        """Script a fault for this account."""
        handle = self.handle
        self.sandbox.fault(
            platform=self.slug, kind=kind, operation=operation, account=handle, **spec
        )

    @property
    def remote_account(self) -> str:
        """The account's id on the twin (a profile's id may add the server's domain)."""
        return self.profile.remote_id.partition("@")[0]

    @property
    def handle(self) -> str:
        """The account's handle on the twin."""
        return self.profile.handle.partition("@")[0]


def open_world(sandbox: Sandbox, slug: str, handle: str) -> World:
    """Open an account on the platform's twin and connect it."""
    network = Network(timeout_s=TIMEOUT_S, sandbox_url=sandbox.url)
    connector = discover(network)[slug]
    fields = sandbox.open_account(slug, handle, handle.title())
    profile = connector.connect(fields)
    account = Account(
        id=handle,
        platform=slug,
        handle=profile.handle,
        display_name=profile.display_name,
        base_url=profile.base_url,
        timezone="UTC",
        health=AccountHealth.OK,
        created_at=datetime.now(UTC),
        remote_id=profile.remote_id,
        profile_url=profile.profile_url,
        sandbox=True,
        limits=profile.limits,
        token_expires_at=profile.token_expires_at,
    )
    vault = Vault([dict(profile.credentials)])
    return World(sandbox, connector, fields, profile, account, vault)


def prepare(world: World, payload: Payload, session: Session) -> StepResult:
    """start, then poll until ready, as the publishing service does (without waiting)."""
    result = world.connector.start(payload, session)
    for _ in range(20):
        if result.status is not StepStatus.WAIT:
            break
        assert result.wait_s > 0
        result = world.connector.poll(payload, session)
    assert result.status is StepStatus.READY
    return result


def publish(world: World, payload: Payload, session: Session) -> StepResult:
    """The whole way, without failures."""
    prepare(world, payload, session)
    return world.connector.finalize(payload, session)


def publish_surely(world: World, payload: Payload, session: Session) -> StepResult | Reconciliation:
    """The whole way; an unknown outcome is looked up and, if surely absent, sent again."""
    try:
        return publish(world, payload, session)
    except OutcomeUnknown:
        return settle(world, payload, session)


def settle(world: World, payload: Payload, session: Session) -> StepResult | Reconciliation:
    """What follows when nobody knows whether the irreversible call landed."""
    found = world.connector.reconcile(payload, session)
    if found.verdict is Verdict.FOUND:
        return found
    assert found.verdict is Verdict.ABSENT, found.evidence
    return publish(world, payload, session)


def differences(expected: Any, sent: Any, path: str = "body") -> Sequence[str]:
    """Where what was sent is not what the preview showed; placeholders stand for late values."""
    if isinstance(expected, str) and expected.startswith(("media:", "late:")):
        return () if sent not in (None, "", expected) else (f"{path} was not filled in",)
    if isinstance(expected, Mapping) and isinstance(sent, Mapping):
        if set(expected) != set(sent):
            return (f"{path} has other fields: {set(expected) ^ set(sent)}",)
        return [
            one
            for key in expected
            for one in differences(expected[key], sent[key], f"{path}.{key}")
        ]
    if isinstance(expected, list | tuple) and isinstance(sent, list | tuple):
        if len(expected) != len(sent):
            return (f"{path} has {len(sent)} entries instead of {len(expected)}",)
        pairs = enumerate(zip(expected, sent, strict=True))
        return [one for n, (a, b) in pairs for one in differences(a, b, f"{path}[{n}]")]
    return () if expected == sent else (f"{path}: {sent!r} instead of {expected!r}",)
