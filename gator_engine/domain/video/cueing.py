"""Words with times become cues: as much as one reads at a glance, ending where speech pauses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from math import ceil

from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.cue_rules import RULES, CueRules, rules_for
from gator_engine.domain.video.linebreaks import columns, may_break
from gator_engine.domain.video.speech import (
    ends_clause,
    ends_sentence,
    spoken_text,
    words_from_text,
)
from gator_engine.domain.video.time import Ratio, Span, frames
from gator_engine.errors import InvalidInput

__all__ = [
    "RULES",
    "CueRules",
    "at_rate",
    "cues_from_words",
    "lines_needed",
    "lines_of",
    "retimed",
    "rules_for",
    "spoken_text",
    "words_from_text",
]

_CLAUSE_BONUS = 0.25
Atom = tuple[Word, ...]
"""Words that stay in one cue."""


def cues_from_words(
    words: Sequence[Word], rate: Ratio, rules: CueRules = RULES, end: int | None = None
) -> tuple[Cue, ...]:
    """Cues of the words in their order; none is lost, cues never overlap.

    Times that overlap or stand still are put in order, a frame apart at least. `end` is the frame
    the voice ends at; nothing is shown from there on. Raises InvalidInput when the words need more
    frames than there are.
    """
    if not words:
        return ()
    timed = _in_order(words, end)
    groups: list[Atom] = []
    for phrase in _phrases(timed, frames(rules.pause_s, rate)):
        groups += _grouped(_atoms(phrase), rules)
    groups = _merged_short(groups, rules, rate, end)
    return tuple(_spread(groups, rules, rate, end))


def lines_needed(words: Iterable[Word], rules: CueRules = RULES) -> int:
    """How many lines words take when each line is filled up to the limits."""
    return len(lines_of(words, rules))


def lines_of(words: Iterable[Word], rules: CueRules = RULES) -> list[list[Word]]:
    """The words line by line, each line filled up to the limits."""
    lines: list[list[Word]] = []
    used = count = 0
    for atom in _atoms(tuple(words)):
        wide, many = _columns(atom), sum(not word.joined for word in atom[1:]) + 1
        joined = bool(lines) and atom[0].joined
        more = used + wide + (0 if joined else 1)
        if lines and more <= rules.line_columns and (joined or count + many <= rules.line_words):
            lines[-1] += atom
            used, count = more, count + (0 if joined else many)
        else:
            lines.append(list(atom))
            used, count = wide, many
    return lines


def _in_order(words: Sequence[Word], end: int | None) -> tuple[Word, ...]:
    """The words with rising starts, each at least a frame long and over before the next."""
    starts: list[int] = []
    for word in words:
        starts.append(max(word.start, starts[-1] + 1 if starts else max(0, word.start)))
    if end is not None:
        starts = [min(start, end - len(words) + n) for n, start in enumerate(starts)]
        if starts[0] < 0:
            raise InvalidInput("captions", f"has {len(words)} words", f"{end} frames")
    found = []
    for place, (word, start) in enumerate(zip(words, starts, strict=True)):
        stop = max(start + 1, word.start + word.length)
        if place + 1 < len(words):
            stop = min(stop, starts[place + 1])
        elif end is not None:
            stop = min(stop, end)
        found.append(replace(word, start=start, length=stop - start))
    return tuple(found)


def _phrases(words: Sequence[Word], pause: int) -> Iterable[Sequence[Word]]:
    """The words between pauses and ends of sentences."""
    phrase: list[Word] = []
    for word in words:
        if phrase:
            last = phrase[-1]
            breaks = not word.joined or may_break(last.text[-1:] or " ", word.text[:1] or " ")
            if breaks and (word.start - last.span.end > pause or ends_sentence(last.text)):
                yield phrase
                phrase = []
        phrase.append(word)
    yield phrase


def _atoms(words: Sequence[Word]) -> list[Atom]:
    """Words that no line may end between, together: joined ones before closing punctuation."""
    found: list[list[Word]] = []
    for word in words:
        if found and word.joined and not may_break(found[-1][-1].text[-1:] or " ", word.text[:1]):
            found[-1].append(word)
        else:
            found.append([word])
    return [tuple(atom) for atom in found]


def _columns(words: Sequence[Word]) -> int:
    return sum(
        columns(word.text) + (0 if word.joined or not place else 1)
        for place, word in enumerate(words)
    )


def _flat(atoms: Iterable[Atom]) -> Atom:
    return tuple(word for atom in atoms for word in atom)


def _grouped(atoms: Sequence[Atom], rules: CueRules) -> list[Atom]:
    """A phrase in as few cues as fit, of even length, rather ending at commas."""
    fewest = _fewest(atoms, rules)
    ideal = max(1.0, sum(map(_columns, atoms)) / fewest)
    most = rules.lines * max(rules.line_columns, rules.line_words)
    best: list[dict[int, tuple[float, int]]] = [{0: (0.0, 0)}]
    for number in range(1, fewest + 1):
        row: dict[int, tuple[float, int]] = {}
        for start, (cost, _) in best[-1].items():
            for stop in range(start + 1, min(len(atoms), start + most) + 1):
                part = _flat(atoms[start:stop])
                if stop > start + 1 and lines_needed(part, rules) > rules.lines:
                    break
                if (number == fewest) != (stop == len(atoms)):
                    continue
                spent = cost + (_columns(part) / ideal - 1) ** 2
                spent -= _CLAUSE_BONUS if ends_clause(part[-1].text) else 0.0
                if stop not in row or spent < row[stop][0]:
                    row[stop] = (spent, start)
        best.append(row)
    groups, at = [], len(atoms)
    for number in range(fewest, 0, -1):
        start = best[number][at][1]
        groups.append(_flat(atoms[start:at]))
        at = start
    return groups[::-1]


def _fewest(atoms: Sequence[Atom], rules: CueRules) -> int:
    """How many cues a phrase takes when each is filled."""
    count, current = 1, atoms[0]
    for atom in atoms[1:]:
        if lines_needed((*current, *atom), rules) > rules.lines:
            count, current = count + 1, atom
        else:
            current = (*current, *atom)
    return count


def _merged_short(
    groups: Sequence[Atom], rules: CueRules, rate: Ratio, end: int | None
) -> list[Atom]:
    """Groups that would vanish before they are read join a neighbour that has room."""
    least = ceil(rules.shortest_s * rate.fraction)
    found = list(groups)
    place = 0
    while place < len(found):
        after = found[place + 1][0].start if place + 1 < len(found) else end
        stop = found[place][-1].span.end + least if after is None else after
        if stop - found[place][0].start >= least:
            place += 1
            continue
        for low in (place, place - 1):
            pair = found[low : low + 2] if low >= 0 else []
            if len(pair) == 2 and lines_needed(_flat(pair), rules) <= rules.lines:
                found[low : low + 2] = [_flat(pair)]
                place = low
                break
        else:
            place += 1
    return found


def _spread(groups: Sequence[Atom], rules: CueRules, rate: Ratio, end: int | None) -> Iterable[Cue]:
    """Cues of the groups; each stays over a short gap, and a little after its last word."""
    pause, linger = frames(rules.pause_s, rate), frames(rules.linger_s, rate)
    least = ceil(rules.shortest_s * rate.fraction)
    for number, group in enumerate(groups):
        start, said = group[0].start, group[-1].span.end
        after = groups[number + 1][0].start if number + 1 < len(groups) else end
        stop = max(said + linger, start + least)
        if after is not None:
            near = number + 1 < len(groups) and after - said <= pause
            stop = after if near else min(stop, after)
        yield Cue(f"c{number + 1}", start, max(stop, said) - start, group)


def _mapped(captions: Captions, to: Callable[[int], int]) -> Captions:
    """Every time through a rising function; nothing becomes shorter than a frame."""
    cues = []
    for cue in captions.cues:
        start, stop = to(cue.start), max(to(cue.span.end), to(cue.start) + 1)
        words: list[Word] = []
        for word in cue.words:
            least = words[-1].span.end if words else start
            first = min(max(to(word.start), least), stop - 1)
            last = min(max(to(word.span.end), first + 1), stop)
            words.append(replace(word, start=first, length=last - first))
        cues.append(replace(cue, start=start, length=stop - start, words=tuple(words)))
    return replace(captions, cues=tuple(cues))


def retimed(captions: Captions, source: Span, target: Span) -> Captions:
    """The captions after what lay in `source` was stretched or moved into `target`.

    Times inside go with it in proportion; later ones move by as much as its end did. Raises
    InvalidInput for an empty span.
    """
    if source.length < 1 or target.length < 1:
        raise InvalidInput("span", "is empty", "at least one frame")

    def to(frame: int) -> int:
        if frame < source.start:
            return min(frame, target.start)
        if frame >= source.end:
            return frame + target.end - source.end
        share = (frame - source.start) * target.length
        return target.start + (2 * share + source.length) // (2 * source.length)

    return _mapped(captions, to)


def at_rate(captions: Captions, old: Ratio, new: Ratio) -> Captions:
    """The captions at another frame rate, to the nearest frame."""
    share = new.fraction / old.fraction

    def to(frame: int) -> int:
        exact = frame * share
        return (2 * exact.numerator + exact.denominator) // (2 * exact.denominator)

    return _mapped(captions, to)
