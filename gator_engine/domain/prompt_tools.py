"""What people keep to write prompts with: styles, lists for dynamic prompts, and past prompts."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime

from gator_engine.domain.briefs import Brief
from gator_engine.domain.dynamic_prompts import check_name
from gator_engine.domain.presets import Style
from gator_engine.errors import InvalidInput

MOST_LINES = 5000
LONGEST_LINE = 1000
LARGEST_PAGE = 200


@dataclass(frozen=True)
class SavedStyle:
    """A style of one's own."""

    id: str
    name: str
    prompt: str
    negative: str
    created_at: datetime
    created_by: str

    @property
    def style(self) -> Style:
        """As it is used."""
        return Style(self.name, self.prompt, self.negative)


@dataclass(frozen=True)
class WildcardList:
    """Lines that `__name__` stands for."""

    id: str
    name: str
    lines: tuple[str, ...]
    created_at: datetime
    created_by: str


@dataclass(frozen=True)
class PastPrompt:
    """A prompt that a persona was given, once however often; `uses` counts its briefs."""

    id: str
    persona_id: str
    key: str
    prompt: str
    negative: str
    uses: int
    favourite: bool
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True)
class PromptQuery:
    """Which past prompts: all words of `text` in any order, of one persona or of all."""

    text: str = ""
    persona_id: str | None = None
    favourites_only: bool = False
    limit: int = 50
    offset: int = 0


def prompt_key(prompt: str, negative: str) -> str:
    """The same for prompts that differ in blanks and letter case alone."""
    told = "\n".join(" ".join(text.split()).casefold() for text in (prompt, negative))
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def past_prompt(brief: Brief) -> PastPrompt | None:
    """The brief's prompt as history keeps it; None when it has none."""
    if not brief.prompt.strip():
        return None
    key = prompt_key(brief.prompt, brief.negative)
    at = brief.created_at
    words = (brief.prompt, brief.negative)
    return PastPrompt(brief.id, brief.persona_id, key, *words, 1, False, at, at)


def checked_lines(name: str, text: str) -> tuple[str, tuple[str, ...]]:
    """Name and lines of a list, one a line, without comments (#), empty lines and repeats.

    Raises InvalidInput naming `name` or `lines` and the limit.
    """
    bare = check_name(name)
    rows = (row.strip() for row in text.removeprefix("\ufeff").splitlines())
    lines = tuple(dict.fromkeys(row for row in rows if row and not row.startswith("#")))
    if not 1 <= len(lines) <= MOST_LINES:
        raise InvalidInput("lines", f"has {len(lines)}", f"1–{MOST_LINES}")
    for number, line in enumerate(lines, start=1):
        if len(line) > LONGEST_LINE:
            raise InvalidInput("lines", f"line {number} is too long", f"{LONGEST_LINE} characters")
    return bare, lines
