"""Caption files: what is written comes back; odd files are read, hostile ones refused by line."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import replace
from itertools import pairwise

import pysubs2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gator_engine.adapters.subtitles import SubtitleFiles
from gator_engine.adapters.subtitles.files import LARGEST_BYTES
from gator_engine.domain.video.caption_checks import caption_problems
from gator_engine.domain.video.captions import STYLES, Captions, Cue, Place, Word
from gator_engine.domain.video.cue_rules import CueRules
from gator_engine.domain.video.time import RATES, Ratio
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import CaptionFiles

FILES: CaptionFiles = SubtitleFiles()
RATE, FRAME = Ratio(30), (1080, 1920)
EASY = CueRules(shortest_s=0.0, fastest=1e9)
SIMPLE = Captions(
    (
        Cue("c1", 15, 45, (Word("We", 15, 10), Word("tried", 30, 12), Word("it!", 42, 18))),
        Cue("c2", 90, 30, (Word("你", 90, 10), Word("好", 100, 10, True), Word("OK", 112, 8))),
    )
)


def read(text: str | bytes, name: str = "a.srt", rate: Ratio = RATE) -> Captions:
    return FILES.read(text.encode() if isinstance(text, str) else text, name, rate)


def texts(captions: Captions) -> list[str]:
    return [cue.text for cue in captions.cues]


def _letters(text: str) -> bool:
    # What steers layout or is no character at all is not text one can caption with.
    return all(unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn") for char in text)


WORD = st.one_of(
    st.sampled_from(
        ["<i>", "</b>", "a<b", "-->", "00:01", "{\\an8}", "{x}", "\\N", "C:\\new", "&amp;"]
    ),
    st.sampled_from(
        ["42", "NOTE", "WEBVTT", "<3", "你好", "שלום", "🔥", "👨‍👩‍👧", "don't", "<00:01.000>"]
    ),
    st.text(max_size=6, min_size=1).filter(_letters).map("".join),
).filter(
    lambda word: word.split() == [word] and word == word.replace("\ufe5b", "").replace("\ufe5c", "")
)


@st.composite
def captions(draw: st.DrawFn) -> Captions:
    """Captions with words that mean something to one of the formats."""
    at, cues = draw(st.integers(0, 40)), []
    for number in range(draw(st.integers(1, 4))):
        start, words = at, []
        for text in draw(st.lists(WORD, min_size=1, max_size=4)):
            length = draw(st.integers(3, 12))
            words.append(Word(text, at, length))
            at += length + draw(st.integers(0, 6))
        cues.append(Cue(f"c{number + 1}", start, at - start, tuple(words)))
        at += draw(st.integers(0, 60))
    return Captions(tuple(cues))


@settings(deadline=None)
@given(captions(), st.sampled_from(["srt", "vtt", "ass"]), st.sampled_from(list(RATES)))
def test_text_comes_back_exactly_and_times_within_a_frame(
    written: Captions, kind: str, rate: str
) -> None:
    data = FILES.write(written, kind, RATES[rate], FRAME)
    back = FILES.read(data, f"a.{kind}", RATES[rate])
    assert texts(back) == texts(written)
    for old, new in zip(written.cues, back.cues, strict=True):
        assert abs(old.start - new.start) <= 1
        assert abs(old.span.end - new.span.end) <= 1
    assert not caption_problems(back, 10**9, RATES[rate], EASY)


@settings(deadline=None)
@given(captions(), st.sampled_from(["vtt", "ass"]))
def test_word_times_come_back_where_the_format_has_them(written: Captions, kind: str) -> None:
    back = FILES.read(FILES.write(written, kind, RATE, FRAME), f"a.{kind}", RATE)
    for old, new in zip(written.cues, back.cues, strict=True):
        if kind == "vtt" and len(old.words) == 1:
            continue  # a time at the very beginning of a cue is not allowed, so it has none
        assert [word.text for word in new.words] == [word.text for word in old.words]
        for one, two in zip(old.words, new.words, strict=True):
            assert abs(one.start - two.start) <= 1 and abs(one.span.end - two.span.end) <= 1


@pytest.mark.parametrize("kind", ["vtt", "ass"])
def test_joined_words_stay_joined(kind: str) -> None:
    back = FILES.read(FILES.write(SIMPLE, kind, RATE, FRAME), f"a.{kind}", RATE)
    assert back.cues == SIMPLE.cues


def test_webvtt_carries_a_time_for_every_word_and_pause() -> None:
    text = FILES.write(SIMPLE, "vtt", RATE, FRAME).decode()
    assert text.startswith("WEBVTT\n\n")
    assert "00:00:00.500 --> 00:00:02.000\n" in text
    assert "We<00:00:00.833> <00:00:01.000>tried <00:00:01.400>it!" in text


def test_other_programs_read_our_files() -> None:
    for kind in ("srt", "ass"):
        data = FILES.write(SIMPLE, kind, RATE, FRAME).decode()
        events = pysubs2.SSAFile.from_string(data, format_=kind).get_text_events()
        assert events[0].plaintext.replace("\n", " ") == "We tried it!"
        assert (events[0].start, events[-1].end) == (500, 4000)


def test_the_ass_file_shows_each_word_in_turn_in_the_style_and_safe_zone() -> None:
    script = pysubs2.SSAFile.from_string(FILES.write(SIMPLE, "ass", RATE, FRAME).decode())
    style = script.styles["Captions"]
    assert (script.info["PlayResX"], script.info["PlayResY"]) == ("1080", "1920")
    assert (style.fontname, style.bold) == ("Inter", True)
    assert style.fontsize == pytest.approx(0.08 * 1080 * 1.21, abs=0.1)
    assert (style.marginl, style.marginr, style.marginv) == (150, 150, 672)
    assert (style.primarycolor.r, style.outlinecolor.r, style.outline) == (255, 0, 6.5)
    shown = script.get_text_events()
    assert [event.start for event in shown] == [500, 1000, 1400, 3000, 3330, 3730]
    assert r"We {\c&H4DE1FF&}tried{\r} it!" in shown[1].text
    assert all(one.end == two.start for one, two in pairwise(shown[:3]))


@pytest.mark.parametrize(
    ("style", "sign"),
    [("clean", None), ("marker", r"\3c"), ("single", "TRIED"), ("story", r"\alpha&HFF&")],
)
def test_every_highlight_has_its_overrides(style: str, sign: str | None) -> None:
    data = FILES.write(replace(SIMPLE, style=STYLES[style]), "ass", RATE, FRAME).decode()
    shown = pysubs2.SSAFile.from_string(data).get_text_events()
    assert len(shown) == (2 if sign is None else 6)
    assert sign is None or sign in shown[1].text


def test_captions_at_the_top_and_on_a_box_say_so() -> None:
    style = replace(STYLES["clean"], place=Place.TOP)
    data = FILES.write(replace(SIMPLE, style=style), "ass", RATE, (1920, 1080)).decode()
    found = pysubs2.SSAFile.from_string(data).styles["Captions"]
    assert (found.alignment, found.borderstyle) == (pysubs2.Alignment.TOP_CENTER, 3)
    assert found.marginv == round(0.05 * 1080)


def test_another_kind_is_refused() -> None:
    with pytest.raises(InvalidInput, match="srt, vtt, ass"):
        FILES.write(SIMPLE, "sub", RATE, FRAME)


SRT = "1\n00:00:01,000 --> 00:00:02,000\nHello\nthere\n\n2\n00:00:03,000 --> 00:00:04,500\n2024\n"


@pytest.mark.parametrize(
    "data",
    [
        SRT.encode(),
        codecs.BOM_UTF8 + SRT.encode(),
        codecs.BOM_UTF16_LE + SRT.encode("utf-16-le"),
        codecs.BOM_UTF16_BE + SRT.encode("utf-16-be"),
        SRT.replace("\n", "\r\n").encode(),
        SRT.replace("\n", "\r").encode(),
        SRT.replace("2\n00", "00").encode(),
        SRT.replace("\n\n2\n", "\n2\n").encode(),
        SRT.replace("Hello", "<font color=red><i>Hel</i>lo</font>").encode(),
        SRT.replace("Hello", "{\\an8}Hello").encode(),
        SRT.replace(",", ".").encode(),
        SRT.replace("2,000", "2,000  X1:40 X2:600").encode(),
        SRT.replace("1\n00", "1\n\n00").encode(),
    ],
)
def test_subrip_is_read_however_it_was_saved(data: bytes) -> None:
    found = read(data)
    assert texts(found) == ["Hello there", "2024"]
    assert [cue.start for cue in found.cues] == [30, 90]
    assert found.cues[1].span.end == 135


def test_words_without_times_are_spread_over_their_cue() -> None:
    hello, there = read(SRT).cues[0].words
    assert (hello.start, there.span.end) == (30, 60)
    assert 0 < hello.length < 30


def test_webvtt_notes_styles_names_and_entities() -> None:
    text = (
        "WEBVTT - made elsewhere\nKind: captions\n\nSTYLE\n::cue { color: red }\n\n"
        "NOTE a remark\nover two lines\n\nintro\n00:01.000 --> 00:02.000 line:80% align:start\n"
        "<v Mara><c.big>a &lt; b</c> &amp; c\n\nNOTE the end\n"
    )
    assert texts(read(text, "x.txt")) == ["a < b & c"]


def test_karaoke_of_other_tools_gives_word_times() -> None:
    text = (
        "[Script Info]\n[Events]\nComment: 0,0:00:00.00,0:00:09.00,,,0,0,0,,a remark\n"
        "Dialogue: 0,0:00:01.00,0:00:03.00,X,,0,0,0,,{\\k50}We {\\kf50}tried{\\k20} {\\k80\\b1}it\n"
        "Dialogue: 0,0:00:04.00,0:00:05.00,X,,0,0,0,,{\\p1}m 0 0 l 1 1{\\p0}\n"
        "Dialogue: 0,0:00:06.00,0:00:07.00,X,,0,0,0,,{\\i1}two{\\i0}\\Nlines, yes\n"
    )
    found = read(text, "x.ass")
    assert texts(found) == ["We tried it", "two lines, yes"]
    assert [(w.start, w.span.end) for w in found.cues[0].words] == [(30, 45), (45, 60), (66, 90)]


def test_wrong_order_is_put_right_and_overlaps_end_where_the_next_begins() -> None:
    text = (
        "1\n00:00:05,000 --> 00:00:07,000\nlater\n\n2\n00:00:01,000 --> 00:00:06,000\nlong\n\n"
        "3\n00:00:01,000 --> 00:00:03,000\nat once\n\n4\n00:00:08,000 --> 00:00:09,000\n\n"
    )
    found = read(text)
    assert texts(found) == ["long at once", "later"]
    assert [cue.span.end for cue in found.cues] == [150, 210]


def test_more_words_than_frames_are_shown_together() -> None:
    text = "1\n00:00:01,000 --> 00:00:01,100\none two three four five\n"
    cue = read(text).cues[0]
    assert cue.text == "one two three four five" and len(cue.words) == 1


def test_lines_of_chinese_are_joined_without_a_space() -> None:
    text = "1\n00:00:01,000 --> 00:00:04,000\n你好，\n世界\n"
    assert texts(read(text)) == ["你好，世界"]


DIALOGUE = "[Events]\nDialogue: "


@pytest.mark.parametrize(
    ("text", "name", "field", "told"),
    [
        (SRT.replace("03,000", "xx,000"), "a.srt", "line 7", "no times one can read"),
        (SRT.replace("00:00:03", "-00:00:03"), "a.srt", "line 7", "before the beginning"),
        (SRT.replace("00:00:03", "00:61:03"), "a.srt", "line 7", "61 minutes"),
        (SRT.replace("04,500", "02,500"), "a.srt", "line 7", "ends before it begins"),
        (SRT.replace("04,500", "03,000"), "a.srt", "line 7", "ends before it begins"),
        (SRT.replace("00:00:04", "100:00:04"), "a.srt", "line 7", "100 hours"),
        (SRT.replace("03,000 -->", "03,000 ->"), "a.srt", "line 6", "text without a time"),
        (SRT.replace("there", "the\0re"), "a.srt", "line 4", "NUL"),
        (DIALOGUE + "0,0:00:01.00,0:00:02.00,hi", "a.ass", "line 2", "4 fields"),
        (DIALOGUE + "0,1,0:00:02.00,,,0,0,0,,hi", "a.ass", "line 2", "start"),
        (DIALOGUE + "0,0:00:01.00,-0:00:02.00,,,0,0,0,,hi", "a.ass", "line 2", "end -0:00"),
        (DIALOGUE + "0,0:00:03.00,0:00:02.00,,,0,0,0,,hi", "a.ass", "line 2", "ends before"),
        (DIALOGUE + "x,0:00:03.00,0:00:04.00,,,0,0,0,,hi", "a.ass", "line 2", "layer"),
        ("WEBVTT\n\n00:01.000 --> 00:02.0x0\nhi", "a.vtt", "line 3", "no times one can read"),
        ("", "a.srt", "file", "holds no captions"),
        ("just a letter\n", "a.txt", "file", "holds no captions"),
        ("WEBVTT\n\n", "a.vtt", "file", "no captions in it"),
        (SRT.encode("utf-16-le").decode("latin-1"), "a.srt", "line 1", "NUL"),
    ],
)
def test_what_cannot_be_read_names_the_line(text: str, name: str, field: str, told: str) -> None:
    with pytest.raises(InvalidInput, match=told) as caught:
        read(text, name)
    assert caught.value.field == field


def test_other_encodings_are_refused_with_the_line_and_the_remedy() -> None:
    with pytest.raises(InvalidInput, match=r"line 3: is not UTF-8 .*save the file as UTF-8"):
        read(SRT.replace("Hello", "Hällo").encode("latin-1"))


def test_a_hundred_megabytes_are_refused_before_they_are_read() -> None:
    with pytest.raises(InvalidInput, match=r"has 100\.0 MB .*limit: 8 MB"):
        FILES.read(b"1" * (100 * 1024**2), "a.srt", RATE)
    assert LARGEST_BYTES == 8 * 1024**2


def test_too_many_captions_are_refused() -> None:
    stamp = "00:00:01,000 --> 00:00:02,000\nx\n\n"
    with pytest.raises(InvalidInput, match="20001 captions"):
        read(stamp * 20_001)


@settings(deadline=None)
@given(
    st.text("WEBVT\n0123456789:.,->< {}\\abkN[]Dialogue", max_size=200),
    st.sampled_from(["srt", "vtt", "ass"]),
)
def test_rubbish_is_refused_with_a_name_or_read_and_nothing_else(text: str, kind: str) -> None:
    heads = {"srt": "", "vtt": "WEBVTT\n\n", "ass": "[Events]\nDialogue: 0,"}
    try:
        found = read(heads[kind] + text, f"a.{kind}")
    except InvalidInput as error:
        assert error.field == "file" or error.field.startswith("line ")
    else:
        assert not caption_problems(found, 10**9, RATE, EASY)
