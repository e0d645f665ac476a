"""One part of a longer piece of work, with its progress scaled into the whole."""

from __future__ import annotations

from gator_engine.ports import Run


class PartOfRun:
    """ports.Run of part `number` (from 0) of `parts`; `name` goes before each stage."""

    def __init__(self, run: Run, number: int, parts: int, name: str = "") -> None:
        self._run, self._number, self._parts, self._name = run, number, parts, name

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """See ports.Run."""
        shown = f"{self._name}: {stage}" if self._name else stage
        self._run.progress((self._number + fraction) / self._parts, shown, preview)

    def check(self) -> None:
        """See ports.Run."""
        self._run.check()
