"""What a text is found by, in scripts with and without spaces."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.search_terms import LONGEST_TERM, folded, terms_of, text_query


@pytest.mark.parametrize(
    ("text", "terms"),
    [
        ("A red bowl, a RED Bowl", ("a", "red", "bowl")),
        ("Straße 100% Ångström", ("strasse", "100", "angstrom")),
        ("朝の海", ("朝の", "の海", "海")),
        ("iPhone撮影", ("iphone", "撮影", "影")),
        ("🌊☀️!", ("🌊", "☀")),
        ("か が", ("か", "が")),
        ("...", ()),
        ("", ()),
    ],
)
def test_terms(text: str, terms: tuple[str, ...]) -> None:
    assert terms_of(text) == terms


def test_words_are_asked_by_their_beginning_and_unspaced_scripts_by_pairs() -> None:
    asked = text_query("glaz 朝の海 海")
    assert asked.beginnings == ("glaz", "海")
    assert asked.whole == ("朝の", "の海")
    assert not text_query("%_ '\" --")


@given(st.text(max_size=300))
def test_a_text_is_found_by_itself_and_no_term_holds_syntax(text: str) -> None:
    terms, asked = terms_of(text), text_query(text)
    assert set(asked.whole) <= set(terms)
    for beginning in asked.beginnings:
        assert any(term.startswith(beginning) for term in terms)
    for term in terms:
        assert 1 <= len(term) <= LONGEST_TERM
        assert not re.search(r"[^a-z0-9\u0080-\U0010ffff]", term)


@given(st.text(max_size=100))
def test_folding_twice_changes_nothing_that_search_could_see(text: str) -> None:
    assert terms_of(folded(text)) == terms_of(text)
