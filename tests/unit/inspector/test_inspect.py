"""What is refused before a file enters the library, and what is found in good ones."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO

import pytest
from PIL import Image

from gator_engine.adapters.media.inspector import PillowInspector
from gator_engine.config import Settings
from gator_engine.errors import InvalidInput
from tests.unit.inspector.conftest import Encode

FORMATS = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp", "GIF": "image/gif"}


def refusal(inspector: PillowInspector, data: bytes, filename: str = "") -> str:
    with pytest.raises(InvalidInput) as caught:
        inspector.inspect(data, field="upload", filename=filename)
    assert caught.value.field == "upload"
    return str(caught.value)


def png_header(width: int, height: int) -> bytes:
    """A PNG that declares a size but holds almost nothing."""

    def chunk(name: bytes, body: bytes) -> bytes:
        sum32 = struct.pack(">I", zlib.crc32(name + body))
        return struct.pack(">I", len(body)) + name + body + sum32

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"\0" * 64)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + body


@pytest.mark.parametrize("form", FORMATS)
def test_facts_come_from_the_bytes(inspector: PillowInspector, encode: Encode, form: str) -> None:
    data = encode(form)
    facts = inspector.inspect(data)
    assert (facts.mime, facts.size) == (FORMATS[form], len(data))
    assert (facts.width, facts.height) == (40, 30)


def test_nothing_is_refused(inspector: PillowInspector) -> None:
    assert "0 bytes" in refusal(inspector, b"")


@pytest.mark.parametrize("form", FORMATS)
def test_every_truncation_is_refused(inspector: PillowInspector, encode: Encode, form: str) -> None:
    data = encode(form, (64, 64))
    for kept in range(1, len(data) - 2, max(1, len(data) // 40)):
        assert refusal(inspector, data[:kept])


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP"])
def test_a_missing_end_is_refused(inspector: PillowInspector, encode: Encode, form: str) -> None:
    assert refusal(inspector, encode(form, (64, 64))[:-2])


@pytest.mark.parametrize("size", [(20_000, 20_000), (20_000, 100), (3000, 2000)])
def test_too_many_pixels_are_refused_from_the_header(
    inspector: PillowInspector, size: tuple[int, int]
) -> None:
    assert "limit" in refusal(inspector, png_header(*size))


def test_too_many_bytes_are_refused(encode: Encode) -> None:
    small = PillowInspector(Settings(max_upload_mb=1))
    assert "1 MiB" in refusal(small, encode() + b"\0" * 1024 * 1024)


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_moving_pictures_are_refused(inspector: PillowInspector, form: str) -> None:
    frames = [Image.new("RGB", (8, 8), colour) for colour in ("red", "blue")]
    out = BytesIO()
    frames[0].save(out, form, save_all=True, append_images=frames[1:], duration=100)
    assert "animated" in refusal(inspector, out.getvalue())


@pytest.mark.parametrize("form", ["BMP", "TIFF", "ICO"])
def test_other_formats_are_refused_by_their_name(
    inspector: PillowInspector, encode: Encode, form: str
) -> None:
    assert "not supported" in refusal(inspector, encode(form))


def test_text_is_no_picture(inspector: PillowInspector) -> None:
    assert "not a picture" in refusal(inspector, b"<svg onload=alert(1)></svg>")


@pytest.mark.parametrize("filename", ["holiday.jpg", "a.b.WEBP", "notes.txt", "x.png.gif"])
def test_a_false_label_is_refused(
    inspector: PillowInspector, encode: Encode, filename: str
) -> None:
    assert "is named" in refusal(inspector, encode("PNG"), filename)


@pytest.mark.parametrize("filename", ["", "a.PNG", " b.png ", "holiday", ".png"])
def test_a_true_or_absent_label_passes(
    inspector: PillowInspector, encode: Encode, filename: str
) -> None:
    assert inspector.inspect(encode("PNG"), filename=filename).mime == "image/png"


@pytest.mark.parametrize("filename", ["x.jpeg", "x.jpg", "x.JFIF"])
def test_jpeg_has_many_names(inspector: PillowInspector, encode: Encode, filename: str) -> None:
    assert inspector.inspect(encode("JPEG"), filename=filename).mime == "image/jpeg"


def test_a_turned_photograph_counts_as_people_see_it(
    inspector: PillowInspector, encode: Encode
) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    facts = inspector.inspect(encode("JPEG", exif=exif))
    assert (facts.width, facts.height) == (30, 40)


def test_a_phone_picture_with_a_second_one_behind_is_a_jpeg(
    inspector: PillowInspector, encode: Encode
) -> None:
    out = BytesIO()
    main, second = Image.new("RGB", (16, 8), "red"), Image.new("RGB", (8, 4), "blue")
    main.save(out, "MPO", save_all=True, append_images=[second])
    assert inspector.inspect(out.getvalue()).mime == "image/jpeg"
