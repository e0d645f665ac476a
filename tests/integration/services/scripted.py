"""A platform that does what a test tells it to, and remembers what it was sent."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date

from gator_engine.domain.accounts import Account
from gator_engine.domain.capabilities import (
    CredentialField,
    MediaRule,
    PlatformCapabilities,
    TextRule,
)
from gator_engine.domain.metrics import Metric
from gator_engine.errors import GatorError, InvalidInput
from gator_engine.ports import (
    ConnectedProfile,
    ConnectorSession,
    Message,
    MetricReading,
    Payload,
    Reconciliation,
    StepResult,
    StepStatus,
    TextMeasure,
    Verdict,
)

LIMIT = 100


class ScriptedConnector:
    """Posts are kept in `live`; each call takes the next entry of its script, if there is one.

    A script entry is an error to raise, a result to return, or a callable to run. `lands` says
    whether a finalize that then raises had reached the platform.
    """

    slug = "scripted"
    credential_fields = (CredentialField("token", "Token", secret=True),)

    def __init__(self, *, idempotent: bool = False) -> None:
        self.capabilities = PlatformCapabilities(
            slug=self.slug,
            label="Scripted",
            text=TextRule(LIMIT, "characters"),
            media=MediaRule(4, ("image/png",), 10_000_000),
            source="this test",
            as_of=date(2026, 11, 22),
            idempotent=idempotent,
        )
        self.live: list[tuple[str, str]] = []
        self.scripts: dict[str, list[object]] = {}
        self.calls: list[str] = []
        self.lands = True

    def script(self, step: str, *entries: object) -> None:
        self.scripts[step] = list(entries)

    def _next(self, step: str, default: StepResult) -> StepResult:
        self.calls.append(step)
        entry = self.scripts.get(step, [])[:1]
        self.scripts[step] = self.scripts.get(step, [])[1:]
        if not entry:
            return default
        if isinstance(entry[0], GatorError):
            raise entry[0]
        if isinstance(entry[0], Callable):  # type: ignore[arg-type]
            entry[0]()  # type: ignore[operator]
            return default
        return entry[0]  # type: ignore[return-value]

    def capabilities_for(self, account: Account) -> PlatformCapabilities:
        return self.capabilities

    def measure(self, text: str, account: Account | None = None) -> TextMeasure:
        return TextMeasure(len(text), LIMIT, "characters")

    def compose(self, message: Message, account: Account) -> Payload:
        if len(message.text) > LIMIT:
            raise InvalidInput("text", f"has {len(message.text)} characters", f"{LIMIT}")
        return Payload({"text": message.text}, message.text, (), message.media, "none")

    def connect(self, fields: Mapping[str, str]) -> ConnectedProfile:
        return ConnectedProfile("r-" + fields["token"], "me", "Me", "https://x.test/me", fields)

    def refresh(self, session: ConnectorSession) -> None:
        self.calls.append("refresh")

    def start(self, payload: Payload, session: ConnectorSession) -> StepResult:
        return self._next("start", StepResult(StepStatus.READY))

    def poll(self, payload: Payload, session: ConnectorSession) -> StepResult:
        return self._next("poll", StepResult(StepStatus.READY))

    def finalize(self, payload: Payload, session: ConnectorSession) -> StepResult:
        url = f"https://x.test/{len(self.live)}"
        if self.lands:
            self.live.append((session.idempotency_key, payload.text))
        return self._next(
            "finalize", StepResult(StepStatus.PUBLISHED, remote_id=url[-1], remote_url=url)
        )

    def reconcile(self, payload: Payload, session: ConnectorSession) -> Reconciliation:
        self.calls.append("reconcile")
        entry = self.scripts.get("reconcile", [])
        if entry:
            self.scripts["reconcile"] = entry[1:]
            if isinstance(entry[0], GatorError):
                raise entry[0]
            if isinstance(entry[0], Callable):  # type: ignore[arg-type]
                entry[0]()  # type: ignore[operator]
            return entry[0]  # type: ignore[return-value]
        if session.idempotency_key in [key for key, _ in self.live]:
            return Reconciliation(Verdict.FOUND, "it is there", "0", "https://x.test/0")
        return Reconciliation(Verdict.ABSENT, "it is not there")

    def delete(self, session: ConnectorSession) -> None:
        self.live.clear()

    def metrics(
        self, remote_ids: Sequence[str], session: ConnectorSession
    ) -> Sequence[MetricReading]:
        return [MetricReading(remote_id, Metric.LIKES, 3.0) for remote_id in remote_ids]
