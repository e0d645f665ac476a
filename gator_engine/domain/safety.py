"""Sexual content never meets youthful descriptors: the one rule, for personas and prompts alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping

from gator_engine.domain.personas import Rating
from gator_engine.errors import FieldProblem, InvalidInput

ADULT_AGE = 18

# Whole words and phrases, written without accents. Negations ("not a teenager") are refused too:
# image models do not understand "not", and a sexual prompt has no need of the word.
_YOUTHFUL = (
    r"adolescen(?:ts?|tes?|ce)",
    r"baby[- ]?faced?",
    r"(?:baby|babies|infants?|toddlers?)",
    r"barely[- ](?:legal|adult|eighteen|18)",
    r"boyish|girlish",
    r"child(?:ren|like|ish)?",
    r"colegialas?|ecolieres?|lyceennes?|schulmadchen|minderjahrige?[rns]?|minorenni?",
    r"flat[- ]chested",
    r"jail[- ]?bait",
    r"juveniles?",
    r"kid(?:s|die|dies|do)?",
    r"lolis?|lolita|lolicon|shotas?|shotacon",
    r"looks? (?:much |far |too )?young(?:er)?",
    r"(?:little|small|young|innocent|underage) (?:girl|boy|lady|miss|one)s?",
    r"minors?(?=\s*(?:$|[.,;!?)]))",
    r"pre[- ]?(?:teens?|pubescent|adolescents?)",
    r"prepubert\w*|pubescent|puberty",
    r"school[- ]?(?:girl|boy|child|children|kid|uniform)s?",
    r"(?:high|middle|primary|elementary|grade)[- ]?school(?:er|ers)?",
    r"teen(?:s|age|aged|ager|agers|y)?",
    r"tween(?:s|ager|agers)?",
    r"under[- ]?age[d]?",
    r"very young|young[- ]looking|youthful(?:ly)?|youngster(?:s)?",
)
_SEXUAL = (
    r"nud(?:e|es|ity|ist)|naked|topless|bottomless|undress(?:ed|ing)?|unclothed",
    r"sex(?:y|ual|ually|ualized|ualised)?|erotic\w*|porn\w*|nsfw|xxx|hentai|fetish\w*|kinky",
    r"lingerie|see[- ]through|thong|bdsm|bondage|orgasm\w*|masturbat\w*|genital\w*|nipples?",
    r"seductive\w*|provocative\w*|sensual\w*|aroused|horny|stripping|striptease",
)
_AGES = re.compile(
    r"(?<![\d.])(?P<age>\d{1,2})\s*-?\s*(?:y(?:ea)?rs?[- ]?\s*-?\s*olds?|y\s*/?\s*o\b|y\.o\.)"
    r"|\b(?:aged?|age of|turning)\s*:?\s*(?P<aged>\d{1,2})\b",
    re.IGNORECASE,
)
_AGES_IN_WORDS = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen"
    r"|fifteen|sixteen|seventeen)[- ]years?[- ]olds?\b"
)
_LEET = str.maketrans("013457@$", "oieastas")


def _whole_words(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(patterns)})(?!\w)")


_YOUTHFUL_WORDS, _SEXUAL_WORDS = _whole_words(_YOUTHFUL), _whole_words(_SEXUAL)


def refuse_youthful_sexual(texts: Mapping[str, str], rating: Rating) -> None:
    """Refuse youthful descriptors beside sexual content; `texts` are the words by field name.

    Content counts as sexual when the rating is stronger than general, or when any of the texts uses
    a sexual word. The word lists err towards refusing.

    Raises InvalidInput with one problem for each field that holds a youthful descriptor.
    """
    folded = {field: _fold(text) for field, text in texts.items()}
    sexual = rating.strength > Rating.GENERAL.strength or any(
        _first(_SEXUAL_WORDS, text) for text in folded.values()
    )
    if not sexual:
        return
    problems = [
        FieldProblem(
            field,
            f"{found!r} is a youthful descriptor beside sexual content",
            "sexual content depicts adults only, described as adults",
        )
        for field, text in folded.items()
        if (found := _youthful(text))
    ]
    if problems:
        raise InvalidInput.collect(problems)


def _youthful(text: str) -> str:
    """The first youthful descriptor in a folded text, or ""."""
    for match in _AGES.finditer(text):
        if int(match["age"] or match["aged"]) < ADULT_AGE:
            return match[0]
    in_words = _AGES_IN_WORDS.search(text)
    if in_words:
        return in_words[0]
    return _first(_YOUTHFUL_WORDS, text)


def _first(words: re.Pattern[str], text: str) -> str:
    """The first match in the text as written or with digits read as letters ("t33n")."""
    read = text.translate(_LEET)
    found = words.search(text) or (words.search(read) if read != text else None)
    return found[0] if found else ""


def _fold(text: str) -> str:
    """Small letters without accents, invisible characters, underscores or repeated blanks."""
    folded = text.casefold()
    if not folded.isascii():
        parts = unicodedata.normalize("NFKD", folded)
        folded = "".join(c for c in parts if unicodedata.category(c) not in {"Mn", "Cf"})
    return " ".join(folded.replace("_", " ").split())
