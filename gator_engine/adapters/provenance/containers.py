"""Text that picture files carry beside their pixels, read from bytes that may be hostile.

Formats: PNG third edition (W3C) 11.3.3; JPEG APP1 after Exif 2.3 and XMP part 3; WebP container
(Google), chunks VP8X, EXIF and XMP. Only the structure is walked, no pixel is decoded. What is
damaged ends the walk and is named; what stood before it is kept.
"""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from io import BytesIO

from PIL import ExifTags, Image

from gator_engine.adapters.provenance._boxes import with_xmp_box, xmp_of

MOST_TEXT = 4 * 2**20
MOST_TEXTS = 64
MOST_CHUNKS = 20_000
XMP_KEYWORD = "XML:com.adobe.xmp"
_PNG = b"\x89PNG\r\n\x1a\n"
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"
_EXIF_HEAD = b"Exif\0\0"
_COMMENT = "UserComment"
_STANDALONE = {0x01, *range(0xD0, 0xD9)}
_BROKEN_EXIF = (OSError, SyntaxError, ValueError, KeyError, TypeError, struct.error, IndexError)


@dataclass
class Texts:
    """What was found: name of the field → text, the XMP packet, and what was wrong."""

    found: dict[str, str] = field(default_factory=dict)
    xmp: bytes = b""
    problems: list[str] = field(default_factory=list)


def mime_of(data: bytes) -> str:
    """The type of a media file by its first bytes, or "" for others."""
    if data.startswith(_PNG):
        return "image/png"
    if data.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], "")
    if data[:6] in {b"GIF87a", b"GIF89a"}:
        return "image/gif"
    if data[4:8] == b"ftyp":
        return "audio/mp4" if data[8:11] == b"M4A" else "video/mp4"
    if data[:3] == b"ID3" or data[:2] in {b"\xff\xfb", b"\xff\xf3", b"\xff\xf2"}:
        return "audio/mpeg"
    return ""


def texts_of(data: bytes) -> Texts:
    """Every text of a PNG, JPEG or WebP, the XMP of an MP4; nothing for other types."""
    texts = Texts()
    match mime_of(data):
        case "image/png":
            _read_png(data, texts)
        case "image/jpeg":
            _read_segments(data, texts)
        case "image/webp":
            _read_riff(data, texts)
        case "video/mp4":
            texts.xmp, problem = xmp_of(data, MOST_TEXT)
            texts.problems += [problem] if problem else []
        case _:
            pass
    return texts


def with_xmp(data: bytes, mime: str, packet: bytes) -> bytes:
    """The file with an XMP packet added, every other byte of its content kept.

    Files of other types, and damaged ones, come back as they are.
    """
    match mime:
        case "image/png":
            body = XMP_KEYWORD.encode() + b"\0\0\0\0\0" + packet
            return _after_header(data, _png_chunk(b"iTXt", body))
        case "image/jpeg":
            return _with_segment(data, 0xE1, _XMP_HEAD + packet)
        case "image/webp":
            return _webp_with(data, b"XMP ", packet, flag=0x04)
        case "video/mp4":
            return with_xmp_box(data, packet)
        case _:
            return data


def with_comment(data: bytes, mime: str, text: str) -> bytes:
    """A JPEG or WebP with the text as EXIF UserComment, where A1111 keeps its parameters.

    Files of other types, and texts too long for the segment of a JPEG, change nothing.
    """
    if mime not in {"image/jpeg", "image/webp"}:
        return data
    exif = Image.Exif()
    comment = b"UNICODE\0" + text.encode("utf-16-be")
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    body = exif.tobytes()
    if mime == "image/jpeg":
        return _with_segment(data, 0xE1, body)
    return _webp_with(data, b"EXIF", body.removeprefix(_EXIF_HEAD), flag=0x08)


def with_png_texts(data: bytes, texts: Mapping[str, str]) -> bytes:
    """A PNG with these texts, in place of those of the same names; a damaged one as it is."""
    problems = Texts()
    chunks = list(_png_chunks(data, problems))
    if problems.problems:
        return data
    names = {name.encode("latin-1") for name in texts}
    kinds = {b"tEXt", b"zTXt", b"iTXt"}
    kept = [
        _png_chunk(kind, body)
        for kind, body in chunks
        if kind not in kinds or body.partition(b"\0")[0] not in names
    ]
    added = [_text_chunk(name, text) for name, text in texts.items()]
    return b"".join([_PNG, kept[0], *added, *kept[1:], _png_chunk(b"IEND", b"")])


def _text_chunk(name: str, text: str) -> bytes:
    """tEXt, which every tool reads, where Latin-1 has all the letters; else iTXt."""
    head = name.encode("latin-1") + b"\0"
    try:
        return _png_chunk(b"tEXt", head + text.encode("latin-1"))
    except UnicodeEncodeError:
        return _png_chunk(b"iTXt", head + b"\0\0\0\0" + text.encode())


def keep_texts(source: bytes, target: bytes) -> bytes:
    """A PNG with the texts of another one; other types come back as they are."""
    if mime_of(source) != "image/png" or mime_of(target) != "image/png":
        return target
    kinds = {b"tEXt", b"zTXt", b"iTXt"}
    found = [chunk for chunk in _png_chunks(source, Texts()) if chunk[0] in kinds]
    return _after_header(target, b"".join(_png_chunk(kind, body) for kind, body in found))


# ------------------------------------------------------------------ PNG


def _read_png(data: bytes, texts: Texts) -> None:
    for kind, body in _png_chunks(data, texts):
        if kind in {b"tEXt", b"zTXt", b"iTXt"}:
            _take_text(kind, body, texts)
        elif kind == b"eXIf":
            _read_exif(body, texts)


def _png_chunks(data: bytes, texts: Texts) -> Iterator[tuple[bytes, bytes]]:
    position = len(_PNG)
    for _ in range(MOST_CHUNKS):
        if position + 12 > len(data):
            texts.problems.append("The PNG ends before its end mark: it was cut off.")
            return
        (length,) = struct.unpack_from(">I", data, position)
        end = position + 8 + length
        if end + 4 > len(data):
            texts.problems.append("A part of the PNG claims to be longer than the file.")
            return
        kind, body = data[position + 4 : position + 8], data[position + 8 : end]
        if kind == b"IEND":
            return
        yield kind, body
        position = end + 4
    texts.problems.append(f"The PNG has more than {MOST_CHUNKS} parts; the rest was not read.")


def _take_text(kind: bytes, body: bytes, texts: Texts) -> None:
    keyword, _, rest = body.partition(b"\0")
    name = keyword[:79].decode("latin-1")
    packed, raw, charset = False, rest, "latin-1"
    if kind == b"zTXt":
        packed, raw = True, rest[1:]
    elif kind == b"iTXt":
        packed, charset = rest[:1] == b"\1", "utf-8"
        raw = rest[2:].partition(b"\0")[2].partition(b"\0")[2]
    text = _inflated(raw) if packed else raw
    if text is None or len(text) > MOST_TEXT:
        texts.problems.append(f"The text {name!r} is damaged or larger than {MOST_TEXT >> 20} MiB.")
        return
    if name == XMP_KEYWORD:
        texts.xmp = text
        return
    _add(texts, name, _decoded(text, charset))


def _decoded(text: bytes, charset: str) -> str:
    """tEXt is Latin-1 by the specification; several tools write UTF-8 there all the same."""
    try:
        return text.decode("utf-8")
    except UnicodeDecodeError:
        return text.decode(charset, "replace")


def _inflated(packed: bytes) -> bytes | None:
    """Unpacked, or None when damaged or beyond the limit: never more is held in memory."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, MOST_TEXT + 1)
    except zlib.error:
        return None
    return text if unpacking.eof else None


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _after_header(data: bytes, chunk: bytes) -> bytes:
    end = len(_PNG) + 25  # IHDR: 13 bytes in 12 of frame, always first
    if data[12:16] != b"IHDR" or len(data) < end:
        return data
    return data[:end] + chunk + data[end:]


# ------------------------------------------------------------------ JPEG


def _read_segments(data: bytes, texts: Texts) -> None:
    position = 2
    for _ in range(MOST_CHUNKS):
        if position + 4 > len(data) or data[position] != 0xFF:
            texts.problems.append("The JPEG is damaged or was cut off.")
            return
        marker = data[position + 1]
        if marker in {0xDA, 0xD9}:
            return
        if marker in _STANDALONE or marker == 0xFF:
            position += 1 if marker == 0xFF else 2
            continue
        (length,) = struct.unpack_from(">H", data, position + 2)
        body = data[position + 4 : position + 2 + length]
        if marker == 0xE1 and body.startswith(_XMP_HEAD):
            texts.xmp = texts.xmp or body[len(_XMP_HEAD) :]
        elif marker == 0xE1 and body.startswith(_EXIF_HEAD):
            _read_exif(body, texts)
        position += 2 + max(2, length)


def _with_segment(data: bytes, marker: int, body: bytes) -> bytes:
    """The segment right after the start, or after the JFIF header that must come first."""
    if len(body) > 65_533:
        return data
    place = 2
    if data[2:4] == b"\xff\xe0":
        place = 4 + struct.unpack_from(">H", data, 4)[0]
    segment = bytes((0xFF, marker)) + struct.pack(">H", len(body) + 2) + body
    return data[:place] + segment + data[place:]


# ------------------------------------------------------------------ WebP


def _read_riff(data: bytes, texts: Texts) -> None:
    for kind, body in _riff_chunks(data, texts):
        if kind == b"XMP ":
            texts.xmp = body[:MOST_TEXT]
        elif kind == b"EXIF":
            _read_exif(body, texts)


def _riff_chunks(data: bytes, texts: Texts) -> Iterator[tuple[bytes, bytes]]:
    position = 12
    for _ in range(MOST_CHUNKS):
        if position + 8 > len(data):
            return
        (length,) = struct.unpack_from("<I", data, position + 4)
        if position + 8 + length > len(data):
            texts.problems.append("A part of the WebP claims to be longer than the file.")
            return
        yield data[position : position + 4], data[position + 8 : position + 8 + length]
        position += 8 + length + (length & 1)


def _webp_with(data: bytes, kind: bytes, body: bytes, *, flag: int) -> bytes:
    """The chunk added; the extended header (VP8X), which it needs, is made where it is missing."""
    texts = Texts()
    chunks = list(_riff_chunks(data, texts))
    if texts.problems or not chunks:
        return data
    if chunks[0][0] == b"VP8X":
        head = bytearray(chunks[0][1])
        head[0] |= flag
        chunks[0] = (b"VP8X", bytes(head))
    else:
        with Image.open(BytesIO(data)) as image:
            (width, height), alpha = image.size, 0x10 * (image.mode == "RGBA")
        edges = [(edge - 1).to_bytes(3, "little") for edge in (width, height)]
        chunks.insert(0, (b"VP8X", bytes((flag | alpha, 0, 0, 0)) + b"".join(edges)))
    # Order of the specification: EXIF, then XMP, at the end.
    at = next((n for n, (name, _) in enumerate(chunks) if name == b"XMP "), len(chunks))
    chunks.insert(at if kind == b"EXIF" else len(chunks), (kind, body))
    packed = b"".join(
        name + struct.pack("<I", len(part)) + part + b"\0" * (len(part) & 1)
        for name, part in chunks
    )
    return b"RIFF" + struct.pack("<I", len(packed) + 4) + b"WEBP" + packed


# ------------------------------------------------------------------ EXIF


def _read_exif(body: bytes, texts: Texts) -> None:
    """The user comment (A1111 keeps its parameters there), and what ComfyUI puts into the camera's
    make and model ("workflow:{…}", "prompt:{…}")."""
    try:
        with warnings.catch_warnings(action="ignore"):  # Pillow warns of what it tolerates
            exif = Image.Exif()
            exif.load(body)
            comment = exif.get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
            camera = [exif.get(tag) for tag in (ExifTags.Base.Make, ExifTags.Base.Model)]
    except _BROKEN_EXIF:
        texts.problems.append("The camera data (EXIF) is damaged.")
        return
    if isinstance(comment, bytes) and len(comment) <= MOST_TEXT:
        _add(texts, _COMMENT, _comment(comment))
    for value in camera:
        name, colon, text = str(value or "").partition(":")
        if colon and name in {"prompt", "workflow"} and len(text) <= MOST_TEXT:
            _add(texts, name, text)


def _comment(raw: bytes) -> str:
    """The EXIF character codes: 8 bytes that name the encoding, then the text."""
    head, text = raw[:8], raw[8:]
    if head == b"UNICODE\0":
        little = text[1:2] == b"\0" and text[:1] != b"\0"
        return text.decode("utf-16-le" if little else "utf-16-be", "replace").lstrip("\ufeff")
    return (text if head in {b"ASCII\0\0\0", b"\0" * 8} else raw).decode("utf-8", "replace")


def _add(texts: Texts, name: str, text: str) -> None:
    if len(texts.found) >= MOST_TEXTS:
        texts.problems.append(f"More than {MOST_TEXTS} texts; the rest was not read.")
        return
    texts.found.setdefault(name, text.rstrip("\0"))
