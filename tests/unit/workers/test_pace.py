"""The time that is left counts from the first step, not from the loading before it."""

from __future__ import annotations

import pytest

from workers.pace import Pace


def test_loading_does_not_count() -> None:
    pace = Pace()
    assert pace.left(0.0, 100.0) is None
    assert pace.left(0.1, 160.0) is None
    assert pace.left(0.12, 161.0) is None
    assert pace.left(0.2, 165.0) == pytest.approx(40.0)
    assert pace.left(0.9, 200.0) == pytest.approx(5.0)
    assert pace.left(1.0, 205.0) == 0.0


def test_work_that_prepares_again_is_timed_anew() -> None:
    pace = Pace()
    pace.left(0.1, 10.0), pace.left(0.5, 20.0)
    assert pace.left(0.0, 90.0) is None
    assert pace.left(0.1, 100.0) is None
    assert pace.left(0.2, 101.0) == pytest.approx(8.0)
