"""How a Mastodon server reads a post: its length, and its links, mentions and tags."""

from __future__ import annotations

import html
from collections.abc import Iterator

import regex

from gator_engine.adapters.sandbox.twin import Span

PER_URL = 23
_URL = r"https?://[^\s<>\"]*[^\s<>\".,;:!?)\]'’…]"
_PARTS = regex.compile(
    rf"(?P<url>{_URL})"
    r"|(?<![\w/=])@(?P<user>[a-z0-9_]+)(?:@(?P<domain>[a-z0-9.-]+[a-z0-9]))?"
    r"|(?<![\w/])[#＃](?P<tag>[\w·]*[\p{L}_]\w*)",
    regex.IGNORECASE,
)


def counted(text: str) -> int:
    """Grapheme clusters, an address as 23, a mention without its domain."""
    short = regex.sub(_URL, "x" * PER_URL, text)
    short = regex.sub(r"(?i)(?<![\w/=])(@[a-z0-9_]+)@[a-z0-9.-]+[a-z0-9]", r"\1", short)
    return len(regex.findall(r"\X", short))


def spans(text: str, base_url: str) -> list[Span]:
    """The text cut at its links, mentions and tags."""
    found, done = [], 0
    for match in _PARTS.finditer(text):
        found.append(Span(text[done : match.start()]))
        found.append(Span(match.group(), _href(match, base_url)))
        done = match.end()
    return [span for span in [*found, Span(text[done:])] if span.text]


def to_html(text: str, base_url: str) -> str:
    """The post's HTML as Mastodon builds it: shortened links, mentions without their domain."""
    return "".join(
        f"<p>{''.join(_inline(span) for span in spans(part, base_url))}</p>"
        for part in regex.split(r"\n{2,}", text.strip())
    )


def tags(text: str) -> Iterator[str]:
    """Tags without their sign, in order."""
    yield from (match["tag"] for match in _PARTS.finditer(text) if match["tag"])


def mentions(text: str) -> Iterator[str]:
    """Mentioned accounts without their first sign, in order."""
    for match in _PARTS.finditer(text):
        if match["user"]:
            yield match["user"] + (f"@{match['domain']}" if match["domain"] else "")


def _href(match: regex.Match[str], base_url: str) -> str:
    if match["url"]:
        return match["url"]
    if match["tag"]:
        return f"{base_url}/tags/{match['tag'].lower()}"
    return (
        f"https://{match['domain']}/@{match['user']}"
        if match["domain"]
        else (f"{base_url}/@{match['user'].lower()}")
    )


def _inline(span: Span) -> str:
    if not span.href:
        return html.escape(span.text).replace("\n", "<br />")
    href = html.escape(span.href)
    if span.text.startswith("@"):
        user = html.escape(span.text[1:].partition("@")[0])
        link = f'<a href="{href}" class="u-url mention">@<span>{user}</span></a>'
        return f'<span class="h-card">{link}</span>'
    if span.text[0] in "#＃":
        tag = html.escape(span.text[1:])
        return f'<a href="{href}" class="mention hashtag" rel="tag">#<span>{tag}</span></a>'
    scheme, _, rest = span.text.partition("://")
    shown, hidden = html.escape(rest[:30]), html.escape(rest[30:])
    return (
        f'<a href="{href}" rel="nofollow noopener" target="_blank">'
        f'<span class="invisible">{scheme}://</span><span class="ellipsis">{shown}</span>'
        f'<span class="invisible">{hidden}</span></a>'
    )
