"""What a film or sound is, how long and how large, and whether all of it is there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import av
from av.container import InputContainer
from av.stream import Stream

from gator_engine.adapters.media._structure import cut_short, encrypted, size_of
from gator_engine.adapters.media.containers import Source, demuxer_of, head_of, is_cover, opened
from gator_engine.adapters.render.sources._reading import origin
from gator_engine.adapters.render.sources.videos import VideoSource
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.errors import InvalidInput

PICTURE_CODECS = frozenset(
    [
        "h264",
        "hevc",
        "vp8",
        "vp9",
        "av1",
        "mpeg4",
        "mpeg2video",
        "mjpeg",
        "prores",
        "dnxhd",
        "qtrle",
    ]
)
SOUND_CODECS = frozenset(["aac", "mp3", "opus", "vorbis", "flac", "alac", "ac3", "eac3"])
MISSING_S = Fraction(1, 2)
"""As much may be missing at the end before a file counts as truncated."""
_BRANDS = {b"qt  ": "video/quicktime", b"M4A ": "audio/mp4", b"M4B ": "audio/mp4"}
_SOUND_TYPES = {"wav": "audio/wav", "mp3": "audio/mpeg", "aac": "audio/aac", "flac": "audio/flac"}
# These have no header that says how long they are; ffmpeg guesses from the rate.
_GUESSED = {"mp3", "aac"}


@dataclass(frozen=True)
class Limits:
    """The largest film or sound, in bytes and seconds."""

    most_bytes: int
    most_s: float


def probe(source: Source, field: str, limits: Limits) -> FileFacts:
    """Facts of a film or sound; width and height are upright and for square pixels.

    Every packet is read, a first picture and a first sound are decoded. Raises InvalidInput naming
    `field`: too large or long, truncated, encrypted, damaged, or stored in a way that is not known.
    """
    size = size_of(source)
    if size > limits.most_bytes:
        limit = f"{limits.most_bytes // 2**20} MiB"
        raise InvalidInput(field, f"has {size / 2**20:.1f} MiB", limit)
    head = head_of(source)
    demuxer = demuxer_of(head)
    if demuxer == "mov" and encrypted(source):
        raise InvalidInput(field, "is encrypted (copy protection)")
    if cut_short(source, demuxer):
        raise InvalidInput(field, "is truncated: its end is missing")
    with opened(source, field) as container:
        picture, sound = _streams(container, field)
        mime = _mime(head, demuxer, film=picture is not None, field=field)
        start = Fraction(max(container.start_time or 0, 0), av.time_base)
        _refuse_long(_said_length(container, picture or sound) - start, limits, field)
        length = _length(container, demuxer, [one for one in (picture, sound) if one], field)
    _refuse_long(length, limits, field)
    if picture is None:
        _hear(source, field)
        return FileFacts(AssetKind.AUDIO, mime, size, duration_s=float(length))
    width, height = _look(source, field)
    return FileFacts(AssetKind.VIDEO, mime, size, width, height, float(length))


def _streams(container: InputContainer, field: str) -> tuple[Stream | None, Stream | None]:
    films = [one for one in container.streams.video if not is_cover(one)]
    sounds = list(container.streams.audio)
    if not films and not sounds:
        raise InvalidInput(field, "holds neither picture nor sound")
    for stream, known in ((films[:1], PICTURE_CODECS), (sounds[:1], SOUND_CODECS)):
        for one in stream:
            _refuse_codec(one, known, field)
    return films[0] if films else None, sounds[0] if sounds else None


def _refuse_codec(stream: Stream, known: frozenset[str], field: str) -> None:
    codec = stream.codec_context.codec.canonical_name if stream.codec_context else "nothing known"
    if codec not in known and not codec.startswith("pcm_"):
        what = "picture" if stream.type == "video" else "sound"
        limit = ", ".join(sorted(known))
        raise InvalidInput(field, f"stores its {what} as {codec}, which is not supported", limit)


def _mime(head: bytes, demuxer: str, *, film: bool, field: str) -> str:
    if demuxer in _SOUND_TYPES:
        return _SOUND_TYPES[demuxer]
    if demuxer == "ogg":
        if film:
            raise InvalidInput(field, "is an Ogg film", "MP4, MOV, WebM or MKV")
        return "audio/ogg"
    if demuxer == "matroska":
        name = "webm" if b"webm" in head[:64] else "x-matroska"
        return f"{'video' if film else 'audio'}/{name}"
    brand = head[8:12] if head[4:8] == b"ftyp" else b"qt  "
    if not film:
        return "audio/mp4"
    return "video/quicktime" if _BRANDS.get(brand) == "video/quicktime" else "video/mp4"


def _said_length(container: InputContainer, stream: Stream | None) -> Fraction:
    """Seconds as the header says; 0 when it does not."""
    if stream is not None and stream.duration is not None and stream.time_base is not None:
        return Fraction(stream.duration * stream.time_base)
    return Fraction(container.duration or 0, av.time_base)


def _refuse_long(length: Fraction, limits: Limits, field: str) -> None:
    if length > limits.most_s:
        limit = f"{limits.most_s / 60:g} minutes"
        raise InvalidInput(field, f"lasts {float(length) / 60:.1f} minutes", limit)


def _length(
    container: InputContainer, demuxer: str, streams: Sequence[Stream], field: str
) -> Fraction:
    """Seconds until the first stream ends, counted from where the first of all begins.

    Every packet is read; what lies before the end that the header names must be there.
    """
    spans, damaged = _walked(container, streams)
    main = spans.get(streams[0].index)
    if main is None or main[1] <= main[0]:
        raise InvalidInput(field, "has no length: there is nothing in it (0 s)")
    said, own = _said_length(container, streams[0]), streams[0].duration is not None
    read = main[1] - main[0]
    if not own:  # The header says when the last of all streams ends.
        read = max(end for _, end in spans.values())
    if damaged or (demuxer not in _GUESSED and said - read > MISSING_S):
        problem = f"is truncated: {float(read):.1f} s of {float(max(said, read)):.1f} s are there"
        raise InvalidInput(field, problem)
    begins = max(main[0] - origin(container), Fraction(0))
    trusted = own and demuxer not in _GUESSED
    return begins + (said if trusted else main[1] - max(main[0], Fraction(0)))


def _walked(
    container: InputContainer, streams: Sequence[Stream]
) -> tuple[dict[int, tuple[Fraction, Fraction]], bool]:
    """(first second, end) of the packets of each stream by its index, and whether any is broken."""
    spans: dict[int, tuple[Fraction, Fraction]] = {}
    damaged = False
    try:
        for packet in container.demux(*streams):
            at = packet.pts if packet.pts is not None else packet.dts
            if at is None or packet.time_base is None:
                continue
            damaged = damaged or packet.is_corrupt
            start = Fraction(at * packet.time_base)
            end = start + Fraction((packet.duration or 0) * packet.time_base)
            first, last = spans.get(packet.stream.index, (start, end))
            spans[packet.stream.index] = (min(first, start), max(last, end))
    except av.FFmpegError:
        damaged = True
    return spans, damaged


def _look(source: Source, field: str) -> tuple[int, int]:
    """The upright size, from the first frame."""
    try:
        with VideoSource(source, (16, 16)) as film:
            return film.original_size
    except InvalidInput as error:
        raise InvalidInput(field, error.problems[0].problem) from error


def _hear(source: Source, field: str) -> None:
    with opened(source, field) as container:
        try:
            frame = next(container.decode(audio=0), None)
        except av.FFmpegError as error:
            raise InvalidInput(field, "is damaged: its sound cannot be decoded") from error
    if frame is None:
        raise InvalidInput(field, "is damaged: no sound in it can be decoded")
