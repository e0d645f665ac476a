"""Finds links, mentions and tags in a text, as each platform's own editor would."""

from __future__ import annotations

import html
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import regex

from gator_engine.ports import Facet

Pattern = regex.Pattern[str]

LINK, MENTION, TAG = "link", "mention", "tag"

# An address with a scheme and a dotted host; what trails it as punctuation is trimmed below.
_URL = regex.compile(
    r"(?<![\p{L}\p{N}@＠$#＃_])https?://[\p{L}\p{N}-]+(?:\.[\p{L}\p{N}-]+)+(?::\d+)?(?:[/?#][^\s<>\"“”]*)?",
    regex.IGNORECASE,
)
_CLOSING = {")": "(", "]": "[", "}": "{"}
_TRAILING = ".,;:!?'’…*_~"


@dataclass(frozen=True)
class Syntax:
    """How a platform writes mentions and tags.

    Each pattern has a group `shown` (what becomes clickable, with its sign) and a group `value`.
    `accept` may refuse a match that the pattern alone cannot tell.
    """

    mention: Pattern
    tag: Pattern
    accept: Callable[[Facet], bool] = lambda facet: True


def detect(text: str, syntax: Syntax) -> tuple[Facet, ...]:
    """Links, mentions and tags in order; a link wins over what stands inside it."""
    links = list(find_links(text))
    found = [*links]
    for kind, pattern in ((MENTION, syntax.mention), (TAG, syntax.tag)):
        for facet in _matches(text, kind, pattern):
            inside = any(link.start < facet.end and facet.start < link.end for link in links)
            if not inside and syntax.accept(facet):
                found.append(facet)
    return tuple(sorted(found, key=lambda facet: facet.start))


def find_links(text: str) -> Iterator[Facet]:
    """Web addresses with http:// or https://, without the punctuation that ends a sentence."""
    for match in _URL.finditer(text):
        url = _trimmed(match.group())
        yield Facet(match.start(), match.start() + len(url), LINK, url)


def from_html(content: str) -> str:
    """The words of a post that a server returned as HTML."""
    spaced = regex.sub(r"(?i)<br\s*/?>|</p>", " ", content)
    return html.unescape(regex.sub(r"<[^>]*>", "", spaced))


def _trimmed(url: str) -> str:
    while url:
        last = url[-1]
        unopened = last in _CLOSING and url.count(last) > url.count(_CLOSING[last])
        if last not in _TRAILING and not unopened:
            return url
        url = url[:-1]
    return url


def _matches(text: str, kind: str, pattern: Pattern) -> Iterator[Facet]:
    for match in pattern.finditer(text):
        start, end = match.span("shown")
        yield Facet(start, end, kind, match.group("value"))
