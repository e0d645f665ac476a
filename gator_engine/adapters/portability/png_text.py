"""Text chunks of PNG files, read from bytes that may be hostile and written into a given picture.

Only the chunk structure is looked at, no pixel is decoded. Specification: PNG third edition
(W3C), sections 5.3 (chunk layout) and 11.3.3 (tEXt, zTXt, iTXt).
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping, Sequence

from gator_engine.errors import InvalidInput

SIGNATURE = b"\x89PNG\r\n\x1a\n"
MOST_CHUNKS = 50_000
MOST_TEXT = 24 * 2**20
_TEXT_CHUNKS = {b"tEXt", b"zTXt", b"iTXt"}


def texts(png: bytes, keywords: Sequence[str]) -> dict[str, bytes]:
    """The text of each of the keywords that the file has, unpacked, as the bytes it holds.

    Raises InvalidInput naming `file` for a damaged file, and for a text that is too large or
    stands twice with different content.
    """
    wanted = {keyword.encode("latin-1"): keyword for keyword in keywords}
    found: dict[str, bytes] = {}
    for kind, body in _chunks(png):
        keyword, rest = _keyword(kind, body)
        if keyword not in wanted:
            continue
        text = _text(kind, rest)
        if found.setdefault(wanted[keyword], text) != text:
            raise InvalidInput("file", f"holds two different texts {wanted[keyword]!r}", "1")
    return found


def with_texts(png: bytes, added: Mapping[str, bytes], *, without: Sequence[str]) -> bytes:
    """The picture with tEXt chunks added before its end, and those named in `without` left out.

    Raises InvalidInput naming `file` for a damaged file.
    """
    dropped = {keyword.encode("latin-1") for keyword in without}
    out = [SIGNATURE]
    for kind, body in _chunks(png):
        if kind == b"IEND":
            out += [
                _chunk(b"tEXt", keyword.encode("latin-1") + b"\0" + text)
                for keyword, text in added.items()
            ]
        if _keyword(kind, body)[0] not in dropped:
            out.append(_chunk(kind, body))
    return b"".join(out)


def _chunks(png: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(kind, body) of each chunk from IHDR to IEND, every checksum checked."""
    if not png.startswith(SIGNATURE):
        raise InvalidInput("file", "is not a PNG")
    position, kind = len(SIGNATURE), b""
    for number in range(MOST_CHUNKS):
        if len(png) - position < 12:
            raise InvalidInput("file", "is a truncated PNG: its end is missing")
        (length,) = struct.unpack_from(">I", png, position)
        kind = png[position + 4 : position + 8]
        end = position + 8 + length
        if end + 4 > len(png):
            raise InvalidInput("file", "is a damaged PNG: a chunk is longer than the file")
        if (kind == b"IHDR") != (number == 0):
            raise InvalidInput("file", "is a damaged PNG: it does not start with one header")
        if kind in _TEXT_CHUNKS and length > MOST_TEXT:
            raise InvalidInput("file", "holds a text that is too large", f"{MOST_TEXT >> 20} MiB")
        body = png[position + 8 : end]
        if zlib.crc32(kind + body) != struct.unpack_from(">I", png, end)[0]:
            raise InvalidInput("file", f"is a damaged PNG: wrong checksum in {ascii(kind)[1:]}")
        yield kind, body
        if kind == b"IEND":
            return
        position = end + 4
    raise InvalidInput("file", "is a PNG of too many chunks", f"{MOST_CHUNKS}")


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _keyword(kind: bytes, body: bytes) -> tuple[bytes, bytes]:
    """The keyword of a text chunk and what follows it; ("", "") of other chunks."""
    if kind not in _TEXT_CHUNKS:
        return b"", b""
    keyword, _, rest = body.partition(b"\0")
    return keyword, rest


def _text(kind: bytes, rest: bytes) -> bytes:
    """The text of a chunk after its keyword."""
    if kind == b"tEXt":
        return rest
    if kind == b"zTXt":
        return _inflated(rest[1:])
    packed, (_, _, text) = rest[:1] == b"\1", _split(rest[2:])
    return _inflated(text) if packed else text


def _split(rest: bytes) -> tuple[bytes, bytes, bytes]:
    """Language tag, translated keyword and text of an iTXt chunk."""
    language, _, tail = rest.partition(b"\0")
    translated, _, text = tail.partition(b"\0")
    return language, translated, text


def _inflated(packed: bytes) -> bytes:
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MOST_TEXT)
    except zlib.error as error:
        raise InvalidInput("file", "holds a damaged packed text") from error
    if unpacking.unconsumed_tail:
        raise InvalidInput(
            "file", "holds a packed text that is too large", f"{MOST_TEXT >> 20} MiB"
        )
    if not unpacking.eof:
        raise InvalidInput("file", "holds a truncated packed text")
    return text
