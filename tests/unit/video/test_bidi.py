"""Mixed directions: levels and order against the examples of the Unicode Bidirectional Algorithm.

Capitals stand for right-to-left letters, as in the annex (UAX #9).
"""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.adapters.render.text import bidi

HEBREW = dict(zip("ABCDEFGHIJKLMNOPQRSTUV", map(chr, range(0x5D0, 0x5EA)), strict=False))
MIRRORED = str.maketrans("()[]", ")(][")


def shown(text: str, direction: str) -> str:
    """The text from left to right as it is seen, in the annex's notation."""
    written = "".join(HEBREW.get(char, char) for char in text)
    levels = bidi.levels(written, direction)
    order = bidi.visual_order(levels)
    return "".join(text[n].translate(MIRRORED) if levels[n] % 2 else text[n] for n in order)


@pytest.mark.parametrize(
    ("text", "direction", "seen"),
    [
        ("car means CAR.", "ltr", "car means RAC."),
        ("car MEANS CAR.", "rtl", ".RAC SNAEM car"),
        ("he said “CAR MEANS CAR.”", "ltr", "he said “RAC SNAEM RAC.”"),
        ("ABC (def) GHI", "rtl", "IHG (def) CBA"),
        ("ABC (def 12)!", "rtl", "!(def 12) CBA"),
        ("smith (fabrikam ABC) DEF", "ltr", "smith (fabrikam CBA) FED"),
        ("ABC(DEF)[&ef]!", "rtl", "![ef&](FED)CBA"),
        ("DEF 123 ABC", "rtl", "CBA 123 FED"),
        ("ABC 1-2 DEF", "rtl", "FED 1-2 CBA"),
        ("ABC 15% DEF", "rtl", "FED 15% CBA"),
        ("a ABC 1,2 b", "ltr", "a 1,2 CBA b"),
    ],
)
def test_examples_are_shown_in_the_right_order(text: str, direction: str, seen: str) -> None:
    assert shown(text, direction) == seen


@pytest.mark.parametrize(
    ("text", "direction"),
    [("hello שלום", "ltr"), ("שלום hello", "rtl"), ("123 مرحبا", "rtl"), ("123 🔥", "ltr")],
)
def test_the_first_strong_letter_decides(text: str, direction: str) -> None:
    assert bidi.direction_of(text) == direction


ALPHABET = st.text("abאבعب12٣ .,()[]-%🔥\u0301\u200f\u2067", max_size=24)


@settings(deadline=None)
@given(ALPHABET, st.sampled_from(["ltr", "rtl"]))
def test_every_character_is_shown_once(text: str, direction: str) -> None:
    levels = bidi.levels(text, direction)
    assert len(levels) == len(text)
    assert sorted(bidi.visual_order(levels)) == list(range(len(text)))


@settings(deadline=None)
@given(st.text("ab 12.,()", max_size=20))
def test_plain_latin_stays_as_it_is(text: str) -> None:
    assert bidi.visual_order(bidi.levels(text, "ltr")) == list(range(len(text)))


@settings(deadline=None)
@given(st.text("אב", min_size=1, max_size=20))
def test_plain_hebrew_is_turned_around(text: str) -> None:
    assert bidi.visual_order(bidi.levels(text, "rtl")) == list(range(len(text)))[::-1]
