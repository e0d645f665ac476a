"""The fonts of captions: what they cover, that the table tells the truth, and their licences."""

from __future__ import annotations

import unicodedata

import emoji as unicode_emoji
import numpy as np
import pytest
from PIL import ImageFont

from gator_engine.adapters.typefaces import emoji
from gator_engine.adapters.typefaces.files import FONT_FOLDER, coverage, covers, load

SHIPPED = [*FONT_FOLDER.glob("*.ttf"), *FONT_FOLDER.glob("*.woff2")]


def rows(charset: str, first: int, last: int) -> str:
    """The letters of rows of a two-byte national character set."""
    return "".join(
        bytes([lead, trail]).decode(charset, errors="ignore")
        for lead in range(first, last + 1)
        for trail in range(0xA1, 0xFF)
    )


@pytest.mark.parametrize(
    ("stem", "text", "least"),
    [
        ("NotoSansSC", rows("gb2312", 0xB0, 0xF7), 6763),
        ("NotoSansSC", "".join(map(chr, range(0x4E00, 0x9FA6))), 20_902),
        ("NotoSansJP", rows("euc_jp", 0xB0, 0xF4), 6355),
        ("NotoSansJP", "ぁあんァアンヶー々「」。、", 13),
        ("NotoSansKR", "".join(map(chr, range(0xAC00, 0xD7A4))), 11_172),
        ("NotoSansArabic", "ابتثجحخدذرزسشصضطظعغفقكلمنهويءآأإؤئىةپچژگیک،؛؟٠١٢٣٤٥٦٧٨٩", 55),
        ("NotoSansHebrew", "אבגדהוזחטיךכלםמןנסעףפץצקרשת־״׳", 30),
        ("NotoSansDevanagari", "".join(map(chr, range(0x904, 0x94E))), 74),
        ("NotoSansThai", "".join(map(chr, range(0xE01, 0xE3B))), 58),
    ],
)
def test_everyday_text_of_each_script_is_covered(stem: str, text: str, least: int) -> None:
    assert len(set(text)) >= least
    assert [char for char in text if not covers(stem, char)] == []


@pytest.mark.parametrize("stem", [s for s in coverage() if s.startswith("NotoSans")])
def test_what_the_table_lists_has_a_glyph(stem: str) -> None:
    font = load(stem, 32, 700)
    missing = bytes(font.getmask("\U0010fffd"))
    found = coverage()[stem]
    for first, last in list(zip(found.firsts, found.lasts, strict=True))[
        :: max(1, len(found.firsts) // 40)
    ]:
        for point in (first, last):
            if unicodedata.category(chr(point)) == "Cf":
                continue  # joiners have no picture of their own
            drawn = bytes(font.getmask(chr(point)))
            assert drawn != missing or not any(missing), hex(point)


def test_every_emoji_recommended_by_unicode_has_a_colour_picture() -> None:
    wanted = [
        text
        for text, found in unicode_emoji.EMOJI_DATA.items()
        if found["status"] == unicode_emoji.STATUS["fully_qualified"]
    ]
    assert len(wanted) > 3600
    # The family without faces is drawn as its two members' sign in the font; it stays monochrome.
    assert [text for text in wanted if not emoji.parts(text)] == ["👪"]
    assert all(emoji.is_colour(text) for text in wanted)


@pytest.mark.parametrize("text", ["©", "❤", "1", "#", "↔", "a", "漢", "❤\ufe0e"])
def test_text_is_not_taken_for_emoji(text: str) -> None:
    assert not emoji.is_colour(text)


@pytest.mark.parametrize("pixels", [12, 110, 300])
def test_a_picture_has_the_size_asked_for_and_clear_corners(pixels: int) -> None:
    drawn = emoji.picture("🔥", pixels)
    assert drawn.shape == (pixels, pixels, 4)
    assert drawn[0, 0, 3] == drawn[-1, -1, 3] == 0
    assert np.count_nonzero(drawn[:, :, 3] > 200) > 0.2 * pixels**2


def test_every_font_and_the_emoji_have_their_licence_and_all_stay_small() -> None:
    licences = [*FONT_FOLDER.glob("OFL-*.txt"), *emoji.ARCHIVE.parent.glob("OFL-*.txt")]
    names = [path.stem.removeprefix("OFL-") for path in licences]
    assert {path.stem for path in SHIPPED} == set(coverage())
    for path in SHIPPED:
        assert any(path.stem.startswith(name) for name in names), path.name
    for path in licences:
        assert "SIL Open Font License" in path.read_text(encoding="utf-8")
    size = sum(path.stat().st_size for path in [*SHIPPED, emoji.ARCHIVE])
    assert size < 16_000_000


def test_pillow_reads_the_compressed_fonts() -> None:
    font = ImageFont.truetype(FONT_FOLDER / "NotoSansSC.woff2", 40)
    assert font.getlength("你") == pytest.approx(40, abs=1)
