"""Searching, filtering and paging a library of 100,000 assets, on SQLite and on PostgreSQL."""

from __future__ import annotations

import multiprocessing
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from benchmarks._library_page import first_paint, thumbnails_in
from benchmarks._library_stock import BOARD, NOW, stock
from benchmarks._report import percentile
from gator_engine.adapters.sql import SqlStore, migrate, open_store
from gator_engine.domain.assets import AssetKind, AssetQuery, Origin
from gator_engine.domain.personas import Rating

ASSETS, QUICK = 100_000, 10_000


def run(quick: bool) -> dict[str, Any]:
    """Milliseconds of every question on both databases, and of the page that shows the answer."""
    count, repeats = (QUICK, 5) if quick else (ASSETS, 25)
    with tempfile.TemporaryDirectory(prefix="gator-") as folder:
        home = Path(folder)
        small = thumbnails_in(home)
        sqlite = _apart(_measure, f"sqlite:///{home / 'gator.db'}", count, repeats, small)
        with _postgres() as url:
            postgres = _apart(_measure, url, count, repeats)
        paint = first_paint(home, repeats=2 if quick else 5)
    return {
        "assets": count,
        "sqlite_p95_ms": sqlite["p95_ms"],
        "postgres_p95_ms": postgres["p95_ms"],
        "rss_mb": max(sqlite["rss_mb"], postgres["rss_mb"]),
        "first_paint_ms": paint,
        "sqlite": sqlite,
        "postgres": postgres,
        "repeats": repeats,
    }


def questions(persona: str) -> dict[str, AssetQuery]:
    """What people ask of a library."""
    return {
        "newest": AssetQuery(),
        "rare word": AssetQuery(text="word1500"),
        "common word": AssetQuery(text="portrait"),
        "two words": AssetQuery(text="red bowl"),
        "beginning of a word": AssetQuery(text="port"),
        "one letter": AssetQuery(text="w"),
        "nothing found": AssetQuery(text="portrait nowhere"),
        "words and filters": AssetQuery(text="light", persona_id=persona, rating=Rating.MATURE),
        "persona": AssetQuery(persona_id=persona),
        "persona, kind, origin": AssetQuery(
            persona_id=persona, kind=AssetKind.IMAGE, origin=Origin.UPLOAD
        ),
        "rating": AssetQuery(rating=Rating.SUGGESTIVE),
        "unrated": AssetQuery(unrated=True),
        "model": AssetQuery(model="flux-schnell"),
        "favourites": AssetQuery(favourite=True),
        "tag": AssetQuery(tag="tag7"),
        "board": AssetQuery(board_id=BOARD),
        "one month": AssetQuery(since=NOW - timedelta(days=200), until=NOW - timedelta(days=170)),
        "used": AssetQuery(used=True),
        "not used": AssetQuery(used=False),
        "trash": AssetQuery(trashed=True),
        "page 1,000 by offset": AssetQuery(offset=59_940),
    }


def _measure(
    url: str, count: int, repeats: int, thumbnails: tuple[str, ...] = ()
) -> dict[str, Any]:
    began = time.perf_counter()
    migrate(url)
    with closing(open_store(url)) as store:
        persona = stock(url, count, thumbnails)
        filled_s = time.perf_counter() - began
        asked = {name: _times(store, query, repeats) for name, query in questions(persona).items()}
        asked["next pages"] = _next_pages(store, repeats)
        asked["what to filter by"] = _repeat(repeats, lambda: _facets(store))
    everything = [value for values in asked.values() for value in values]
    return {
        "p50_ms": round(statistics.median(everything), 1),
        "p95_ms": round(percentile(everything, 0.95), 1),
        "rss_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        "filled_s": round(filled_s, 1),
        "each_p95_ms": {name: round(percentile(v, 0.95), 1) for name, v in asked.items()},
    }


def _times(store: SqlStore, query: AssetQuery, repeats: int) -> list[float]:
    def ask() -> None:
        with store.read() as uow:
            uow.assets.search(query)

    return _repeat(repeats, ask)


def _next_pages(store: SqlStore, repeats: int) -> list[float]:
    after: str | None = None

    def ask() -> None:
        nonlocal after
        with store.read() as uow:
            after = uow.assets.search(AssetQuery(text="light", after=after)).next

    return _repeat(repeats, ask)


def _facets(store: SqlStore) -> None:
    with store.read() as uow:
        uow.assets.facets()


def _repeat(repeats: int, ask: Callable[[], None]) -> list[float]:
    ask()  # The first time compiles the statement and fills the page cache.
    times = []
    for _ in range(repeats):
        began = time.perf_counter()
        ask()
        times.append(1000 * (time.perf_counter() - began))
    return times


def _apart(job: Callable[..., dict[str, Any]], *given: Any) -> dict[str, Any]:
    """In a process of its own, so that its peak memory is its own."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(job, given)


@contextmanager
def _postgres() -> Iterator[str]:
    """A throw-away server with ordinary planner settings; without one the figures are absent."""
    from tests.services.postgres_service import Cluster, _bin_dir

    found = _bin_dir()
    if found is None:
        raise SystemExit("library_search needs PostgreSQL: run scripts/system_packages.sh.")
    cluster = Cluster(found)
    try:
        cluster.execute("CREATE DATABASE bench")
        yield cluster.url("bench")
    finally:
        cluster.stop()
