"""Stills become upright planes in the colours a browser shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageCms

from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.sources import open_source
from gator_engine.adapters.render.sources.stills import read_rgba
from gator_engine.domain.assets import AssetKind
from gator_engine.errors import InvalidInput
from tests.media.sources.films import close_to, media, rgb_at

ORANGE, SEA = (230, 120, 40), (40, 160, 220)


def planes(path: Path, within: tuple[int, int] = (640, 480), background: str = "#000000") -> Planes:
    file = media(path, AssetKind.IMAGE)
    with open_source(file, within=within, background=background) as source:
        assert source.duration_s is None
        found = source.planes(Fraction(7))
        assert found.y.shape[::-1] == source.size
        assert found.u.shape == found.v.shape == (source.size[1] // 2, source.size[0] // 2)
        assert all(one.dtype == np.uint8 and one.flags.c_contiguous for one in vars(found).values())
    return found


def two_halves(size: tuple[int, int] = (40, 20)) -> Image.Image:
    """Orange on the left, sea blue on the right."""
    image = Image.new("RGB", size, ORANGE)
    image.paste(SEA, (size[0] // 2, 0, *size))
    return image


@pytest.mark.parametrize("form", ["PNG", "JPEG", "WEBP", "GIF"])
def test_formats(tmp_path: Path, form: str) -> None:
    options = {"JPEG": {"quality": 95, "subsampling": 0}, "WEBP": {"lossless": True}}.get(form, {})
    two_halves().save(tmp_path / "a", form, **options)
    found = planes(tmp_path / "a")
    assert close_to(rgb_at(found, 0.25), ORANGE)
    assert close_to(rgb_at(found, 0.75), SEA)


@pytest.mark.parametrize("grey", [0, 1, 128, 254, 255])
def test_greys_use_the_limited_range(tmp_path: Path, grey: int) -> None:
    Image.new("RGB", (8, 8), (grey, grey, grey)).save(tmp_path / "a.png")
    found = planes(tmp_path / "a.png")
    assert abs(int(found.y[4, 4]) - (16 + grey * 219 / 255)) <= 0.51
    assert (found.u == 128).all()
    assert (found.v == 128).all()


def test_turned_by_exif(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[274] = 6  # the camera was held upright: turn it clockwise
    two_halves().save(tmp_path / "a.jpg", exif=exif, quality=95)
    found = planes(tmp_path / "a.jpg")
    assert found.y.shape == (40, 20)
    assert close_to(rgb_at(found, 0.5, 0.25), ORANGE, 5)
    assert close_to(rgb_at(found, 0.5, 0.75), SEA, 5)


def test_see_through_parts_show_the_background(tmp_path: Path) -> None:
    image = Image.new("RGBA", (40, 20), (*ORANGE, 255))
    image.paste((255, 255, 255, 0), (20, 0, 40, 20))
    image.putpixel((0, 0), (0, 0, 0, 128))
    image.save(tmp_path / "a.png")
    found = planes(tmp_path / "a.png", background="#28a0dc")
    assert close_to(rgb_at(found, 0.25), ORANGE)
    assert close_to(rgb_at(found, 0.75), SEA)


def test_the_colour_of_see_through_pixels_does_not_bleed(tmp_path: Path) -> None:
    image = Image.new("RGBA", (64, 64), (0, 255, 0, 0))
    image.paste((*ORANGE, 255), (0, 0, 29, 64))
    image.save(tmp_path / "a.png")
    rgba, original = read_rgba(tmp_path / "a.png", (16, 16))
    assert original == (64, 64)
    assert rgba.shape == (16, 16, 4)
    edge = rgba[8, 7]
    assert 0 < edge[3] < 255
    assert close_to((int(edge[0]), int(edge[1]), int(edge[2])), ORANGE)


def test_sixteen_bits(tmp_path: Path) -> None:
    Image.fromarray(np.full((8, 8), 128 * 257, np.uint16)).save(tmp_path / "a.png")
    assert close_to(rgb_at(planes(tmp_path / "a.png")), (128, 128, 128))


def test_print_colours(tmp_path: Path) -> None:
    Image.new("RGB", (16, 16), ORANGE).convert("CMYK").save(tmp_path / "a.jpg", quality=95)
    assert close_to(rgb_at(planes(tmp_path / "a.jpg")), ORANGE, 4)


def test_a_colour_profile_is_applied(tmp_path: Path) -> None:
    """Lab colours in, through a profile of its own: what comes out is sRGB, not the raw numbers."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    Image.new("RGB", (8, 8), ORANGE).save(tmp_path / "same.png", icc_profile=profile)
    assert close_to(rgb_at(planes(tmp_path / "same.png")), ORANGE)
    # The same profile with red and blue primaries exchanged: orange numbers then mean sea blue.
    swapped = bytearray(profile)
    red, blue = profile.find(b"rXYZ"), profile.find(b"bXYZ")
    swapped[red : red + 4], swapped[blue : blue + 4] = b"bXYZ", b"rXYZ"
    Image.new("RGB", (8, 8), ORANGE).save(tmp_path / "a.png", icc_profile=bytes(swapped))
    assert close_to(rgb_at(planes(tmp_path / "a.png")), ORANGE[::-1])


def test_a_broken_profile_is_left_out(tmp_path: Path) -> None:
    Image.new("RGB", (8, 8), ORANGE).save(tmp_path / "a.png", icc_profile=b"nonsense" * 20)
    assert close_to(rgb_at(planes(tmp_path / "a.png")), ORANGE)


@pytest.mark.parametrize("form", ["png", "jpg"])
def test_large_stills_shrink_to_what_covers_the_wish(tmp_path: Path, form: str) -> None:
    two_halves((800, 401)).save(tmp_path / f"a.{form}")
    found = planes(tmp_path / f"a.{form}", (100, 20))
    assert found.y.shape == (52, 100)
    assert close_to(rgb_at(found, 0.25), ORANGE, 4)
    assert close_to(rgb_at(found, 0.75), SEA, 4)


def test_odd_stills_grow_by_a_pixel(tmp_path: Path) -> None:
    two_halves((61, 47)).save(tmp_path / "a.png")
    assert planes(tmp_path / "a.png").y.shape == (48, 62)
    two_halves((1, 1)).save(tmp_path / "dot.png")
    assert planes(tmp_path / "dot.png").y.shape == (2, 2)


def test_broken_stills(tmp_path: Path) -> None:
    two_halves().save(tmp_path / "a.png")
    data = (tmp_path / "a.png").read_bytes()
    for kept in (0, 20, len(data) // 2):
        (tmp_path / "a.png").write_bytes(data[:kept])
        with pytest.raises(InvalidInput, match="damaged"):
            planes(tmp_path / "a.png")
