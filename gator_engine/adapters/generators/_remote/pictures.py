"""Pictures that came over the wire: are they pictures at all, which size, and in what format."""

from __future__ import annotations

import io
import warnings
from collections.abc import Callable
from dataclasses import dataclass

from PIL import Image, ImageOps

from gator_engine.errors import InvalidInput, Rejected
from gator_engine.ports import GenerateRequest

FITS: dict[str, Callable[[Image.Image, tuple[int, int]], Image.Image]] = {
    "crop": lambda image, size: ImageOps.fit(image, size, Image.Resampling.LANCZOS),
    "letterbox": lambda image, size: ImageOps.pad(image, size, Image.Resampling.LANCZOS),
}
"""What a person may choose when a picture has another shape than the format."""

_FORMATS = ("PNG", "JPEG", "WEBP")


@dataclass(frozen=True)
class Shown:
    """A picture as it is kept: its bytes, its size as made and as kept (width, height).

    `received` are the bytes that came, where those kept are others.
    """

    data: bytes
    made: tuple[int, int]
    kept: tuple[int, int]
    received: bytes = b""


def refuse_no_pictures(request: GenerateRequest, most_pixels: float) -> None:
    """Raises InvalidInput naming the first picture of a request that is none, before it is sent."""
    given = [(f"settings.{name}", data) for name, data in request.pictures.items() if data]
    for field, data in [*given, *(("settings.references", one) for one in request.references)]:
        try:
            checked(data, most_pixels, "")
        except Rejected as error:
            limit = f"a whole PNG, JPEG or WebP of at most {most_pixels / 1e6:g} megapixels"
            raise InvalidInput(field, "holds no picture that can be sent", limit) from error


def checked(data: bytes, most_pixels: float, provider: str) -> tuple[int, int]:
    """(width, height) of a PNG, JPEG or WebP that can be read to its end.

    Raises Rejected for anything else: what was made cannot be used, and asking again would cost.
    """
    try:
        with warnings.catch_warnings():
            # Pillow only warns of a bomb up to twice its own limit; our limit stands below.
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(data), formats=_FORMATS) as image:
                size: tuple[int, int] = image.size
                if size[0] * size[1] > most_pixels:
                    raise _unusable(provider, f"a picture of {size[0]}×{size[1]} pixels")
                image.load()
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError) as error:
        raise _unusable(provider, "something that is no whole PNG, JPEG or WebP picture") from error
    return size


def shown(data: bytes, made: tuple[int, int], wanted: tuple[int, int], fit: str) -> Shown:
    """The bytes untouched, or brought to `wanted` in the way the person chose."""
    if fit not in FITS or made == wanted:
        return Shown(data, made, made)
    with Image.open(io.BytesIO(data)) as image:
        fitted = FITS[fit](image.convert("RGB"), wanted)
    changed = io.BytesIO()
    fitted.save(changed, "PNG")
    return Shown(changed.getvalue(), made, wanted, data)


def size_note(picture: Shown, wanted: tuple[int, int]) -> str:
    """What a person must know about the size; "" when it is as asked."""
    made, asked = (f"{width}×{height}" for width, height in (picture.made, wanted))
    if picture.made == wanted:
        return ""
    if picture.kept == picture.made:
        return f"Asked for {asked} pixels, {made} came back; nothing was cropped."
    return (
        f"Asked for {asked} pixels, {made} came back and was fitted as you chose. If it came with"
        " content credentials, they are carried along as those of its source."
    )


def png_with_mask(source: bytes, mask: bytes) -> tuple[bytes, bytes]:
    """Source and mask as PNG for `images/edits`, where transparent means "paint here".

    Our masks are white where to paint. Raises InvalidInput when they do not fit each other.
    """
    with Image.open(io.BytesIO(source)) as opened, Image.open(io.BytesIO(mask)) as drawn:
        picture, where = opened.convert("RGB"), drawn.convert("L")
    if picture.size != where.size:
        (w, h), (mw, mh) = picture.size, where.size
        raise InvalidInput("settings.mask", f"is {mw}×{mh} pixels", f"{w}×{h}, as the picture")
    marked = picture.convert("RGBA")
    marked.putalpha(ImageOps.invert(where))
    return _png(picture), _png(marked)


def alt_text(request: GenerateRequest) -> str:
    """A suggestion from the scene of the brief; a person completes it."""
    parts = [part.text for part in request.compiled.fragments if part.source == "brief.prompt"]
    scene = ", ".join(parts)
    subject = f"AI-generated picture of {request.profile.identity.name}"
    return f"{subject}: {scene}" if scene and len(scene) <= 1000 else subject


def _png(image: Image.Image) -> bytes:
    data = io.BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


def _unusable(provider: str, what: str) -> Rejected:
    return Rejected(provider, "make a picture", f"It answered with {what}.", code="bad_picture")
