"""Outlines: carousels and threads as documents of ordered parts that a person edits.

The slides of a carousel share one design: generator, settings and seed stand on the outline. A
slide remembers what it was drawn from, so one can tell which pictures are out of date.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from gator_engine.domain.briefs import AspectRatio
from gator_engine.errors import FieldProblem, InvalidInput, NotFound

MOST_PARTS = 20
FEWEST_SLIDES = 3
LONGEST_PART = 5000
LONGEST_TITLE = 300


class OutlineKind(StrEnum):
    """What the parts become: pictures to swipe through, or posts that answer each other."""

    CAROUSEL = "carousel"
    THREAD = "thread"


@dataclass(frozen=True)
class Part:
    """One slide or one post of a thread.

    `asset_id` is the slide's picture, `drawn_from` the fingerprint of what it was drawn from;
    `alt_text` goes out with it, and is told anew with the picture unless a person wrote it.
    `layout` is this slide's own arrangement of its words ("" leaves it to the design). A thread's
    parts have no picture.
    """

    id: str
    text: str
    title: str = ""
    alt_text: str = ""
    asset_id: str = ""
    drawn_from: str = ""
    alt_by_person: bool = False
    layout: str = ""


@dataclass(frozen=True)
class Design:
    """What the slides of a carousel share."""

    generator: str
    ratio: AspectRatio = AspectRatio.PORTRAIT
    seed: int = 0
    settings: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Outline:
    """A carousel or thread at one version; an edit makes the next version."""

    id: str
    persona_id: str
    persona_revision_id: str
    kind: OutlineKind
    title: str
    parts: tuple[Part, ...]
    version: int
    created_at: datetime
    saved_at: datetime
    saved_by: str
    design: Design
    caption: str = ""
    numbered: bool = False
    language: str = "en"
    post_id: str = ""

    def part(self, part_id: str) -> Part:
        """Raises NotFound."""
        for each in self.parts:
            if each.id == part_id:
                return each
        raise NotFound("part of the outline", part_id)

    def place(self, part: Part) -> int:
        """Where a part stands, from 0. Raises NotFound."""
        return self.parts.index(self.part(part.id))

    def fingerprint(self, part: Part) -> str:
        """What the picture of a slide depends on: its words, its place and the shared design."""
        now = self.part(part.id)
        facts: list[object] = [now.title, now.text, now.layout, self.place(now), len(self.parts)]
        facts += [self.persona_revision_id]
        design = self.design
        facts += [design.generator, design.ratio.value, design.seed, dict(design.settings)]
        told = json.dumps(facts, sort_keys=True, default=str)
        return hashlib.sha256(told.encode()).hexdigest()[:24]

    @property
    def to_draw(self) -> tuple[Part, ...]:
        """The slides without a picture, or whose picture is out of date."""
        if self.kind is not OutlineKind.CAROUSEL:
            return ()
        return tuple(
            part
            for part in self.parts
            if not part.asset_id or part.drawn_from != self.fingerprint(part)
        )

    def posts(self) -> tuple[str, ...]:
        """The posts of a thread as they would be sent: numbered "1/5" where that is wanted."""
        total = len(self.parts)
        if not self.numbered:
            return tuple(part.text for part in self.parts)
        return tuple(f"{part.text}\n\n{n}/{total}" for n, part in enumerate(self.parts, 1))

    def words(self) -> tuple[str, ...]:
        """Everything of it that people wrote, its title first."""
        told = [self.title, self.caption]
        for part in self.parts:
            told += [part.title, part.text, part.alt_text if part.alt_by_person else ""]
        return tuple(filter(str.strip, told))

    def with_part(self, changed: Part) -> Outline:
        """The outline with this part in the place of the one with its id."""
        parts = tuple(changed if each.id == changed.id else each for each in self.parts)
        return replace(self, parts=parts)

    def reordered(self, part_ids: Sequence[str]) -> Outline:
        """The same parts in another order. Raises InvalidInput when it is not the same parts."""
        if sorted(part_ids) != sorted(part.id for part in self.parts):
            raise InvalidInput("order", "must name every part once")
        return replace(self, parts=tuple(self.part(part_id) for part_id in part_ids))


def slide_texts(outline: Outline) -> dict[str, str]:
    """The words of a carousel as a generator of cards takes them: cover, rows, closing."""
    cover, *middle, last = outline.parts
    title, body = (cover.title, cover.text) if cover.title else (cover.text, "")
    return {
        "title": _line(title),
        "body": _line(body),
        "items": "\n".join(_row(part) for part in middle),
        "closing": _row(last),
    }


def _row(part: Part) -> str:
    title, text = (part.title, part.text) if part.title.strip() else (part.text, "")
    return f"{_line(title)}|{_line(text)}" if text.strip() else _line(title)


def _line(text: str) -> str:
    return " ".join(text.split())


def outline_problems(outline: Outline) -> list[FieldProblem]:
    """What cannot be stored."""
    found: list[FieldProblem] = []
    carousel = outline.kind is OutlineKind.CAROUSEL
    fewest = FEWEST_SLIDES if carousel else 1
    if not fewest <= len(outline.parts) <= MOST_PARTS:
        limit = f"{fewest}–{MOST_PARTS}"
        found.append(FieldProblem("parts", f"there are {len(outline.parts)}", limit))
    if len(outline.title) > LONGEST_TITLE:
        found.append(FieldProblem("title", "is too long", f"{LONGEST_TITLE} characters"))
    for number, part in enumerate(outline.parts):
        name = f"parts[{number}]"
        if not (part.text.strip() or (carousel and part.title.strip())):
            found.append(FieldProblem(name, "is empty"))
        if carousel and "|" in part.title + part.text:
            found.append(FieldProblem(name, "holds “|”, which parts title and text on slides"))
        if len(part.text) > LONGEST_PART or len(part.title) > LONGEST_TITLE:
            found.append(FieldProblem(name, "is too long", f"{LONGEST_PART} characters"))
    return found
