"""Four writer processes, a reader, and kill -9: nothing torn, lost or counted twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from gator_engine.adapters.warehouse.facts import ParquetFacts

ROOT = Path(__file__).resolve().parents[3]
WRITER = Path(__file__).with_name("writer.py")
EACH = 40


@pytest.fixture
def writers(tmp_path: Path) -> Iterator[dict[str, subprocess.Popen[str]]]:
    """Four processes that append to the same store at the same time."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    started = {
        name: subprocess.Popen(
            [sys.executable, str(WRITER), str(tmp_path), name, str(EACH)],
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for name in ("w0", "w1", "w2", "w3")
    }
    yield started
    for process in started.values():
        process.kill()
        process.wait()


def deliveries(facts: ParquetFacts) -> Counter[str]:
    """How often each delivery is counted, straight from the listed files."""
    frame = facts.relation().df()
    return Counter(frame["delivery_id"])


def acknowledged(name: str, process: subprocess.Popen[str], already: list[str]) -> set[str]:
    """Everything the writer said it had stored."""
    said, _ = process.communicate(timeout=90)
    numbers = [*already, *said.split()]
    return {f"{name}-{number}-{half}" for number in numbers for half in "ab"}


def whole_pairs(seen: Counter[str]) -> bool:
    pairs = Counter(delivery.rsplit("-", 1)[0] for delivery in seen)
    return set(pairs.values()) <= {2}


def test_nothing_is_torn_lost_or_counted_twice(
    tmp_path: Path, writers: dict[str, subprocess.Popen[str]]
) -> None:
    reader, victim = ParquetFacts(tmp_path), writers["w3"]
    assert victim.stdout is not None
    first_words = [victim.stdout.readline().strip() for _ in range(5)]
    victim.send_signal(signal.SIGKILL)
    before = 0
    while any(process.poll() is None for process in writers.values()):
        seen = deliveries(reader)
        assert whole_pairs(seen), "a reader saw half an append"
        assert len(seen) >= before, "something that was listed vanished"
        before = len(seen)
    assert victim.returncode == -signal.SIGKILL
    stored = deliveries(ParquetFacts(tmp_path))
    promised = {
        delivery
        for name, process in writers.items()
        for delivery in acknowledged(name, process, first_words if name == "w3" else [])
    }
    assert promised <= set(stored), "an acknowledged append is missing"
    assert set(stored.values()) == {1}, "a delivery is counted twice"
    # What the victim did not live to acknowledge is at most its very last append.
    assert len(set(stored) - promised) <= 2
    assert len(promised) >= 3 * EACH * 2


def test_a_kill_at_any_point_leaves_a_store_that_goes_on(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, str(WRITER), str(tmp_path)]
    promised: set[str] = set()
    for turn in range(4):
        name = f"k{turn}"
        process = subprocess.Popen(
            [*command, name, "1000"], stdout=subprocess.PIPE, text=True, env=environment
        )
        assert process.stdout is not None
        words = [process.stdout.readline().strip() for _ in range(3 + turn)]
        process.send_signal(signal.SIGKILL)
        promised |= acknowledged(name, process, words)
    stored = deliveries(ParquetFacts(tmp_path))
    assert promised <= set(stored)
    assert whole_pairs(stored)
    assert set(stored.values()) == {1}
