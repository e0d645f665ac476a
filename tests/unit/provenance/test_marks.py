"""Texts in files: written without touching pixels, read within bounds, damage named."""

from __future__ import annotations

import io
import random
import struct
import zlib
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.provenance import COMPOSITE_WITH_AI, MADE_BY_AI
from gator_engine.adapters.provenance.containers import (
    MOST_TEXT,
    mime_of,
    texts_of,
    with_comment,
    with_png_texts,
)
from gator_engine.adapters.provenance.marks import LONGEST_SHOWN, FileMarks
from gator_engine.adapters.provenance.watermark import DwtDctSvd
from gator_engine.config import load_settings

MARKS = FileMarks()
MIMES = {"PNG": "image/png", "JPEG": "image/jpeg", "WEBP": "image/webp"}
SCRIPT = "<script>alert(1)</script>"


def picture(kind: str = "PNG", size: tuple[int, int] = (40, 30), mode: str = "RGB") -> bytes:
    pixels = np.random.default_rng(5).integers(0, 255, (size[1], size[0], len(mode)), np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def with_chunk(kind: bytes, body: bytes) -> bytes:
    data = picture()
    return data[:33] + chunk(kind, body) + data[33:]


def pixels(data: bytes) -> bytes:
    return Image.open(io.BytesIO(data)).convert("RGBA").tobytes()


@pytest.mark.parametrize("kind", MIMES)
def test_the_source_type_is_added_without_touching_a_pixel(kind: str) -> None:
    data = picture(kind)
    marked = MARKS.marked(data, MIMES[kind], source_type=MADE_BY_AI, software="Gator")
    assert MARKS.read(marked).source_type == MADE_BY_AI
    assert "xmp" in Image.open(io.BytesIO(marked)).info
    assert pixels(marked) == pixels(data)
    assert MARKS.marked(marked, MIMES[kind], source_type=COMPOSITE_WITH_AI, software="") == marked


@pytest.mark.parametrize("kind", MIMES)
def test_parameters_are_added_and_read_back(kind: str) -> None:
    text = "été ✨ <b>\nSteps: 4, Seed: 7, Sampler: Euler"
    mime = MIMES[kind]
    data = with_comment(picture(kind), mime, text)
    if kind == "PNG":
        data = with_png_texts(
            with_png_texts(picture(), {"parameters": "old"}), {"parameters": text}
        )
    recipe = MARKS.recipe(data)
    assert recipe is not None and (recipe.prompt, recipe.seed) == ("été ✨ <b>", 7)
    assert pixels(data) == pixels(picture(kind))


def test_a_see_through_webp_stays_so() -> None:
    data = picture("WEBP", mode="RGBA")
    marked = MARKS.marked(data, "image/webp", source_type=MADE_BY_AI, software="Gator")
    assert MARKS.read(marked).source_type == MADE_BY_AI
    assert pixels(marked) == pixels(data)


def test_texts_are_text_and_shortened() -> None:
    data = with_chunk(b"tEXt", b"Comment\0" + SCRIPT.encode())
    assert MARKS.read(data).texts == {"Comment": SCRIPT}
    long = with_chunk(b"tEXt", b"Comment\0" + b"x" * 100_000)
    assert len(MARKS.read(long).texts["Comment"]) == LONGEST_SHOWN


@pytest.mark.parametrize("kind", [b"zTXt", b"iTXt"])
def test_a_hundred_megabytes_packed_into_a_few_are_not_unpacked(kind: bytes) -> None:
    packing = zlib.compressobj(1)
    packed = b"".join(packing.compress(bytes(2**20)) for _ in range(100)) + packing.flush()
    head = b"parameters\0\0" if kind == b"zTXt" else b"parameters\0\1\0\0\0"
    found = MARKS.read(with_chunk(kind, head + packed))
    assert found.texts == {}
    assert f"{MOST_TEXT >> 20} MiB" in found.problems[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (picture()[:-12], "cut off"),
        (picture()[:20] + b"\xff" * 40, "longer than the file"),
        (with_chunk(b"zTXt", b"parameters\0\0not packed at all"), "damaged"),
        (with_chunk(b"eXIf", b"II*\0\xff\xff\xff\x7f"), ""),
        (picture("JPEG")[:40], "cut off"),
        (picture("JPEG")[:20] + bytes(40), "damaged"),
        (picture("WEBP")[:20] + b"\xff\xff\xff\x7f" * 9, "longer than the file"),
        (b"\x89PNG\r\n\x1a\n" + chunk(b"tEXt", b"a\0b") * 70 + chunk(b"IEND", b""), ""),
    ],
)
def test_damage_is_named(data: bytes, said: str) -> None:
    found = MARKS.read(data)
    assert found.mime
    assert said in " ".join(found.problems)


@pytest.mark.parametrize("kind", MIMES)
def test_no_damage_makes_the_reader_raise(kind: str) -> None:
    chance = random.Random(7)
    data = with_comment(picture(kind), MIMES[kind], "p\nSteps: 4, Seed: 7")
    data = MARKS.marked(data, MIMES[kind], source_type=MADE_BY_AI, software="Gator")
    for _ in range(300):
        broken = bytearray(data)
        for _ in range(chance.randrange(1, 8)):
            broken[chance.randrange(8, len(broken))] = chance.randrange(256)
        cut = bytes(broken[: chance.randrange(8, len(broken) + 1)])
        assert MARKS.read(cut).mime == mime_of(cut)
        MARKS.recipe(cut)


def test_other_files_have_no_texts() -> None:
    for data in (b"", b"GIF89a", b"\0\0\0\x20ftypisom", b"words"):
        assert texts_of(data).found == {}


# ------------------------------------------------------------------ the hidden mark


@pytest.fixture(scope="module")
def hiding() -> DwtDctSvd:
    return DwtDctSvd(load_settings())


@pytest.fixture(scope="module")
def photo() -> bytes:
    """Soft shapes with grain, as pictures are."""
    chance = np.random.default_rng(3)
    soft = Image.fromarray(chance.integers(0, 255, (20, 16, 3), np.uint8))
    large = np.asarray(soft.resize((864, 1080), Image.Resampling.BICUBIC)).astype(int)
    grain = np.clip(large + chance.normal(0, 8, large.shape), 0, 255).astype(np.uint8)
    out = io.BytesIO()
    Image.fromarray(grain).save(out, "PNG")
    return out.getvalue()


@pytest.fixture(scope="module")
def marked(hiding: DwtDctSvd, photo: bytes) -> bytes:
    return hiding.embed(photo, "image/png", b"\x12\x34\xab\xcd")


Change = Callable[[Image.Image], tuple[Image.Image, int]]


@pytest.mark.parametrize(
    "change",
    [
        lambda image: (image, 75),
        lambda image: (image.resize((648, 810), Image.Resampling.LANCZOS), 95),
        lambda image: (image.resize((648, 810), Image.Resampling.BILINEAR), 75),
    ],
    ids=["jpeg 75", "three quarters", "both"],
)
def test_the_mark_survives(hiding: DwtDctSvd, marked: bytes, change: Change) -> None:
    image, quality = change(Image.open(io.BytesIO(marked)).convert("RGB"))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=quality)
    found = hiding.detect(out.getvalue())
    assert found is not None
    assert (found.code, found.agreement) == ("1234abcd", 1.0)


def test_the_mark_is_not_seen(photo: bytes, marked: bytes) -> None:
    before, after = (
        np.asarray(Image.open(io.BytesIO(one)).convert("RGB")).astype(float)
        for one in (photo, marked)
    )
    noise = 10 * np.log10(255**2 / np.mean((before - after) ** 2))
    assert noise > 40  # dB; 36 is what dwtDctSvd of invisible-watermark leaves


def test_no_mark_is_found_where_there_is_none(hiding: DwtDctSvd, photo: bytes) -> None:
    assert hiding.detect(photo) is None
    assert hiding.detect(b"no picture") is None
    assert hiding.detect(picture()[:60]) is None


def test_small_pictures_and_other_types_stay_as_they_are(hiding: DwtDctSvd) -> None:
    small = picture(size=(200, 300))
    assert hiding.embed(small, "image/png", b"abcd") == small
    assert hiding.embed(b"RIFF", "audio/wav", b"abcd") == b"RIFF"


def test_marking_keeps_the_texts_and_is_repeatable(hiding: DwtDctSvd) -> None:
    data = with_png_texts(picture(size=(300, 300)), {"parameters": "p\nSteps: 4, Seed: 7"})
    once = hiding.embed(data, "image/png", b"abcd")
    assert once == hiding.embed(data, "image/png", b"abcd") != data
    assert texts_of(once).found == texts_of(data).found
