"""Files made to hurt: refused by a named error, in little time and memory, nothing written."""

from __future__ import annotations

import json
import stat
import struct
import time
import tracemalloc
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path

import pytest

from gator_engine.adapters.portability import PortableFiles
from gator_engine.adapters.portability.png_text import MOST_CHUNKS, SIGNATURE
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.errors import InvalidInput
from gator_engine.ports import PortableImage

MIB = 2**20
DOCUMENT = "format: gator-persona\nschema: 1\npersona: "


@contextmanager
def bounded(most_mib: float, seconds: float) -> Iterator[None]:
    tracemalloc.start()
    started = time.process_time()
    try:
        yield
        used, peak = time.process_time() - started, tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < most_mib * MIB, f"{peak / MIB:.0f} MiB"
    assert used < seconds, f"{used:.1f} s"


def zipped(
    *entries: tuple[str | zipfile.ZipInfo, bytes], method: int = zipfile.ZIP_DEFLATED
) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", method) as packed:
        for name, data in entries:
            packed.writestr(name, data)
    return out.getvalue()


def manifest(*paths: str) -> bytes:
    files = [{"path": path, "sha256": "0" * 64} for path in paths]
    return json.dumps({"format": "gator-persona", "schema": 1, "files": files}).encode()


def entry(name: str, mode: int) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.external_attr = mode << 16
    return info


def with_bytes(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new) and old in data
    return data.replace(old, new)


def lying_size() -> bytes:
    """An entry of 30 MB whose directory says 10 bytes."""
    data = zipped(("manifest.json", bytes(30_000_000)))
    return data.replace(struct.pack("<L", 30_000_000), struct.pack("<L", 10))


def many_entries() -> bytes:
    """A directory that claims few entries and holds many."""
    data = bytearray(zipped(*((f"{number}", b"") for number in range(30_000))))
    data[-14:-10] = struct.pack("<HH", 3, 3)
    return bytes(data)


def encrypted() -> bytes:
    data = bytearray(zipped(("manifest.json", b"{}")))
    data[data.rindex(b"PK\x01\x02") + 8] |= 1
    return bytes(data)


ZIPS: dict[str, tuple[Callable[[], bytes], str]] = {
    "bomb by ratio": (
        lambda: zipped(("manifest.json", manifest("a")), ("a", bytes(100 * MIB))),
        "file",
    ),
    "bomb of one entry": (lambda: zipped(("manifest.json", bytes(300 * MIB))), "manifest.json"),
    "lying size": (lying_size, "manifest.json"),
    "many entries": (many_entries, "file"),
    "too many entries": (lambda: zipped(*((f"{n}", b"") for n in range(501))), "file"),
    "climbing path": (lambda: zipped(("../../evil", b"x")), "file"),
    "hidden climb": (lambda: zipped(("images/../../evil", b"x")), "file"),
    "absolute path": (lambda: zipped(("/etc/passwd", b"x")), "file"),
    "drive": (lambda: zipped(("C:evil", b"x")), "file"),
    "backslashes": (lambda: zipped(("..\\evil", b"x")), "file"),
    "empty part": (lambda: zipped(("a//b", b"x")), "file"),
    "NUL in a name": (lambda: with_bytes(zipped(("aXb", b"x")), b"aXb", b"a\x00b"), "file"),
    "symbolic link": (lambda: zipped((entry("a", stat.S_IFLNK | 0o777), b"/etc/passwd")), "file"),
    "device": (lambda: zipped((entry("a", stat.S_IFCHR), b"")), "file"),
    "same name, other case": (lambda: zipped(("a", b"1"), ("A", b"2")), "file"),
    "same name twice": (
        lambda: with_bytes(zipped(("a1", b"1"), ("a2", b"2")), b"a2", b"a1"),
        "file",
    ),
    "encrypted": (encrypted, "file"),
    "rare packing": (lambda: zipped(("manifest.json", b"{}"), method=zipfile.ZIP_LZMA), "file"),
    "truncated": (lambda: zipped(("manifest.json", b"{}"))[:-5], "file"),
    "only a head": (lambda: b"PK\x03\x04" + bytes(30), "file"),
    "zip in a zip": (lambda: zipped(("inner.zip", zipped(("manifest.json", b"{}")))), "file"),
    "no persona": (lambda: zipped(("manifest.json", manifest())), "manifest.json"),
    "wrong checksum": (lambda: zipped(("manifest.json", manifest("a")), ("a", b"x")), "a"),
    "missing file": (lambda: zipped(("manifest.json", manifest("a"))), "a"),
    "named twice": (
        lambda: zipped(("manifest.json", manifest("a", "a")), ("a", b"x")),
        "manifest.json",
    ),
    "a manifest of many": (
        lambda: zipped(("manifest.json", manifest(*map(str, range(90))))),
        "manifest.json",
    ),
    "not our manifest": (lambda: zipped(("manifest.json", b'{"version": 3}')), "manifest.json"),
}


@pytest.mark.parametrize("name", ZIPS)
def test_hostile_zips(files: PortableFiles, name: str) -> None:
    make, field = ZIPS[name]
    data = make()
    with bounded(120, 10), pytest.raises(InvalidInput) as caught:
        files.read(data, "persona.zip")
    assert caught.value.field.split(" ")[0] == field


def test_a_repetitive_but_honest_persona_is_no_bomb(files: PortableFiles) -> None:
    data = files.archive(TEMPLATES[0].profile, [PortableImage(bytes(3 * MIB), "a.png")])
    assert len(files.read(data).images) == 1


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


HEADER = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
PIXELS, END = chunk(b"IDAT", zlib.compress(b"\0\0")), chunk(b"IEND", b"")


def png(*chunks: bytes) -> bytes:
    return b"".join([SIGNATURE, HEADER, PIXELS, *chunks, END])


def zipped_text(size: int) -> bytes:
    return zlib.compress(bytes(size), 9)


CARD = chunk(b"tEXt", b"chara\0e30=")
PNGS: dict[str, Callable[[], bytes]] = {
    "no card": png,
    "length beyond the file": lambda: png(struct.pack(">I", 2**31 - 1) + b"tEXtchara\0" + bytes(9)),
    "length of 4 GiB": lambda: png(b"\xff\xff\xff\xfftEXtchara\0"),
    "wrong checksum": lambda: png(CARD[:-4] + b"\0\0\0\0"),
    "checksum of a picture chunk": lambda: png(CARD).replace(PIXELS, PIXELS[:-4] + b"\0\0\0\0"),
    "huge text": lambda: png(chunk(b"tEXt", b"x\0" + bytes(19 * MIB)) * 2),
    "bomb in zTXt": lambda: png(chunk(b"zTXt", b"chara\0\0" + zipped_text(200 * MIB))),
    "bomb in iTXt": lambda: png(chunk(b"iTXt", b"ccv3\0\1\0\0\0" + zipped_text(200 * MIB))),
    "damaged zTXt": lambda: png(chunk(b"zTXt", b"chara\0\0nonsense")),
    "truncated zTXt": lambda: png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"e30=")[:-3])),
    "no end": lambda: png(CARD)[:-12],
    "too many chunks": lambda: png(chunk(b"aaAa", b"") * MOST_CHUNKS, CARD),
    "two headers": lambda: png(HEADER, CARD),
    "no header": lambda: SIGNATURE + PIXELS + CARD + END,
    "two cards of one kind": lambda: png(CARD, chunk(b"tEXt", b"chara\0eyJhIjoxfQ==")),
    "not base64": lambda: png(chunk(b"tEXt", b"chara\0%%%%")),
    "not text": lambda: png(chunk(b"tEXt", b"chara\0/////w==")),
    "not a card": lambda: png(CARD),
}


@pytest.mark.parametrize("name", PNGS)
def test_hostile_pictures(files: PortableFiles, name: str) -> None:
    data = PNGS[name]()
    with bounded(120, 10), pytest.raises(InvalidInput) as caught:
        files.read(data, "card.png")
    assert caught.value.field in {"file", "card"}


def laughs() -> str:
    """The billion laughs in YAML."""
    lines = ["a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines)


TEXTS: dict[str, Callable[[], str | bytes]] = {
    "billion laughs": laughs,
    "millions of aliases": lambda: "a: &a x\nb: [" + "*a," * 1_000_000 + "]",
    "anchors alone": lambda: "a: &a 1",
    "python object": lambda: DOCUMENT + "!!python/object/apply:os.system ['id']",
    "binary tag": lambda: DOCUMENT + "!!binary aGk=",
    "own tag": lambda: DOCUMENT + "!x {}",
    "merge key": lambda: "<<: *a",
    "deep YAML": lambda: "a: " + "[" * 100_000,
    "deep YAML blocks": lambda: "- " * 20_000 + "a",
    "deep JSON": lambda: '{"a":' * 100_000,
    "deep JSON lists": lambda: '{"a":' + "[" * 100_000 + "]" * 100_000 + "}",
    "rather deep JSON": lambda: '{"a":' * 40 + "1" + "}" * 40,
    "many values in JSON": lambda: '{"a":[' + "0," * 1_000_000 + "0]}",
    "many lists in JSON": lambda: '{"a":[' + "[]," * 5_000_000 + "0]}",
    "many objects in JSON": lambda: '{"a":[' + "{}," * 5_000_000 + "0]}",
    "many values in YAML": lambda: "a: [" + "0," * 1_000_000 + "0]",
    "endless number": lambda: '{"a":' + "9" * 5000 + "}",
    "endless YAML number": lambda: "a: " + "9" * 5000,
    "infinity": lambda: '{"a": 1e999}',
    "NaN": lambda: '{"a": NaN}',
    "YAML infinity": lambda: "a: 1" + "0" * 400 + ".0",
    "twice the same name": lambda: '{"format": "gator-persona", "format": "x"}',
    "twice the same name in YAML": lambda: "a: 1\na: 2",
    "several documents": lambda: "a: 1\n---\nb: 2",
    "name that is a list": lambda: "? [a]\n: b",
    "name that is a number": lambda: "1: b",
    "NUL": lambda: '{"a": "\\u0000"}',
    "NUL in YAML": lambda: 'a: "\\0"',
    "bare NUL": lambda: "a: b\x00c",
    "half a pair": lambda: '{"a": "\\ud800"}',
    "half a pair in a name": lambda: '{"\\udfff": 1}',
    "half a pair in YAML": lambda: 'a: "\\uD800"',
    "not UTF-8": lambda: b"a: \xff\xfe",
    "UTF-16": lambda: "a: b".encode("utf-16"),
    "too much text": lambda: "a: " + "x" * (16 * MIB),
    "only a text": lambda: "hello",
    "only a list": lambda: "[1]",
    "nothing": lambda: b"",
    "blank": lambda: "\n",
    "an open quote": lambda: 'a: "b',
    "persona is a list": lambda: DOCUMENT + "[]",
    "something else": lambda: "name: Ada",
    "a program": lambda: b"\x7fELF" + bytes(200),
}


@pytest.mark.parametrize("name", TEXTS)
def test_hostile_texts(files: PortableFiles, name: str) -> None:
    data = TEXTS[name]()
    with bounded(150, 10), pytest.raises(InvalidInput):
        files.read(data if isinstance(data, bytes) else data.encode(), "persona.yaml")


def test_a_file_over_the_limit_is_not_looked_at(files: PortableFiles) -> None:
    with pytest.raises(InvalidInput, match="20 MiB"):
        files.read(b"PK\x03\x04" + bytes(20 * MIB))


def test_a_huge_file_name_leads_nowhere(files: PortableFiles, tmp_path: Path) -> None:
    data = files.text(TEMPLATES[0].profile, "json").encode()
    content = files.read(data, f"{tmp_path}/../../{'x' * 5000}.yaml")
    assert content.format == "Gator persona"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
