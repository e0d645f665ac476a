"""Thumbnails and lighter versions: nothing lost unsaid, marks kept, location gone."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO

import pytest
from PIL import ExifTags, Image

from gator_engine.adapters.media.inspector import PillowInspector
from gator_engine.adapters.provenance import MADE_BY_AI, png_bytes, source_type, xmp_packet
from gator_engine.errors import InvalidInput
from tests.unit.inspector.conftest import Encode


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


def noisy(size: tuple[int, int] = (300, 200)) -> Image.Image:
    return Image.merge("RGB", [Image.effect_noise(size, 80) for _ in range(3)])


def marked() -> bytes:
    return png_bytes(
        noisy(), parameters="a bowl\nSteps: 4, Seed: 7", xmp=xmp_packet(MADE_BY_AI, "Gator")
    )


def test_a_thumbnail_is_a_small_upright_webp(inspector: PillowInspector, encode: Encode) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    data = encode("JPEG", (400, 300), exif=exif)
    small = opened(inspector.thumbnail(data, inspector.inspect(data), 120))
    assert (small.format, small.size) == ("WEBP", (90, 120))


def test_a_thumbnail_never_grows(inspector: PillowInspector, encode: Encode) -> None:
    data = encode()
    assert opened(inspector.thumbnail(data, inspector.inspect(data))).size == (40, 30)


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGBA", "CMYK", "I;16", "1"])
def test_every_colour_mode_has_a_thumbnail(inspector: PillowInspector, mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (50, 20)).save(out, "JPEG" if mode == "CMYK" else "PNG")
    facts = inspector.inspect(out.getvalue())
    assert opened(inspector.thumbnail(out.getvalue(), facts, 10)).size == (10, 4)


def test_sixteen_bit_grey_is_scaled_not_clipped(inspector: PillowInspector) -> None:
    out = BytesIO()
    Image.new("I;16", (20, 20), 0x8000).save(out, "PNG")
    small = opened(inspector.thumbnail(out.getvalue(), inspector.inspect(out.getvalue())))
    assert abs(small.convert("L").getpixel((5, 5)) - 128) <= 3  # type: ignore[operator]


@pytest.mark.parametrize("edge", [0, -1, 20_000])
def test_an_impossible_edge_is_refused(
    inspector: PillowInspector, encode: Encode, edge: int
) -> None:
    data = encode()
    with pytest.raises(InvalidInput) as caught:
        inspector.thumbnail(data, inspector.inspect(data), edge)
    assert caught.value.field == "edge"


def test_what_fits_is_returned_unchanged(inspector: PillowInspector, encode: Encode) -> None:
    data = encode("PNG")
    facts = inspector.inspect(data)
    same, same_facts = inspector.convert(
        data, facts, mime_types=["image/jpeg", "image/png"], max_bytes=len(data)
    )
    assert same is data
    assert same_facts == facts


@pytest.mark.parametrize("mime", ["image/jpeg", "image/png", "image/webp"])
def test_a_heavy_picture_is_brought_within_the_limit(inspector: PillowInspector, mime: str) -> None:
    data = marked()
    limit = len(data) // 2
    lighter, facts = inspector.convert(
        data, inspector.inspect(data), mime_types=[mime], max_bytes=limit
    )
    assert facts.mime == mime
    assert len(lighter) == facts.size <= limit
    assert opened(lighter).size == (facts.width, facts.height)


@pytest.mark.parametrize("mime", ["image/jpeg", "image/webp", "image/png"])
def test_the_marks_of_ai_survive(inspector: PillowInspector, mime: str) -> None:
    data = marked()
    limit = len(data) - 1
    lighter, _ = inspector.convert(
        data, inspector.inspect(data), mime_types=[mime], max_bytes=limit
    )
    image = opened(lighter)
    assert source_type(image.info["xmp"]) == MADE_BY_AI
    if mime == "image/png":
        assert "Seed: 7" in image.info["parameters"]
    else:
        comment = image.getexif().get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment]
        assert "Seed: 7" in comment[8:].decode("utf-16-be")


def test_the_parameters_come_back_from_a_jpeg(inspector: PillowInspector) -> None:
    data = marked()
    jpeg, facts = inspector.convert(
        data, inspector.inspect(data), mime_types=["image/jpeg"], max_bytes=len(data)
    )
    png, _ = inspector.convert(jpeg, facts, mime_types=["image/png"], max_bytes=len(data) * 2)
    assert "Seed: 7" in opened(png).info["parameters"]


def test_location_is_left_out_and_the_author_kept(inspector: PillowInspector) -> None:
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = "Ada"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    out = BytesIO()
    noisy().save(out, "JPEG", quality=100, exif=exif)
    data = out.getvalue()
    lighter, _ = inspector.convert(
        data, inspector.inspect(data), mime_types=["image/jpeg"], max_bytes=len(data) - 1
    )
    kept = opened(lighter).getexif()
    assert kept[ExifTags.Base.Artist] == "Ada"
    assert not kept.get_ifd(ExifTags.IFD.GPSInfo)
    assert opened(data).getexif().get_ifd(ExifTags.IFD.GPSInfo)


def test_see_through_pixels_lie_on_white_in_a_jpeg(inspector: PillowInspector) -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG")
    jpeg, _ = inspector.convert(
        out.getvalue(),
        inspector.inspect(out.getvalue()),
        mime_types=["image/jpeg"],
        max_bytes=10_000,
    )
    assert opened(jpeg).getpixel((10, 10)) == (255, 255, 255)


def test_transparency_is_kept_where_a_format_has_it(inspector: PillowInspector) -> None:
    out = BytesIO()
    Image.new("RGBA", (20, 20), (255, 0, 0, 0)).save(out, "PNG")
    webp, facts = inspector.convert(
        out.getvalue(),
        inspector.inspect(out.getvalue()),
        mime_types=["image/jpeg", "image/webp"],
        max_bytes=10_000,
    )
    assert facts.mime == "image/webp"
    assert opened(webp).getpixel((10, 10))[3] == 0  # type: ignore[index]


def test_a_pixel_bound_is_met_and_told(inspector: PillowInspector, encode: Encode) -> None:
    data = encode("JPEG", (400, 300))
    _, facts = inspector.convert(
        data,
        inspector.inspect(data),
        mime_types=["image/jpeg"],
        max_bytes=1_000_000,
        max_pixels=30_000,
    )
    assert facts.width is not None and facts.height is not None
    assert 29_000 <= facts.width * facts.height <= 30_000


def test_what_cannot_be_made_small_enough_is_refused(inspector: PillowInspector) -> None:
    data = marked()
    with pytest.raises(InvalidInput, match="200 bytes"):
        inspector.convert(
            data, inspector.inspect(data), mime_types=["image/png", "image/jpeg"], max_bytes=200
        )


def test_no_writable_format_is_refused(inspector: PillowInspector, encode: Encode) -> None:
    data = encode()
    facts = replace(inspector.inspect(data), mime="image/png")
    with pytest.raises(InvalidInput) as caught:
        inspector.convert(data, facts, mime_types=["image/heic"], max_bytes=10_000)
    assert caught.value.field == "mime_types"
