"""Colour arithmetic against published values."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gator_engine.adapters.generators._cards import colour
from gator_engine.adapters.generators._cards.names import TONES
from gator_engine.adapters.generators._cards.scheme import build_scheme, legible
from gator_engine.errors import InvalidInput

CHANNEL = st.integers(0, 255)
COLOUR = st.tuples(CHANNEL, CHANNEL, CHANNEL)


@pytest.mark.parametrize(
    ("rgb", "lab"),
    [  # Ottosson's post, table of sRGB primaries
        ((255, 255, 255), (1.0, 0.0, 0.0)),
        ((255, 0, 0), (0.62796, 0.22486, 0.12585)),
        ((0, 255, 0), (0.86644, -0.23389, 0.17950)),
        ((0, 0, 255), (0.45201, -0.03246, -0.31153)),
    ],
)
def test_oklab_of_the_primaries(rgb: colour.RGB8, lab: colour.Lab) -> None:
    assert colour.lab_of(rgb) == pytest.approx(lab, abs=2e-3)


@given(COLOUR)
def test_oklab_there_and_back_is_the_same_colour(rgb: colour.RGB8) -> None:
    back = colour.rgb_of(colour.lab_of(rgb))
    assert max(abs(a - b) for a, b in zip(back, rgb, strict=True)) <= 1


def test_colours_outside_the_gamut_keep_lightness_and_hue() -> None:
    wild = colour.from_lch(0.6, 0.4, 2.5)
    light, chroma, hue = colour.lch(colour.lab_of(colour.rgb_of(wild)))
    assert light == pytest.approx(0.6, abs=0.01)
    assert hue == pytest.approx(2.5, abs=0.05)
    assert 0.1 < chroma < 0.4


def test_wcag_contrast_of_known_pairs() -> None:
    white, black = colour.luminance_of((255, 255, 255)), colour.luminance_of((0, 0, 0))
    assert colour.contrast(white, black) == pytest.approx(21.0, abs=0.01)
    grey = colour.luminance_of((118, 118, 118))  # the well-known darkest AA grey is #767676
    assert 4.5 <= colour.contrast(white, grey) < 4.6


def test_one_bad_pixel_decides_the_worst_contrast() -> None:
    pixels = np.zeros((10, 10, 3), np.uint8)
    assert colour.worst_contrast(pixels, (255, 255, 255)) > 20
    pixels[3, 4] = 250
    assert colour.worst_contrast(pixels, (255, 255, 255)) < 1.1


@pytest.mark.parametrize(
    "text", ["", "#12345", "123456", "#12345g", "#1234567", "red", "#123456\n"]
)
def test_what_is_not_a_colour_is_refused_by_name(text: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        colour.parse_hex("palette", text)
    assert caught.value.field == "palette"
    assert "#rrggbb" in str(caught.value)


@given(st.lists(COLOUR, min_size=1, max_size=8), st.sampled_from(TONES))
def test_every_palette_leaves_room_for_readable_ink(palette: list[colour.RGB8], tone: str) -> None:
    scheme = build_scheme(tuple(palette), tone)
    ink = colour.luminance_of(colour.rgb_of(scheme.ink))
    grounds = [*scheme.nodes, scheme.base]
    ratios = [colour.contrast(ink, colour.luminance_of(colour.rgb_of(c))) for c in grounds]
    assert min(ratios) >= 4.5
    paper = colour.luminance_of(colour.rgb_of(scheme.paper))
    dark = colour.luminance_of(colour.rgb_of(scheme.ink_dark))
    assert colour.contrast(dark, paper) > 12


@given(COLOUR, COLOUR)
def test_an_accent_is_moved_until_it_can_be_read(accent: colour.RGB8, surface: colour.RGB8) -> None:
    moved = legible(colour.lab_of(accent), colour.lab_of(surface), 4.5)
    ratio = colour.contrast(colour.luminance_of(colour.rgb_of(moved)), colour.luminance_of(surface))
    assert ratio >= 4.4
