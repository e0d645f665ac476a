"""Where a prompt's fragments stand in the windows of a text encoder.

CLIP reads 77 tokens at a time, of which a start and an end token take two (Radford et al., 2021,
section 2.4). A generator that reads in windows puts several side by side, and no fragment is lost;
one that does not loses whatever stands beyond the first. Encoders that are language models take 512
tokens by default in diffusers' pipelines of FLUX and Z-Image.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import regex

from gator_engine.domain.briefs import CompiledPrompt, Dialect, Fragment

TokenCounter = Callable[[str], int]
WINDOWS = {Dialect.TAGS: 77, Dialect.SENTENCES: 512}
OWN_TOKENS = 2

# The words that CLIP's byte-pair encoding starts from (openai/CLIP, simple_tokenizer.py).
_WORDS = regex.compile(r"'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+", regex.IGNORECASE)
# Common English words are one token; the longer a word, the likelier it is cut.
_LETTERS_A_TOKEN = 8


@dataclass(frozen=True)
class Place:
    """A fragment, its tokens, and the windows (from 1) in which it begins and ends."""

    fragment: Fragment
    tokens: int
    begins: int
    ends: int


@dataclass(frozen=True)
class TokenBudget:
    """How a prompt fits: `tokens` with the commas between fragments, `room` those of one window.

    `exact` when a tokenizer counted them, else an estimate.
    """

    places: tuple[Place, ...]
    tokens: int
    exact: bool
    room: int

    @property
    def windows(self) -> int:
        """How many windows the whole prompt takes."""
        return max((place.ends for place in self.places), default=1)

    @property
    def beyond(self) -> tuple[Place, ...]:
        """What a model that reads one window alone would lose, wholly or in part."""
        return tuple(place for place in self.places if place.ends > 1)

    @property
    def message(self) -> str:
        """The budget in a sentence."""
        about = "" if self.exact else "about "
        said = f"{about}{self.tokens} tokens, {self.room} a window".capitalize()
        if not self.beyond:
            return f"{said}: everything fits into one window."
        first = self.beyond[0].fragment.text
        return (
            f"{said}: read in {self.windows} windows where the model allows it; otherwise"
            f" everything from “{first}” on is lost."
        )


def estimate_tokens(text: str) -> int:
    """About how many tokens CLIP makes of a text; errs towards too many.

    A word of up to eight letters counts as one token, each further eight as another, every digit as
    one; in other scripts, where tokens are pieces of UTF-8, every two bytes.
    """
    return sum(_tokens(word) for word in _WORDS.findall(text))


def _tokens(word: str) -> int:
    if word.isascii():
        return -(-len(word) // _LETTERS_A_TOKEN)
    return -(-len(word.encode()) // 2)


def budget_of(
    compiled: CompiledPrompt, count: TokenCounter | None = None, window: int | None = None
) -> TokenBudget:
    """Where each fragment falls; `count` gives a text's tokens without start and end.

    `window` is what the encoder reads at a time, by default that of the dialect's families.
    Fragments are kept whole where they fit, as the picture generator does.
    """
    room = (window or WINDOWS[compiled.dialect]) - OWN_TOKENS
    counted = count or estimate_tokens
    joint = counted(compiled.dialect.joint.strip()) if compiled.dialect.joint.strip() else 0
    number, used, total = 1, 0, 0
    places: list[Place] = []
    for part in compiled.fragments:
        tokens = counted(part.text)
        between = joint if used else 0
        if used + between + tokens > room and used:
            number, used, between = number + 1, 0, 0
        ends = number + -(-max(0, tokens - room) // room)
        places.append(Place(part, tokens, number, ends))
        used = used + between + tokens if ends == number else tokens - (ends - number) * room
        number, total = ends, total + between + tokens
    return TokenBudget(tuple(places), total, count is not None, room)
