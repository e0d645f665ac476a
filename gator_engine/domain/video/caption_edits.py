"""What a caption editor does: each command gives new captions and leaves the old ones alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.speech import shown_words, words_from_text
from gator_engine.domain.video.time import Span
from gator_engine.errors import InvalidInput, NotFound

LONGEST_TEXT = 300
"""Characters of one cue; more cannot be read on a screen."""


def _place(captions: Captions, cue_id: str) -> int:
    for place, cue in enumerate(captions.cues):
        if cue.id == cue_id:
            return place
    raise NotFound("caption", cue_id)


def _put(captions: Captions, place: int, count: int, cues: Sequence[Cue]) -> Captions:
    """The captions with `count` cues from a place on replaced."""
    return replace(captions, cues=(*captions.cues[:place], *cues, *captions.cues[place + count :]))


def _new_id(captions: Captions) -> str:
    numbers = [int(cue.id[1:]) for cue in captions.cues if cue.id[1:].isdecimal()]
    return f"c{max(numbers, default=0) + 1}"


def _checked(text: str) -> str:
    shown = " ".join(text.split())
    if not shown:
        raise InvalidInput("text", "is empty", "delete the caption instead")
    if len(shown) > LONGEST_TEXT:
        raise InvalidInput("text", f"has {len(shown)} characters", f"{LONGEST_TEXT}")
    return shown


def _spread(words: Sequence[tuple[str, bool]], span: Span) -> tuple[Word, ...]:
    """New words over a span, by their syllables."""
    if not words:
        return ()
    text = "".join(word if joined else f" {word}" for word, joined in words)
    timed = words_from_text(text.strip(), span)
    if len(timed) == len(words):
        pairs = zip(timed, words, strict=True)
        return tuple(replace(word, text=text, joined=joined) for word, (text, joined) in pairs)
    ends = [span.start + span.length * n // len(words) for n in range(len(words) + 1)]
    return tuple(
        Word(text, ends[n], ends[n + 1] - ends[n], joined) for n, (text, joined) in enumerate(words)
    )


def reworded(captions: Captions, cue_id: str, text: str) -> Captions:
    """A cue with another text: words that stay keep their times, new ones share what is between.

    Raises InvalidInput for an empty or overlong text, or more words than the cue has frames, and
    NotFound for an unknown cue.
    """
    place = _place(captions, cue_id)
    cue, new = captions.cues[place], shown_words(_checked(text))
    if len(new) > cue.length:
        raise InvalidInput("text", f"has {len(new)} words", f"{cue.length} frames of the caption")
    old = [word.text for word in cue.words]
    matcher = SequenceMatcher(None, old, [word for word, _ in new], autojunk=False)
    words: list[Word] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            kept = zip(cue.words[a:b], new[c:d], strict=True)
            words += [replace(word, joined=joined) for word, (_, joined) in kept]
        elif kind != "delete":
            span = _between(cue, a, b)
            if span.length < d - c:
                return _put(captions, place, 1, [replace(cue, words=_spread(new, cue.span))])
            words += _spread(new[c:d], span)
    return _put(captions, place, 1, [replace(cue, words=tuple(words))])


def _between(cue: Cue, first: int, stop: int) -> Span:
    """The frames free for words that take the place of `first` to `stop`: theirs and the gaps."""
    start = cue.words[first - 1].span.end if first else cue.start
    end = cue.words[stop].start if stop < len(cue.words) else cue.span.end
    if first < stop:  # what is replaced keeps the pauses around it
        start, end = cue.words[first].start, cue.words[stop - 1].span.end
    return Span(start, end - start)


def split(captions: Captions, cue_id: str, before_word: int) -> Captions:
    """A cue as two, the second beginning with a word (counted from 0).

    Raises InvalidInput unless there is a word on both sides.
    """
    place = _place(captions, cue_id)
    cue = captions.cues[place]
    if not 0 < before_word < len(cue.words):
        raise InvalidInput("before_word", f"is {before_word}", f"1–{len(cue.words) - 1}")
    at = cue.words[before_word].start
    first = Cue(cue.id, cue.start, at - cue.start, cue.words[:before_word])
    second = Cue(_new_id(captions), at, cue.span.end - at, cue.words[before_word:])
    return _put(captions, place, 1, [first, second])


def merged(captions: Captions, cue_id: str) -> Captions:
    """A cue and the one after it as one. Raises InvalidInput for the last cue."""
    place = _place(captions, cue_id)
    if place + 1 == len(captions.cues):
        raise InvalidInput("cue", "is the last caption", "one that another follows")
    first, second = captions.cues[place : place + 2]
    length = second.span.end - first.start
    return _put(
        captions, place, 2, [Cue(first.id, first.start, length, first.words + second.words)]
    )


def moved(captions: Captions, cue_id: str, start: int, length: int) -> Captions:
    """A cue at another time; its words go with it in proportion.

    Raises InvalidInput when it would begin before the video, overlap a neighbour, or have fewer
    frames than words.
    """
    place = _place(captions, cue_id)
    cue = captions.cues[place]
    earliest = captions.cues[place - 1].span.end if place else 0
    latest = captions.cues[place + 1].start if place + 1 < len(captions.cues) else None
    if start < earliest:
        raise InvalidInput("start", f"is frame {start}", f"{earliest} or later")
    if latest is not None and start + length > latest:
        raise InvalidInput("length", f"ends at frame {start + length}", f"{latest} at most")
    if length < max(1, len(cue.words)):
        raise InvalidInput("length", f"is {length} frames", f"at least {max(1, len(cue.words))}")
    return _put(captions, place, 1, [_stretched(cue, start, length)])


def _stretched(cue: Cue, start: int, length: int) -> Cue:
    def to(frame: int) -> int:
        return start + round((frame - cue.start) * length / max(1, cue.length))

    words: list[Word] = []
    for number, word in enumerate(cue.words):
        left = len(cue.words) - number
        first = max(to(word.start), words[-1].span.end if words else start)
        first = min(first, start + length - left)
        last = min(max(to(word.span.end), first + 1), start + length - left + 1)
        words.append(replace(word, start=first, length=last - first))
    return replace(cue, start=start, length=length, words=tuple(words))


def removed(captions: Captions, cue_id: str) -> Captions:
    """Without a cue."""
    return _put(captions, _place(captions, cue_id), 1, [])


def shifted(captions: Captions, by: int) -> Captions:
    """All cues so many frames later (negative: earlier).

    Raises InvalidInput when the first would begin before the video.
    """
    first = min((cue.start for cue in captions.cues), default=0)
    if captions.cues and first + by < 0:
        raise InvalidInput("by", f"is {by} frames", f"-{first} or more")
    return replace(captions, cues=tuple(cue.moved(by) for cue in captions.cues))


def added(captions: Captions, text: str, span: Span) -> Captions:
    """With a new cue at its place in time.

    Raises InvalidInput when it is empty, begins before the video, or overlaps another.
    """
    shown = _checked(text)
    if span.start < 0 or span.length < 1:
        raise InvalidInput("span", f"is {span.length} frames from {span.start}", "inside the video")
    for cue in captions.cues:
        if cue.span.meets(span):
            raise InvalidInput("span", f"overlaps “{cue.text}”", "a time without a caption")
    place = sum(cue.start < span.start for cue in captions.cues)
    new = Cue(_new_id(captions), span.start, span.length, words_from_text(shown, span))
    return _put(captions, place, 0, [new])
