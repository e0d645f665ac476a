"""XMP in films: a `uuid` box at the top level of an MP4 (XMP specification part 3, 1.1.3).

Boxes are those of ISO/IEC 14496-12, 4.2: a size of four bytes and a kind, or 1 and eight bytes, or
0 for "to the end". A box added at the end moves nothing that the file refers to by its place.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from uuid import UUID

XMP_BOX = UUID("be7acfcb-97a9-42e8-9c71-999491e3afac").bytes
MOST_BOXES = 20_000


def xmp_of(data: bytes, most: int) -> tuple[bytes, str]:
    """The packet and "", or b"" and what is wrong with it ("" when there is simply none)."""
    for at, start, end in _places(data):
        if data[at + 4 : at + 8] == b"uuid" and data[start : start + 16] == XMP_BOX:
            if end - start > most:
                return b"", f"XMP of more than {most >> 20} MiB is left unread"
            return data[start + 16 : end], ""
    return b"", ""


def with_xmp_box(data: bytes, packet: bytes) -> bytes:
    """The film with the packet as its last box; a damaged one, and one whose last box has no size
    of its own, stay as they are."""
    last, _, end = next(reversed(list(_places(data))), (0, 0, 0))
    if end != len(data) or data[last : last + 4] == bytes(4):
        return data
    body = XMP_BOX + packet
    return data + struct.pack(">I4s", 8 + len(body), b"uuid") + body


def _places(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(beginning, first byte of the content, end) of every whole box at the top level."""
    at = 0
    for _ in range(MOST_BOXES):
        if at + 8 > len(data):
            return
        [size], start = struct.unpack_from(">I", data, at), at + 8
        if size == 1:
            if start + 8 > len(data):
                return
            [size], start = struct.unpack_from(">Q", data, start), start + 8
        end = len(data) if size == 0 else at + size
        if not start <= end <= len(data):
            return
        yield at, start, end
        at = end
