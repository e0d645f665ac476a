"""Boards: collections of files that people put together by hand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Board:
    """A named collection; `cover_asset_id` is the picture that stands for it."""

    id: str
    name: str
    created_at: datetime
    created_by: str
    cover_asset_id: str | None = None
    archived_at: datetime | None = None


@dataclass(frozen=True)
class BoardSummary:
    """A board and how many files lie on it (those in the trash left out)."""

    board: Board
    count: int
