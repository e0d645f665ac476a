"""What a picture is, from its bytes alone; and small or lighter versions of it.

Bytes decide: names and declared types are only compared with what was found. The number of pixels
is checked from the header, before anything is decoded.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BytesIO
from pathlib import PurePosixPath

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from gator_engine.adapters.media._fingerprint import fingerprint_of
from gator_engine.adapters.media._formats import (
    EXTENSIONS,
    FORMATS,
    MIME_TYPES,
    complete,
    eight_bit,
    rgb_profile,
)
from gator_engine.adapters.media._recompress import smaller_versions
from gator_engine.config import Settings
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.domain.fingerprints import PictureFingerprint
from gator_engine.errors import InvalidInput

# The longest edge WebP can store (14 bits): what is longer could have no thumbnail.
LONGEST_EDGE = 16_383
_BROKEN = (OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error)
_KNOWN = "PNG, JPEG, WebP or GIF"


class PillowInspector:
    """Detects, checks and converts still pictures within the limits of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._most_bytes = settings.max_upload_mb * 1024 * 1024
        self._most_pixels = int(settings.max_image_megapixels * 1_000_000)

    def inspect(self, data: bytes, *, field: str = "file", filename: str = "") -> FileFacts:
        """Facts of a still picture; width and height are as people see it (EXIF orientation).

        Raises InvalidInput naming `field` for empty, too large, truncated, unknown or animated
        files, and for a `filename` whose ending claims another format.
        """
        if not data:
            raise InvalidInput(field, "is empty (0 bytes)")
        if len(data) > self._most_bytes:
            limit = f"{self._most_bytes // 1024 // 1024} MiB"
            raise InvalidInput(field, f"has {len(data) / 1024 / 1024:.1f} MiB", limit)
        with self._opened(data, field) as image:
            mime = MIME_TYPES[str(image.format)]
            _refuse_mislabelled(mime, filename, field)
            self._refuse_oversized(image, field)
            if image.format != "MPO" and getattr(image, "is_animated", False):
                raise InvalidInput(field, "is animated", f"a still {_KNOWN}")
            image.load()
            width, height = ImageOps.exif_transpose(image).size
        if not complete(data, mime):
            raise InvalidInput(field, "is truncated: its end is missing")
        return FileFacts(AssetKind.IMAGE, mime, len(data), width, height)

    def thumbnail(self, data: bytes, facts: FileFacts, edge: int = 480) -> bytes:
        """An upright WebP whose longer edge is `edge` pixels at most; never enlarged.

        Raises InvalidInput naming `edge` or `file`.
        """
        if not 1 <= edge <= LONGEST_EDGE:
            raise InvalidInput("edge", f"is {edge}", f"1–{LONGEST_EDGE}")
        with self._opened(data, "file") as image:
            self._refuse_oversized(image, "file")
            image.draft("RGB", (edge, edge))
            small = eight_bit(ImageOps.exif_transpose(image))
            small.thumbnail((edge, edge), Image.Resampling.LANCZOS)
            out = BytesIO()
            small.save(out, "WEBP", quality=82, icc_profile=rgb_profile(image))
        return out.getvalue()

    def fingerprint(self, data: bytes, facts: FileFacts) -> PictureFingerprint | None:
        """What look-alikes share nearly all of; None for a picture too plain.

        Raises InvalidInput for what cannot be read.
        """
        with self._opened(data, "file") as image:
            self._refuse_oversized(image, "file")
            image.draft("RGB", (256, 256))
            return fingerprint_of(ImageOps.exif_transpose(image))

    def convert(
        self,
        data: bytes,
        facts: FileFacts,
        *,
        mime_types: Sequence[str],
        max_bytes: int,
        max_pixels: int | None = None,
    ) -> tuple[bytes, FileFacts]:
        """The picture in one of `mime_types`, within `max_bytes` and `max_pixels`.

        Bytes that already fit are returned unchanged. Otherwise the picture is written again:
        without loss where that suffices, then with less quality, then smaller; the facts returned
        say what came out. Colour profile, XMP, generation parameters, description, artist and
        copyright stay; camera and location data do not (they are nobody else's business).

        Raises InvalidInput naming `mime_types` or `picture`.
        """
        if not (writable := [mime for mime in mime_types if mime in FORMATS]):
            raise InvalidInput("mime_types", f"none of {', '.join(mime_types)}", _KNOWN)
        pixels = (facts.width or 0) * (facts.height or 0)
        fits = len(data) <= max_bytes and (max_pixels is None or pixels <= max_pixels)
        if facts.mime in mime_types and fits:
            return data, facts
        with self._opened(data, "picture") as image:
            self._refuse_oversized(image, "picture")
            for version in smaller_versions(image, facts.mime, writable, max_pixels):
                if len(version) <= max_bytes:
                    return version, self.inspect(version, field="picture")
        raise InvalidInput(
            "picture", "cannot be made small enough without spoiling it", f"{max_bytes} bytes"
        )

    @contextmanager
    def _opened(self, data: bytes, field: str) -> Iterator[Image.Image]:
        """The picture, not decoded yet; failures in the block mean it is broken."""
        limit = f"{self._most_pixels / 1e6:g} megapixels"
        try:
            with Image.open(BytesIO(data), formats=tuple(FORMATS.values())) as image:
                yield image
        except Image.DecompressionBombError as error:
            raise InvalidInput(field, "has far too many pixels", limit) from error
        except UnidentifiedImageError as error:
            raise InvalidInput(field, _what_it_is(data), f"a still {_KNOWN}") from error
        except _BROKEN as error:
            raise InvalidInput(field, "is truncated or damaged") from error

    def _refuse_oversized(self, image: Image.Image, field: str) -> None:
        width, height = image.size
        if width * height > self._most_pixels:
            limit = f"{self._most_pixels / 1e6:g} megapixels"
            problem = f"has {width} × {height} pixels ({width * height / 1e6:.1f} megapixels)"
            raise InvalidInput(field, problem, limit)
        if max(width, height) > LONGEST_EDGE:
            raise InvalidInput(field, f"has {width} × {height} pixels", f"{LONGEST_EDGE} an edge")


def _refuse_mislabelled(mime: str, filename: str, field: str) -> None:
    suffix = PurePosixPath(filename.strip().casefold()).suffix
    if suffix and EXTENSIONS.get(suffix) != mime:
        raise InvalidInput(field, f"is {mime} but is named {filename.strip()!r}", mime)


def _what_it_is(data: bytes) -> str:
    kind = filetype.guess(data[:8192])
    if kind is None:
        return "is not a picture"
    if kind.mime in FORMATS:
        return f"looks like {kind.mime} but is truncated or damaged"
    return f"is {kind.mime}, which is not supported"
