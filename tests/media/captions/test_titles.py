"""Designed titles: where they stand, their colours, every typeface, and what is refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from gator_engine.adapters.render.text import paint_title
from gator_engine.adapters.render.text.drawing import contrast, readable
from gator_engine.domain.brand import TYPEFACES
from gator_engine.domain.video.safe_zones import zone_for
from gator_engine.domain.video.titles import LONGEST_HEADING, LONGEST_LINE, Title, TitleDesign
from gator_engine.errors import CapabilityError, InvalidInput
from tests.media.captions.looking import (
    DRAFT,
    FRAMES,
    PHONE,
    WIDE,
    box_of,
    coloured,
    inside,
    middle,
    saturated,
)

NAME = Title("Mara Lindqvist", "Ceramicist, Malmö")
DESIGNS = list(TitleDesign)


@pytest.mark.parametrize("frame", FRAMES)
@pytest.mark.parametrize("design", DESIGNS)
def test_titles_keep_to_what_every_platform_leaves_free(
    frame: tuple[int, int], design: TitleDesign
) -> None:
    area = zone_for("everywhere", frame).box(frame)
    for opacity in (0.0, 0.8):
        for heading in ("Mara", "The quiet art of starting over 🔥", "فن البدايات"):
            title = replace(NAME, heading=heading, design=design, ground_opacity=opacity)
            layer = paint_title(title, frame)
            assert inside(box_of(layer, least=100), area), (heading, opacity)


@pytest.mark.parametrize("typeface", TYPEFACES)
@pytest.mark.parametrize("design", DESIGNS[:-1])  # corner labels are all in the text face
def test_every_typeface_speaks_in_a_voice_of_its_own(design: TitleDesign, typeface: str) -> None:
    title = replace(NAME, design=design, typeface=typeface)
    layer = paint_title(title, DRAFT)
    assert coloured(layer, "#ffffff").any()
    other = paint_title(replace(title, typeface="editorial"), DRAFT)
    same = layer.rgba.shape == other.rgba.shape and np.array_equal(layer.rgba, other.rgba)
    assert same == (typeface == "editorial")


def test_where_the_designs_stand() -> None:
    left, top, _, bottom = zone_for("everywhere", PHONE).box(PHONE)
    boxes = {d: box_of(paint_title(replace(NAME, design=d), PHONE), 150) for d in DESIGNS}
    title, third = boxes[TitleDesign.TITLE], boxes[TitleDesign.LOWER_THIRD]
    assert (title[0] + title[2]) / 2 == pytest.approx(540, abs=4)
    assert (title[1] + title[3]) / 2 == pytest.approx((top + bottom) / 2, abs=30)
    assert third[0] - left < 12
    assert bottom - 360 < third[3] < bottom - 240
    corner = boxes[TitleDesign.CORNER]
    assert corner[0] - left < 12 and corner[1] - top < 24 and corner[3] - corner[1] < 130


@pytest.mark.parametrize("design", [TitleDesign.LOWER_THIRD, TitleDesign.CORNER])
def test_right_to_left_titles_stand_on_the_right(design: TitleDesign) -> None:
    latin, arabic = (
        paint_title(Title(text, design=design), WIDE) for text in ("Mara", "ماريا ليندكفيست")
    )
    accent = "#ffb000"
    assert latin.x + middle(coloured(latin, accent)) < 300
    assert arabic.x + middle(coloured(arabic, accent)) > WIDE[0] - 300
    assert middle(coloured(arabic, "#ffffff")) < middle(coloured(arabic, accent))


def test_colours_give_way_where_they_cannot_be_read() -> None:
    clear = replace(NAME, ink="#eeeeee", ground="#ffffff", accent="#fafafa", ground_opacity=1.0)
    layer = paint_title(clear, PHONE)
    assert coloured(layer, "#111111", near=10).any()
    kept = paint_title(replace(clear, ink="#202060"), PHONE)
    assert coloured(kept, "#202060", near=10).any()
    assert contrast(readable((238, 238, 238), (255, 255, 255)), (255, 255, 255)) > 15


def test_words_without_a_ground_have_a_shadow_of_the_other_kind() -> None:
    light, dark = (paint_title(replace(NAME, ink=ink), PHONE) for ink in ("#ffffff", "#101010"))
    faint = (light.rgba[:, :, 3] > 30) & (light.rgba[:, :, 3] < 120)
    assert light.rgba[:, :, :3][faint].mean() < 90
    faint = (dark.rgba[:, :, 3] > 30) & (dark.rgba[:, :, 3] < 120)
    assert dark.rgba[:, :, :3][faint].mean() > 160


def test_the_ground_has_its_colour_and_opacity() -> None:
    title = replace(NAME, ground="#204060", ground_opacity=0.6, design=TitleDesign.LOWER_THIRD)
    layer = paint_title(title, PHONE)
    row = layer.rgba[layer.rgba.shape[0] // 2, 12].astype(int)
    assert tuple(row[:3]) == pytest.approx((0x20, 0x40, 0x60), abs=2)
    assert row[3] == pytest.approx(153, abs=2)


@pytest.mark.parametrize("design", DESIGNS)
def test_the_longest_texts_are_whole_in_every_shape(design: TitleDesign) -> None:
    heading = ("Long words fill the whole card " * 9)[:LONGEST_HEADING].strip()
    line = ("and a line that goes on and on " * 9)[:LONGEST_LINE].strip()
    for frame in (PHONE, WIDE):
        layer = paint_title(Title(heading, line, design), frame)
        area = zone_for("everywhere", frame).box(frame)
        assert inside(box_of(layer, least=150), area)


def test_a_heading_or_a_line_alone_is_enough_and_neither_is_refused() -> None:
    for design in DESIGNS:
        assert paint_title(Title("", "only a line", design), DRAFT).rgba.any()
        assert paint_title(Title("only a heading", "", design), DRAFT).rgba.any()
        with pytest.raises(InvalidInput, match=r"title\.heading"):
            paint_title(Title(" ", "", design), DRAFT)


def test_emoji_are_in_colour_and_unknown_characters_are_named() -> None:
    title = Title("Kiln 🔥", accent="#ffffff")
    assert saturated(paint_title(title, PHONE)).sum() > 1000
    with pytest.raises(CapabilityError, match=r"U\+0F40"):
        paint_title(Title("ཀ"), PHONE)
