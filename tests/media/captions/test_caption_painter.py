"""Burned-in captions, looked at: time, place, colour, line ends, direction, and no cut letters."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.adapters.render.text import CaptionPainter
from gator_engine.domain.video.captions import STYLES, Captions, Cue, Highlight, Place, Word
from gator_engine.domain.video.safe_zones import SAFE_ZONES, zone_for
from gator_engine.errors import CapabilityError, InvalidInput
from tests.media.captions.looking import (
    DRAFT,
    FRAMES,
    PHONE,
    SQUARE,
    STEP,
    TINY,
    WIDE,
    bands,
    box_of,
    captions,
    coloured,
    inside,
    middle,
    painted,
    saturated,
)

ACCENT = STYLES["bold"].accent
SENTENCE = "Every word has its own moment here"


def test_nothing_is_seen_outside_the_cues_and_each_word_has_a_state_of_its_own() -> None:
    words = (Word("One", 12, 5), Word("two", 20, 10))
    painter = CaptionPainter(Captions((Cue("c1", 10, 30, words),)), PHONE)
    seen = [painter.state(number) for number in range(60)]
    assert set(seen[:10]) == set(seen[40:]) == {None}
    assert [seen.index(key) for key in dict.fromkeys(seen[10:40])] == [10, 12, 20]
    assert None not in seen[10:40]


def test_the_spoken_word_is_in_the_accent_colour_and_moves_on_with_the_voice() -> None:
    shown = captions("One two three")
    places = []
    for number in (0, STEP, 2 * STEP, 3 * STEP - 1):
        layer = painted(shown, number=number)
        places.append(middle(coloured(layer, ACCENT)))
        assert coloured(layer, "#ffffff").sum() > coloured(layer, ACCENT).sum()
    assert places[0] < places[1] < places[2] == places[3]


def test_before_the_first_word_nothing_is_lit() -> None:
    cue = Cue("c1", 0, 40, (Word("Wait", 20, 20),))
    shown = Captions((cue,))
    assert not coloured(painted(shown), ACCENT).any()
    assert coloured(painted(shown, number=20), ACCENT).any()


@pytest.mark.parametrize("style", ["bold", "marker", "code", "story"])
def test_words_do_not_move_when_the_highlight_does(style: str) -> None:
    first, second = (painted(captions(SENTENCE, style), number=n) for n in (0, STEP))
    assert (first.x, first.y, first.rgba.shape) == (second.x, second.y, second.rgba.shape)
    changed = (first.rgba != second.rgba).any(axis=2)
    # The first two words stand in the upper line's left half.
    assert changed.any()
    assert not changed[round(changed.shape[0] * 0.62) :].any()
    assert not changed[:, round(changed.shape[1] * 0.75) :].any()


def keeps_to_its_zone(frame: tuple[int, int], style: str, zone: str) -> bool:
    layer = painted(captions("Gjörwell Ångström 🔥 typography", style, safe_zone=zone), frame)
    area = zone_for(zone, frame).box(frame)
    height, width = layer.rgba.shape[:2]
    whole = (layer.x, layer.y, layer.x + width, layer.y + height)
    return inside(whole, area) and inside(box_of(layer), area)


@pytest.mark.parametrize("style", STYLES)
def test_the_block_keeps_to_the_safe_zone_of_every_platform(style: str) -> None:
    assert all(keeps_to_its_zone(DRAFT, style, zone) for zone in SAFE_ZONES)


@pytest.mark.parametrize("frame", FRAMES)
def test_the_block_keeps_to_the_safe_zone_in_every_shape(frame: tuple[int, int]) -> None:
    assert all(keeps_to_its_zone(frame, style, "everywhere") for style in STYLES)


@pytest.mark.parametrize("place", list(Place))
def test_the_block_stands_where_the_style_wants_it(place: Place) -> None:
    style = replace(STYLES["clean"], place=place)
    _, top, _, bottom = box_of(painted(captions("Hello there", style)))
    _, high, _, low = zone_for("everywhere", PHONE).box(PHONE)
    centre = (top + bottom) / 2
    wanted = {
        Place.TOP: top - high < 12,
        Place.MIDDLE: abs(centre - (high + low) / 2) < 12,
        Place.BOTTOM: low - bottom < 12,
    }
    assert wanted[place]


def test_the_block_is_centred_on_the_frame_though_the_zone_is_not() -> None:
    left, _, right, _ = box_of(painted(captions("Hello there", "clean")))
    assert (left + right) / 2 == pytest.approx(540, abs=1)


@pytest.mark.parametrize("frame", [PHONE, WIDE, DRAFT])
@pytest.mark.parametrize("style", STYLES)
def test_no_letter_is_cut_off(frame: tuple[int, int], style: str) -> None:
    texts = (SENTENCE, "Donaudampfschifffahrtsgesellschaftskapitänsmütze", "g j p q Å ย็ู 🔥")
    for text in texts:
        alpha = painted(captions(text, style), frame).rgba[:, :, 3]
        if STYLES[style].box_opacity:
            alpha = np.where(alpha > 230, alpha, 0)
        edges = (alpha[0], alpha[-1], alpha[:, 0], alpha[:, -1])
        assert max(int(edge.max()) for edge in edges) < 128


@pytest.mark.parametrize("style", ["bold", "clean", "marker", "code"])
def test_a_draft_breaks_lines_as_the_full_picture_does(style: str) -> None:
    for text in (SENTENCE, "Short one", "Every morning I make some coffee, and write"):
        full, draft = (painted(captions(text, style), frame) for frame in (PHONE, DRAFT))
        assert draft.rgba.shape[0] == pytest.approx(full.rgba.shape[0] / 4, abs=3)
        assert draft.rgba.shape[1] == pytest.approx(full.rgba.shape[1] / 4, abs=3)
        assert draft.y == pytest.approx(full.y / 4, abs=2)


def test_chinese_wraps_without_spaces_and_no_line_begins_with_a_mark() -> None:
    text = "每天早上我都会泡一杯咖啡，然后开始写作"
    one = painted(captions("每天早上", "clean", language="zh"))
    two = painted(captions(text, "clean", language="zh"))
    assert bands(coloured(one, "#ffffff")) == 1
    assert bands(coloured(two, "#ffffff")) == 2
    # Too long by one mark: the mark takes a letter along to the next line.
    full, marked = (
        painted(captions("|".join(parts), "clean", joined=True, language="zh"))
        for parts in ("春夏秋冬天地人和日月星", "春夏秋冬天地人和日月星。")
    )
    assert bands(coloured(full, "#ffffff")) == 1
    if bands(coloured(marked, "#ffffff")) == 2:
        lower = coloured(marked, "#ffffff")[marked.rgba.shape[0] // 2 :]
        assert np.ptp(np.nonzero(lower)[1]) > 40


def test_right_to_left_begins_on_the_right() -> None:
    for text, language in (("אבא בא הביתה", "he"), ("جاء أبي اليوم", "ar")):
        shown = captions(text, language=language)
        places = [middle(coloured(painted(shown, number=n), ACCENT)) for n in (0, STEP, 2 * STEP)]
        assert places[0] > places[1] > places[2]


def test_latin_inside_hebrew_keeps_its_own_direction() -> None:
    shown = captions("אבא קנה iPhone Pro חדש")
    by_word = [middle(coloured(painted(shown, number=n * STEP), ACCENT)) for n in range(5)]
    first, second, iphone, pro, last = by_word
    assert first > second
    assert iphone < pro
    assert last < second or bands(coloured(painted(shown), "#ffffff")) == 2


def test_the_direction_can_be_set_by_hand() -> None:
    auto, turned = (captions("one שתיים", direction=d) for d in ("auto", "rtl"))
    assert middle(coloured(painted(auto), ACCENT)) < middle(
        coloured(painted(auto, number=STEP), ACCENT)
    )
    assert middle(coloured(painted(turned), ACCENT)) > middle(
        coloured(painted(turned, number=STEP), ACCENT)
    )


def test_arabic_letters_join() -> None:
    joined = box_of(painted(captions("بيت", "clean")))
    apart = box_of(painted(captions("ب\u200cي\u200cت", "clean")))
    assert joined[2] - joined[0] < (apart[2] - apart[0]) * 0.9


def test_marks_on_letters_are_the_same_however_they_are_written() -> None:
    one, two = painted(captions("café", "clean")), painted(captions("cafe\u0301", "clean"))
    assert np.array_equal(one.rgba, two.rgba)


@pytest.mark.parametrize("emoji", ["🔥", "❤️", "🇩🇪", "👍🏽", "👩🏿‍🚀", "🏳️‍🌈", "1️⃣"])
def test_emoji_are_in_colour(emoji: str) -> None:
    plain, shown = (painted(captions(text, "clean")) for text in ("Hi", f"Hi {emoji}"))
    assert not saturated(plain).any()
    assert saturated(shown).sum() > 300


def test_a_sequence_is_one_picture_and_an_unknown_one_its_parts() -> None:
    def width(text: str) -> int:
        box = box_of(painted(captions(text, "clean")))
        return box[2] - box[0]

    assert width("👨‍👩‍👧") == width("👨") == width("🇯🇵") == width("👍🏿")
    assert width("🔥\u200d🐊") == width("🔥🐊") > width("🔥") * 1.3


def test_a_heart_without_its_selector_is_text_in_the_ink_colour() -> None:
    layer = painted(captions("❤", "clean"))
    assert not saturated(layer).any()
    assert coloured(layer, "#ffffff").any()


@pytest.mark.parametrize("text", ["ཀ", "ა", "Ꙁꯍ", "\U00012000"])
def test_characters_no_font_has_are_refused_by_name(text: str) -> None:
    with pytest.raises(CapabilityError, match=f"U\\+{ord(text[-1]):04X}"):
        CaptionPainter(captions(f"well {text}"), PHONE)


def test_text_that_does_not_fit_at_all_is_refused() -> None:
    painter = CaptionPainter(captions("word " * 900), PHONE)
    key = painter.state(0)
    assert key is not None
    with pytest.raises(InvalidInput, match="safe area"):
        painter.layer(key)


def test_long_text_becomes_smaller_instead_of_being_cut() -> None:
    short, long = (painted(captions(text, "clean")) for text in (SENTENCE, f"{SENTENCE} " * 3))
    assert inside(box_of(long), zone_for("everywhere", PHONE).box(PHONE))
    assert coloured(long, "#ffffff").sum() > 1.2 * coloured(short, "#ffffff").sum()


def test_one_word_at_a_time_in_capitals_on_one_spot() -> None:
    shown = captions("ace sea", "single")
    first, second = (painted(shown, number=n) for n in (0, STEP))
    assert np.abs(first.y - second.y) <= 2
    upper = painted(captions("ACE SEA", "single"))
    assert np.array_equal(first.rgba, upper.rgba)


def test_unspoken_words_are_faint_until_they_are_said() -> None:
    shown = captions("one two three", "story")
    bright = [int(coloured(painted(shown, number=n * STEP), "#ffffff").sum()) for n in range(3)]
    assert bright[0] < bright[1] < bright[2]
    whole = painted(captions("one two three", replace(STYLES["story"], highlight=Highlight.NONE)))
    assert coloured(whole, "#ffffff").sum() == bright[2]


def test_the_marked_word_stays_readable_on_any_accent() -> None:
    style = replace(STYLES["marker"], accent="#fff3a0")
    layer = painted(captions("one two", style))
    assert coloured(layer, "#fff3a0").sum() > 1000
    assert coloured(layer, "#111111").any()


def test_the_same_key_means_the_same_pixels_and_other_looks_have_other_keys() -> None:
    base = captions("one two")
    one, two = CaptionPainter(base, SQUARE), CaptionPainter(base, SQUARE)
    key = one.state(0)
    assert key is not None and two.state(0) == key
    assert np.array_equal(one.layer(key).rgba, two.layer(key).rgba)
    assert one.layer(key) is one.layer(key)
    others = [
        CaptionPainter(captions("one too"), SQUARE),
        CaptionPainter(captions("one two", "code"), SQUARE),
        CaptionPainter(captions("one two", language="ja"), SQUARE),
        CaptionPainter(base, WIDE),
        CaptionPainter(captions("one two", replace(STYLES["bold"], accent="#00ff00")), SQUARE),
    ]
    keys = {painter.state(0) for painter in others}
    assert len(keys) == len(others) and key not in keys


def test_moving_a_cue_in_time_keeps_its_pictures() -> None:
    early = captions("one two")
    late = replace(early, cues=(early.cues[0].moved(100),))
    assert CaptionPainter(early, TINY).state(0) == CaptionPainter(late, TINY).state(100)
    assert CaptionPainter(late, TINY).state(0) is None


def test_a_key_of_other_captions_is_not_known() -> None:
    with pytest.raises(KeyError):
        CaptionPainter(captions("one"), TINY).layer("nothing")


@pytest.mark.parametrize("text", ["\u200c", "\ufe0f", "\u2067\u2069", "\u0301", "a \u200d b"])
def test_characters_one_cannot_see_do_no_harm(text: str) -> None:
    for style in STYLES:
        painter = CaptionPainter(captions(text, style), TINY)
        key = painter.state(0)
        assert key is None or painter.layer(key).rgba.size > 0


@settings(deadline=None, max_examples=60)
@given(
    st.lists(
        st.text("aÉßжאبعक्षไ你。「っ한🔥👍🏽🇩🇪❤️\u200d\u0301\u05b0(1%-—", min_size=1, max_size=8),
        min_size=1,
        max_size=7,
    ),
    st.sampled_from(sorted(STYLES)),
)
def test_any_mixture_of_scripts_is_drawn_inside_the_zone(words: list[str], style: str) -> None:
    painter = CaptionPainter(captions(" ".join(words), style), TINY)
    area = zone_for("everywhere", TINY).box(TINY)
    for number in range(0, STEP * len(words), STEP):
        key = painter.state(number)
        if key is not None:
            layer = painter.layer(key)
            height, width = layer.rgba.shape[:2]
            assert inside((layer.x, layer.y, layer.x + width, layer.y + height), area)
