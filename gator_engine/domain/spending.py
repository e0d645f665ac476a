"""What language models cost: use as the provider counted it, the ledger, and monthly caps.

Money is counted in millionths of one currency, so that sums are exact. Before a call an upper bound
is reserved; afterwards the real cost takes its place.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.providers import Price

WORKSPACE = "workspace"
# A byte-level tokenizer (GPT-2 and its heirs, SentencePiece with byte fallback) never makes more
# tokens than a text has bytes. What a server adds around messages and tools has no published bound:
# the allowance for it is our assumption, generous on purpose, and no figure of any vendor.
OVERHEAD_TOKENS = 1000


@dataclass(frozen=True)
class Usage:
    """Tokens as the provider counted them; None where it did not say."""

    input_tokens: int | None = None
    output_tokens: int | None = None

    @property
    def known(self) -> bool:
        """Whether the provider gave both figures."""
        return self.input_tokens is not None and self.output_tokens is not None

    @property
    def total(self) -> int | None:
        """Both together, or None."""
        if self.input_tokens is None or self.output_tokens is None:
            return None
        return self.input_tokens + self.output_tokens

    def cost(self, price: Price | None) -> int | None:
        """Millionths of the currency, or None when tokens or price are unknown."""
        if price is None or self.input_tokens is None or self.output_tokens is None:
            return None
        return price.of(self.input_tokens, self.output_tokens)


class Outcome(StrEnum):
    """How a call ended, for the ledger.

    `answered` with the provider's figures; `uncounted`: an answer (or a cut one) without figures,
    so the reserved bound stays booked; `refused` before any work, nothing booked; `lost`: whoever
    made it died, its reservation ran out.
    """

    ANSWERED = "answered"
    UNCOUNTED = "uncounted"
    REFUSED = "refused"
    LOST = "lost"


@dataclass(frozen=True)
class CallPurpose:
    """What a call is for."""

    kind: str = ""
    persona_id: str = ""
    job_id: str = ""


NO_PURPOSE = CallPurpose()


@dataclass(frozen=True)
class PlannedCall:
    """A call before it is made: who is asked, and the most tokens it can take."""

    endpoint_id: str
    provider: str
    model: str
    purpose: CallPurpose
    most_input: int
    most_output: int
    price: Price | None


@dataclass(frozen=True)
class Reservation:
    """An upper bound set aside for one call until `lease_until`."""

    id: str
    month: str
    amount_micros: int
    lease_until: datetime
    call: PlannedCall


@dataclass(frozen=True)
class LedgerEntry:
    """One finished call; entries are only ever added.

    `cost_micros` is None when it cannot be known; `booked_micros` is what counts towards the cap.
    """

    id: str
    at: datetime
    month: str
    endpoint_id: str
    provider: str
    model: str
    kind: str
    persona_id: str
    job_id: str
    outcome: Outcome
    input_tokens: int | None
    output_tokens: int | None
    cost_micros: int | None
    booked_micros: int
    currency: str


@dataclass(frozen=True)
class MonthView:
    """A month of one scope (the workspace or a persona), in millionths of the currency.

    `spent` adds up the known costs; `uncounted` is the bound booked for `uncounted_calls` whose use
    the provider did not tell; `reserved` is of calls under way.
    """

    scope: str
    month: str
    currency: str
    cap: int | None
    spent: int
    uncounted: int
    reserved: int
    calls: int
    uncounted_calls: int
    unpriced_calls: int
    input_tokens: int
    output_tokens: int

    @property
    def left(self) -> int | None:
        """What may still be spent, or None without a cap."""
        if self.cap is None:
            return None
        return max(0, self.cap - self.spent - self.uncounted - self.reserved)


def month_of(at: datetime) -> str:
    """The calendar month of an instant in UTC: "2026-11"."""
    return f"{at:%Y-%m}"


def scopes_of(purpose: CallPurpose) -> tuple[str, ...]:
    """The scopes a call counts towards, in the order in which they are always changed."""
    return (WORKSPACE, purpose.persona_id) if purpose.persona_id else (WORKSPACE,)
