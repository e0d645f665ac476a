"""Films and sounds opened so that a file can only ever read itself.

What a file is decides its own beginning, never its name. ffmpeg is then told which demuxer to use,
so that playlists, concat scripts and manifests (which name other files and addresses) are out of
reach; opening anything besides the file itself is refused.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import IO, Never

import av
from av.container import InputContainer
from av.stream import Disposition, Stream
from av.video.codeccontext import VideoCodecContext

from gator_engine.errors import InvalidInput

HEAD_BYTES = 4096
MOST_PIXELS_A_FRAME = 8192 * 4608
"""8K in any of its shapes; ffmpeg itself refuses larger frames, whatever a header says."""
MOST_STREAMS = 32
_FIRST_BOXES = {b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"}
# HEIF and AVIF stills use the same boxes (ISO/IEC 23008-12).
_PICTURE_BRANDS = {b"avif", b"avis", b"heic", b"heix", b"heim", b"heis", b"mif1", b"msf1"}
Source = Path | bytes


def demuxer_of(head: bytes) -> str:
    """ffmpeg's name for the container that begins so, "" for anything else.

    ISO 14496-12 boxes, EBML (RFC 8794), RIFF/RF64 WAVE, Ogg (RFC 3533), FLAC (RFC 9639), and
    frame headers of MPEG layer 3 and ADTS.
    """
    if head[4:8] in _FIRST_BOXES:
        return "" if head[4:8] == b"ftyp" and head[8:12] in _PICTURE_BRANDS else "mov"
    if head.startswith(b"\x1aE\xdf\xa3"):
        return "matroska"
    if head[:4] in {b"RIFF", b"RF64"} and head[8:12] == b"WAVE":
        return "wav"
    for magic, name in ((b"OggS", "ogg"), (b"fLaC", "flac")):
        if head.startswith(magic):
            return name
    if len(head) > 2 and head[0] == 0xFF and head[1] & 0xE0 == 0xE0:
        layer = head[1] >> 1 & 3
        return {0: "aac", 1: "mp3"}.get(layer, "")
    return ""


def head_of(source: Source) -> bytes:
    """The first bytes of a file; an ID3v2 tag (with its picture, often) is skipped."""
    with BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        head = file.read(HEAD_BYTES)
        if head.startswith(b"ID3") and len(head) >= 10:
            # Four bytes of seven bits each (id3.org, ID3v2.4.0, 6.2), after ten of the header.
            size = sum((byte & 0x7F) << 7 * (3 - at) for at, byte in enumerate(head[6:10]))
            file.seek(10 + size)
            head = file.read(HEAD_BYTES)
        return head


@contextmanager
def opened(source: Source, field: str = "file") -> Iterator[InputContainer]:
    """The container for the length of a block. Raises InvalidInput as `open_container` does."""
    container, file = open_container(source, field)
    try:
        yield container
    finally:
        container.close()
        file.close()


def open_container(source: Source, field: str = "file") -> tuple[InputContainer, IO[bytes]]:
    """The container and the file below it; whoever opens closes both, the container first.

    Raises InvalidInput naming `field`: unknown or damaged, or with too many streams.
    """
    name = demuxer_of(head_of(source))
    if not name:
        raise InvalidInput(field, "is no film or sound that Gator knows")
    file: IO[bytes] = BytesIO(source) if isinstance(source, bytes) else source.open("rb")
    try:
        container: InputContainer = av.open(
            file,
            "r",
            format=name,
            options={"max_pixels": str(MOST_PIXELS_A_FRAME), "protocol_whitelist": "none"},
            io_open=_refuse_others,
            metadata_errors="replace",
        )
    except (av.FFmpegError, ValueError) as error:
        file.close()
        raise InvalidInput(field, "is truncated or damaged: it cannot be opened") from error
    if len(container.streams) > MOST_STREAMS:
        count = len(container.streams)
        container.close()
        file.close()
        raise InvalidInput(field, f"has {count} streams", f"{MOST_STREAMS} streams")
    for stream in container.streams.video:
        context: VideoCodecContext | None = stream.codec_context
        if context is not None:  # else a codec that ffmpeg does not know either
            context.options = {"max_pixels": str(MOST_PIXELS_A_FRAME)}
    return container, file


def is_cover(stream: Stream) -> bool:
    """Whether a "video" stream is the picture on the cover of a sound."""
    return bool(stream.disposition & Disposition.attached_pic)


def _refuse_others(url: str, flags: int, options: dict[str, str]) -> Never:
    """A film is one file; what asks for another is not followed."""
    raise PermissionError(url)
