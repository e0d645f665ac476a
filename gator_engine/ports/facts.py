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

    def trend(self, query: AnalyticsQuery) -> Sequence[TrendPoint]:
        """Gained per UTC day, platform and metric; days without a measurement have no point."""

    def results(
        self,
        query: AnalyticsQuery,
        *,
        limit: int = 50,
        delivery_ids: Sequence[str] | None = None,
    ) -> Sequence[PostResult]:
        """Latest counts per delivery, strongest engagement first; of `delivery_ids` when given."""

    def followers(self, query: AnalyticsQuery) -> Sequence[Snapshot]:
        """The last follower count of each UTC day and account, by account, oldest first."""

    def measured(self, query: AnalyticsQuery) -> bool:
        """Whether there is any snapshot at all in the period."""

    def relation(self) -> Any:
        """A DuckDB relation over all snapshots, for notebooks."""
