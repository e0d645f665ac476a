"""One picture may take several runs of the pipeline (tiles, passes); a Run sees them as one."""

from __future__ import annotations

from dataclasses import dataclass

from gator_engine.ports import Run


@dataclass(frozen=True)
class RoundOfRun:
    """ports.Run of round `number` (from 0) of `rounds` for a batch.

    `start` and `share` are the fractions of the whole at which the batch begins and that it takes,
    `word` what a round is called.
    """

    run: Run
    number: int
    rounds: int
    start: float
    share: float
    word: str = "tile"

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        """See ports.Run."""
        part = (fraction - self.start) / self.rounds
        whole = self.start + self.share * self.number / self.rounds + part
        stage = f"{stage} ({self.word} {self.number + 1} of {self.rounds})"
        self.run.progress(whole, stage, preview)

    def check(self) -> None:
        """See ports.Run."""
        self.run.check()
