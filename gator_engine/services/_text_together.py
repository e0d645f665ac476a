"""The versions of one text, asked for at once; each grows by itself and fails by itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from gator_engine.domain.writing import TextVariant
from gator_engine.errors import GatorError, InvalidInput, Rejected, Transient
from gator_engine.parallel import Halt, SideBySide
from gator_engine.ports import Run
from gator_engine.services._text_makers import ModelMaker, Task
from gator_engine.services._text_page import TextPage


class Together:
    """Has the versions written that are not there yet."""

    def __init__(self, maker: ModelMaker, task: Task, page: TextPage, run: Run) -> None:
        self._maker, self._task, self._page, self._run = maker, task, page, run
        self._failed: dict[int, GatorError] = {}

    def write(self, at_once: int) -> None:
        """Write them, `at_once` at a time.

        A version that the model refused says so and is done. One that found no room in the budget
        or a busy server beside the others is asked for once more, alone, after them. What then
        still fails is raised once all others are kept: InvalidInput (only if there is no version at
        all), AuthExpired, RateLimited or Transient. Raises Cancelled.
        """
        total = self._task.draft.variants
        self._ask([number for number in range(total) if not self._page.is_done(number)], at_once)
        crowded = [number for number, error in self._failed.items() if _may_be_crowding(error)]
        if at_once > 1 and total > 1 and crowded:
            self._failed = {n: e for n, e in self._failed.items() if n not in crowded}
            self._ask(sorted(crowded), 1)
        for number in sorted(self._failed):
            error = self._failed[number]
            if not (isinstance(error, InvalidInput) and self._page.usable):
                raise error
            self._page.put(number, TextVariant(error=str(error), done=True))
        self._run.progress(1.0, "Done")

    def _ask(self, numbers: Sequence[int], at_once: int) -> None:
        halt = Halt()

        def one(number: int, tell: Callable[[str], None]) -> TextVariant:
            return self._maker.make(self._task, number, tell, halt)

        calls = SideBySide(one, told=self._page.grow, ended=self._end, halt=halt, look=self._look)
        calls.run(numbers, at_once)

    def _end(self, number: int, outcome: TextVariant | GatorError) -> None:
        if isinstance(outcome, TextVariant):
            self._page.put(number, outcome)
        elif isinstance(outcome, Rejected):
            # This answer was refused; another version may well be accepted.
            self._page.put(number, TextVariant(error=str(outcome), done=True))
        else:
            self._failed[number] = outcome
            self._page.drop(number)

    def _look(self) -> None:
        """Show how far it is. Raises Cancelled when a person asked to stop."""
        self._page.show()
        total, ready = self._task.draft.variants, len(self._page.finished())
        self._run.progress(ready / total, f"{ready} of {total} ready")


def _may_be_crowding(error: GatorError) -> bool:
    """Whether the call may have failed only because others ran beside it."""
    if isinstance(error, InvalidInput):
        return error.field == "budget"
    return isinstance(error, Transient)
