"""Ideas: seeds for content, written by a person or read from a feed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Idea:
    """A note or a feed item that may become a brief."""

    id: str
    text: str
    created_at: datetime
    persona_id: str | None = None
    pillar: str = ""
    source_url: str = ""
    used_at: datetime | None = None
