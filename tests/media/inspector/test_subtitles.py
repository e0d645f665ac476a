"""Subtitles are known by their first lines, in the encodings they come in."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.media.files import FileInspector
from gator_engine.config import Settings
from gator_engine.domain.assets import AssetKind
from gator_engine.errors import InvalidInput

INSPECTOR = FileInspector(Settings())
SRT = "1\n00:00:01,000 --> 00:00:02,500\nGrüße\n\n2\n00:00:03,000 --> 00:00:04,250\nBye\n"
VTT = "WEBVTT\n\n00:01.000 --> 00:04.250\nHello\n"
ASS = (
    "[Script Info]\nScriptType: v4.00+\n\n[Events]\n"
    "Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: 0,0:00:01.00,0:00:04.25,Default,,0,0,0,,{\\b1}Hello\n"
)


@pytest.mark.parametrize(
    ("text", "name", "mime"),
    [
        (SRT, "a.srt", "application/x-subrip"),
        (VTT, "a.vtt", "text/vtt"),
        (ASS, "a.ass", "text/x-ssa"),
        (ASS, "a.SSA", "text/x-ssa"),
        (SRT.replace("\n", "\r\n"), "a.srt", "application/x-subrip"),
    ],
)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_formats_and_encodings(text: str, name: str, mime: str, encoding: str) -> None:
    data = text.encode(encoding)
    facts = INSPECTOR.inspect(data, filename=name)
    assert (facts.kind, facts.mime, facts.size) == (AssetKind.SUBTITLE, mime, len(data))
    assert (facts.duration_s, facts.width) == (4.25, None)
    assert INSPECTOR.fingerprint(data, facts) is None


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("WEBVTT\n\n", "no subtitle in it"),
        ("Dear diary,\n1\n00:00:01,000 --> 00:00:02,000\nx\n", "no picture, film, sound"),
        ("1\n00:00:01,000 -> 00:00:02,000\nx\n", "no picture, film, sound"),
        (SRT * 60 + "\0", "no text"),
        ("[Script Info]\n\n[Events]\nDialogue: 0,nonsense\n", "broken ASS|no subtitle"),
    ],
)
def test_what_is_none(text: str, problem: str) -> None:
    with pytest.raises(InvalidInput, match=problem):
        INSPECTOR.inspect(text.encode())


def test_wrong_endings_and_sizes() -> None:
    with pytest.raises(InvalidInput, match="is named"):
        INSPECTOR.inspect(VTT.encode(), filename="a.srt")
    with pytest.raises(InvalidInput, match="limit: 5 MiB"):
        INSPECTOR.inspect((SRT * 90_000).encode())


def test_the_thumbnail_shows_the_first_lines() -> None:
    """Different words look different; scripts that the font lacks are bars, never boxes."""
    pictures = []
    for words in ("Hello", "Goodbye now", "こんにちは", "مرحبا"):
        data = VTT.replace("Hello", words).encode()
        facts = INSPECTOR.inspect(data)
        image = Image.open(BytesIO(INSPECTOR.thumbnail(data, facts, 320)))
        assert (image.format, image.size) == ("WEBP", (320, 180))
        pictures.append(np.asarray(image.convert("L")).astype(int))
    latin, longer, japanese, _ = pictures
    assert np.abs(latin - longer).max() > 100
    assert (latin[:, 80:] > 180).any()
    assert not (japanese[:, 80:] > 180).any()
    assert (japanese[:, 80:] > 90).any()
