"""Where a prompt's fragments stand in the windows of a CLIP text encoder.

CLIP reads 77 tokens at a time, of which a start and an end token take two (Radford et al., 2021,
section 2.4). A generator that reads in windows puts several side by side, and no fragment is lost;
one that does not loses whatever stands beyond the first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import regex

from gator_engine.domain.briefs import CompiledPrompt, Fragment

TokenCounter = Callable[[str], int]
WINDOW = 77
ROOM = WINDOW - 2

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
    """How a prompt fits: `tokens` with the commas between fragments; `exact` with a tokenizer."""

    places: tuple[Place, ...]
    tokens: int
    exact: bool

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
        said = f"{about}{self.tokens} tokens, {ROOM} a window".capitalize()
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


def budget_of(compiled: CompiledPrompt, count: TokenCounter | None = None) -> TokenBudget:
    """Where each fragment falls; `count` gives a text's tokens without start and end.

    Fragments are kept whole where they fit, as the picture generator does.
    """
    counted = count or estimate_tokens
    joint = counted(compiled.dialect.joint.strip()) if compiled.dialect.joint.strip() else 0
    window, used, total = 1, 0, 0
    places: list[Place] = []
    for part in compiled.fragments:
        tokens = counted(part.text)
        between = joint if used else 0
        if used + between + tokens > ROOM and used:
            window, used, between = window + 1, 0, 0
        over = max(0, tokens - ROOM)
        ends = window + -(-over // ROOM)
        places.append(Place(part, tokens, window, ends))
        used = used + between + tokens if ends == window else tokens - (ends - window) * ROOM
        window, total = ends, total + between + tokens
    return TokenBudget(tuple(places), total, exact=count is not None)
