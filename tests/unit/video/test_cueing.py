"""Words become cues: nothing lost, in order, without overlap, inside the limits."""

from __future__ import annotations

from itertools import pairwise
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.domain.video.captions import STYLES, Captions, Cue, Word
from gator_engine.domain.video.cueing import (
    CueRules,
    at_rate,
    cues_from_words,
    lines_needed,
    lines_of,
    retimed,
    rules_for,
)
from gator_engine.domain.video.speech import words_from_text
from gator_engine.domain.video.time import RATES, Ratio, Span
from gator_engine.errors import InvalidInput

RATE = Ratio(30)
WORDS = st.sampled_from(
    ["a", "word", "longer", "sentence.", "comma,", "extraordinarily", "é", "🔥", "stop!", "(so)"]
)


@st.composite
def timed_words(draw: st.DrawFn) -> list[Word]:
    """Words as a recogniser gives them: mostly in order, now and then overlapping or empty."""
    at, found = draw(st.integers(0, 20)), []
    for text in draw(st.lists(WORDS, min_size=1, max_size=40)):
        length = draw(st.integers(0, 20))
        found.append(Word(text, at, length))
        at += draw(st.integers(0, 40))
    return found


@settings(deadline=None)
@given(timed_words(), st.integers(8, 30), st.integers(1, 3))
def test_no_word_is_lost_and_the_order_is_kept(words: list[Word], columns: int, lines: int) -> None:
    rules = CueRules(line_columns=columns, lines=lines)
    cues = cues_from_words(words, RATE, rules)
    assert [word.text for cue in cues for word in cue.words] == [word.text for word in words]
    assert [cue.id for cue in cues] == [f"c{n}" for n in range(1, len(cues) + 1)]


@settings(deadline=None)
@given(timed_words())
def test_cues_and_words_follow_each_other_without_overlap(words: list[Word]) -> None:
    cues = cues_from_words(words, RATE)
    for cue in cues:
        assert cue.words[0].start == cue.start
        assert cue.words[-1].span.end <= cue.span.end
        assert all(word.length >= 1 for word in cue.words)
        pairs = pairwise(cue.words)
        assert all(one.span.end <= two.start for one, two in pairs)
    pairs_of_cues = pairwise(cues)
    assert all(one.span.end <= two.start for one, two in pairs_of_cues)


@settings(deadline=None)
@given(timed_words(), st.integers(8, 30), st.integers(1, 3))
def test_every_cue_fits_its_lines(words: list[Word], columns: int, lines: int) -> None:
    rules = CueRules(line_columns=columns, lines=lines)
    for cue in cues_from_words(words, RATE, rules):
        # A single word may be longer than a line; nothing can be done about it here.
        assert len(cue.words) == 1 or lines_needed(cue.words, rules) <= lines


@settings(deadline=None)
@given(timed_words())
def test_a_cue_that_is_too_short_has_no_room_beside_it(words: list[Word]) -> None:
    rules, least = CueRules(), ceil(0.25 * 30)
    cues = cues_from_words(words, RATE, rules)
    for one, two in pairwise(cues):
        if two.start - one.start < least:
            assert lines_needed((*one.words, *two.words), rules) > rules.lines
        else:
            assert one.length >= least
    assert cues[-1].length >= least


@settings(deadline=None)
@given(timed_words(), st.integers(0, 60))
def test_nothing_is_shown_after_the_voice_ends(words: list[Word], early: int) -> None:
    end = max(len(words), words[-1].start + words[-1].length - early)
    cues = cues_from_words(words, RATE, end=end)
    assert cues[-1].span.end <= end
    assert [word.text for cue in cues for word in cue.words] == [word.text for word in words]


def test_more_words_than_frames_are_refused() -> None:
    words = [Word("a", n, 1) for n in range(5)]
    with pytest.raises(InvalidInput, match="4 frames"):
        cues_from_words(words, RATE, end=4)


def test_a_pause_and_the_end_of_a_sentence_end_a_cue() -> None:
    words = [Word("One", 0, 10), Word("two.", 10, 10), Word("Three", 20, 10), Word("four", 41, 9)]
    assert [cue.text for cue in cues_from_words(words, RATE)] == ["One two.", "Three", "four"]
    closer = [*words[:3], Word("four", 40, 9)]  # 10 frames are 0.33 s
    assert [cue.text for cue in cues_from_words(closer, RATE)] == ["One two.", "Three four"]


def test_a_cue_stays_over_a_short_gap_and_leaves_soon_in_a_long_one() -> None:
    words = [Word("Yes.", 0, 10), Word("Well,", 18, 10), Word("no", 100, 10)]
    first, second, last = cues_from_words(words, RATE)
    assert first.span.end == second.start == 18
    assert second.span.end == 28 + 9
    assert last.span.end == 110 + 9


def test_words_that_flash_by_are_merged_with_a_neighbour() -> None:
    words = [Word("Oh.", 0, 3), Word("I", 4, 10), Word("see.", 14, 10)]
    assert [cue.text for cue in cues_from_words(words, RATE)] == ["Oh. I see."]


def test_a_long_phrase_is_cut_evenly_and_rather_at_a_comma() -> None:
    text = "when the rain finally stopped we walked home"
    words = words_from_text(text, Span(0, 120))
    sizes = [len(cue.words) for cue in cues_from_words(words, RATE, CueRules(line_words=3))]
    assert sizes == [4, 4]
    words = words_from_text("when the rain stopped, we walked all the way home", Span(0, 120))
    first = cues_from_words(words, RATE)[0]
    assert first.text == "when the rain stopped,"


def test_chinese_is_cut_by_characters_and_never_before_its_marks() -> None:
    words = words_from_text(
        "每天早上我都会泡一杯咖啡，然后开始写作。这只是工作（而已）。", Span(0, 300)
    )
    cues = cues_from_words(words, RATE)
    assert (
        "".join(cue.text for cue in cues)
        == "每天早上我都会泡一杯咖啡，然后开始写作。这只是工作（而已）。"
    )
    assert len(cues) >= 3
    for cue in cues:
        for line in lines_of(cue.words):
            assert line[0].text[0] not in "，。）"
            assert line[-1].text[-1] != "（"


def test_larger_type_and_narrower_zones_get_fewer_letters_to_a_line() -> None:
    phone, wide = (1080, 1920), (1920, 1080)
    bold = rules_for(STYLES["bold"], phone)
    assert bold.line_columns < rules_for(STYLES["code"], phone).line_columns
    assert bold.line_columns < rules_for(STYLES["bold"], wide).line_columns
    assert 14 <= bold.line_columns <= 22
    assert rules_for(STYLES["single"], phone).lines == 1


def some_captions() -> Captions:
    words = words_from_text("One two three. Four five six. Seven eight.", Span(30, 240))
    return Captions(cues_from_words(words, RATE))


def test_stretching_a_scene_takes_its_captions_along() -> None:
    before = some_captions()
    first, second, third = before.cues
    longer = Span(second.start, second.length * 2)
    after = retimed(before, second.span, longer)
    assert after.cues[0] == first
    assert after.cues[1].span == longer
    assert after.cues[2] == third.moved(second.length)
    ratio = [
        (new.start - second.start) / max(1, old.start - second.start)
        for old, new in zip(second.words[1:], after.cues[1].words[1:], strict=True)
    ]
    assert all(share == pytest.approx(2, abs=0.1) for share in ratio)


def test_an_empty_span_cannot_be_stretched() -> None:
    with pytest.raises(InvalidInput, match="span"):
        retimed(some_captions(), Span(0, 0), Span(0, 10))


@settings(deadline=None)
@given(st.integers(0, 200), st.integers(1, 100), st.integers(0, 300), st.integers(1, 300))
def test_retimed_captions_still_do_not_overlap(a: int, b: int, c: int, d: int) -> None:
    after = retimed(some_captions(), Span(a, b), Span(c, d))
    assert [cue.text for cue in after.cues] == [cue.text for cue in some_captions().cues]
    for cue in after.cues:
        assert cue.length >= 1
        assert all(cue.start <= w.start and w.span.end <= cue.span.end for w in cue.words)


@pytest.mark.parametrize("name", RATES)
def test_another_frame_rate_keeps_the_time(name: str) -> None:
    rate = RATES[name]
    after = at_rate(some_captions(), RATE, rate)
    for old, new in zip(some_captions().cues, after.cues, strict=True):
        exact = old.start * rate.fraction / RATE.fraction
        assert abs(new.start - exact) <= 0.5


def test_a_cue_writes_joined_words_without_a_space() -> None:
    words = (Word("你", 0, 5), Word("好", 5, 5, True), Word("OK", 10, 5))
    assert Cue("c1", 0, 15, words).text == "你好 OK"
