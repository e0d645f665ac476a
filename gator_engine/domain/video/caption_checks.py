"""What is wrong with captions: order, times, and whether one can read them."""

from __future__ import annotations

from collections.abc import Iterator

from gator_engine.domain.text import graphemes
from gator_engine.domain.video.captions import Captions, Cue
from gator_engine.domain.video.cue_rules import RULES, CueRules
from gator_engine.domain.video.linebreaks import columns
from gator_engine.domain.video.time import Ratio, seconds
from gator_engine.errors import FieldProblem


def caption_problems(
    captions: Captions, length: int, rate: Ratio, rules: CueRules = RULES
) -> tuple[FieldProblem, ...]:
    """Every problem of the captions of a video of `length` frames, in their order.

    Fields are named `captions.cues[number]`, counted from 0.
    """
    found: list[FieldProblem] = []
    ids: set[str] = set()
    for place, cue in enumerate(captions.cues):
        field = f"captions.cues[{place}]"
        if cue.id in ids:
            found.append(FieldProblem(field, f"has the id {cue.id!r} of an earlier one"))
        ids.add(cue.id)
        before = captions.cues[place - 1] if place else None
        found += [FieldProblem(field, *told) for told in _times(cue, before, length)]
        found += [FieldProblem(field, *told) for told in _words(cue)]
        if cue.length > 0 and cue.text.strip():
            found += [FieldProblem(field, *told) for told in _reading(cue, rate, rules)]
    return tuple(found)


def _times(cue: Cue, before: Cue | None, length: int) -> Iterator[tuple[str, str]]:
    if cue.start < 0:
        yield f"begins at frame {cue.start}", "0 or later"
    if cue.length < 1:
        yield f"lasts {cue.length} frames", "at least 1"
    if cue.span.end > length:
        yield f"ends at frame {cue.span.end}", f"the video's end at {length}"
    if before is None:
        return
    if cue.start < before.start:
        limit = f"{before.span.end} or later"
        yield f"begins at frame {cue.start}, before the one before it", limit
    elif cue.start < before.span.end:
        yield f"overlaps the one before it until frame {before.span.end}", "one at a time"


def _words(cue: Cue) -> Iterator[tuple[str, str]]:
    if not cue.text.strip():
        yield "has no words", "at least 1"
    end = cue.start
    for word in cue.words:
        if word.length < 1:
            yield f"has the word “{word.text}” for {word.length} frames", "at least 1"
        elif word.start < cue.start or word.span.end > cue.span.end:
            limit = f"frames {cue.start}–{cue.span.end}"
            yield f"has the word “{word.text}” at {word.start}–{word.span.end}, outside it", limit
        elif word.start < end:
            yield f"has the word “{word.text}” before the one before it is over", f"frame {end}"
        end = max(end, word.span.end)


def _reading(cue: Cue, rate: Ratio, rules: CueRules) -> Iterator[tuple[str, str]]:
    lasts = seconds(cue.length, rate)
    if lasts < rules.shortest_s:
        yield f"stays for {lasts:.2f} s", f"at least {rules.shortest_s:g} s"
    # An ideograph says as much as two letters; spaces and marks count as in subtitle guides.
    size = max(graphemes(cue.text), columns(cue.text))
    if size / lasts > rules.fastest:
        speed, limit = f"{size / lasts:.0f}", f"{rules.fastest:g} characters a second"
        yield f"is too quick to read ({speed} characters a second)", limit
