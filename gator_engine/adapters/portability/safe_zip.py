"""Reading zip files that may be hostile.

Everything is checked before anything is unpacked, and the bytes are counted while they stream out.
Nothing is ever written to a disk. Format: PKWARE APPNOTE 6.3, sections 4.3.16 (end of central
directory) and 4.4.4 (flags).
"""

from __future__ import annotations

import stat
import struct
import unicodedata
import zipfile
import zlib
from dataclasses import dataclass
from io import BytesIO

from gator_engine.errors import InvalidInput

MOST_ENTRIES = 500
LONGEST_NAME = 255
# Deflate reaches 1030:1 on zeros; documents and pictures stay far below this.
MOST_RATIO = 100
# A text of repeated lines may be squeezed more than that, so small totals are not compared.
RATIO_FREE_BYTES = 32 * 2**20
CHUNK = 64 * 1024

_END, _END64_LOCATOR = b"PK\x05\x06", b"PK\x06\x07"
_END_SIZE, _LOCATOR_SIZE, _LONGEST_COMMENT = 22, 20, 65_535
_ENTRY_SIZE = 46 + LONGEST_NAME + 1024
_ENCRYPTED = 0x1
_METHODS = {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
_BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    OverflowError,
    NotImplementedError,
    RuntimeError,
)


@dataclass
class SafeZip:
    """The files of a zip by name. `most_bytes` bounds everything that `read` gives, in all.

    Raises InvalidInput naming `file` or the entry.
    """

    data: bytes
    most_bytes: int

    def __post_init__(self) -> None:
        _check_directory(self.data)
        try:
            self._zip = zipfile.ZipFile(BytesIO(self.data))
            infos = self._zip.infolist()
        except _BROKEN as error:
            raise InvalidInput("file", "is a damaged zip") from error
        if len(infos) > MOST_ENTRIES:
            raise InvalidInput("file", f"holds {len(infos)} files", f"{MOST_ENTRIES}")
        seen: set[str] = set()
        for info in infos:
            _check_entry(info, seen)
        self._files = {info.filename: info for info in infos if not info.is_dir()}
        self._unpacked = 0

    @property
    def names(self) -> tuple[str, ...]:
        """Every file, in the order of the zip."""
        return tuple(self._files)

    def __contains__(self, name: str) -> bool:
        return name in self._files

    def read(self, name: str, most: int) -> bytes:
        """One file, `most` bytes at most. Raises InvalidInput naming the file and the limit."""
        if name not in self._files:
            raise InvalidInput(name[:LONGEST_NAME], "is missing in the zip")
        info, out = self._files[name], bytearray()
        try:
            with self._zip.open(info) as packed:
                while piece := packed.read(CHUNK):
                    out += piece
                    self._count(name, len(piece), len(out), most)
        except _BROKEN as error:
            raise InvalidInput(name, "is damaged inside the zip") from error
        if len(out) != info.file_size:
            raise InvalidInput(name, "is damaged inside the zip: its size is wrong")
        return bytes(out)

    def _count(self, name: str, arrived: int, size: int, most: int) -> None:
        self._unpacked += arrived
        if size > most:
            raise InvalidInput(name, "is too large", f"{most / 2**20:g} MiB")
        if self._unpacked > self.most_bytes:
            raise InvalidInput("file", "unpacks to too much", f"{self.most_bytes / 2**20:g} MiB")
        if self._unpacked > max(RATIO_FREE_BYTES, MOST_RATIO * len(self.data)):
            raise InvalidInput("file", "is a zip bomb", f"{MOST_RATIO} times its packed size")


def _check_directory(data: bytes) -> None:
    """Refuse a directory of millions of entries before it becomes millions of objects."""
    start = data.rfind(_END, max(0, len(data) - _END_SIZE - _LONGEST_COMMENT))
    if start < 0 or len(data) - start < _END_SIZE:
        raise InvalidInput("file", "is a damaged zip: its end is missing")
    count, size = struct.unpack_from("<HL", data, start + 10)
    locator = data[max(0, start - _LOCATOR_SIZE) :][: len(_END64_LOCATOR)]
    if locator == _END64_LOCATOR or count > MOST_ENTRIES or size > MOST_ENTRIES * _ENTRY_SIZE:
        raise InvalidInput("file", "holds too many files", f"{MOST_ENTRIES}")


def _check_entry(info: zipfile.ZipInfo, seen: set[str]) -> None:
    """Raises InvalidInput for names that lead elsewhere, and for what is no plain file."""
    name = info.orig_filename
    shown = ascii(name[:80])
    parts = name.removesuffix("/").split("/")
    if not name or len(name) > LONGEST_NAME:
        raise InvalidInput("file", f"holds a name of {len(name)} characters", f"1–{LONGEST_NAME}")
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in name):
        raise InvalidInput("file", f"holds {shown}: control characters in a name")
    if "\\" in name or ":" in name or not {"", ".", ".."}.isdisjoint(parts):
        raise InvalidInput("file", f"holds {shown}: a path out of the zip", "plain relative paths")
    folded = unicodedata.normalize("NFC", name).casefold().removesuffix("/")
    if folded in seen:
        raise InvalidInput("file", f"holds {shown} twice")
    seen.add(folded)
    kind = stat.S_IFMT(info.external_attr >> 16)
    if kind not in {0, stat.S_IFREG, stat.S_IFDIR}:
        raise InvalidInput("file", f"holds {shown}: a link or device", "plain files")
    if info.flag_bits & _ENCRYPTED:
        raise InvalidInput("file", f"holds {shown}: encrypted", "a zip without password")
    if info.compress_type not in _METHODS:
        raise InvalidInput("file", f"holds {shown}: packed in a rare way", "stored or deflated")
