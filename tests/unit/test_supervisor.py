"""The supervisor's arithmetic and bookkeeping, without processes."""

from __future__ import annotations

from pathlib import Path

import pytest

from workers.keeper import Backoff
from workers.part_log import PartLog


@pytest.mark.parametrize(
    ("failures", "seconds"), [(1, 0.5), (2, 1.0), (3, 2.0), (6, 16.0), (7, 30.0), (500, 30.0)]
)
def test_restarts_are_spaced_out_up_to_a_bound(failures: int, seconds: float) -> None:
    assert Backoff(first_s=0.5, most_s=30).delay(failures) == seconds


def test_the_tail_of_a_log_is_its_last_lines(tmp_path: Path) -> None:
    log = PartLog(tmp_path, "web")
    assert log.tail() == "it printed nothing"
    for number in range(20):
        log.write(f"line {number}")
    log.close()
    assert log.tail() == "line 15 / line 16 / line 17 / line 18 / line 19"
    assert log.path.read_text().splitlines()[0].endswith("Z web | line 0")
