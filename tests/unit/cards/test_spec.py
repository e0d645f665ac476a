"""What a card accepts, and how it says no."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from gator_engine.adapters.generators._cards.avatars import AvatarSpec
from gator_engine.adapters.generators._cards.names import KINDS, TYPEFACES
from gator_engine.adapters.generators._cards.render import render_card
from gator_engine.adapters.generators._cards.spec import CardSpec
from gator_engine.errors import InvalidInput

GOOD = CardSpec("quote", body="Show up, ship small.", display_name="Luna", size=(320, 400))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("kind", {"kind": "poem"}),
        ("typeface", {"typeface": "comic"}),
        ("background", {"background": "lava"}),
        ("layout", {"layout": "spiral"}),
        ("tone", {"tone": "loud"}),
        ("avatar", {"avatar": AvatarSpec("photograph", "a")}),
        ("size", {"size": (319, 400)}),
        ("size", {"size": (4097, 4000)}),
        ("size", {"size": (320, 800)}),
        ("palette", {"palette": ()}),
        ("palette", {"palette": ("#fff",)}),
        ("palette", {"palette": ("#ffffff",) * 9}),
        ("grain", {"grain": 1.5}),
        ("grain", {"grain": float("nan")}),
        ("slide_index", {"slide_index": 2}),
        ("slide_index", {"slide_index": 0}),
        ("slide_index", {"slide_count": 21, "slide_index": 1}),
        ("body", {"body": "  \n "}),
        ("title", {"title": "A quote has no title"}),
        ("display_name", {"display_name": ""}),
    ],
)
def test_what_cannot_be_used_is_refused_by_field(field: str, changes: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as caught:
        replace(GOOD, **changes).checked()
    assert field in [problem.field for problem in caught.value.problems]


def test_unknown_names_come_with_the_allowed_ones() -> None:
    with pytest.raises(InvalidInput) as caught:
        replace(GOOD, kind="poem", typeface="comic").checked()
    assert len(caught.value.problems) == 2
    assert all(name in str(caught.value) for name in (*KINDS, *TYPEFACES))


def test_a_list_needs_items_and_no_empty_or_too_many_ones() -> None:
    listed = CardSpec("list", title="Habits", handle="luna")
    for items in ((), ("one", " "), ("x",) * 11):
        with pytest.raises(InvalidInput) as caught:
            replace(listed, items=items).checked()
        assert caught.value.field == "items"


def test_blanks_around_texts_are_removed() -> None:
    assert replace(GOOD, body="  so  ").checked().body == "so"


@pytest.mark.parametrize("layout", ["editorial", "centred", "poster", "sheet", "split", "auto"])
def test_a_text_that_cannot_stay_readable_is_refused_with_the_limit(layout: str) -> None:
    long = replace(GOOD, body="Consistency is a quiet superpower. " * 40, layout=layout)
    with pytest.raises(InvalidInput) as caught:
        render_card(long)
    assert caught.value.field == "body"
    limit = caught.value.problems[0].limit
    assert limit is not None
    characters = int(limit.split()[1])
    assert 40 < characters < 1300
    fits = replace(long, body=long.body[: int(characters * 0.85)].rsplit(" ", 1)[0])
    assert render_card(fits).image.size == (320, 400)


def test_a_word_longer_than_the_card_is_refused() -> None:
    with pytest.raises(InvalidInput, match="body"):
        render_card(replace(GOOD, body="Donaudampfschifffahrt" * 6))


def test_a_name_that_needs_more_than_its_line_is_refused() -> None:
    with pytest.raises(InvalidInput, match="display_name"):
        render_card(replace(GOOD, display_name="Luna of the " * 20))


def test_a_character_without_a_glyph_is_refused_through_the_whole_engine() -> None:
    with pytest.raises(InvalidInput, match=r"body.*U\+6F22"):
        render_card(replace(GOOD, body="well 漢"))
