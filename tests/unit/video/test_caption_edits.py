"""The commands of a caption editor, and what is found wrong with captions."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.domain.video import caption_edits as edits
from gator_engine.domain.video.caption_checks import caption_problems
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.cue_rules import CueRules
from gator_engine.domain.video.time import Ratio, Span
from gator_engine.errors import InvalidInput, NotFound

RATE = Ratio(30)
FIRST = Cue("c1", 10, 40, (Word("We", 10, 8), Word("tried", 20, 10), Word("it", 32, 10)))
SECOND = Cue("c2", 60, 30, (Word("It", 60, 10), Word("works", 70, 20)))
CAPTIONS = Captions((FIRST, SECOND))
EASY = CueRules(shortest_s=0.0, fastest=1e9)


def texts(captions: Captions) -> list[str]:
    return [cue.text for cue in captions.cues]


def test_words_that_stay_keep_their_times_when_one_is_changed() -> None:
    after = edits.reworded(CAPTIONS, "c1", "We tasted it")
    we, tasted, it = after.cues[0].words
    assert (we, it) == (FIRST.words[0], FIRST.words[2])
    assert tasted == Word("tasted", 20, 10)
    assert after.cues[1] == SECOND


def test_two_words_for_one_share_its_time() -> None:
    words = edits.reworded(CAPTIONS, "c1", "We really tried it").cues[0].words
    assert [word.text for word in words] == ["We", "really", "tried", "it"]
    assert words[2] == FIRST.words[1]
    assert words[1].start >= 18 and words[1].span.end <= 20


def test_a_shorter_text_leaves_the_other_times_alone() -> None:
    assert edits.reworded(CAPTIONS, "c1", "We it").cues[0].words == (
        FIRST.words[0],
        FIRST.words[2],
    )


TEXTS = st.lists(st.sampled_from(["a", "We", "tried", "it", "new"]), min_size=1, max_size=9)


@settings(deadline=None)
@given(TEXTS)
def test_any_new_text_stands_in_order_inside_the_cue(words: list[str]) -> None:
    cue = edits.reworded(CAPTIONS, "c1", " ".join(words)).cues[0]
    assert cue.text == " ".join(words)
    assert cue.span == FIRST.span
    assert not caption_problems(Captions((cue,)), 200, Ratio(1000), EASY)


def test_a_cue_is_split_where_the_word_begins_and_merged_again() -> None:
    halves = edits.split(CAPTIONS, "c1", 1)
    assert texts(halves) == ["We", "tried it", "It works"]
    assert halves.cues[0].span == Span(10, 10) and halves.cues[1].span == Span(20, 30)
    assert halves.cues[1].id not in ("c1", "c2")
    assert edits.merged(halves, "c1") == CAPTIONS


def test_moving_a_cue_takes_its_words_along() -> None:
    after = edits.moved(CAPTIONS, "c2", 100, 60).cues[1]
    assert after.span == Span(100, 60)
    assert [word.span for word in after.words] == [Span(100, 20), Span(120, 40)]


def test_new_cues_go_where_they_belong_in_time() -> None:
    after = edits.added(CAPTIONS, "In between", Span(50, 10))
    assert texts(after) == ["We tried it", "In between", "It works"]
    assert after.cues[1].words[0].start == 50


def test_all_move_together_but_not_before_the_beginning() -> None:
    assert edits.shifted(CAPTIONS, -10).cues[0].words[0].start == 0
    with pytest.raises(InvalidInput, match="-10 or more"):
        edits.shifted(CAPTIONS, -11)


def test_a_removed_cue_is_gone() -> None:
    assert texts(edits.removed(CAPTIONS, "c1")) == ["It works"]


@pytest.mark.parametrize(
    ("command", "field"),
    [
        (lambda: edits.reworded(CAPTIONS, "c1", "  "), "text"),
        (lambda: edits.reworded(CAPTIONS, "c1", "x" * 301), "text"),
        (lambda: edits.reworded(CAPTIONS, "c2", "a " * 31), "text"),
        (lambda: edits.split(CAPTIONS, "c1", 0), "before_word"),
        (lambda: edits.split(CAPTIONS, "c1", 3), "before_word"),
        (lambda: edits.merged(CAPTIONS, "c2"), "cue"),
        (lambda: edits.moved(CAPTIONS, "c2", 49, 20), "start"),
        (lambda: edits.moved(CAPTIONS, "c1", 10, 51), "length"),
        (lambda: edits.moved(CAPTIONS, "c1", 10, 2), "length"),
        (lambda: edits.moved(CAPTIONS, "c1", -1, 20), "start"),
        (lambda: edits.added(CAPTIONS, "x", Span(45, 10)), "span"),
        (lambda: edits.added(CAPTIONS, "x", Span(-5, 3)), "span"),
    ],
)
def test_what_cannot_be_done_names_its_field(command: Callable[[], Captions], field: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        command()
    assert caught.value.field == field


def test_an_unknown_cue_is_named() -> None:
    with pytest.raises(NotFound, match="c9"):
        edits.removed(CAPTIONS, "c9")


def problems(*cues: Cue, length: int = 1000) -> list[str]:
    return [str(problem) for problem in caption_problems(Captions(cues), length, RATE)]


def test_sound_captions_have_no_problems() -> None:
    assert problems(FIRST, SECOND) == []


@pytest.mark.parametrize(
    ("cues", "told"),
    [
        ((FIRST, FIRST), "id 'c1'"),
        ((SECOND, FIRST), "before the one before it"),
        ((FIRST, Cue("c2", 40, 30, (Word("late", 45, 10),))), "overlaps the one before it until"),
        ((Cue("c1", -5, 40, (Word("early", 0, 10),)),), "begins at frame -5"),
        ((Cue("c1", 980, 40, (Word("late", 980, 10),)),), "limit: the video's end at 1000"),
        ((Cue("c1", 0, 0, (Word("none", 0, 1),)),), "lasts 0 frames"),
        ((Cue("c1", 0, 30, ()),), "has no words"),
        ((Cue("c1", 10, 30, (Word("out", 5, 10),)),), "outside it"),
        ((Cue("c1", 0, 30, (Word("b", 10, 10), Word("a", 5, 10))),), "before the one before it"),
        ((Cue("c1", 0, 30, (Word("a", 0, 0),)),), "for 0 frames"),
        ((Cue("c1", 0, 6, (Word("hm", 0, 6),)),), "stays for 0.20 s"),
        ((Cue("c1", 0, 30, (Word("x" * 40, 0, 30),)),), "too quick to read (40 characters"),
        ((Cue("c1", 0, 30, (Word("漢" * 14, 0, 30),)),), "too quick to read (28 characters"),
    ],
)
def test_each_problem_names_the_cue_and_the_limit(cues: tuple[Cue, ...], told: str) -> None:
    found = problems(*cues)
    assert any(told in problem for problem in found), found
    assert all(problem.startswith("captions.cues[") for problem in found)
