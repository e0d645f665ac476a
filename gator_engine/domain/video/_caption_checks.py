"""What captions may not be: out of order, over each other, or in a look that nothing can draw."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from gator_engine.domain.brand import TYPEFACES
from gator_engine.domain.video.captions import Captions, CaptionStyle, Cue
from gator_engine.domain.video.safe_zones import SAFE_ZONES
from gator_engine.domain.video.time import Ratio
from gator_engine.errors import FieldProblem

MOST_CUES, LONGEST_WORD = 20_000, 200
DIRECTIONS = ("auto", "ltr", "rtl")
_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


def caption_problems(captions: Captions, rate: Ratio, longest_s: int) -> Iterator[FieldProblem]:
    """Everything wrong with the caption track."""
    if len(captions.cues) > MOST_CUES:
        yield FieldProblem("captions", f"there are {len(captions.cues)}", f"{MOST_CUES}")
    if captions.safe_zone not in SAFE_ZONES:
        known = ", ".join(SAFE_ZONES)
        yield FieldProblem("captions", f"keep to {captions.safe_zone!r}, which is unknown", known)
    if captions.direction not in DIRECTIONS:
        yield FieldProblem("captions", f"run {captions.direction!r}", ", ".join(DIRECTIONS))
    yield from _style_problems(captions.style)
    ids = Counter(cue.id for cue in captions.cues)
    for twice in (one for one, count in ids.items() if count > 1 or not one):
        yield FieldProblem(f"caption {twice}", "needs an id of its own")
    end = 0
    for cue in captions.cues:
        yield from _cue_problems(cue)
        if cue.start < end:
            yield FieldProblem(f"caption {cue.id}", "begins before the one before it ends")
        end = cue.start + cue.length
    if end > longest_s * rate.fraction:
        yield FieldProblem("captions", "last too long", f"{longest_s // 3600} hours")


def _cue_problems(cue: Cue) -> Iterator[FieldProblem]:
    field = f"caption {cue.id}"
    if cue.start < 0 or cue.length < 1:
        yield FieldProblem(field, f"begins at {cue.start} and lasts {cue.length} frames")
    if not any(word.text.strip() for word in cue.words):
        yield FieldProblem(field, "has no words")
    spoken = cue.start
    for word in cue.words:
        if len(word.text) > LONGEST_WORD:
            yield FieldProblem(field, "has a word too long", f"{LONGEST_WORD} characters")
        if word.length < 0 or word.start < spoken or word.span.end > cue.span.end:
            yield FieldProblem(field, f"has {word.text[:20]!r} outside its time or order")
        spoken = word.span.end


def _style_problems(style: CaptionStyle) -> Iterator[FieldProblem]:
    field = "caption style"
    if style.typeface not in TYPEFACES:
        yield FieldProblem(field, f"asks for typeface {style.typeface!r}", ", ".join(TYPEFACES))
    for colour in (style.ink, style.accent, style.outline_colour, style.box):
        if not _COLOUR.fullmatch(colour):
            yield FieldProblem(field, f"has a colour of {colour[:20]!r}", "such as #1a2b3c")
    for name, value, least, most in (
        ("size", style.size, 0.01, 0.5),
        ("outline", style.outline, 0.0, 0.1),
        ("box opacity", style.box_opacity, 0.0, 1.0),
        ("weight", style.weight, 100, 900),
        ("number of lines", style.most_lines, 1, 6),
    ):
        if not least <= value <= most:
            yield FieldProblem(field, f"has a {name} of {value}", f"{least:g}–{most:g}")
