"""Providers: the language models that people set up, and what their tokens cost."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from enum import StrEnum
from urllib.parse import urlsplit

from gator_engine.errors import FieldProblem, InvalidInput

MICROS = 1_000_000
DEAREST = 1_000_000 * MICROS
LONGEST_NAME = 80


class ProviderKind(StrEnum):
    """Which protocol an endpoint speaks."""

    OPENAI = "openai"
    ANTHROPIC = "anthropic"


@dataclass(frozen=True)
class Price:
    """What a million tokens cost, in millionths of the studio's currency, as a person said it."""

    input_micros: int
    output_micros: int

    def of(self, input_tokens: int, output_tokens: int) -> int:
        """The cost of so many tokens in millionths of the currency, rounded up."""
        spent = input_tokens * self.input_micros + output_tokens * self.output_micros
        return -(-spent // MICROS)


@dataclass(frozen=True)
class Endpoint:
    """One language model at one address.

    `price` None means that nobody said what it costs. `mode` is the strictest way of asking for a
    shape that the server took ("" before the first call); `tested_at` and `test_said` are of the
    last trial call, whose error stands in `test_error`.
    """

    id: str
    name: str
    kind: ProviderKind
    base_url: str
    model: str
    created_at: datetime
    price: Price | None = None
    has_key: bool = False
    mode: str = ""
    tested_at: datetime | None = None
    test_said: str = ""
    test_error: str = ""
    removed_at: datetime | None = None


def endpoint_problems(name: str, base_url: str, model: str) -> list[FieldProblem]:
    """What cannot be stored about an endpoint."""
    found: list[FieldProblem] = []
    if not 1 <= len(name.strip()) <= LONGEST_NAME:
        found.append(FieldProblem("name", "give it a name", f"1–{LONGEST_NAME} characters"))
    if not model.strip():
        found.append(FieldProblem("model", "name the model to ask for"))
    parts = urlsplit(base_url.strip())
    if parts.scheme not in ("http", "https") or not parts.hostname:
        limit = "such as http://localhost:11434/v1"
        found.append(FieldProblem("base_url", "is not a web address", limit))
    elif parts.username or parts.password:
        found.append(FieldProblem("base_url", "must not hold a password; put it in the key"))
    return found


def micros(text: str, field: str) -> int:
    """An amount of money as a person typed it ("0.15"), in millionths. Raises InvalidInput."""
    try:
        amount = Decimal(text.strip().replace(",", "."))
    except InvalidOperation:
        raise InvalidInput(field, f"{text!r} is no amount", "such as 0.15") from None
    if not amount.is_finite() or not 0 <= amount * MICROS <= DEAREST:
        raise InvalidInput(field, f"{text!r} cannot be", f"0–{DEAREST // MICROS}")
    return int((amount * MICROS).to_integral_value(ROUND_CEILING))


def money(amount_micros: int, currency: str) -> str:
    """An amount in words: two decimals, or as many as a small amount needs."""
    amount = Decimal(amount_micros) / MICROS
    shown = (
        f"{amount:.2f}" if amount_micros % 10_000 == 0 or amount >= 1 else f"{amount.normalize():f}"
    )
    return f"{shown} {currency}"
