"""Metric facts as immutable Parquet fragments: the `FactStore` port.

    <root>/metric_snapshots/manifest.jsonl              which fragments count
    <root>/metric_snapshots/day=YYYY-MM-DD/<id>.parquet  one fragment per append

`day` is the UTC day of writing, so that a past day never grows. A fragment is written beside its
final name, flushed, renamed, and only then listed; whatever kills the writer, at any point, leaves
either a listed, complete fragment or a stray file that no reader looks at. Strays are removed by
the writer that opens the next day.

Two snapshots of the same delivery (or account), metric and instant are one: the last written wins.
Counters that go down are kept as they are, because platforms do take counts back.
"""

from __future__ import annotations

import math
import os
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gator_engine.adapters.warehouse.duck import Duck
from gator_engine.adapters.warehouse.manifest import Fragment, Manifest, sync_folder
from gator_engine.domain.metrics import (
    ENGAGEMENT,
    AnalyticsQuery,
    Metric,
    PostResult,
    Snapshot,
    TrendPoint,
)
from gator_engine.errors import InvalidInput, Unavailable

_INSTANT = pa.timestamp("us", tz="UTC")
SCHEMA = pa.schema(
    [
        pa.field("taken_at", _INSTANT, nullable=False),
        pa.field("platform", pa.string(), nullable=False),
        pa.field("account_id", pa.string(), nullable=False),
        pa.field("persona_id", pa.string(), nullable=False),
        pa.field("delivery_id", pa.string(), nullable=False),
        pa.field("metric", pa.string(), nullable=False),
        pa.field("value", pa.float64(), nullable=False),
        pa.field("simulated", pa.bool_(), nullable=False),
        pa.field("written_at", _INSTANT, nullable=False),
        pa.field("fragment", pa.string(), nullable=False),
    ],
    metadata={"gator.schema": "metric_snapshots/1"},
)
STRAY_AFTER_S = 3600.0


class ParquetFacts:
    """Append-only metric facts below folder `root`; any number of processes may write and read.

    Every method raises Unavailable when the folder cannot be used.
    """

    def __init__(self, root: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._root = root / "metric_snapshots"
        self._now = now
        self._manifest = Manifest(self._root)
        self._duck = Duck()

    def append(self, snapshots: Sequence[Snapshot]) -> None:
        """Write one fragment and list it. Raises InvalidInput before anything is written."""
        if not snapshots:
            return
        _check(snapshots)
        name, written = uuid.uuid4().hex, self._now()
        with _usable(self._root):
            day = self._day_folder(written)
            path = _write(_to_table(snapshots, written, name), day / f"{name}.parquet")
            times = [snapshot.taken_at for snapshot in snapshots]
            listed = str(path.relative_to(self._root))
            self._manifest.add(Fragment(listed, len(snapshots), min(times), max(times)))

    def trend(self, query: AnalyticsQuery) -> list[TrendPoint]:
        """Engagement gained per UTC day, platform and metric, oldest first.

        A gain is the difference to the delivery's previous value, and counts on the day it was
        measured; the first value ever counts whole. Days without a measurement have no point.
        """
        rows = self._rows("trend", query, since=None)
        return [
            TrendPoint(row["day"], row["platform"], Metric(row["metric"]), row["gained"])
            for row in rows
        ]

    def results(
        self,
        query: AnalyticsQuery,
        *,
        limit: int = 50,
        delivery_ids: Sequence[str] | None = None,
    ) -> list[PostResult]:
        """Latest counts of each delivery measured in the period, strongest engagement first."""
        rows = self._rows(
            "results",
            query,
            since=query.since,
            limit=limit,
            engagement=[metric.value for metric in ENGAGEMENT],
            ids=None if delivery_ids is None else list(delivery_ids),
        )
        return [_to_result(row) for row in rows]

    def followers(self, query: AnalyticsQuery) -> list[Snapshot]:
        """The last follower count of each UTC day and account, by account, oldest first.

        With a persona: of the accounts that the persona's measured deliveries went to.
        """
        # Which accounts those are may only be told by older fragments.
        since = None if query.persona_id else query.since
        rows = self._rows("followers", query, since=since)
        return [_to_snapshot(row) for row in rows]

    def measured(self, query: AnalyticsQuery) -> bool:
        """Whether there is any snapshot at all in the period."""
        return bool(self._rows("measured", query, since=query.since))

    def relation(self) -> Any:
        """All snapshots as a DuckDB relation (`.df()`, `.filter(…)`), duplicates resolved."""
        files = self._files(None, None)
        if files:
            return self._duck.relation(files)
        columns = SCHEMA.empty_table().drop_columns(["written_at", "fragment"])
        return self._duck.session().from_arrow(columns)

    def sweep(self, older_than_s: float = STRAY_AFTER_S) -> int:
        """Remove what dead writers left (never listed, untouched for so long); returns how many."""
        with _usable(self._root):
            oldest_kept = time.time() - older_than_s
            return self._manifest.discard(
                path
                for path in self._root.glob("day=*/*.parquet*")
                if path.stat().st_mtime < oldest_kept
            )

    def _day_folder(self, written: datetime) -> Path:
        """The folder of a day; who opens a new one first sweeps the older ones."""
        day = self._root / f"day={written:%Y-%m-%d}"
        if not day.exists():
            day.mkdir(parents=True, exist_ok=True)
            sync_folder(self._root)
            self.sweep()
        return day

    def _rows(
        self, name: str, query: AnalyticsQuery, *, since: datetime | None, **params: Any
    ) -> Sequence[dict[str, Any]]:
        """Run a query over the fragments that may hold times in [since, query.until)."""
        if query.until <= query.since:
            raise InvalidInput("until", "the period ends before it begins", "later than since")
        filters = {
            "since": query.since,
            "until": query.until,
            "persona_id": query.persona_id,
            "platform": query.platform,
            "simulated": query.simulated,
        }
        return self._duck.rows(name, self._files(since, query.until), **filters, **params)

    def _files(self, since: datetime | None, until: datetime | None) -> list[Path]:
        with _usable(self._root):
            listed = self._manifest.fragments()
        return [
            self._root / fragment.path
            for fragment in listed
            if (since is None or fragment.last >= since)
            and (until is None or fragment.first < until)
        ]


def _check(snapshots: Sequence[Snapshot]) -> None:
    for snapshot in snapshots:
        if not math.isfinite(snapshot.value):
            raise InvalidInput("value", f"{snapshot.metric} is {snapshot.value}", "a finite number")
        if snapshot.taken_at.utcoffset() is None:
            raise InvalidInput("taken_at", "the time has no time zone", "a time with a time zone")


def _to_table(snapshots: Sequence[Snapshot], written: datetime, fragment: str) -> pa.Table:
    """The snapshots as a table; of two about the same thing and instant, the later one."""
    unique = {(s.account_id, s.delivery_id, s.metric, s.taken_at): s for s in snapshots}
    rows = [
        {
            "taken_at": s.taken_at,
            "platform": s.platform,
            "account_id": s.account_id,
            "persona_id": s.persona_id,
            "delivery_id": s.delivery_id,
            "metric": s.metric.value,
            "value": s.value,
            "simulated": s.simulated,
            "written_at": written,
            "fragment": fragment,
        }
        for s in unique.values()
    ]
    return pa.Table.from_pylist(rows, schema=SCHEMA)


def _write(table: pa.Table, path: Path) -> Path:
    """Write beside the final name, flush to disk, then rename."""
    beside = path.with_suffix(".parquet.tmp")
    with beside.open("wb") as file:
        pq.write_table(table, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    sync_folder(path.parent)
    return path


def _to_result(row: dict[str, Any]) -> PostResult:
    return PostResult(
        delivery_id=row["delivery_id"],
        platform=row["platform"],
        account_id=row["account_id"],
        persona_id=row["persona_id"],
        measured_at=row["measured_at"],
        counts={Metric(m): value for m, value in zip(row["metrics"], row["counts"], strict=True)},
        simulated=row["simulated"],
    )


def _to_snapshot(row: dict[str, Any]) -> Snapshot:
    return Snapshot(**{**row, "metric": Metric(row["metric"])})


@contextmanager
def _usable(folder: Path) -> Iterator[None]:
    """Say in plain words that the folder cannot be written or read."""
    try:
        yield
    except OSError as error:
        raise Unavailable(
            "The measurement store",
            f"{error.strerror or error} ({folder}).",
            "Check free space and permissions of the Gator home folder.",
        ) from error
