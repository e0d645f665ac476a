"""A topic as a person typed it, and how it can stand in a sentence."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gator_engine.adapters.captions._template.lexicon import (
    PHRASE_OPENINGS,
    QUESTION_OPENINGS,
    STATEMENT_OPENINGS,
    Line,
)

# Words that lose their capital inside a sentence; any other first word may be a name.
_ARTICLES = {"a", "an", "the", "my", "our", "your", "this", "that", "these", "those", "one", "two"}
_ASKING = {"why", "how", "what", "when", "where", "who", "which", "whose"}
_OTHERS = {"some", "every", "each", "no", "not", "before", "after", "on", "in", "at", "with"}
_SMALL = _ARTICLES | _ASKING | _OTHERS | {"being", "making", "missing"}


@dataclass(frozen=True)
class Topic:
    """The topic at the start of a sentence, inside one, and the openings that suit it."""

    whole: str
    inside: str
    openings: tuple[Line, ...]

    @property
    def plain(self) -> str:
        """The shortest way to say it: the topic as a sentence of its own."""
        return self.whole if self.whole[-1] in '.!?…:)”"' else f"{self.whole}."


def read_topic(text: str) -> Topic:
    """Tell a question and a full statement from a thing to talk about."""
    bare = " ".join(text.split())
    whole = bare[0].upper() + bare[1:]
    if bare.endswith("?"):
        return Topic(whole, whole, QUESTION_OPENINGS)
    if bare[-1] in ".!…" or re.search(r"[.!?…]\s", bare):
        ended = whole if whole[-1] in ".!?…" else f"{whole}."
        return Topic(ended, ended, STATEMENT_OPENINGS)
    whole = whole.rstrip(",;:")
    common = whole.split()[0].casefold() in _SMALL or bare[0].islower()
    return Topic(whole, whole[0].lower() + whole[1:] if common else whole, PHRASE_OPENINGS)
