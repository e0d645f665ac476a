"""What came of a command on many files: those it was done to, and those it was refused, and why."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Refusal:
    """One file a command was not done to; `name` is what people know it by."""

    asset_id: str
    name: str
    reason: str


@dataclass(frozen=True)
class BulkReport:
    """All files in `done` were changed together, in one transaction; those refused not at all."""

    done: tuple[str, ...] = ()
    refused: tuple[Refusal, ...] = ()
