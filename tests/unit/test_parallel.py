"""Several calls at once: order, news and ends in the asking thread, and a wish to stop."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from gator_engine.errors import Cancelled, GatorError, InvalidInput
from gator_engine.parallel import Halt, SideBySide

Tell = Callable[[str], None]


class Listener:
    """Keeps what is told, with the thread it was told in."""

    def __init__(self) -> None:
        self.told: list[tuple[int, str]] = []
        self.ended: dict[int, str | GatorError] = {}
        self.threads: set[int] = set()

    def tell(self, number: int, text: str) -> None:
        assert number not in self.ended, "it spoke after its end"
        self.threads.add(threading.get_ident())
        self.told.append((number, text))

    def end(self, number: int, outcome: str | GatorError) -> None:
        self.threads.add(threading.get_ident())
        self.ended[number] = outcome


def calls(
    work: Callable[[int, Tell], str], heard: Listener, halt: Halt | None = None
) -> SideBySide[str]:
    return SideBySide(work, told=heard.tell, ended=heard.end, halt=halt or Halt())


def test_they_run_at_the_same_time_and_speak_in_the_asking_thread() -> None:
    heard, together = Listener(), threading.Barrier(3, timeout=20)

    def work(number: int, tell: Tell) -> str:
        together.wait()
        for step in range(50):
            tell(f"{number}.{step}")
        return f"done {number}"

    calls(work, heard).run([2, 0, 1], 3)
    assert heard.ended == {n: f"done {n}" for n in range(3)}
    for number in range(3):
        said = [text for who, text in heard.told if who == number]
        assert said == [f"{number}.{step}" for step in range(50)]
    assert heard.threads == {threading.get_ident()}


def test_no_more_run_at_once_than_allowed_and_they_begin_in_order() -> None:
    heard, lock = Listener(), threading.Lock()
    running, most, order = 0, 0, list[int]()

    def work(number: int, tell: Tell) -> str:
        nonlocal running, most
        with lock:
            running, most = running + 1, max(most, running + 1)
            order.append(number)
        tell("x")
        with lock:
            running -= 1
        return ""

    calls(work, heard).run([5, 3, 4, 1], 1)
    assert (most, order) == (1, [5, 3, 4, 1])
    calls(work, heard).run([], 4)


def test_an_error_of_ours_hurts_no_other_call() -> None:
    heard = Listener()

    def work(number: int, tell: Tell) -> str:
        if number == 1:
            raise InvalidInput("budget", "is spent")
        return "fine"

    calls(work, heard).run(range(3), 2)
    assert (heard.ended[0], heard.ended[2]) == ("fine", "fine")
    assert isinstance(heard.ended[1], InvalidInput)


def test_any_other_error_is_raised_and_stops_the_rest() -> None:
    heard, halt, free = Listener(), Halt(), threading.Event()

    def work(number: int, tell: Tell) -> str:
        if number == 0:
            raise ZeroDivisionError
        with halt.waking(free.set):
            assert free.wait(20)
        halt.check()
        return "never"

    with pytest.raises(ZeroDivisionError):
        calls(work, heard, halt).run(range(2), 2)
    assert halt.wanted
    assert "never" not in heard.ended.values()


def test_what_look_raises_wakes_those_that_wait() -> None:
    heard, halt = Listener(), Halt()
    waiting, free = threading.Event(), threading.Event()

    def work(number: int, tell: Tell) -> str:
        with halt.waking(free.set):
            waiting.set()
            assert free.wait(20)
            halt.check()
        return "never"

    def look() -> None:
        if waiting.is_set():
            raise Cancelled("Stopped on request.")

    side = SideBySide(work, told=heard.tell, ended=heard.end, halt=halt, look=look)
    with pytest.raises(Cancelled):
        side.run([0], 1)
    assert free.is_set()
    assert heard.ended == {}


def test_after_a_wish_to_stop_nothing_begins() -> None:
    halt = Halt()
    halt.set()
    with pytest.raises(Cancelled), halt.waking(lambda: None):
        raise AssertionError("it began")
