"""Fonts: coverage is true to the files, runs choose a font that has the glyph, else a refusal."""

from __future__ import annotations

import pytest
from PIL import Image, ImageFont

from gator_engine.adapters.generators._cards import faces
from gator_engine.adapters.generators._cards.names import TYPEFACES
from gator_engine.adapters.generators._cards.typeset import advance, draw_line, ink_extent, prepare
from gator_engine.adapters.typefaces.files import coverage
from gator_engine.errors import InvalidInput

POLISH, EVERYDAY = "Zażółć gęślą jaźń éñöłşŐűğİ", "Crème brûlée: 5 € – “naïve” fiancée…"


def test_the_engine_and_the_names_agree_on_typefaces() -> None:
    assert tuple(faces.PAIRINGS) == TYPEFACES


@pytest.mark.parametrize("typeface", TYPEFACES)
@pytest.mark.parametrize("text", [POLISH, EVERYDAY])
def test_accented_latin_is_set_in_the_typeface_itself(typeface: str, text: str) -> None:
    pairing = faces.PAIRINGS[typeface]
    for style in (pairing.display, pairing.quote, pairing.text, pairing.strong):
        used = {stem for stem, _ in faces.runs(text, style.face, "title")}
        assert all(stem.startswith(style.face) for stem in used)


@pytest.mark.parametrize(
    ("character", "stem"),
    [("→", "Inter"), ("Ж", "Inter"), ("π", "Inter"), ("✓", "Inter"), ("🐊", "NotoEmoji")],
)
def test_what_the_typeface_lacks_comes_from_a_fallback(character: str, stem: str) -> None:
    assert faces.runs(f"a{character}b", "Fraunces", "title")[1] == (stem, character)


def test_an_emoji_sequence_stays_whole_and_selectors_are_not_drawn() -> None:
    assert faces.runs("👩‍💻", "Inter", "title") == (("NotoEmoji", "👩‍💻"),)
    assert faces.runs("❤️", "Inter", "title") == (("NotoEmoji", "❤"),)


@pytest.mark.parametrize("character", ["漢", "ع", "ก", "\U000f0000"])
def test_a_character_no_font_has_is_refused_by_name(character: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        faces.runs(f"well {character}", "Fraunces", "body")
    assert caught.value.field == "body"
    assert f"U+{ord(character):04X}" in str(caught.value)


@pytest.mark.parametrize("text", ["a\x00b", "a\x1bb", "a\ue000b"])
def test_control_characters_are_refused(text: str) -> None:
    with pytest.raises(InvalidInput, match="body"):
        prepare("body", text, faces.PAIRINGS["editorial"].text)


def test_the_coverage_table_tells_the_truth_about_the_files() -> None:
    """A code point that is listed has a glyph: it does not look like the font's missing one."""
    for stem in ("Fraunces-Latin", "Fraunces-LatinExt", "Inter", "NotoSansSymbols2"):
        font = ImageFont.truetype(faces.FONT_FOLDER / f"{stem}.ttf", 40)
        missing = bytes(font.getmask("\U0010fffd"))
        found = coverage()[stem]
        sample = [chr(first) for first in found.firsts[::7]] + [
            chr(last) for last in found.lasts[::11]
        ]
        for character in sample:
            drawn = bytes(font.getmask(character))
            assert drawn != missing or not missing, (stem, hex(ord(character)))


def test_the_weight_axis_changes_the_letters() -> None:
    thin = faces.load("Inter", 80, 200).getlength("Weight")
    bold = faces.load("Inter", 80, 800).getlength("Weight")
    assert bold > thin * 1.05


@pytest.mark.parametrize("text", ["HIMMELBLAU → łódźH", "HIMMELBLAUH", "→ 🐊 → HIH"])
@pytest.mark.parametrize("tracking", [-0.03, 0.0, 0.1])
def test_a_drawn_line_is_as_wide_as_it_was_measured(tracking: float, text: str) -> None:
    style = faces.TypeStyle("SpaceGrotesk", 600, tracking)
    mask = Image.new("L", (1400, 160), 0)
    draw_line(mask, text, style, 64, 20, 110)
    left, _, right, _ = mask.getbbox() or (0, 0, 0, 0)
    assert right - left == pytest.approx(advance(text, style, 64), abs=16)


def test_kerning_brings_letters_together() -> None:
    style = faces.TypeStyle("Inter", 500)
    assert advance("AV", style, 100) < advance("A", style, 100) + advance("V", style, 100) - 2


def test_quotes_and_dots_become_typographic() -> None:
    style = faces.PAIRINGS["editorial"].text
    assert prepare("body", '"It\'s so" he said...', style) == "“It’s so” he said…"


def test_every_shipped_font_has_its_licence_and_all_stay_small() -> None:
    fonts = sorted(faces.FONT_FOLDER.glob("*.ttf"))
    licences = [path.stem.removeprefix("OFL-") for path in faces.FONT_FOLDER.glob("OFL-*.txt")]
    assert len(fonts) >= 14
    for font in fonts:
        assert any(font.stem.startswith(name) for name in licences), font.name
    for path in faces.FONT_FOLDER.glob("OFL-*.txt"):
        assert "SIL Open Font License" in path.read_text(encoding="utf-8")
    assert sum(font.stat().st_size for font in fonts) < 6_000_000


def test_the_ink_of_a_quotation_mark_ends_above_the_baseline() -> None:
    style = faces.PAIRINGS["literary"].numeral
    above, below = ink_extent("“", style, 400)
    mask = Image.new("L", (600, 600), 0)
    draw_line(mask, "“", style, 400, 100, 500)
    _, top, _, bottom = mask.getbbox() or (0, 0, 0, 0)
    assert (top, bottom) == (pytest.approx(500 - above, abs=2), pytest.approx(500 + below, abs=2))
    assert below < -100
