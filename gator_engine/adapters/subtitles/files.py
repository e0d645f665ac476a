"""The port's adapter: which format a file is in, its encoding, and its way to captions and back."""

from __future__ import annotations

import codecs
import html
from pathlib import PurePath

import pysubs2

from gator_engine.adapters.subtitles import blocks, substation
from gator_engine.adapters.subtitles.blocks import JOINER
from gator_engine.adapters.subtitles.cues import FileCue, ms_at, refuse, to_cues
from gator_engine.domain.video.captions import Captions, Cue
from gator_engine.domain.video.time import Ratio
from gator_engine.errors import InvalidInput

KINDS = ("srt", "vtt", "ass")
LARGEST_BYTES = 8 * 1024 * 1024
MOST_CUES = 20_000
_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)


class SubtitleFiles:
    """Reads and writes .srt, .vtt and .ass files."""

    def read(self, data: bytes, filename: str, rate: Ratio) -> Captions:
        """The captions of a file at a frame rate; what it is, its content says before its name.

        Words without times of their own are spread over their cue. Tags are taken away, overlaps
        end where the next cue begins. Raises InvalidInput naming the line, or the limit of size.
        """
        if len(data) > LARGEST_BYTES:
            megabytes = f"{LARGEST_BYTES // 1024**2} MB"
            raise InvalidInput("file", f"has {len(data) / 1024**2:.1f} MB", megabytes)
        text = _decoded(data)
        found = _READERS[_kind(text, filename)](text)
        if len(found) > MOST_CUES:
            raise InvalidInput("file", f"has {len(found)} captions", f"{MOST_CUES}")
        cues = to_cues(found, rate)
        if not cues:
            raise InvalidInput("file", "has no captions in it", "SubRip, WebVTT or ASS")
        return Captions(cues)

    def write(self, captions: Captions, kind: str, rate: Ratio, frame: tuple[int, int]) -> bytes:
        """The file of a kind (srt, vtt with word times, ass with the style) in UTF-8.

        Raises InvalidInput for another kind.
        """
        if kind not in KINDS:
            raise InvalidInput("kind", f"{kind!r} is not a caption format", ", ".join(KINDS))
        if kind == "ass":
            return substation.write(captions, rate, frame).encode()
        script = pysubs2.SSAFile()
        for cue in captions.cues:
            text = _timed(cue, rate) if kind == "vtt" else blocks.srt_text(cue.text)
            times = ms_at(cue.start, rate), ms_at(cue.span.end, rate)
            script.events.append(pysubs2.SSAEvent(start=times[0], end=times[1], text=text))
        return script.to_string(kind, keep_ssa_tags=True).encode()


def _timed(cue: Cue, rate: Ratio) -> str:
    """The text of a cue with a time before every word but one that begins with the cue."""
    text, at = "", cue.start
    for place, word in enumerate(cue.words):
        if word.start > at and place:
            text += f"<{_stamp(at, rate)}>"
        text += "" if word.joined or not place else " "
        text += f"<{_stamp(word.start, rate)}>" if word.start > cue.start else ""
        text += html.escape(word.text, quote=False).replace("\\", f"\\{JOINER}")
        at = word.span.end
    return text + (f"<{_stamp(at, rate)}>" if at < cue.span.end else "")


def _stamp(frame: int, rate: Ratio) -> str:
    secs, ms = divmod(ms_at(frame, rate), 1000)
    return f"{secs // 3600:02d}:{secs // 60 % 60:02d}:{secs % 60:02d}.{ms:03d}"


def _decoded(data: bytes) -> str:
    """The text with plain line ends. Raises InvalidInput naming the line."""
    mark, encoding = next(((m, e) for m, e in _MARKS if data.startswith(m)), (b"", "utf-8"))
    try:
        text = data[len(mark) :].decode(encoding)
    except UnicodeDecodeError as error:
        line = data[: len(mark) + error.start].count(b"\n") + 1
        limit = "save the file as UTF-8"
        raise refuse(line, f"is not {encoding.upper()} text", limit) from error
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if "\0" in text:
        line = text[: text.index("\0")].count("\n") + 1
        raise refuse(line, "holds the character NUL", "text in UTF-8, or UTF-16 with its mark")
    return text


def _kind(text: str, filename: str) -> str:
    if text.lstrip().startswith("WEBVTT"):
        return "vtt"
    if "[script info]" in text[:2000].lower() or "\n[events]" in text.lower():
        return "ass"
    named = PurePath(filename).suffix.lower().removeprefix(".")
    if "-->" in text:
        return "vtt" if named == "vtt" else "srt"
    if named in ("ass", "ssa"):
        return "ass"
    raise InvalidInput("file", f"{filename!r} holds no captions", "SubRip, WebVTT or ASS")


def _srt(text: str) -> list[FileCue]:
    return blocks.read(text, vtt=False)


def _vtt(text: str) -> list[FileCue]:
    return blocks.read(text, vtt=True)


_READERS = {"srt": _srt, "vtt": _vtt, "ass": substation.read}
