"""The still picture formats Gator reads and writes, and what Pillow calls them."""

from __future__ import annotations

from io import BytesIO

from PIL import Image, ImageCms

FORMATS = {"image/png": "PNG", "image/jpeg": "JPEG", "image/webp": "WEBP", "image/gif": "GIF"}
# MPO: a JPEG with further pictures behind the first, as some phones write it.
MIME_TYPES = {name: mime for mime, name in FORMATS.items()} | {"MPO": "image/jpeg"}
EXTENSIONS = {
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".jpe": "image/jpeg",
    ".jfif": "image/jpeg",
    ".webp": "image/webp",
    ".gif": "image/gif",
}


def complete(data: bytes, mime: str) -> bool:
    """Whether the file's own end is there; decoders forgive a missing end that platforms do not.

    Ends: PNG IEND chunk, JPEG EOI marker, RIFF length of WebP, GIF trailer.
    """
    match mime:
        case "image/png":
            return b"IEND\xaeB`\x82" in data
        case "image/jpeg":
            return b"\xff\xd9" in data
        case "image/webp":
            return len(data) >= 8 + int.from_bytes(data[4:8], "little")
        case _:
            return data.rstrip(b"\x00").endswith(b";")


def has_alpha(image: Image.Image) -> bool:
    """Whether any pixel may be see-through."""
    return image.mode in {"RGBA", "LA", "PA", "RGBa", "La"} or "transparency" in image.info


def eight_bit(image: Image.Image) -> Image.Image:
    """The picture as RGB or RGBA with 8 bits a channel; print colours go through their profile."""
    if image.mode.startswith("I"):
        # A plain conversion would clip 16-bit grey at 255 instead of scaling it.
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("RGB")
    if image.mode == "CMYK" and (profile := image.info.get("icc_profile")):
        return _to_srgb(image, profile)
    return image.convert("RGBA" if has_alpha(image) else "RGB")


def rgb_profile(image: Image.Image) -> bytes | None:
    """The colour profile that still holds after `eight_bit`: only that of an RGB picture."""
    profile = image.info.get("icc_profile")
    return profile if image.mode in {"RGB", "RGBA", "P"} else None


def _to_srgb(image: Image.Image, profile: bytes) -> Image.Image:
    try:
        converted = ImageCms.profileToProfile(
            image, BytesIO(profile), ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    except ImageCms.PyCMSError:
        return image.convert("RGB")
    return converted or image.convert("RGB")
