"""Putting a caption together: opening, middle, ending, hashtags; shorter where it must fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from random import Random

from gator_engine.adapters.captions._template.choice import (
    emoji_for,
    hashtags,
    pillar_of,
    suited,
)
from gator_engine.adapters.captions._template.lexicon import CLOSERS, MIDDLES, WORD_LINES, Line
from gator_engine.adapters.captions._template.topic import read_topic
from gator_engine.domain.personas import EmojiPolicy, SentenceLength
from gator_engine.domain.voice import check_voice
from gator_engine.ports import Caption, CaptionRequest


class Draft:
    """Captions of one request. Each turn takes the next of every sort of sentence, so that no two
    turns read alike; without English, only the persona's own words are used."""

    def __init__(self, request: CaptionRequest, *, english: bool) -> None:
        self._request = request
        self._voice = request.profile.voice
        self._topic = read_topic(request.topic)
        self._pillar = pillar_of(request.topic, request.profile.pillars)
        self._tags = hashtags(request.topic, request.profile, self._pillar)
        random = Random(f"{request.seed}|{request.profile.identity.handle}|{request.topic}")
        self._emoji = emoji_for(request.topic, self._voice, random)
        self._openings = self._sentences(self._topic.openings if english else (), random)
        self._middles = self._sentences(MIDDLES if english else (), random)
        self._closers = self._sentences(CLOSERS if english else (), random)
        self._words = self._favourites(WORD_LINES if english else (Line("{w}."),), random)

    def caption(self, turn: int) -> Caption:
        """The longest form that fits the limit; the bare topic must fit."""
        limit = self._request.limit
        text, used = next((t, some) for t, some in self._forms(turn) if len(t) <= limit)
        dropped = " ".join(tag for tag in self._tags if tag not in used)
        notes = (f"No room for {dropped}.",) if dropped else ()
        return Caption(text, used, as_sentence(self._request.picture), "template", notes=notes)

    def _sentences(self, lines: Sequence[Line], random: Random) -> list[str]:
        """The suited lines as they will be read; those the topic makes too long are left out."""
        profile = self._request.profile
        said = [
            line.text.format(t=self._topic.inside, T=self._topic.whole)
            for line in suited(lines, profile, random)
        ]
        return [text for text in said if not check_voice(text, profile)]

    def _favourites(self, lines: Sequence[Line], random: Random) -> list[str]:
        """Sentences with a favourite word each; every word comes before any comes twice."""
        frames = suited(lines, self._request.profile, random)
        words = list(self._voice.vocabulary) if frames else []
        random.shuffle(words)
        return [
            as_sentence(frames[number % len(frames)].text.format(w=word))
            for number, word in enumerate(words)
        ]

    def _forms(self, turn: int) -> Iterator[tuple[str, tuple[str, ...]]]:
        """From full to bare: sentences go first, then hashtags, then emoji; the topic stays."""
        opening = _nth(self._openings, turn) or self._topic.plain
        middle, ending = self._middle(turn), self._ending(turn)
        fixed = self._tags[: len(self._voice.hashtags)]
        bodies = [
            (opening, middle, ending),
            (opening, ending),
            (opening, middle),
            (opening,),
            (self._topic.plain,),
        ]
        for tags in dict.fromkeys((self._tags, fixed)):
            for body in bodies:
                yield _laid_out(self._with_emoji(body, turn), tags), tags
        yield _laid_out((self._topic.plain,), fixed), fixed
        yield self._topic.plain, ()

    def _middle(self, turn: int) -> str:
        if turn % 3 == 0 and self._pillar and self._pillar.description:
            return as_sentence(self._pillar.description)
        own_turn = turn % 2 == 1 or not self._middles
        return _nth(self._words if own_turn and self._words else self._middles, turn // 2)

    def _ending(self, turn: int) -> str:
        phrase = _nth(self._voice.signature_phrases, turn // 2)
        closer = _nth(self._closers, turn)
        if self._voice.sentence_length is SentenceLength.LONG:
            return f"{phrase} {closer}".strip()
        return phrase if phrase and (turn % 2 == 0 or not closer) else closer

    def _with_emoji(self, body: tuple[str, ...], turn: int) -> tuple[str, ...]:
        if self._voice.emoji is EmojiPolicy.NONE:
            return body
        signs = [self._emoji[0], *_turned(self._emoji[1:], turn)]
        most = 1 if self._voice.emoji is EmojiPolicy.SPARING else len(body)
        decorated = [
            f"{part} {sign}".strip() for part, sign in zip(body, signs[:most], strict=False)
        ]
        return (
            *(text if part else "" for text, part in zip(decorated, body, strict=False)),
            *body[len(decorated) :],
        )


def as_sentence(text: str) -> str:
    """The text with a capital at the start and a stop at the end; "" stays ""."""
    bare = " ".join(text.split())
    if not bare:
        return ""
    return bare[0].upper() + bare[1:] + ("" if bare[-1] in ".!?…" else ".")


def _nth(texts: Sequence[str], number: int) -> str:
    return texts[number % len(texts)] if texts else ""


def _turned(items: list[str], by: int) -> list[str]:
    start = by % len(items) if items else 0
    return items[start:] + items[:start]


def _laid_out(body: Sequence[str], tags: Sequence[str]) -> str:
    """Opening and middle in one paragraph, the ending and the hashtags each in their own."""
    parts = [part for part in body if part]
    first, rest = (parts[:2], parts[2:]) if len(parts) > 2 else (parts, [])
    return "\n\n".join(filter(None, (" ".join(first), *rest, " ".join(tags))))
