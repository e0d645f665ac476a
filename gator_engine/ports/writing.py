"""Ports of language models: a model behind an endpoint, the meter of its use, and their rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from gator_engine.domain.carousels import Outline
from gator_engine.domain.providers import Endpoint
from gator_engine.domain.spending import (
    NO_PURPOSE,
    CallPurpose,
    LedgerEntry,
    MonthView,
    PlannedCall,
    Reservation,
    Usage,
)
from gator_engine.domain.writing import Writing
from gator_engine.parallel import Halt


@dataclass(frozen=True)
class TextRequest:
    """One call of a language model. `turns` are (role, text), role being "user" or "assistant".

    `schema` is the JSON schema of the answer in the strict dialect (every field required, nothing
    else); `most_tokens` bounds the answer.
    """

    system: str
    turns: tuple[tuple[str, str], ...]
    schema: Mapping[str, Any] | None = None
    as_json: bool = False
    most_tokens: int = 4096
    seed: int = 0
    purpose: CallPurpose = NO_PURPOSE


@dataclass(frozen=True)
class TextAnswer:
    """A whole answer. `mode` is how its shape was asked for."""

    text: str
    usage: Usage
    mode: str


@runtime_checkable
class TextModel(Protocol):
    """A language model behind one endpoint. Every call is metered."""

    slug: str
    label: str
    model: str

    def missing(self) -> str:
        """ "" when ready, else what to set, in plain words."""

    def complete(
        self, request: TextRequest, on_text: Callable[[str], None], halt: Halt | None = None
    ) -> TextAnswer:
        """The answer; `on_text(raw answer so far)` as it grows. Threads may call it side by side.

        `halt` ends the call at once, also one whose server is silent: it then raises Cancelled.

        The shape is asked for in the strictest way that the server takes; the answer still has to
        be validated. Raises InvalidInput (the budget), AuthExpired, RateLimited, Rejected (also a
        refusal of the model or an answer cut at its length limit) or Transient.
        """


@dataclass
class Receipt:
    """Where the one who makes a call notes what the provider said it took."""

    usage: Usage = field(default_factory=Usage)


class Meter(Protocol):
    """Counts every call, and refuses those that a cap has no room for."""

    def call(self, planned: PlannedCall) -> AbstractContextManager[Receipt]:
        """Make the call inside this block and note its usage on the receipt.

        Raises InvalidInput naming `budget` or `price`, before anything is sent.
        """


class OpenModel(Protocol):
    """Makes the model behind an endpoint; `remember` keeps the way of asking that it took."""

    def __call__(
        self, endpoint: Endpoint, key: str, meter: Meter, remember: Callable[[str], None]
    ) -> TextModel: ...


class EndpointRepository(Protocol):
    """Endpoints that people set up; their sealed keys are kept apart."""

    def put(self, endpoint: Endpoint) -> None:
        """Store or replace."""

    def get(self, endpoint_id: str) -> Endpoint:
        """Raises NotFound."""

    def list(self) -> Sequence[Endpoint]:
        """Those that are not removed, oldest first."""

    def put_key(self, endpoint_id: str, sealed: bytes | None) -> None: ...
    def key(self, endpoint_id: str) -> bytes | None: ...


class SpendingRepository(Protocol):
    """Reservations, the ledger and caps."""

    def reserve(self, reservation: Reservation, scopes: Sequence[str]) -> str:
        """Book the amount in every scope, each by one conditional update.

        Returns "" or the first scope whose cap has no room; roll back then.
        """

    def settle(self, entry: LedgerEntry, reservation: Reservation, scopes: Sequence[str]) -> None:
        """Put what was booked for real in the reservation's place, and add to the ledger.

        Safe when the reservation has run out in the meantime.
        """

    def expired(self, now: datetime, *, limit: int = 100) -> Sequence[Reservation]: ...
    def take_back(self, reservation_id: str) -> bool:
        """Remove a reservation and what it booked; False when somebody else did."""

    def cap(self, scope: str) -> int | None: ...
    def set_cap(self, scope: str, cap_micros: int | None) -> None: ...
    def month(self, scope: str, month: str) -> MonthView: ...
    def entries(self, *, month: str, limit: int = 200) -> Sequence[LedgerEntry]:
        """Newest first."""


class WritingRepository(Protocol):
    """Requests for text and what came of them."""

    def add(self, writing: Writing) -> None: ...
    def get(self, writing_id: str) -> Writing:
        """Raises NotFound."""

    def save(self, writing: Writing) -> None: ...
    def list(self, persona_id: str | None = None, *, limit: int = 20) -> Sequence[Writing]:
        """Newest first."""


class OutlineRepository(Protocol):
    """Carousels and threads; every version is kept."""

    def add(self, outline: Outline) -> None:
        """Store a version. Raises StaleWrite when that version exists already."""

    def get(self, outline_id: str) -> Outline:
        """The newest version. Raises NotFound."""

    def versions(self, outline_id: str) -> Sequence[Outline]:
        """Newest first."""

    def list(self, persona_id: str | None = None, *, limit: int = 50) -> Sequence[Outline]:
        """The newest version of each, newest first."""
