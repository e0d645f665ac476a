"""Ever smaller versions of a picture that keep its marks (XMP, generation parameters, profile)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from math import sqrt
from typing import Any

from PIL import ExifTags, Image, ImageOps
from PIL.PngImagePlugin import PngInfo

from gator_engine.adapters.media._formats import FORMATS, eight_bit, has_alpha, rgb_profile

QUALITIES = (95, 90, 85, 78, 70)
SCALES = (1.0, 0.85, 0.7, 0.6, 0.5)
_KEPT_EXIF = (
    ExifTags.Base.ImageDescription,
    ExifTags.Base.Artist,
    ExifTags.Base.Copyright,
)


def smaller_versions(
    image: Image.Image, mime: str, allowed: Sequence[str], max_pixels: int | None
) -> Iterator[bytes]:
    """Files from the most faithful to the smallest: by format, then quality, then size."""
    pixels = eight_bit(ImageOps.exif_transpose(image))
    profile = rgb_profile(image)
    first = min(1.0, sqrt((max_pixels or pixels.width * pixels.height) / _area(pixels)))
    for scale in SCALES:
        version = _scaled(pixels, first * scale)
        for target in _targets(mime, allowed, has_alpha(pixels)):
            for quality in QUALITIES if target in {"image/jpeg", "image/webp"} else (0,):
                yield _written(version, target, quality, image, profile)


def _area(image: Image.Image) -> int:
    return image.width * image.height


def _scaled(image: Image.Image, scale: float) -> Image.Image:
    if scale >= 1:
        return image
    size = (max(1, int(image.width * scale)), max(1, int(image.height * scale)))
    return image.resize(size, Image.Resampling.LANCZOS)


def _targets(mime: str, allowed: Sequence[str], alpha: bool) -> list[str]:
    """Allowed formats, the picture's own first; JPEG comes last for see-through pictures."""
    lossy = ["image/webp", "image/jpeg"] if alpha else ["image/jpeg", "image/webp"]
    return [m for m in dict.fromkeys([mime, *lossy, "image/png", "image/gif"]) if m in allowed]


def _written(
    image: Image.Image, mime: str, quality: int, source: Image.Image, profile: bytes | None
) -> bytes:
    options: dict[str, Any] = {"icc_profile": profile}
    xmp = source.info.get("xmp")
    if mime == "image/png":
        options |= {"optimize": True, "pnginfo": _png_texts(source, xmp)}
    elif mime != "image/gif":
        options |= {"quality": quality, "exif": _exif(source)}
        options |= {"xmp": xmp} if xmp else {}
        options |= (
            {"optimize": True, "progressive": True} if mime == "image/jpeg" else {"method": 4}
        )
    out = BytesIO()
    _flat(image, mime).save(out, FORMATS[mime], **options)
    return out.getvalue()


def _flat(image: Image.Image, mime: str) -> Image.Image:
    """JPEG knows no transparency: see-through pixels are laid on white."""
    if mime != "image/jpeg" or image.mode != "RGBA":
        return image
    ground = Image.new("RGB", image.size, "white")
    ground.paste(image, mask=image.getchannel("A"))
    return ground


def _png_texts(source: Image.Image, xmp: bytes | None) -> PngInfo:
    info = PngInfo()
    if xmp:
        info.add_itxt("XML:com.adobe.xmp", xmp.decode("utf-8", "replace"))
    if parameters := _parameters(source):
        info.add_text("parameters", parameters)
    return info


def _exif(source: Image.Image) -> Image.Exif:
    """Description, artist, copyright, and the generation parameters as the user comment."""
    kept, old = Image.Exif(), source.getexif()
    for tag in _KEPT_EXIF:
        if tag in old:
            kept[tag] = old[tag]
    if parameters := _parameters(source):
        comment = b"UNICODE\x00" + parameters.encode("utf-16-be")
        kept.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.UserComment] = comment
    return kept


def _parameters(source: Image.Image) -> str:
    """Generation parameters from a PNG text or an EXIF user comment, or ""."""
    if text := source.info.get("parameters"):
        return str(text)
    comment = source.getexif().get_ifd(ExifTags.IFD.Exif).get(ExifTags.Base.UserComment)
    if isinstance(comment, bytes) and comment.startswith(b"UNICODE\x00"):
        return comment[8:].decode("utf-16-be", "replace")
    return ""
