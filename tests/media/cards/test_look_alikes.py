"""Two designed cards of one layout are no look-alikes; copies of one card are."""

from __future__ import annotations

import io
from collections.abc import Callable
from itertools import combinations

import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from gator_engine.adapters.generators.card import GENERATOR
from gator_engine.adapters.media.inspector import PillowInspector
from gator_engine.config import load_settings
from gator_engine.domain.briefs import BriefKind, CompiledPrompt
from gator_engine.domain.fingerprints import NEAR, PictureFingerprint, distance
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.ports import GenerateRequest


class Quiet:
    """A run that nobody follows."""

    def progress(self, fraction: float, stage: str, preview: bytes | None = None) -> None:
        pass

    def check(self) -> None:
        pass


TITLES = ("Make it useful, then make it kind", "Clay remembers everything you do", "The third test")


def card(layout: str, title: str) -> Image.Image:
    request = GenerateRequest(
        kind=BriefKind.IMAGE,
        compiled=CompiledPrompt(()),
        profile=TEMPLATES[0].profile,
        size=(540, 675),
        count=1,
        seed=1,
        texts={"title": title, "body": ""},
        settings={"layout": layout},
    )
    made = GENERATOR(load_settings()).generate(request, Quiet()).files[0].data
    return Image.open(io.BytesIO(made)).convert("RGB")


def saved(image: Image.Image, form: str = "PNG", **how: int) -> bytes:
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def looks(data: bytes) -> PictureFingerprint:
    inspector = PillowInspector(load_settings())
    found = inspector.fingerprint(data, inspector.inspect(data))
    assert found is not None
    return found


def spotted(image: Image.Image) -> Image.Image:
    copy, (width, height) = image.copy(), image.size
    box = (width // 2, height // 3, width // 2 + width // 25, height // 3 + width // 25)
    ImageDraw.Draw(copy).ellipse(box, fill=(200, 120, 90))
    return copy


COPIES: dict[str, Callable[[Image.Image], bytes]] = {
    "coarse JPEG": lambda image: saved(image, "JPEG", quality=30),
    "a third of the size": lambda image: saved(image.reduce(3), "WEBP", quality=60),
    "darker": lambda image: saved(ImageEnhance.Brightness(image).enhance(0.95)),
    "more contrast": lambda image: saved(ImageEnhance.Contrast(image).enhance(1.1)),
    "softer": lambda image: saved(image.filter(ImageFilter.GaussianBlur(1))),
    "a spot retouched": lambda image: saved(spotted(image)),
}


@pytest.mark.parametrize("layout", ["editorial", "poster", "sheet", "split"])
def test_words_tell_cards_of_one_layout_apart_and_copies_stay_together(layout: str) -> None:
    cards = [card(layout, title) for title in TITLES]
    prints = [looks(saved(image)) for image in cards]
    for one, other in combinations(prints, 2):
        assert not one.looks_like(other)
    for name, copy in COPIES.items():
        assert prints[0].looks_like(looks(copy(cards[0]))), name


def test_the_coarse_look_alone_would_call_them_alike() -> None:
    """Why there is a second look: without it these three would be one group."""
    prints = [looks(saved(card("split", title))) for title in TITLES]
    near = [distance(a.bits, b.bits) <= NEAR for a, b in combinations(prints, 2)]
    assert any(near)
