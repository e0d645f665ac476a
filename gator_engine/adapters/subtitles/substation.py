"""Advanced SubStation Alpha: one event per spoken word, so that players show what we burn in.

The lines that hold the text and its times stand beside them as comments marked `karaoke`, the
events made from them are marked `fx`: the convention of Aegisub, the common editor.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import pysubs2

from gator_engine.adapters.subtitles.blocks import JOINER
from gator_engine.adapters.subtitles.cues import FileCue, Part, checked, ms_at, refuse
from gator_engine.domain.video.captions import Captions, CaptionStyle, Cue, Highlight, Place, Word
from gator_engine.domain.video.casing import uppercase
from gator_engine.domain.video.cueing import lines_of, rules_for
from gator_engine.domain.video.safe_zones import zone_for
from gator_engine.domain.video.time import Ratio

STYLE = "Captions"
_EVENT = re.compile(r"^\s*(Dialogue|Comment)\s*:(.*)$")
_TIME = re.compile(r"^\d{1,2}:\d{1,2}:\d{1,2}(?:[.,:]\d{1,3})?$")
_BLOCK = re.compile(r"\{([^{}]*)\}")
_KARAOKE = re.compile(r"\\[kK][fot]?\s*(\d+)")
_DRAWING = re.compile(r"\\p\s*[1-9]")
_FIELDS = 10
_FAMILIES = {
    "editorial": "Fraunces",
    "modern": "Bricolage Grotesque",
    "technical": "JetBrains Mono",
    "literary": "Instrument Serif",
    "neutral": "Inter",
}
_LINE_HEIGHT = 1.21
"""Renderers take the size of a font for the height of its line (ascent and descent)."""
_ALIGNMENT = {
    Place.BOTTOM: pysubs2.Alignment.BOTTOM_CENTER,
    Place.MIDDLE: pysubs2.Alignment.MIDDLE_CENTER,
    Place.TOP: pysubs2.Alignment.TOP_CENTER,
}


def read(text: str) -> list[FileCue]:
    """The events that are shown, or the lines they were made from. Raises InvalidInput."""
    rows = [(number, line) for number, line in enumerate(text.split("\n"), 1) if _EVENT.match(line)]
    for number, line in rows:
        _check(number, line)
    script = "\n".join(["[Events]", *(line.strip() for _, line in rows)])
    events = pysubs2.SSAFile.from_string(script, format_="ass").events
    numbered = [(number, event) for (number, _), event in zip(rows, events, strict=True)]
    made = any(event.effect.strip() == "karaoke" for _, event in numbered)
    return [
        checked(FileCue(number, event.start, event.end, _parts(event)))
        for number, event in numbered
        if _wanted(event, made)
    ]


def _wanted(event: pysubs2.SSAEvent, made: bool) -> bool:
    if made and event.effect.strip() in ("karaoke", "fx"):
        return event.effect.strip() == "karaoke"
    return not event.is_comment and _DRAWING.search(event.text) is None


def _check(number: int, line: str) -> None:
    """Raises InvalidInput unless the line is an event whose times can be read."""
    match = _EVENT.match(line)
    fields = match[2].split(",", _FIELDS - 1) if match else []
    if len(fields) < _FIELDS:
        raise refuse(number, f"has {len(fields)} fields", f"{_FIELDS}, the last one the text")
    for name, value in zip(("start", "end"), fields[1:3], strict=True):
        if value.strip().startswith("-"):
            raise refuse(
                number, f"has the {name} {value.strip()} before the beginning", "0:00:00.00"
            )
        if not _TIME.match(value.strip()):
            raise refuse(number, f"has a {name} one cannot read: {value.strip()!r}", "h:mm:ss.cc")
    if not fields[0].split("=")[-1].strip().lstrip("-").isdecimal():
        raise refuse(number, f"has the layer {fields[0].strip()!r}", "a whole number")


def _parts(event: pysubs2.SSAEvent) -> tuple[Part, ...]:
    """Text between override blocks; karaoke tags give the times."""
    found, at, passed = [], 0, event.start
    start: int | None = None
    for block in [*_BLOCK.finditer(event.text), None]:
        until = block.start() if block else len(event.text)
        found.append(Part(_plain(event.text[at:until]), start))
        start = None
        if block is not None:
            at = block.end()
            for length in _KARAOKE.findall(block[1]):
                start, passed = passed, passed + int(length) * 10
    return tuple(part for part in found if part.text or part.start_ms is not None) or (Part(""),)


def _plain(text: str) -> str:
    """Text without the format's own signs."""
    text = re.sub(r"\\[Nnh]", " ", text)
    for sign in "{}":
        text = text.replace(f"\\{JOINER}{sign}", sign)
    return text.replace("\ufe5b", "{").replace("\ufe5c", "}").replace(f"\\{JOINER}", "\\")


def _escaped(text: str) -> str:
    """Text that no player takes for signs of the format: small forms for braces."""
    text = text.replace("\\", f"\\{JOINER}")
    return text.replace("{", "\ufe5b").replace("}", "\ufe5c")


def write(captions: Captions, rate: Ratio, frame: tuple[int, int]) -> str:
    """The whole script for a frame size, in the captions' style and safe zone."""
    script = pysubs2.SSAFile()
    script.info |= {
        "PlayResX": str(frame[0]),
        "PlayResY": str(frame[1]),
        "WrapStyle": "0",
        "ScaledBorderAndShadow": "yes",
        "YCbCr Matrix": "TV.709",
    }
    script.styles = {STYLE: _style(captions, frame)}
    for cue in captions.cues:
        script.events.append(_source(cue, rate))
        script.events += _shown(cue, captions, rate, frame)
    return script.to_string("ass", header_notice="Captions made with Gator")


def _style(captions: Captions, frame: tuple[int, int]) -> pysubs2.SSAStyle:
    style, short = captions.style, min(frame)
    left, top, right, bottom = zone_for(captions.safe_zone, frame).box(frame)
    side = max(left, frame[0] - right)
    boxed = style.box_opacity > 0
    edge = _colour(style.box, style.box_opacity) if boxed else _colour(style.outline_colour)
    return pysubs2.SSAStyle(
        fontname=_FAMILIES.get(style.typeface, _FAMILIES["neutral"]),
        fontsize=round(style.size * short * _LINE_HEIGHT, 1),
        primarycolor=_colour(style.ink),
        secondarycolor=_colour(style.accent),
        outlinecolor=edge,
        backcolor=pysubs2.Color(0, 0, 0, 110),
        bold=style.weight >= 600,
        borderstyle=3 if boxed else 1,
        outline=round(0.4 * style.size * short if boxed else style.outline * short, 1),
        shadow=0.0 if boxed else round(0.03 * style.size * short, 1),
        alignment=_ALIGNMENT[style.place],
        marginl=side,
        marginr=side,
        marginv=top if style.place is Place.TOP else frame[1] - bottom,
    )


def _colour(colour: str, opacity: float = 1.0) -> pysubs2.Color:
    value = int(colour.removeprefix("#"), 16)
    return pysubs2.Color(value >> 16, value >> 8 & 255, value & 255, round(255 * (1 - opacity)))


def _cs(frame: int, rate: Ratio) -> int:
    """Hundredths of a second, the format's unit."""
    return (ms_at(frame, rate) + 5) // 10


def _source(cue: Cue, rate: Ratio) -> pysubs2.SSAEvent:
    """The line with a karaoke tag for every word and pause."""
    at, text = _cs(cue.start, rate), ""
    for place, word in enumerate(cue.words):
        start, end = _cs(word.start, rate), _cs(word.span.end, rate)
        gap = "" if word.joined or not place else " "
        text += f"{{\\k{start - at}}}" if start > at else ""
        text += f"{gap}{{\\k{end - start}}}{_escaped(word.text)}"
        at = end
    if _cs(cue.span.end, rate) > at:
        text += f"{{\\k{_cs(cue.span.end, rate) - at}}}"
    event = _event(cue.start, cue.span.end, text, rate)
    event.type, event.effect = "Comment", "karaoke"
    return event


def _event(start: int, end: int, text: str, rate: Ratio) -> pysubs2.SSAEvent:
    times = _cs(start, rate) * 10, _cs(end, rate) * 10
    return pysubs2.SSAEvent(start=times[0], end=times[1], text=text, style=STYLE, effect="fx")


def _shown(
    cue: Cue, captions: Captions, rate: Ratio, frame: tuple[int, int]
) -> Iterator[pysubs2.SSAEvent]:
    """The events that show a cue: one for every word that stands out in turn."""
    style = captions.style
    lines = lines_of(cue.words, rules_for(style, frame, captions.safe_zone))
    if style.highlight is Highlight.NONE or not cue.words:
        yield _event(cue.start, cue.span.end, _phrase(lines, None, captions), rate)
        return
    starts = [word.start for word in cue.words]
    if style.highlight is Highlight.SINGLE:
        starts[0] = cue.start
    elif starts[0] > cue.start and style.highlight is not Highlight.REVEAL:
        yield _event(cue.start, starts[0], _phrase(lines, None, captions), rate)
    ends = [*starts[1:], cue.span.end]
    for word, start, end in zip(cue.words, starts, ends, strict=True):
        shown = [[word]] if style.highlight is Highlight.SINGLE else lines
        yield _event(start, end, _phrase(shown, word, captions), rate)


def _phrase(lines: Sequence[Sequence[Word]], active: Word | None, captions: Captions) -> str:
    """The lines with overrides around the active word."""
    text = ""
    for number, line in enumerate(lines):
        text += "\\N" if number else ""
        for place, word in enumerate(line):
            text += "" if word.joined or not place else " "
            shown = word.text
            if captions.style.uppercase:
                shown = uppercase(shown, captions.language)
            text += _marked(_escaped(shown), word is active, captions.style)
    return text


def _marked(text: str, active: bool, style: CaptionStyle) -> str:
    accent = f"&H{style.accent[5:7]}{style.accent[3:5]}{style.accent[1:3]}&".upper()
    if not active:
        return text
    match style.highlight:
        case Highlight.COLOUR:
            return f"{{\\c{accent}}}{text}{{\\r}}"
        case Highlight.BOX:
            return f"{{\\3c{accent}}}{text}{{\\r}}"
        case Highlight.REVEAL:
            return f"{text}{{\\alpha&HFF&}}"
        case _:
            return text
