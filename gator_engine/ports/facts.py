"""Port of the metric facts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from gator_engine.domain.metrics import (
    AnalyticsQuery,
    PostResult,
    Snapshot,
    TrendPoint,
)


class FactStore(Protocol):
    """Append-only metric facts."""

    def append(self, snapshots: Sequence[Snapshot]) -> None:
        """Write one immutable fragment and list it, atomically; safe with many writers."""

    def trend(self, query: AnalyticsQuery) -> Sequence[TrendPoint]: ...
    def results(self, query: AnalyticsQuery, *, limit: int = 50) -> Sequence[PostResult]:
        """Latest counts per delivery, strongest engagement first."""

    def followers(self, query: AnalyticsQuery) -> Sequence[Snapshot]: ...
    def relation(self) -> Any:
        """A DuckDB relation over all snapshots, for notebooks."""
