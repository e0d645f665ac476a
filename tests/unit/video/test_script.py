"""Scripts: sentences, pauses, stress and pronunciations, with every word kept."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.video.script import (
    BETWEEN_PARAGRAPHS_S,
    BETWEEN_SENTENCES_S,
    LONGEST_SCRIPT,
    VoiceChoice,
    sentences,
    spread,
)
from gator_engine.errors import InvalidInput


def test_a_script_becomes_sentences_with_their_pauses() -> None:
    found = sentences("One two. Three! [pause 1.5] Four?\n\nFive.")
    assert [one.text for one in found] == ["One two.", "Three!", "Four?", "Five."]
    pauses = [BETWEEN_SENTENCES_S, 1.5, BETWEEN_PARAGRAPHS_S, BETWEEN_PARAGRAPHS_S]
    assert [one.pause_s for one in found] == pauses


def test_a_pause_before_the_first_word_is_kept() -> None:
    first, second = sentences("[pause 2] Hello.")
    assert (first.words, first.pause_s, second.text) == ((), 2.0, "Hello.")


def test_stress_is_told_and_its_marks_are_gone() -> None:
    (one,) = sentences("This is *really very* good, *yes*!")
    assert [word.text for word in one.words if word.stressed] == ["really", "very", "yes!"]
    assert one.text == "This is really very good, yes!"


def test_a_product_of_numbers_is_no_stress() -> None:
    (one,) = sentences("2 * 3 * 4 is 24")
    assert not any(word.stressed for word in one.words)


def test_the_lexicon_changes_what_is_said_and_not_what_is_shown() -> None:
    (one,) = sentences("Ask Siobhan’s brother, Siobhan!", [("siobhan", "Shivawn")])
    assert one.text == "Ask Siobhan’s brother, Siobhan!"
    assert one.spoken == "Ask Siobhan’s brother, Shivawn!"


def test_addresses_emoji_and_markup_are_shown_and_not_said() -> None:
    (one,) = sentences("## See https://example.org 🎉 **now** #clay")
    assert "https://example.org" in one.text and "🎉" in one.text
    assert one.spoken == "See now clay"


def test_chinese_sentences_end_without_blanks() -> None:
    assert [one.text for one in sentences("你好。再见！")] == ["你好。", "再见！"]


@pytest.mark.parametrize("script", ["", "  \n ", "🎉 🎉", "[pause 1]"])
def test_nothing_to_say_is_said(script: str) -> None:
    with pytest.raises(InvalidInput, match="nothing that can be said"):
        sentences(script)


def test_limits_are_named() -> None:
    with pytest.raises(InvalidInput, match=str(LONGEST_SCRIPT)):
        sentences("a " * LONGEST_SCRIPT)
    with pytest.raises(InvalidInput, match="limit: 10 s"):
        sentences("Wait. [pause 60] Go.")
    fields = [
        problem.field for problem in VoiceChoice("x", speed=9, lexicon=(("", "a"),)).problems()
    ]
    assert fields == ["voice.speed", "voice.lexicon"]


@given(st.lists(st.from_regex(r"[a-zäß]{1,9}[.!?,]?", fullmatch=True), min_size=1, max_size=40))
def test_no_word_is_lost_or_moved(words: list[str]) -> None:
    found = sentences(" ".join(words))
    assert [word.text for one in found for word in one.words] == words


@given(st.lists(st.sampled_from(["clay", "a", "https://x.example", "🎉"]), min_size=1, max_size=9))
def test_estimated_times_fill_the_span_in_order(words: list[str]) -> None:
    script = " ".join([*words, "end"])
    (one,) = sentences(script)
    timed = spread(one, 1.0, 3.0)
    assert [word.text for word in timed] == script.split()
    assert timed[0].start_s == 1.0 and timed[-1].end_s == pytest.approx(3.0)
    assert all(a.end_s <= b.start_s + 1e-9 for a, b in pairwise(timed))
