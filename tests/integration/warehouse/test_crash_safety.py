"""What is on disk when a writer dies half way, and what the next one makes of it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from gator_engine.adapters.warehouse.facts import ParquetFacts
from gator_engine.domain.metrics import AnalyticsQuery, Metric, Snapshot
from gator_engine.errors import Unavailable

ROOT = Path(__file__).resolve().parents[3]
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)
MARCH = AnalyticsQuery(datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 4, 1, tzinfo=UTC))


def likes(value: float, delivery_id: str = "d1") -> Snapshot:
    return Snapshot(NOON, "birdsong", "acc", "nova", delivery_id, Metric.LIKES, value)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "facts"


@pytest.fixture
def manifest(root: Path) -> Path:
    return root / "metric_snapshots" / "manifest.jsonl"


def total(facts: ParquetFacts) -> float:
    return sum(point.gained for point in facts.trend(MARCH))


def fragments(root: Path) -> list[Path]:
    return sorted(root.glob("metric_snapshots/day=*/*.parquet"))


def test_a_fragment_lies_in_its_day_and_names_its_schema(root: Path) -> None:
    ParquetFacts(root, now=lambda: NOON).append([likes(1)])
    (path,) = fragments(root)
    assert path.parent.name == "day=2026-03-10"
    schema = pq.read_schema(path)
    assert schema.metadata[b"gator.schema"] == b"metric_snapshots/1"
    assert str(schema.field("taken_at").type) == "timestamp[us, tz=UTC]"


def test_a_fragment_that_was_never_listed_does_not_count(root: Path, manifest: Path) -> None:
    facts = ParquetFacts(root)
    facts.append([likes(1)])
    before = manifest.read_bytes()
    facts.append([likes(2, "d2")])
    manifest.write_bytes(before)
    assert total(ParquetFacts(root)) == 1.0


def test_a_manifest_line_cut_short_is_ignored_and_then_replaced(root: Path, manifest: Path) -> None:
    facts = ParquetFacts(root)
    facts.append([likes(1)])
    whole = manifest.read_bytes()
    facts.append([likes(2, "d2")])
    manifest.write_bytes(manifest.read_bytes()[:-9])
    assert total(ParquetFacts(root)) == 1.0
    ParquetFacts(root).append([likes(4, "d3")])
    assert total(ParquetFacts(root)) == 5.0
    assert manifest.read_bytes().startswith(whole)
    assert manifest.read_bytes().count(b"\n") == 2


def test_a_first_line_cut_short_leaves_an_empty_store(root: Path, manifest: Path) -> None:
    ParquetFacts(root).append([likes(1)])
    manifest.write_bytes(manifest.read_bytes()[:20])
    assert total(ParquetFacts(root)) == 0.0
    ParquetFacts(root).append([likes(4)])
    assert total(ParquetFacts(root)) == 4.0


def test_a_reader_sees_what_another_instance_appends_later(root: Path) -> None:
    reader, writer = ParquetFacts(root), ParquetFacts(root)
    assert total(reader) == 0.0
    for n in range(3):
        writer.append([likes(1, f"d{n}")])
        assert total(reader) == n + 1


def test_a_damaged_line_in_the_middle_is_said_aloud(root: Path, manifest: Path) -> None:
    ParquetFacts(root).append([likes(1)])
    manifest.write_bytes(b"{damaged}\n" + manifest.read_bytes())
    with pytest.raises(Unavailable, match="manifest cannot be read"):
        ParquetFacts(root).trend(MARCH)


def test_a_manifest_of_a_newer_version_is_said_aloud(root: Path, manifest: Path) -> None:
    ParquetFacts(root).append([likes(1)])
    manifest.write_bytes(manifest.read_bytes().replace(b'"v":1', b'"v":2'))
    with pytest.raises(Unavailable, match="version 2"):
        ParquetFacts(root).trend(MARCH)


def test_a_listed_fragment_that_was_deleted_by_hand_is_said_aloud(root: Path) -> None:
    facts = ParquetFacts(root)
    facts.append([likes(1)])
    fragments(root)[0].unlink()
    with pytest.raises(Unavailable, match="listed file cannot be read"):
        facts.trend(MARCH)


def test_a_folder_that_cannot_be_used_is_said_aloud(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(Unavailable, match="measurement store"):
        ParquetFacts(tmp_path / "file").append([likes(1)])


def test_old_strays_are_swept_and_nothing_else(root: Path) -> None:
    facts = ParquetFacts(root)
    facts.append([likes(1)])
    (listed,) = fragments(root)
    old, fresh, part = (listed.with_name(n) for n in ("o.parquet", "f.parquet", "p.parquet.tmp"))
    for stray in (old, fresh, part):
        stray.write_bytes(b"stray")
    two_hours_ago = time.time() - 7200
    for path in (old, part, listed):
        os.utime(path, (two_hours_ago, two_hours_ago))
    assert facts.sweep() == 2
    assert sorted(listed.parent.iterdir()) == sorted([listed, fresh])
    assert total(ParquetFacts(root)) == 1.0


def test_who_opens_a_new_day_sweeps_the_older_ones(root: Path) -> None:
    facts = ParquetFacts(root, now=lambda: NOON)
    facts.append([likes(1)])
    stray = fragments(root)[0].with_name("stray.parquet.tmp")
    stray.write_bytes(b"stray")
    os.utime(stray, (0, 0))
    facts.append([likes(2)])
    assert stray.exists()
    ParquetFacts(root, now=lambda: NOON + timedelta(days=1)).append([likes(3)])
    assert not stray.exists()


def forking(root: Path, *steps: str) -> int:
    """Exit code of a child that was forked between the two steps, in a process of its own."""
    before, after = steps
    script = f"""
import os, signal
from pathlib import Path
from gator_engine.errors import Unavailable
from tests.integration.warehouse.test_crash_safety import MARCH, likes, total
from gator_engine.adapters.warehouse.facts import ParquetFacts
facts = ParquetFacts(Path({str(root)!r}))
facts.append([likes(1)])
{before}
child = os.fork()
if child == 0:
    signal.alarm(60)  # a child that hangs is a failure, not a wait
    try:
        {after}
        os._exit(0)
    except Unavailable:
        os._exit(9)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    return subprocess.run([sys.executable, "-c", script], cwd=ROOT, timeout=90).returncode


def test_a_forking_worker_leaves_reading_and_writing_to_its_child(root: Path) -> None:
    assert forking(root, "", "facts.append([likes(2, 'd2')]); assert total(facts) == 3.0") == 0
    assert total(ParquetFacts(root)) == 3.0


def test_a_fork_after_the_first_reading_is_refused_aloud(root: Path) -> None:
    assert forking(root, "total(facts)", "facts.measured(MARCH)") == 9
