"""Sexual content never meets youthful descriptors."""

from __future__ import annotations

import pytest

from gator_engine.domain.personas import Rating
from gator_engine.domain.prompts import refuse_youthful_sexual
from gator_engine.errors import InvalidInput

SEXUAL = [Rating.SUGGESTIVE, Rating.MATURE, Rating.EXPLICIT]
YOUTHFUL = [
    "a teen model",
    "teenage dancer",
    "TEENAGER",
    "t33n",
    "te\u200ben",
    "school-girl outfit",
    "schoolgirl",
    "high school uniform",
    "barely legal",
    "young-looking face",
    "looks much younger",
    "youthful skin",
    "childlike smile",
    "little girl",
    "a 16-year-old",
    "17 yo",
    "aged 15",
    "sixteen years old",
    "loli",
    "pre_teen",
    "under-age",
    "lycéenne",
    "flat-chested",
    "is a minor.",
]
ADULT = [
    "a 19-year-old adult",
    "woman of 45, aged 45",
    "born in 1916",
    "childhood friend of the bride",
    "minor injuries, a minor key",
    "girlfriend and boyfriend",
    "loft with 16 windows",
    "a kidney-shaped pool",
    "a canteen",
    "116-year-old house",
    "shot at f/1.4, 15 mm",
]


@pytest.mark.parametrize("rating", SEXUAL)
@pytest.mark.parametrize("text", YOUTHFUL)
def test_youthful_words_are_refused_in_every_sexual_rating(text: str, rating: Rating) -> None:
    with pytest.raises(InvalidInput) as caught:
        refuse_youthful_sexual({"appearance.build": "tall", "appearance.style": text}, rating)
    assert [problem.field for problem in caught.value.problems] == ["appearance.style"]


@pytest.mark.parametrize("text", YOUTHFUL)
def test_they_are_refused_beside_a_sexual_word_in_any_rating(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        refuse_youthful_sexual({"prompt": "topless", "hair": text}, Rating.GENERAL)
    assert caught.value.field == "hair"


@pytest.mark.parametrize("text", YOUTHFUL)
def test_they_are_fine_where_nothing_is_sexual(text: str) -> None:
    refuse_youthful_sexual({"prompt": text}, Rating.GENERAL)


@pytest.mark.parametrize("rating", SEXUAL)
@pytest.mark.parametrize("text", ADULT)
def test_adult_and_unrelated_words_pass(text: str, rating: Rating) -> None:
    refuse_youthful_sexual({"prompt": text}, rating)


def test_every_field_concerned_is_named() -> None:
    with pytest.raises(InvalidInput) as caught:
        refuse_youthful_sexual({"bio": "teen", "hair": "red", "style": "childlike"}, Rating.MATURE)
    assert [problem.field for problem in caught.value.problems] == ["bio", "style"]
