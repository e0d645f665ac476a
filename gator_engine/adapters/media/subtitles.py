"""Subtitle files: SubRip, WebVTT and Advanced SubStation Alpha, known by their first lines."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

import pysubs2
from PIL import Image, ImageDraw, ImageFont

from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.errors import InvalidInput

MOST_BYTES = 5 * 2**20
TYPES = {"srt": "application/x-subrip", "vtt": "text/vtt", "ass": "text/x-ssa"}
_FONT = Path(__file__).parents[1] / "typefaces" / "assets" / "fonts" / "Inter.ttf"
_GROUND, _INK, _FAINT = "#10241c", "#e6ebe3", "#5f8573"
_LINES, _LONGEST = 5, 60
_FIRST_CUE = re.compile(r"\s*\d+\s*\n\s*\d{1,3}:\d\d:\d\d[,.]\d{1,3}\s*-->")
# The only control characters a text file has.
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0e-\x1f]")


def format_of(head: bytes) -> str:
    """srt, vtt or ass by the beginning of the file, "" for anything else."""
    text = _text(head, cut=True)
    if text is None:
        return ""
    start = text.replace("\r\n", "\n").replace("\r", "\n").lstrip()
    if re.match(r"WEBVTT(\s|$)", start):
        return "vtt"
    if start.startswith("[Script Info]"):
        return "ass"
    return "srt" if _FIRST_CUE.match(start) else ""


def inspect_subtitles(data: bytes, field: str) -> FileFacts:
    """Facts; the length is that until the last line goes.

    Raises InvalidInput naming `field`: too large, not in a known encoding, broken, or empty.
    """
    if len(data) > MOST_BYTES:
        limit = f"{MOST_BYTES // 2**20} MiB"
        raise InvalidInput(field, f"has {len(data) / 2**20:.1f} MiB of subtitles", limit)
    form = format_of(data[:4096])
    lines = _lines(data, form, field)
    if not lines:
        raise InvalidInput(field, f"has no subtitle in it ({form.upper()})", "at least one")
    end = max(line.end for line in lines) / 1000
    return FileFacts(AssetKind.SUBTITLE, TYPES[form], len(data), duration_s=end)


def picture(data: bytes, edge: int) -> Image.Image:
    """The first lines as a picture `edge` pixels wide; bars stand for scripts the font lacks."""
    width, height = edge, max(1, round(edge * 9 / 16))
    image = Image.new("RGB", (width, height), _GROUND)
    draw = ImageDraw.Draw(image)
    size = max(1, height // 11)
    form = format_of(data[:4096])
    for number, line in enumerate(_lines(data, form, "file")[:_LINES]):
        top = height * 0.1 + number * height * 0.165
        text = " ".join(line.plaintext.split())[:_LONGEST]
        start = _clock(line.start)
        draw.text((width * 0.06, top), start, font=_font(size), fill=_FAINT)
        left = width * 0.27
        if _shown(text):
            draw.text((left, top), text, font=_font(size), fill=_INK)
        else:
            bar = min(width * 0.68, len(text) * size)
            box = (left, top + size * 0.2, left + bar, top + size * 0.9)
            draw.rounded_rectangle(box, radius=size / 4, fill=_FAINT)
    return image


def _lines(data: bytes, form: str, field: str) -> list[pysubs2.SSAEvent]:
    text = _text(data)
    if text is None:
        raise InvalidInput(field, "is no text in UTF-8, UTF-16 or Windows-1252")
    try:
        found = pysubs2.SSAFile.from_string(text, format_=form)
    except (pysubs2.Pysubs2Error, ValueError, KeyError, IndexError) as error:
        raise InvalidInput(field, f"is a broken {form.upper()} file") from error
    return [line for line in found if line.is_text and line.plaintext.strip()]


def _text(data: bytes, *, cut: bool = False) -> str | None:
    """The text; None for what is none. `cut` allows for a last character that was cut in two."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        whole = data[: len(data) // 2 * 2]
        return _plain(whole.decode("utf-16", "ignore" if cut else "replace"))
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return _plain(data.decode(encoding))
        except UnicodeDecodeError as error:
            if cut and encoding == "utf-8-sig" and error.start >= len(data) - 4:
                return _plain(data[: error.start].decode(encoding))
    return None


def _plain(text: str) -> str | None:
    return None if _CONTROLS.search(text) else text


def _clock(milliseconds: int) -> str:
    minutes, seconds = divmod(max(0, milliseconds) // 1000, 60)
    return f"{minutes}:{seconds:02d}"


@cache
def _font(size: int) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(str(_FONT), size)


def _shown(text: str) -> bool:
    """Whether the font has every letter (its missing glyph is the one of a code never assigned)."""
    font = _font(16)
    missing = bytes(font.getmask("\U0010fffd"))
    return all(bytes(font.getmask(letter)) != missing for letter in set(text) if letter.strip())
