"""What a voice is to say: sentences with pauses, emphasis and pronunciations, and when it said it.

In a script, `[pause 0.8]` is silence in seconds and `*word*` stresses a word. A lexicon says how
names are pronounced by spelling them differently; captions keep the real spelling.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gator_engine.errors import FieldProblem, InvalidInput

LONGEST_SCRIPT = 20_000
LONGEST_PAUSE_S = 10.0
SLOWEST, QUICKEST = 0.5, 2.0
BETWEEN_SENTENCES_S, BETWEEN_PARAGRAPHS_S = 0.28, 0.6
STRESS_DB = 3.0
"""How much louder a stressed word is."""

_PAUSE = re.compile(r"\[pause\s+(\d+(?:\.\d+)?)\s*s?\]", re.IGNORECASE)
# Punctuation right behind a stressed word stays with it.
_STRESSED = re.compile(r"(?<![\w*])\*(\S(?:[^*\n]*\S)?)\*([.,;:!?…)\]\"”’»]*)(?![\w*])")
# After ., !, ? and … (with closing quotes) before a blank; their full-width sisters need none.
_END = re.compile(r"(?<=[.!?…])[\"”’»)\]]*\s+|(?<=[。！？])|\n+")
_ADDRESS = re.compile(r"https?://\S+")
_MARKUP = re.compile(r"^[#>\-–•]+\s+|\*\*|[`~]{1,3}|(?<!\w)_+|_+(?!\w)", re.MULTILINE)


@dataclass(frozen=True)
class ScriptWord:
    """One word as captions show it, and as it is spoken ("" for what is not, such as an emoji)."""

    text: str
    spoken: str
    stressed: bool = False


@dataclass(frozen=True)
class Sentence:
    """A piece that is synthesised by itself, and the silence after it in seconds."""

    words: tuple[ScriptWord, ...]
    pause_s: float

    @property
    def spoken(self) -> str:
        """What the engine gets."""
        return " ".join(word.spoken for word in self.words if word.spoken)

    @property
    def text(self) -> str:
        """What captions show."""
        return " ".join(word.text for word in self.words)


@dataclass(frozen=True)
class SpokenWord:
    """A word of the script and when it is heard, in seconds from the beginning."""

    text: str
    start_s: float
    end_s: float


@dataclass(frozen=True)
class VoiceChoice:
    """Which voice speaks, and how: `speed` 1.0 is the voice's own; the lexicon maps words."""

    engine: str
    voice: str = ""
    language: str = "en"
    speed: float = 1.0
    lexicon: tuple[tuple[str, str], ...] = ()

    def problems(self) -> list[FieldProblem]:
        """What cannot be used."""
        found = []
        if not SLOWEST <= self.speed <= QUICKEST:
            found.append(
                FieldProblem("voice.speed", f"is {self.speed:g}", f"{SLOWEST:g}–{QUICKEST:g}")
            )
        for word, said in self.lexicon:
            if not word.strip() or not said.strip() or " " in word.strip():
                found.append(FieldProblem("voice.lexicon", f"{word!r} = {said!r}", "one word each"))
        return found


def sentences(script: str, lexicon: Sequence[tuple[str, str]] = ()) -> tuple[Sentence, ...]:
    """The script cut into what is spoken in one go.

    Raises InvalidInput for an empty or endless script, and for a pause that is too long.
    """
    if len(script) > LONGEST_SCRIPT:
        raise InvalidInput(
            "script", f"has {len(script)} characters", f"{LONGEST_SCRIPT} characters"
        )
    said = {word.casefold(): pronounced for word, pronounced in lexicon}
    found: list[Sentence] = []
    for paragraph in re.split(r"\n\s*\n", script):
        mine = list(_paragraph(_MARKUP.sub("", paragraph), said))
        if mine:
            last = mine[-1]
            mine[-1] = Sentence(last.words, max(last.pause_s, BETWEEN_PARAGRAPHS_S))
            found += mine
    if not any(sentence.spoken for sentence in found):
        raise InvalidInput("script", "holds nothing that can be said")
    return tuple(found)


def says_something(text: str) -> bool:
    """Whether a voice has anything to say of it."""
    return any(_spoken(word, {}) for word in _MARKUP.sub("", _PAUSE.sub(" ", text)).split())


def _paragraph(paragraph: str, said: Mapping[str, str]) -> list[Sentence]:
    found: list[Sentence] = []
    pieces = _PAUSE.split(paragraph)  # text, seconds, text, seconds, …, text
    for number in range(0, len(pieces), 2):
        said_here = (_words(part, said) for part in _END.split(pieces[number]))
        found += [Sentence(words, BETWEEN_SENTENCES_S) for words in said_here if words]
        if number + 1 < len(pieces):
            length = float(pieces[number + 1])
            if length > LONGEST_PAUSE_S:
                raise InvalidInput("script", f"a pause of {length:g} s", f"{LONGEST_PAUSE_S:g} s")
            # A pause before anything is said is a sentence without words.
            before = found.pop().words if found else ()
            found.append(Sentence(before, length))
    return found


def _words(text: str, said: Mapping[str, str]) -> tuple[ScriptWord, ...]:
    return tuple(
        ScriptWord(word, _spoken(word, said), stressed)
        for piece, stressed in _runs(text)
        for word in piece.split()
    )


def _runs(text: str) -> list[tuple[str, bool]]:
    """The text in pieces that are stressed or not."""
    runs, done = [], 0
    for match in _STRESSED.finditer(text):
        runs += [(text[done : match.start()], False), (match[1] + match[2], True)]
        done = match.end()
    return [*runs, (text[done:], False)]


def _spoken(word: str, said: Mapping[str, str]) -> str:
    """How one word is said: by the lexicon, else as it stands; addresses and emoji are not said."""
    if _ADDRESS.fullmatch(word) or not any(character.isalnum() for character in word):
        return ""
    bare = word.strip(".,;:!?…\"'“”‘’«»()[]{}#@*")
    pronounced = said.get(bare.casefold())
    plain = word.replace("#", "").replace("@", "").strip('“”«»"()[]{}')
    plain = "".join(c for c in plain if not 0x1F000 <= ord(c) <= 0x1FFFF and c != "\ufe0f")
    return plain if pronounced is None else plain.replace(bare, pronounced)


def spread(sentence: Sentence, start_s: float, end_s: float) -> tuple[SpokenWord, ...]:
    """Estimated times where nothing measured is at hand: each word by its number of letters."""
    weights = [max(1, len(word.spoken)) if word.spoken else 0 for word in sentence.words]
    total, at, found = sum(weights) or 1, start_s, []
    for word, weight in zip(sentence.words, weights, strict=True):
        until = at + (end_s - start_s) * weight / total
        found.append(SpokenWord(word.text, at, until))
        at = until
    return tuple(found)
