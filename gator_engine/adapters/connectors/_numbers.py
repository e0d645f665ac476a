"""Numbers out of platforms' answers: counts of posts and limits of servers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from gator_engine.domain.metrics import Metric
from gator_engine.ports import MetricReading


def counts(
    remote_id: str, data: Mapping[str, Any], names: Mapping[str, Metric]
) -> list[MetricReading]:
    """The counts that the platform gave; one it did not give is absent, never zero."""
    return [
        MetricReading(remote_id, metric, float(data[name]))
        for name, metric in names.items()
        if isinstance(data.get(name), int | float)
    ]


def whole(limits: Mapping[str, object], name: str, default: int) -> int:
    """A server's limit if it gave a usable one, else the platform's default."""
    value = limits.get(name)
    return value if isinstance(value, int) and value > 0 else default
