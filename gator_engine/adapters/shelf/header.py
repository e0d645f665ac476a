"""The header of a safetensors file, read with every check that needs no weights.

Format: eight bytes with the header's length (little-endian), the header as JSON, then the numbers.
See the format's specification in the safetensors repository; it bounds the header at 100 MB.
"""

from __future__ import annotations

import json
import struct
from functools import lru_cache
from pathlib import Path
from typing import Any

from gator_engine.domain.models.signatures import Header, Tensor
from gator_engine.errors import InvalidInput

LARGEST_HEADER = 100_000_000
_BITS = {"F64": 64, "I64": 64, "U64": 64, "F32": 32, "I32": 32, "U32": 32, "C64": 64}
_BITS |= {"F16": 16, "BF16": 16, "I16": 16, "U16": 16, "F8_E4M3": 8, "F8_E5M2": 8}
_BITS |= {"F8_E8M0": 8, "I8": 8, "U8": 8, "BOOL": 8, "F4": 4, "F6_E2M3": 6, "F6_E3M2": 6}
# torch.save writes a zip (since 1.6) or a bare pickle of protocol 2 and up.
_PICKLES = (b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04", b"\x80\x05")
_OTHERS = ((b"GGUF", "a GGUF file"), (b"\x89PNG", "a picture"), (b"<", "a web page"))


def read_header(path: Path, *, field: str = "file") -> Header:
    """The tensors and metadata of a file.

    Raises InvalidInput naming `field` for a pickle, a truncated file, or anything else.
    """
    stat = path.stat()
    return _read(path, stat.st_size, stat.st_mtime_ns, field)


@lru_cache(maxsize=512)
def _read(path: Path, size: int, _changed: int, field: str) -> Header:
    with path.open("rb") as file:
        start = file.read(8)
        _refuse_others(start, field)
        length = struct.unpack("<Q", start)[0] if len(start) == 8 else 0
        if not 2 <= length <= LARGEST_HEADER:
            raise InvalidInput(field, "is no safetensors file")
        if 8 + length > size:
            raise InvalidInput(field, f"is truncated: {size} bytes, its header alone has {length}")
        raw = file.read(length)
    header, end = _parsed(raw, field)
    if 8 + length + end != size:
        wrong = "is truncated" if size < 8 + length + end else "has bytes after its end"
        raise InvalidInput(field, f"{wrong}: {size} bytes instead of {8 + length + end}")
    return header


def looks_like_weights(path: Path) -> str:
    """What a file of any name holds, by its first bytes: "safetensors", "pickle" or ""."""
    with path.open("rb") as file:
        start = file.read(9)
    if start.startswith(_PICKLES[1:]):
        return "pickle"
    if len(start) == 9 and start[8:] == b"{" and struct.unpack("<Q", start[:8])[0] < 1 << 32:
        return "safetensors"
    return ""


def _refuse_others(start: bytes, field: str) -> None:
    if start.startswith(_PICKLES):
        raise InvalidInput(
            field,
            "is a pickled checkpoint, which can run code when it is opened; look for a"
            " .safetensors file of the same model",
        )
    for magic, name in _OTHERS:
        if start.startswith(magic):
            raise InvalidInput(field, f"is {name}, not safetensors")


def _parsed(raw: bytes, field: str) -> tuple[Header, int]:
    """The header and where the last tensor ends."""
    try:
        data: dict[str, Any] = json.loads(raw)
        said = data.pop("__metadata__", None) or {}
        tensors = {
            name: Tensor(str(one["dtype"]), tuple(int(n) for n in one["shape"]))
            for name, one in data.items()
        }
        spans = [
            (int(one["data_offsets"][0]), int(one["data_offsets"][1])) for one in data.values()
        ]
        metadata = {str(key): str(value) for key, value in said.items()}
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise InvalidInput(field, "has a damaged header") from error
    for tensor, (begin, end) in zip(tensors.values(), spans, strict=True):
        bits = _BITS.get(tensor.dtype)
        if end < begin or (bits and (tensor.count * bits + 7) // 8 != end - begin):
            raise InvalidInput(field, "has a damaged header: sizes and shapes do not agree")
    return Header(tensors, metadata), max((end for _, end in spans), default=0)
