"""Endpoints, a meter that only remembers, and models made of them, for the contract suite."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from gator_engine.adapters.captions import opener
from gator_engine.config import Settings
from gator_engine.domain.providers import Endpoint, ProviderKind
from gator_engine.domain.spending import PlannedCall
from gator_engine.ports import Receipt

KEY = "sk-test-0123456789"


@dataclass
class FakeMeter:
    """Lets every call through and keeps what was planned and what it took."""

    planned: list[PlannedCall] = field(default_factory=list)
    receipts: list[Receipt] = field(default_factory=list)

    @contextmanager
    def call(self, planned: PlannedCall) -> Iterator[Receipt]:
        self.planned.append(planned)
        self.receipts.append(Receipt())
        yield self.receipts[-1]


@dataclass
class Bench:
    """A model under test, with everything one may want to look at."""

    model: Any
    meter: FakeMeter
    modes: list[str]


def bench(kind: ProviderKind, url: str, *, mode: str = "", timeout_s: float = 5.0) -> Bench:
    """The model behind a local server."""
    endpoint = Endpoint(
        "e1", "Tiny", kind, url, "tiny-talker", datetime(2026, 11, 22, tzinfo=UTC), mode=mode
    )
    meter, modes = FakeMeter(), list[str]()
    settings = Settings(http_timeout_s=timeout_s)
    return Bench(opener(settings)(endpoint, KEY, meter, modes.append), meter, modes)
