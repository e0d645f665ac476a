"""Words of a persona as prompt fragments: framed for the dialect, with "(scarf:1.3)" weights."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gator_engine.domain.briefs import Dialect, Fragment
from gator_engine.domain.weighting import parse_weights
from gator_engine.errors import InvalidInput

LEAST_WEIGHT, MOST_WEIGHT = 0.1, 2.0

# Where people write prompts, bare brackets weigh; in the prose of a persona they are brackets.
_PROMPTS = ("brief.prompt", "brief.negative")
_STEP_EDITING = re.compile(r"\[[^\[\]]*:[^\[\]]*:\s*[\d.]+\s*\]")
# Where each field stands in a tag list and in a sentence; {} is the field's text.
_FRAMES: Mapping[str, tuple[str, str]] = {
    "identity.home_place": ("from {}", "{subject} {be} from {}."),
    "appearance.build": ("{}", "{possessive} build: {}."),
    "appearance.skin": ("{}", "{subject} {have} {}."),
    "appearance.hair": ("{}", "{subject} {have} {}."),
    "appearance.eyes": ("{}", "{subject} {have} {}."),
    "appearance.features": ("{}", "Distinctive: {}."),
    "appearance.wardrobe": ("wearing {}", "{subject} {be} wearing {}."),
    "appearance.palette": ("colour palette of {}", "The colour palette is {}."),
    "appearance.camera": ("{}", "Camera: {}."),
    "appearance.lighting": ("{}", "Lighting: {}."),
    "pillars.name": ("theme: {}", "The theme is {}."),
}
_ANY_FIELD = ("{}", "{}.")
_PRONOUNS = {
    "she": {"subject": "She", "possessive": "Her", "be": "is", "have": "has"},
    "he": {"subject": "He", "possessive": "His", "be": "is", "have": "has"},
}
_THEY = {"subject": "They", "possessive": "Their", "be": "are", "have": "have"}
_NOUNS = {"she": "woman", "he": "man", "they": "person", "": ""}


@dataclass(frozen=True)
class Phrasing:
    """How the words of one persona are put in one dialect."""

    dialect: Dialect
    pronouns: str

    def piece(self, text: str, source: str) -> Iterator[Fragment]:
        """The text in its field's frame, one fragment for each change of weight; none when empty.

        Raises InvalidInput naming the field for a weight outside 0.1–2.
        """
        pieces = _weighted(text, source)
        if not pieces:
            return
        if self.dialect is Dialect.TAGS:
            yield from self._tags(pieces, source)
        else:
            yield from self._sentence(pieces, source)

    def person(self, age: int, occupation: str) -> Iterator[Fragment]:
        """The adult of that age: "29-year-old adult, woman, potter", or the same as a sentence."""
        noun = " ".join(self._noun().split())
        if self.dialect is Dialect.TAGS:
            yield Fragment(f"{age}-year-old adult", "identity.age")
            yield from self._tags([(noun, 1.0)] if noun else [], "identity.pronouns")
            yield from self.piece(occupation, "identity.occupation")
            return
        article = "An" if str(age).startswith("8") or age == 18 else "A"
        work = " ".join(occupation.split()).strip(" ,;.")
        words = [(f"{article} {age}-year-old adult", "identity.age")]
        words += [(noun, "identity.pronouns")] if noun else []
        words += [(f"({work})", "identity.occupation")] if work else []
        for number, (text, source) in enumerate(words, start=1):
            yield Fragment(f"{text}." if number == len(words) else text, source)

    def _noun(self) -> str:
        """ "she/her" → "woman", "he/him" → "man"; any other pronouns are passed on as they are."""
        return _NOUNS.get(_first(self.pronouns), f"person ({self.pronouns.strip()})")

    def _tags(self, pieces: list[tuple[str, float]], source: str) -> Iterator[Fragment]:
        frame = _FRAMES.get(source, _ANY_FIELD)[0]
        stripped = [(text.strip(" ,;"), weight) for text, weight in pieces]
        for text, weight in stripped:
            if text:
                yield Fragment(frame.replace("{}", text), source, weight)
                frame = "{}"

    def _sentence(self, pieces: list[tuple[str, float]], source: str) -> Iterator[Fragment]:
        frame = _FRAMES.get(source, _ANY_FIELD)[1]
        for name, word in _PRONOUNS.get(_first(self.pronouns), _THEY).items():
            frame = frame.replace(f"{{{name}}}", word)
        before, _, after = frame.partition("{}")
        texts = _closed([text for text, _ in pieces])
        if not before:
            texts[0] = texts[0][:1].upper() + texts[0][1:]
        texts[0] = before + texts[0]
        texts[-1] = texts[-1].rstrip(" ,;")
        texts[-1] += "" if texts[-1].endswith((".", "!", "?", "…")) else after
        for text, (_, weight) in zip(texts, pieces, strict=True):
            if text:
                yield Fragment(text, source, weight)


def _first(pronouns: str) -> str:
    return pronouns.casefold().replace(",", "/").split("/")[0].strip()


def _weighted(text: str, source: str) -> list[tuple[str, float]]:
    """(words, weight) in order; words without a letter or digit are left to their neighbours."""
    written = source in _PROMPTS
    field = source.removeprefix("brief.") if written else source
    if written and (match := _STEP_EDITING.search(text)):
        raise InvalidInput(field, f"{match[0][:60]} changes words between steps", "one wording")
    found = [(span.text, span.weight) for span in parse_weights(text, bare=written)]
    for _, weight in found:
        if not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
            raise InvalidInput(field, f"weight {weight:g}", f"{LEAST_WEIGHT}–{MOST_WEIGHT}")
    bare = [(" ".join(words.split()), weight) for words, weight in found]
    return [(words, weight) for words, weight in bare if words.strip(" ,;.")]


def _closed(texts: list[str]) -> list[str]:
    """A comma that opens a piece belongs to the end of the piece before it."""
    closed: list[str] = []
    for text in texts:
        bare = text.lstrip(" ,;")
        if closed and len(bare) < len(text):
            closed[-1] = closed[-1].rstrip(" ,;") + ","
        closed.append(bare)
    return closed
