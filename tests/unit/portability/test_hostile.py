"""Files made to hurt: refused by a named error, in little time and memory, nothing written."""

from __future__ import annotations

import base64
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
from gator_engine.config import Settings
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.errors import InvalidInput
from gator_engine.ports import PortableImage

MIB = 2**20
READER = PortableFiles(Settings(max_upload_mb=50))
# By name: what makes the file, and what the refusal says.
Hostile = dict[str, tuple[Callable[[], str | bytes], str]]
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


ZIPS: Hostile = {
    "bomb by ratio": (
        lambda: zipped(("manifest.json", manifest("a")), ("a", bytes(100 * MIB))),
        "is a zip bomb",
    ),
    "bomb of one entry": (
        lambda: zipped(("manifest.json", bytes(300 * MIB))),
        "manifest.json: is too large",
    ),
    "lying size": (lying_size, "manifest.json: is damaged"),
    "many entries": (many_entries, "too many files"),
    "too many entries": (lambda: zipped(*((f"{n}", b"") for n in range(501))), "too many files"),
    "climbing path": (lambda: zipped(("../../evil", b"x")), "a path out of the zip"),
    "hidden climb": (lambda: zipped(("images/../../evil", b"x")), "a path out of the zip"),
    "absolute path": (lambda: zipped(("/etc/passwd", b"x")), "a path out of the zip"),
    "drive": (lambda: zipped(("C:evil", b"x")), "a path out of the zip"),
    "backslashes": (lambda: zipped(("..\\evil", b"x")), "a path out of the zip"),
    "empty part": (lambda: zipped(("a//b", b"x")), "a path out of the zip"),
    "NUL in a name": (
        lambda: with_bytes(zipped(("aXb", b"x")), b"aXb", b"a\x00b"),
        "control characters",
    ),
    "symbolic link": (
        lambda: zipped((entry("a", stat.S_IFLNK | 0o777), b"/etc/passwd")),
        "a link or device",
    ),
    "device": (lambda: zipped((entry("a", stat.S_IFCHR), b"")), "a link or device"),
    "same name, other case": (lambda: zipped(("a", b"1"), ("A", b"2")), "'A' twice"),
    "same name twice": (
        lambda: with_bytes(zipped(("a1", b"1"), ("a2", b"2")), b"a2", b"a1"),
        "'a1' twice",
    ),
    "encrypted": (encrypted, "encrypted"),
    "rare packing": (
        lambda: zipped(("manifest.json", b"{}"), method=zipfile.ZIP_LZMA),
        "packed in a rare way",
    ),
    "truncated": (lambda: zipped(("manifest.json", b"{}"))[:-5], "its end is missing"),
    "only a head": (lambda: b"PK\x03\x04" + bytes(30), "its end is missing"),
    "zip in a zip": (
        lambda: zipped(("inner.zip", zipped(("manifest.json", b"{}")))),
        "a zip without a persona",
    ),
    "no persona": (lambda: zipped(("manifest.json", manifest())), "does not name persona.yaml"),
    "wrong checksum": (
        lambda: zipped(("manifest.json", manifest("a")), ("a", b"x")),
        "a: is not the file that was exported",
    ),
    "missing file": (lambda: zipped(("manifest.json", manifest("a"))), "a: is missing"),
    "named twice": (
        lambda: zipped(("manifest.json", manifest("a", "a")), ("a", b"x")),
        "names a file twice",
    ),
    "a manifest of many": (
        lambda: zipped(("manifest.json", manifest(*map(str, range(90))))),
        "names 90 files",
    ),
    "not our manifest": (
        lambda: zipped(("manifest.json", b'{"version": 3}')),
        "does not belong to a persona",
    ),
}


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


CARD = chunk(b"tEXt", b"chara\0" + base64.b64encode(b'{"name": "Ada", "personality": "dry"}'))
PNGS: Hostile = {
    "no card": (png, "without a character card"),
    "length beyond the file": (
        lambda: png(struct.pack(">I", 2**31 - 1) + b"tEXtchara\0" + bytes(9)),
        "longer than the file",
    ),
    "length of 4 GiB": (lambda: png(b"\xff\xff\xff\xfftEXtchara\0"), "longer than the file"),
    "wrong checksum": (lambda: png(CARD[:-4] + b"\0\0\0\0"), "wrong checksum in 'tEXt'"),
    "checksum of a picture chunk": (
        lambda: png(CARD).replace(PIXELS, PIXELS[:-4] + b"\0\0\0\0"),
        "wrong checksum in 'IDAT'",
    ),
    "huge text": (
        lambda: png(chunk(b"tEXt", b"x\0" + bytes(25 * MIB))),
        "a text that is too large",
    ),
    "bomb in zTXt": (
        lambda: png(chunk(b"zTXt", b"chara\0\0" + zipped_text(100 * MIB))),
        "a packed text that is too large",
    ),
    "bomb in iTXt": (
        lambda: png(chunk(b"iTXt", b"ccv3\0\1\0\0\0" + zipped_text(100 * MIB))),
        "a packed text that is too large",
    ),
    "damaged zTXt": (lambda: png(chunk(b"zTXt", b"chara\0\0nonsense")), "a damaged packed text"),
    "truncated zTXt": (
        lambda: png(chunk(b"zTXt", b"chara\0\0" + zlib.compress(b"e30=")[:-3])),
        "a truncated packed text",
    ),
    "no end": (lambda: png(CARD)[:-12], "its end is missing"),
    "too many chunks": (lambda: png(chunk(b"aaAa", b"") * MOST_CHUNKS, CARD), "too many chunks"),
    "two headers": (lambda: png(HEADER, CARD), "not start with one header"),
    "no header": (lambda: SIGNATURE + PIXELS + CARD + END, "not start with one header"),
    "two cards of one kind": (
        lambda: png(CARD, chunk(b"tEXt", b"chara\0eyJhIjoxfQ==")),
        "two different texts",
    ),
    "not base64": (lambda: png(chunk(b"tEXt", b"chara\0%%%%")), "not valid base64"),
    "not text": (lambda: png(chunk(b"tEXt", b"chara\0/////w==")), "not UTF-8"),
    "not a card": (lambda: png(chunk(b"tEXt", b"chara\0e30=")), "not a character card"),
}


def laughs() -> str:
    """The billion laughs in YAML."""
    lines = ["a0: &a0 [lol,lol,lol,lol,lol,lol,lol,lol,lol]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines)


TEXTS: Hostile = {
    "billion laughs": (laughs, "aliases or anchors"),
    "millions of aliases": (
        lambda: "a: &a x\nb: [" + "*a," * 1_000_000 + "]",
        "aliases or anchors",
    ),
    "anchors alone": (lambda: "a: &a 1", "aliases or anchors"),
    "python object": (
        lambda: DOCUMENT + "!!python/object/apply:os.system ['id']",
        "uses the YAML tag",
    ),
    "binary tag": (lambda: DOCUMENT + "!!binary aGk=", "uses the YAML tag"),
    "own tag": (lambda: DOCUMENT + "!x {}", "uses the YAML tag"),
    "merge key": (lambda: "<<: *a", "aliases or anchors"),
    "deep YAML": (lambda: "a: " + "[" * 100_000, "nested too deeply"),
    "deep YAML blocks": (lambda: "- " * 20_000 + "a", "nested too deeply"),
    "deep JSON": (lambda: '{"a":' * 100_000, "nested too deeply"),
    "deep JSON lists": (lambda: '{"a":' + "[" * 100_000 + "]" * 100_000 + "}", "too many values"),
    "rather deep JSON": (lambda: '{"a":' * 40 + "1" + "}" * 40, "nested too deeply"),
    "many values in JSON": (lambda: '{"a":[' + "0," * 1_000_000 + "0]}", "too many values"),
    "many lists in JSON": (lambda: '{"a":[' + "[]," * 5_000_000 + "0]}", "too many values"),
    "many objects in JSON": (lambda: '{"a":[' + "{}," * 5_000_000 + "0]}", "too many values"),
    "many values in YAML": (lambda: "a: [" + "0," * 1_000_000 + "0]", "too many values"),
    "endless number": (lambda: '{"a":' + "9" * 5000 + "}", "a number of 5000 digits"),
    "endless YAML number": (lambda: "a: " + "9" * 5000, "a number of 5000 digits"),
    "infinity": (lambda: '{"a": 1e999}', "not finite"),
    "NaN": (lambda: '{"a": NaN}', "NaN is not a number"),
    "YAML infinity": (lambda: "a: 1" + "0" * 400 + ".0", "not finite"),
    "twice the same name": (
        lambda: '{"format": "gator-persona", "format": "x"}',
        "a name stands twice",
    ),
    "twice the same name in YAML": (lambda: "a: 1\na: 2", "a name stands twice"),
    "several documents": (lambda: "a: 1\n---\nb: 2", "several YAML documents"),
    "name that is a list": (lambda: "? [a]\n: b", "a name that is not text"),
    "name that is a number": (lambda: "1: b", "a name that is not text"),
    "NUL": (lambda: '{"a": "\\u0000"}', "a NUL character"),
    "NUL in YAML": (lambda: 'a: "\\0"', "a NUL character"),
    "bare NUL": (lambda: "a: b\x00c", "not valid YAML"),
    "half a pair": (lambda: '{"a": "\\ud800"}', "half of a surrogate pair"),
    "half a pair in a name": (lambda: '{"\\udfff": 1}', "half of a surrogate pair"),
    "half a pair in YAML": (lambda: 'a: "\\uD800"', "not valid YAML"),
    "not UTF-8": (lambda: b"a: \xff\xfe", "not UTF-8"),
    "UTF-16": (lambda: "a: b".encode("utf-16"), "not UTF-8"),
    "too much text": (lambda: "a: " + "x" * (16 * MIB), "16 MiB of text"),
    "only a text": (lambda: "hello", "named fields"),
    "only a list": (lambda: "[1]", "named fields"),
    "nothing": (lambda: b"", "is empty"),
    "blank": (lambda: "\n", "named fields"),
    "an open quote": (lambda: 'a: "b', "not valid YAML"),
    "persona is a list": (lambda: DOCUMENT + "[]", "holds no persona"),
    "something else": (lambda: "name: Ada", "no persona that Gator can read"),
    "a program": (lambda: b"\x7fELF" + bytes(200), "not valid YAML"),
}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        pytest.param(*hostile, id=f"{kind}: {name}")
        for kind, group in (("zip", ZIPS), ("png", PNGS), ("text", TEXTS))
        for name, hostile in group.items()
    ],
)
def test_hostile_files(make: Callable[[], str | bytes], words: str) -> None:
    made = make()
    data = made if isinstance(made, bytes) else made.encode()
    with bounded(150, 10), pytest.raises(InvalidInput) as caught:
        READER.read(data, "persona")
    assert words in str(caught.value)


def test_a_file_over_the_limit_is_not_looked_at(files: PortableFiles) -> None:
    with pytest.raises(InvalidInput, match="20 MiB"):
        files.read(b"PK\x03\x04" + bytes(20 * MIB))


def test_a_huge_file_name_leads_nowhere(files: PortableFiles, tmp_path: Path) -> None:
    data = files.text(TEMPLATES[0].profile, "json").encode()
    content = files.read(data, f"{tmp_path}/../../{'x' * 5000}.yaml")
    assert content.format == "Gator persona"
    assert [path.name for path in tmp_path.iterdir()] == ["home"]
