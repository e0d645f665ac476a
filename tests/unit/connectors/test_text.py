"""Counting and cutting text, and finding what is clickable in it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.adapters.connectors import bluesky, mastodon
from gator_engine.adapters.connectors._richtext import detect, find_links, from_html
from gator_engine.domain.text import (
    code_point_range,
    collapsed,
    graphemes,
    substituted,
    utf8_bytes,
    utf8_range,
)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("abc", 3),
        ("👩‍👩‍👧‍👦", 1),
        ("🇩🇪🇫🇷", 2),
        ("e\u0301", 1),
        ("👍🏽", 1),
        ("நி", 1),
        ("a\r\nb", 3),
        ("❤️", 1),
    ],
)
def test_graphemes(text: str, count: int) -> None:
    assert graphemes(text) == count


def test_utf8_bytes() -> None:
    assert [utf8_bytes(text) for text in ("a", "é", "日", "🌅")] == [1, 2, 3, 4]


@given(st.text(), st.data())
def test_ranges_go_to_bytes_and_back(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    if any(0xD800 <= ord(character) < 0xE000 for character in text):
        return
    first, last = utf8_range(text, start, end)
    assert text.encode()[first:last].decode() == text[start:end]
    assert code_point_range(text, first, last) == (start, end)


@pytest.mark.parametrize(("start", "end"), [(1, 4), (0, 99), (3, 1), (-1, 2)])
def test_byte_bounds_inside_a_character_or_outside_are_refused(start: int, end: int) -> None:
    with pytest.raises(ValueError, match=r".+"):
        code_point_range("🌅ab", start, end)


def test_substituted() -> None:
    assert substituted("one two three", [(8, 13, "3"), (0, 3, "1")]) == "1 two 3"
    assert substituted("same", []) == "same"


def test_collapsed_is_blind_to_blanks_and_composition() -> None:
    assert collapsed(" e\u0301  x\n\ny ") == "é x y"


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("see https://example.com.", ["https://example.com"]),
        ("(https://example.com/a)", ["https://example.com/a"]),
        ("https://en.example.org/wiki/A_(b) ok", ["https://en.example.org/wiki/A_(b)"]),
        ("https://example.com/?q=a&b=c#d!", ["https://example.com/?q=a&b=c#d"]),
        ("HTTPS://Example.com/X", ["HTTPS://Example.com/X"]),
        ("https://bücher.example/ä", ["https://bücher.example/ä"]),
        ("https://localhost and ftp://example.com and example.com", []),
        ("xhttps://example.com", []),
        ("https://a.example,https://b.example", ["https://a.example", "https://b.example"]),
    ],
)
def test_links(text: str, links: list[str]) -> None:
    assert [facet.value for facet in find_links(text)] == links


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@mira hello", [("mention", "mira")]),
        ("hi @mira@photos.example!", [("mention", "mira@photos.example")]),
        ("mail a@b.example", []),
        ("https://m.example/@mira", [("link", "https://m.example/@mira")]),
        ("#tag #2024 #日本 a#b", [("tag", "tag"), ("tag", "日本")]),
        ("#cats.", [("tag", "cats")]),
    ],
)
def test_mastodon_reads(text: str, found: list[tuple[str, str]]) -> None:
    assert [(f.kind, f.value) for f in detect(text, mastodon.SYNTAX)] == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("@mira.example.com hello", [("mention", "mira.example.com")]),
        ("@mira hello", []),
        ("(@a.example) mail@b.example", [("mention", "a.example")]),
        ("#tag #2024 #c++ x#y", [("tag", "tag"), ("tag", "c++")]),
        ("#" + "x" * 65, []),
        ("#" + "x" * 64, [("tag", "x" * 64)]),
    ],
)
def test_bluesky_reads(text: str, found: list[tuple[str, str]]) -> None:
    assert [(f.kind, f.value) for f in detect(text, bluesky.SYNTAX)] == found


@given(st.text())
def test_facets_never_overlap_and_cover_what_they_say(text: str) -> None:
    for syntax in (mastodon.SYNTAX, bluesky.SYNTAX):
        done = 0
        for facet in detect(text, syntax):
            assert done <= facet.start < facet.end <= len(text)
            done = facet.end


def test_words_of_html() -> None:
    shown = '<p>Hi <a href="#">@<span>mira</span></a></p><p>a &amp; b<br />c</p>'
    assert collapsed(from_html(shown)) == "Hi @mira a & b c"


@pytest.mark.parametrize(
    ("text", "used"),
    [
        ("", 0),
        ("x" * 500, 500),
        ("https://example.com/" + "x" * 400, 23),
        ("https://a.io", 23),
        ("@mira@a.very.long.domain.example", 5),
        ("👩‍👩‍👧‍👦", 1),
    ],
)
def test_mastodon_counts(text: str, used: int) -> None:
    assert mastodon.Mastodon().measure(text).used == used


def test_bluesky_counts_characters_until_bytes_are_the_problem() -> None:
    measure = bluesky.Bluesky().measure
    assert (measure("👩‍👩‍👧‍👦").used, measure("👩‍👩‍👧‍👦").unit) == (1, "characters")
    heavy = measure("👩‍👩‍👧‍👦" * 200)
    assert (heavy.used, heavy.limit, heavy.unit) == (5000, 3000, "bytes")
    assert heavy.over == 2000
