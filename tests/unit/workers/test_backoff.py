"""The wait between two tries."""

import pytest

from gator_engine.domain.backoff import LONGEST_WAIT_S, backoff_s


@pytest.mark.parametrize(("attempt", "full"), [(1, 2.0), (2, 4.0), (5, 32.0)])
def test_doubles_and_keeps_half_of_it_random(attempt: int, full: float) -> None:
    waits = [backoff_s(attempt) for _ in range(200)]
    assert min(waits) >= full / 2
    assert max(waits) <= full
    assert max(waits) - min(waits) > full / 10


def test_never_waits_longer_than_the_longest_wait() -> None:
    assert backoff_s(5000) <= LONGEST_WAIT_S
    assert backoff_s(30, longest_s=7.0) <= 7.0


def test_refuses_an_attempt_that_never_was() -> None:
    with pytest.raises(ValueError, match="from 1"):
        backoff_s(0)
