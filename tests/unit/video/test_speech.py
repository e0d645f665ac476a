"""What is said of a text, where its words lie in time, and where its lines may end."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.domain.video.casing import uppercase
from gator_engine.domain.video.linebreaks import columns, pieces
from gator_engine.domain.video.speech import shown_words, spoken_text, syllables, words_from_text
from gator_engine.domain.video.time import Span
from gator_engine.errors import InvalidInput


@pytest.mark.parametrize(
    ("shown", "spoken"),
    [
        ("# A title\n\nSome **bold** and _slanted_ words", "A title Some bold and slanted words"),
        ("- one\n- two\n---\n3. three", "one two three"),
        ("see [our page](https://a.example/x_y) now", "see our page now"),
        ("more at https://a.example/x?y=1_2, or www.b.example.", "more at, or."),
        ("fire 🔥 and flags 🇩🇪 👍🏽!", "fire and flags!"),
        ("snake_case and 2 * 3 * 4 stay", "snake_case and 2 * 3 * 4 stay"),
        ("`code` and ~~gone~~ <b>tags</b>", "code and gone tags"),
        ("#kiln by @mara", "kiln by mara"),
        ("> quoted\n```\ntext\n```", "quoted text"),
        ("a < b and c > d", "a < b and c > d"),
    ],
)
def test_markup_addresses_and_emoji_are_shown_but_not_spoken(shown: str, spoken: str) -> None:
    assert spoken_text(shown) == spoken


@pytest.mark.parametrize(
    ("word", "count"),
    [("hello", 2), ("strength", 1), ("你好", 2), ("안녕", 2), ("42", 4), ("🔥", 0.5), ("hmm", 1)],
)
def test_syllables_are_counted_in_every_script(word: str, count: float) -> None:
    assert syllables(word) == count


@settings(deadline=None)
@given(st.lists(st.text("abc好é.,", min_size=1, max_size=8), min_size=1, max_size=30))
def test_spread_words_are_all_there_inside_the_span_one_after_the_other(parts: list[str]) -> None:
    text, span = " ".join(parts), Span(40, 400)
    words = words_from_text(text, span)
    again = "".join((" " if n and not w.joined else "") + w.text for n, w in enumerate(words))
    assert again == text
    assert all(span.start <= word.start and word.span.end <= span.end for word in words)
    pairs = pairwise(words)
    assert all(one.length >= 1 and one.span.end <= two.start for one, two in pairs)


def test_longer_words_take_longer_and_commas_pause() -> None:
    short, long, after = words_from_text("an extraordinary, end", Span(0, 100))
    assert long.length > 3 * short.length
    assert after.start > long.span.end


def test_words_lie_where_somebody_speaks() -> None:
    voiced = (Span(10, 20), Span(60, 20))
    words = words_from_text("one two three four", Span(0, 100), voiced)
    assert {word.start for word in words} <= {*range(10, 30), *range(60, 80)}
    assert words[0].start == 10 and words[-1].span.end == 80


def test_more_words_than_frames_are_refused() -> None:
    with pytest.raises(InvalidInput, match="3 words for 2 frames"):
        words_from_text("a b c", Span(0, 2))


def test_text_without_spaces_becomes_joined_words() -> None:
    assert shown_words("你好，世界 well-known") == (
        ("你", False),
        ("好，", True),
        ("世", True),
        ("界", True),
        ("well-known", False),
    )


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("这是“测试”（一）。", ["这", "是", "“测", "试”（一）。"]),
        ("ちょっとスーパー", ["ちょっ", "と", "スー", "パー"]),
        ("「はい」と言った……", ["「は", "い」", "と", "言っ", "た……"]),
        ("well-known and/or -5 €20 50%", ["well-", "known", "and/or", "-5", "€20", "50%"]),
        ("안녕하세요 세계", ["안녕하세요", "세계"]),
        ("¿Qué? «Bonjour» “hi”", ["¿Qué?", "«Bonjour»", "“hi”"]),
        ("👨‍👩‍👧🇩🇪👍🏽", ["👨‍👩‍👧", "🇩🇪", "👍🏽"]),
        ("שלום עולם", ["שלום", "עולם"]),
        ("no\u00a0break", ["no\u00a0break"]),
    ],
)
def test_lines_end_where_each_script_allows(text: str, parts: list[str]) -> None:
    assert [piece for piece, _ in pieces(text)] == parts


@settings(deadline=None)
@given(st.text("ab 你，。（）“”ーっか-/🔥👍🏽\u00a0.,!", max_size=30))
def test_pieces_are_the_text_again_and_no_line_begins_with_a_closing_mark(text: str) -> None:
    found = pieces(text)
    again = "".join((" " if spaced else "") + piece for piece, spaced in found)
    assert again == " ".join(part for part in text.replace("\n", " ").split(" ") if part)
    for piece, spaced in found[1:]:
        assert spaced or piece[0] not in "，。）”ーっ.,!"
    for (piece, _), (_, spaced) in pairwise(found):
        assert spaced or piece[-1] not in "（“"


def test_ideographs_and_emoji_are_two_columns_wide() -> None:
    assert columns("ab你🔥e\u0301") == 7


@pytest.mark.parametrize(
    ("text", "language", "capitals"),
    [
        ("istanbul ışık", "tr", "İSTANBUL IŞIK"),
        ("istanbul", "en", "ISTANBUL"),
        ("άξιζε το ταΐζω", "el-GR", "ΑΞΙΖΕ ΤΟ ΤΑΪΖΩ"),
        ("straße", "de", "STRASSE"),
        ("你好 🔥", "zh", "你好 🔥"),
    ],
)
def test_capitals_follow_the_language(text: str, language: str, capitals: str) -> None:
    assert uppercase(text, language) == capitals
