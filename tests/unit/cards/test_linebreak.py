"""Line breaking: nothing lost, nothing too wide, few and even lines, no widows."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gator_engine.adapters.typefaces.linebreak import break_lines, units

WORDS = st.lists(st.text("abcdefghij", min_size=1, max_size=9), min_size=1, max_size=40)


def measure(text: str) -> float:
    """A typewriter: ten pixels a letter."""
    return 10.0 * len(text)


def broken(text: str, width: float) -> tuple[str, ...]:
    found = break_lines(text, measure, width)
    assert found is not None
    return found[0]


@given(WORDS, st.integers(90, 600))
def test_every_word_survives_in_order_and_no_line_is_too_wide(words: list[str], width: int) -> None:
    lines = broken(" ".join(words), width)
    assert " ".join(lines).split() == words
    assert all(measure(line) <= width for line in lines)


@given(WORDS, st.integers(90, 600))
def test_there_are_as_few_lines_as_possible(words: list[str], width: int) -> None:
    fewest, used = 1, 0.0
    for word in words:
        wanted = measure(word) + (10 if used else 0)
        if used + wanted > width:
            fewest, used = fewest + 1, measure(word)
        else:
            used += wanted
    assert len(broken(" ".join(words), width)) == fewest


def test_lines_are_balanced_rather_than_filled() -> None:
    text = "one two three four five six seven"
    greedy_last = "seven"
    lines = broken(text, 290)
    assert len(lines) == 2
    assert lines[-1] != greedy_last
    assert abs(len(lines[0]) - len(lines[1])) <= 5


def test_no_widow_is_left_on_the_last_line() -> None:
    lines = broken("we do not leave one short word alone on it", 180)
    assert len(lines[-1].split()) >= 2


def test_a_line_does_not_end_on_an_article_when_it_can_be_helped() -> None:
    lines = broken("How I plan a month in one hour", 130)
    assert not any(line.endswith((" a", " in")) for line in lines[:-1])


def test_a_word_wider_than_the_line_is_reported_not_cut() -> None:
    assert break_lines("short incomprehensibilities", measure, 100) is None


def test_long_compounds_may_break_after_a_hyphen_or_slash_without_a_space() -> None:
    assert [(u.text, u.spaced) for u in units("well-known and/or")] == [
        ("well-", True),
        ("known", False),
        ("and/", True),
        ("or", False),
    ]
    lines = broken("state-of-the-art", 80)
    assert len(lines) == 3 and "".join(lines) == "state-of-the-art"


def test_numbers_and_ranges_keep_their_sign() -> None:
    assert broken("at -5 degrees", 400) == ("at -5 degrees",)
