"""The generator as the studio uses it: requests in, labelled files out."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import pytest
from PIL import Image

from gator_engine.adapters.generators.card import GENERATOR
from gator_engine.config import Settings
from gator_engine.domain.briefs import BriefKind, CompiledPrompt
from gator_engine.domain.personas import Brand, Identity, PersonaProfile
from gator_engine.errors import Cancelled, InvalidInput
from gator_engine.ports import GenerateRequest

PROFILE = PersonaProfile(Identity("Luna Reyes", "luna.makes", 29), brand=Brand(typeface="modern"))


class Recorder:
    """A run that notes what it is told and can be cancelled after some pictures."""

    def __init__(self, stop_after: int = 99) -> None:
        self.told: list[tuple[float, str]] = []
        self.stop_after = stop_after

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        self.told.append((fraction, stage))

    def check(self) -> None:
        if len(self.told) >= self.stop_after:
            raise Cancelled("stopped by a person")


def request(
    kind: BriefKind, texts: Mapping[str, str], count: int = 1, **settings: Any
) -> GenerateRequest:
    return GenerateRequest(
        kind, CompiledPrompt(()), PROFILE, (540, 675), count, 40, texts, settings
    )


def made(asked: GenerateRequest, run: Recorder | None = None) -> Any:
    return GENERATOR(Settings()).generate(asked, run or Recorder())


def test_it_says_that_it_is_a_design() -> None:
    generator = GENERATOR(Settings())
    assert generator.missing() == ""
    assert generator.capabilities.label == "Designed card"
    assert generator.capabilities.origin == "designed"
    result = made(request(BriefKind.IMAGE, {"body": "Show up."}))
    assert "no model" in result.model
    assert "not a photograph" in result.files[0].parameters["made"]
    assert result.files[0].alt_text.startswith("Designed text card")


def test_each_picture_of_a_count_has_its_own_seed_and_look() -> None:
    run = Recorder()
    result = made(request(BriefKind.IMAGE, {"body": "Show up, ship small."}, 3), run)
    assert [file.seed for file in result.files] == [40, 41, 42]
    assert len({file.data for file in result.files}) == 3
    for file in result.files:
        assert Image.open(io.BytesIO(file.data)).size == (540, 675)
    fractions = [fraction for fraction, _ in run.told]
    assert fractions == sorted(fractions) and fractions[-1] == 1.0


def test_the_same_request_gives_the_same_bytes() -> None:
    asked = request(BriefKind.IMAGE, {"title": "Hello", "kicker": "New"})
    assert made(asked).files[0].data == made(asked).files[0].data


@pytest.mark.parametrize(
    ("texts", "card"),
    [
        ({"body": "b"}, "quote"),
        ({"title": "t", "body": "b"}, "announcement"),
        ({"title": "t", "items": "one\n\ntwo"}, "list"),
    ],
)
def test_the_texts_decide_the_card(texts: dict[str, str], card: str) -> None:
    assert made(request(BriefKind.IMAGE, texts)).files[0].parameters["card"] == card


def test_a_carousel_is_cover_slides_and_end() -> None:
    texts = {
        "title": "Plan a month",
        "items": "Say no first | List what you leave out.\nPick three",
        "closing": "Save this | One small system a week.",
    }
    files = made(request(BriefKind.CAROUSEL, texts)).files
    cards = [file.parameters["card"] for file in files]
    assert cards == ["carousel_cover", "carousel_slide", "carousel_slide", "carousel_end"]
    assert [file.parameters["slide"] for file in files] == ["1/4", "2/4", "3/4", "4/4"]
    assert len({(f.parameters["background"], f.parameters["tone"]) for f in files}) == 1
    assert "List what you leave out." in files[1].alt_text


def test_the_brand_decides_unless_an_option_does() -> None:
    texts = {"body": "Show up."}
    assert made(request(BriefKind.IMAGE, texts)).files[0].parameters["typeface"] == "modern"
    chosen = made(request(BriefKind.IMAGE, texts, typeface="literary", background="paper"))
    parameters = chosen.files[0].parameters
    assert (parameters["typeface"], parameters["background"]) == ("literary", "paper")


@pytest.mark.parametrize(
    ("kind", "texts", "settings", "field"),
    [
        (BriefKind.IMAGE, {}, {}, "body"),
        (BriefKind.IMAGE, {"slogan": "x"}, {}, "slogan"),
        (BriefKind.IMAGE, {"body": "x", "closing": "y"}, {}, "closing"),
        (BriefKind.IMAGE, {"body": "x"}, {"card": "poem"}, "settings.card"),
        (BriefKind.IMAGE, {"body": "x"}, {"layout": "spiral"}, "settings.layout"),
        (BriefKind.CAROUSEL, {"title": "t"}, {}, "items"),
        (BriefKind.CAROUSEL, {"title": "t", "items": "a\n" * 20}, {}, "items"),
        (BriefKind.CAROUSEL, {"title": "t", "items": "a", "attribution": "b"}, {}, "attribution"),
        (BriefKind.CAROUSEL, {"items": "a"}, {}, "title"),
    ],
)
def test_what_cannot_be_used_is_refused_by_field(
    kind: BriefKind, texts: dict[str, str], settings: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        made(request(kind, texts, **settings))
    assert caught.value.field == field


def test_cancel_takes_effect_between_pictures() -> None:
    run = Recorder(stop_after=2)
    with pytest.raises(Cancelled):
        made(request(BriefKind.IMAGE, {"body": "x"}, 5), run)
    assert len(run.told) == 2
