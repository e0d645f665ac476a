"""What the outer structure of a film or sound file says before anything is decoded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import IO

_LARGEST_INDEX = 64 * 2**20
_TAIL = 128 * 1024
# Sample entries and schemes of encrypted tracks (ISO/IEC 23001-7), and those of old iTunes shops.
_ENCRYPTED = re.compile(rb"schm....(cenc|cbc1|cens|cbcs|itun)|....dr(ms|mi)", re.DOTALL)
_SEGMENT = b"\x18S\x80g"
_UNKNOWN_RIFF_SIZE = 0xFFFFFFFF
Source = Path | bytes


def file_of(source: Source) -> IO[bytes]:
    """The source as an open file."""
    return BytesIO(source) if isinstance(source, bytes) else source.open("rb")


def size_of(source: Source) -> int:
    """Bytes."""
    return len(source) if isinstance(source, bytes) else source.stat().st_size


def cut_short(source: Source, demuxer: str) -> bool:
    """Whether the file is shorter than its own headers say; False where they do not say."""
    size = size_of(source)
    with file_of(source) as file:
        match demuxer:
            case "mov":
                return any(end > size for _, _, end in boxes(file, size))
            case "matroska":
                return _segment_end(file.read(4096)) > size
            case "wav":
                return _riff_end(file.read(8)) > size + 1
            case "ogg":
                return _last_page_is_cut(file, size)
    return False


def encrypted(source: Source) -> bool:
    """Whether an ISO base media file says that its tracks are encrypted."""
    size = size_of(source)
    with file_of(source) as file:
        for name, start, end in boxes(file, size):
            if name == b"moov" and end - start <= _LARGEST_INDEX:
                file.seek(start)
                return _ENCRYPTED.search(_sample_entries(file.read(end - start))) is not None
    return False


def boxes(file: IO[bytes], size: int) -> Iterator[tuple[bytes, int, int]]:
    """(type, first byte after its header, end) of the outermost boxes (ISO 14496-12, 4.2)."""
    at = 0
    while at + 8 <= size:
        file.seek(at)
        header = file.read(16)
        length, name, content = int.from_bytes(header[:4], "big"), header[4:8], at + 8
        if length == 1:
            length, content = int.from_bytes(header[8:16], "big"), at + 16
        elif length == 0:
            length = size - at
        if length < 8:
            return
        yield name, content, at + length
        at += length


def _sample_entries(index: bytes) -> bytes:
    """What describes the tracks' codecs: the boxes named stsd."""
    found = []
    for match in re.finditer(rb"stsd", index):
        length = int.from_bytes(index[match.start() - 4 : match.start()], "big")
        found.append(index[match.end() : match.start() - 4 + length])
    return b"".join(found)


def _segment_end(head: bytes) -> int:
    """Where the segment of a Matroska file ends; 0 when it does not say (RFC 9559, RFC 8794)."""
    at = head.find(_SEGMENT)
    if at < 0 or at + 5 > len(head) or not head[at + 4]:
        return 0
    width = 9 - head[at + 4].bit_length()
    value = int.from_bytes(head[at + 4 : at + 4 + width], "big") & ((1 << 7 * width) - 1)
    unknown = value == (1 << 7 * width) - 1
    return 0 if unknown else at + 4 + width + value


def _riff_end(head: bytes) -> int:
    """Where a RIFF file ends; 0 for RF64 and for writers that did not know."""
    length = int.from_bytes(head[4:8], "little")
    return 0 if head[:4] != b"RIFF" or length == _UNKNOWN_RIFF_SIZE else length + 8


def _last_page_is_cut(file: IO[bytes], size: int) -> bool:
    """Whether the last page of an Ogg file is incomplete (RFC 3533, 6)."""
    file.seek(max(0, size - _TAIL))
    tail = file.read()
    at = tail.rfind(b"OggS")
    if at < 0 or at + 27 > len(tail):
        return True
    segments = tail[at + 26]
    table = tail[at + 27 : at + 27 + segments]
    return at + 27 + segments + sum(table) > len(tail)
