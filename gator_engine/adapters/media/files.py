"""What any file of the library is: still picture, film, sound or subtitles.

Bytes decide: names and declared types are only compared with what was found.
"""

from __future__ import annotations

from collections.abc import Sequence
from io import BytesIO
from pathlib import Path, PurePosixPath

from PIL import Image

from gator_engine.adapters.media import subtitles
from gator_engine.adapters.media._fingerprint import fingerprint_of
from gator_engine.adapters.media.containers import Source, demuxer_of, head_of
from gator_engine.adapters.media.inspector import LONGEST_EDGE, PillowInspector
from gator_engine.adapters.media.posters import poster
from gator_engine.adapters.media.probing import Limits, probe
from gator_engine.adapters.media.waveforms import waveform
from gator_engine.config import Settings
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.domain.fingerprints import PictureFingerprint
from gator_engine.errors import InvalidInput

# Endings people give such files; one that stands for another type is refused.
ENDINGS: dict[str, tuple[str, ...]] = {
    "video/mp4": (".mp4", ".m4v"),
    "video/quicktime": (".mov", ".qt"),
    "video/webm": (".webm",),
    "video/x-matroska": (".mkv",),
    "audio/webm": (".webm", ".weba"),
    "audio/x-matroska": (".mka", ".mkv"),
    "audio/mp4": (".m4a", ".m4b", ".mp4"),
    "audio/wav": (".wav", ".wave"),
    "audio/mpeg": (".mp3",),
    "audio/aac": (".aac",),
    "audio/ogg": (".ogg", ".oga", ".opus"),
    "audio/flac": (".flac",),
    "application/x-subrip": (".srt",),
    "text/vtt": (".vtt",),
    "text/x-ssa": (".ass", ".ssa"),
}
KNOWN = "PNG, JPEG, WebP, GIF, MP4, MOV, WebM, MKV, WAV, MP3, M4A, AAC, OGG, FLAC, SRT, VTT or ASS"
_POSTER_FINGERPRINT_EDGE = 256


class FileInspector:
    """Detects and checks every kind of file within the limits of the settings."""

    def __init__(self, settings: Settings) -> None:
        self._pictures = PillowInspector(settings)
        self._limits = Limits(settings.max_media_mb * 2**20, settings.max_media_minutes * 60)

    def inspect(self, data: Source, *, field: str = "file", filename: str = "") -> FileFacts:
        """Facts of a file; width and height are upright and for square pixels.

        Raises InvalidInput naming `field` for empty, too large, too long, truncated, encrypted or
        unknown files, and for a `filename` whose ending claims another format.
        """
        head = head_of(data)
        if demuxer_of(head):
            facts = probe(data, field, self._limits)
        elif subtitles.format_of(head):
            facts = subtitles.inspect_subtitles(_bytes(data), field)
        else:
            return self._picture(data, field, filename)
        suffix = PurePosixPath(filename.strip().casefold()).suffix
        if suffix and suffix not in ENDINGS[facts.mime]:
            problem = f"is {facts.mime} but is named {filename.strip()!r}"
            raise InvalidInput(field, problem, ", ".join(ENDINGS[facts.mime]))
        return facts

    def thumbnail(self, data: Source, facts: FileFacts, edge: int = 480) -> bytes:
        """A WebP whose longer edge is `edge` pixels at most.

        A telling frame of a film, the waveform of a sound, the first lines of subtitles. Raises
        InvalidInput naming `edge` or `file`.
        """
        if not 1 <= edge <= LONGEST_EDGE:
            raise InvalidInput("edge", f"is {edge}", f"1–{LONGEST_EDGE}")
        match facts.kind:
            case AssetKind.VIDEO:
                return _webp(poster(data, edge))
            case AssetKind.AUDIO:
                return _webp(waveform(data, facts.duration_s or 0, edge))
            case AssetKind.SUBTITLE:
                return _webp(subtitles.picture(_bytes(data), edge))
            case _:
                return self._pictures.thumbnail(_bytes(data), facts, edge)

    def fingerprint(self, data: Source, facts: FileFacts) -> PictureFingerprint | None:
        """What look-alikes share; of a film its poster's, None for sounds and subtitles."""
        match facts.kind:
            case AssetKind.IMAGE:
                return self._pictures.fingerprint(_bytes(data), facts)
            case AssetKind.VIDEO:
                return fingerprint_of(poster(data, _POSTER_FINGERPRINT_EDGE))
            case _:
                return None

    def convert(
        self,
        data: bytes,
        facts: FileFacts,
        *,
        mime_types: Sequence[str],
        max_bytes: int,
        max_pixels: int | None = None,
    ) -> tuple[bytes, FileFacts]:
        """A picture as `PillowInspector.convert` makes it; other files only as they are.

        Raises InvalidInput naming the kind of file when it does not fit as it is.
        """
        if facts.kind is AssetKind.IMAGE:
            return self._pictures.convert(
                data, facts, mime_types=mime_types, max_bytes=max_bytes, max_pixels=max_pixels
            )
        if facts.mime not in mime_types:
            taken = ", ".join(mime_types) or "none"
            raise InvalidInput(facts.kind.value, f"is {facts.mime}, which is not taken", taken)
        if len(data) > max_bytes:
            raise InvalidInput(facts.kind.value, f"has {len(data)} bytes", f"{max_bytes} bytes")
        return data, facts

    def _picture(self, data: Source, field: str, filename: str) -> FileFacts:
        try:
            return self._pictures.inspect(_bytes(data), field=field, filename=filename)
        except InvalidInput as error:
            first = error.problems[0]
            if first.problem == "is not a picture":
                raise InvalidInput(
                    field, "is no picture, film, sound or subtitles", KNOWN
                ) from None
            raise


def _bytes(data: Source) -> bytes:
    return data.read_bytes() if isinstance(data, Path) else data


def _webp(image: Image.Image) -> bytes:
    out = BytesIO()
    image.save(out, "WEBP", quality=82)
    return out.getvalue()
