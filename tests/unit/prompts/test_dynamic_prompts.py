"""Dynamic prompts: repeatable for a seed, listed without end, and bounded."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.domain.dynamic_prompts import (
    LONGEST_TEXT,
    MOST_LISTED,
    check_name,
    expand,
    is_dynamic,
    list_all,
)
from gator_engine.errors import InvalidInput

LISTS = {
    "colour": ("red", "{dark|light} blue"),
    "places/far": ("a __colour__ harbour", "a pass"),
    "loop": ("x __loop__",),
    "long": ("y" * 900,),
}
WORDS = st.text("ab ", min_size=1, max_size=5).map(str.strip).filter(bool)
TEMPLATES = st.recursive(
    WORDS | st.just("__colour__"),
    lambda inner: (
        st.lists(inner, min_size=1, max_size=3).map(lambda o: "{" + "|".join(o) + "}")
        | st.lists(inner, min_size=2, max_size=3).map(lambda o: "{2$$" + "|".join(o) + "}")
        | st.tuples(inner, inner).map(" ".join)
    ),
    max_leaves=8,
)


@pytest.mark.parametrize(
    ("text", "all_of_it"),
    [
        ("a plain one", ("a plain one",)),
        ("{a|b} c", ("a c", "b c")),
        ("{a|b} {c|d}", ("a c", "a d", "b c", "b d")),
        ("{2$$a|b|c}", ("a, b", "a, c", "b, c")),
        ("{1-2$$ and $$a|b}", ("a", "b", "a and b")),
        ("{0-1$$a}x", ("x", "ax")),
        ("{0.2::a|3::b}", ("a", "b")),
        ("{a {b|c}|d}", ("a b", "a c", "d")),
        ("__colour__", ("red", "dark blue", "light blue")),
        ("__COLOUR__ hat", ("red hat", "dark blue hat", "light blue hat")),
        (
            "__places/far__",
            ("a red harbour", "a dark blue harbour", "a light blue harbour", "a pass"),
        ),
        (r"\{a\|b\} \_\_c__", ("{a|b} __c__",)),
        ("a, {|b}, c", ("a, c", "a, b, c")),
        ("{a|a}", ("a",)),
    ],
)
def test_everything_it_can_become(text: str, all_of_it: tuple[str, ...]) -> None:
    assert list_all(text, LISTS).texts == all_of_it


def test_brackets_of_weights_pass_through() -> None:
    assert expand(r"({a:1.2) \(b\)".replace("{", ""), LISTS, 1).text == r"(a:1.2) \(b\)"
    assert list_all("({red|blue}:1.3)", {}).texts == ("(red:1.3)", "(blue:1.3)")


@given(TEMPLATES, st.integers(0, 2**31))
def test_the_same_seed_gives_the_same_prompt_and_it_is_listed(text: str, seed: int) -> None:
    made = expand(text, LISTS, seed)
    assert made == expand(text, LISTS, seed)
    assert not is_dynamic(made.text)
    listing = list_all(text, LISTS)
    assert listing.ways >= len(listing.texts) >= 1
    if listing.ways <= MOST_LISTED:
        assert made.text in listing.texts


def test_known_seeds_give_known_prompts() -> None:
    text = "{a|b|c} {2$$x|y|z} __colour__"
    made = [expand(text, LISTS, seed).text for seed in range(4)]
    assert made == ["c x, z red", "c x, y red", "c x, z dark blue", "b y, z red"]


def test_weights_decide_how_often() -> None:
    counts = Counter(expand("{0.5::a|3::b|0::c}", {}, seed).text for seed in range(2000))
    assert set(counts) == {"a", "b"}
    assert 4.5 < counts["b"] / counts["a"] < 8


def test_every_choice_is_told() -> None:
    made = expand("{a|b} __colour__", LISTS, 7)
    assert [choice.where for choice in made.choices if "|" in choice.where][:1] == ["{a|b}"]
    assert made.choices[-1].where == "colour"
    assert (made.template, made.seed) == ("{a|b} __colour__", 7)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{a|b", "without }"),
        ("a}", "without {"),
        ("__nowhere__", "no list __nowhere__"),
        ("__loop__", "leads into itself"),
        ("{4$$a|b}", "asks for 4"),
        ("{2-1$$a|b}", "asks for 2–1"),
        ("{" * 9 + "a" + "}" * 9, "nests too deep"),
        ("{a|b}" * 65, "too many choices"),
        ("__long__" * 5, "too long"),
        ("x" * (LONGEST_TEXT + 1), "characters"),
    ],
)
def test_what_goes_too_far_is_named(text: str, words: str) -> None:
    for attempt in (lambda: expand(text, LISTS, 1), lambda: list_all(text, LISTS)):
        with pytest.raises(InvalidInput, match=words) as caught:
            attempt()
        assert caught.value.field == "prompt"


@given(st.text("ab{}|_$:1-2\\ ", max_size=60), st.integers(0, 99))
def test_any_text_expands_or_is_refused(text: str, seed: int) -> None:
    try:
        expand(text, LISTS, seed)
        list_all(text, LISTS, 5)
    except InvalidInput as error:
        assert error.field == "prompt"


def test_endless_many_ways_are_counted_not_made() -> None:
    listing = list_all("{a|b|c|d|e|f|g|h}" * 30, {}, limit=10)
    assert (listing.ways, len(listing.texts)) == (8**30, 10)


@pytest.mark.parametrize("name", ["", "a__b", "_a", "a_", "ä", "x" * 61, "a\nb", "a{"])
def test_names_that_cannot_be_written_are_refused(name: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        check_name(name)
    assert caught.value.field == "name"


@pytest.mark.parametrize("name", ["a", " warm colours ", "places/far", "a_b", "2-tone"])
def test_names_that_can_be_written_can_be_read(name: str) -> None:
    bare = check_name(name)
    assert list_all(f"__{bare}__", {bare: ("x",)}).texts == ("x",)
