"""How pictures become H.264: the encoder's options, and which encoders this machine has."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import lru_cache

import av
from av.video.codeccontext import VideoCodecContext

from gator_engine.domain.video.profiles import Profile
from gator_engine.domain.video.time import Ratio
from gator_engine.errors import CapabilityError

SOFTWARE = "libx264"
HARDWARE = ("h264_nvenc", "h264_qsv", "h264_amf", "h264_videotoolbox")
"""Encoders of graphics cards that take frames from main memory, the most usual first.

VA-API is not among them: it takes surfaces of the card, to which frames would go first.
"""
# Code points of ITU-T H.273: BT.709 is 1 in all three tables; range 1 is limited ("tv").
BT709, LIMITED = 1, 1


@dataclass(frozen=True)
class Encoding:
    """Everything that decides what an encoder makes of given frames."""

    encoder: str
    profile: Profile
    size: tuple[int, int]
    rate: Ratio
    threads: int = 0

    @property
    def key_interval(self) -> int:
        """Most frames from one key frame to the next."""
        return max(1, round(self.profile.key_interval_s * self.rate.fraction))

    @property
    def software(self) -> bool:
        """Whether the processor encodes."""
        return self.encoder == SOFTWARE

    @property
    def options(self) -> dict[str, str]:
        """The encoder's options. Closed groups and stitchable headers let segments be joined."""
        profile, keys = self.profile, self.key_interval
        bound = {}
        if profile.most_kbps:
            bound = {
                "maxrate": f"{profile.most_kbps}k",
                "bufsize": f"{2 * profile.most_kbps}k",
            }
        if self.software:
            params = f"keyint={keys}:open-gop=0:stitchable=1"
            own = {"crf": str(profile.crf), "preset": profile.preset, "x264-params": params}
            return own | bound
        return {"g": str(keys), "bf": "0", **_quality(self.encoder, profile.crf), **bound}

    def describe(self) -> str:
        """What goes into the key of a segment: all of it but the threads, which change no header.

        One key may stand for encodings that differ by a few bits: with another number of threads,
        and at some widths from run to run (108 and 112 pixels, not 128; never without x264's
        macroblock tree). All of them keep to the wish for quality, and join.
        """
        options = sorted(self.options.items())
        return repr((self.encoder, av.__version__, options, self.size, str(self.rate.fraction)))

    def open(self, codec: VideoCodecContext) -> None:
        """Set up an encoder's context; it opens with the first frame."""
        codec.width, codec.height = self.size
        codec.pix_fmt = "yuv420p"
        codec.framerate = self.rate.fraction
        codec.time_base = 1 / self.rate.fraction
        codec.sample_aspect_ratio = Fraction(1)
        codec.color_primaries = codec.color_trc = codec.colorspace = BT709
        codec.color_range = LIMITED
        codec.options = self.options
        if self.software and self.threads:
            codec.thread_count = self.threads


def _quality(encoder: str, crf: int) -> Mapping[str, str]:
    """The same wish for quality in each encoder's own words."""
    match encoder:
        case "h264_nvenc":
            return {"rc": "vbr", "cq": str(crf), "b": "0", "preset": "p4", "profile": "high"}
        case "h264_qsv":
            return {"global_quality": str(crf), "profile": "high"}
        case "h264_amf":
            return {"rc": "cqp", "qp_i": str(crf), "qp_p": str(crf), "profile": "high"}
        case _:
            return {"q": str(max(1, 100 - 2 * crf)), "profile": "high"}


def candidates(setting: str, encoding: Encoding, broken: set[str]) -> Sequence[str]:
    """The encoders to try in turn.

    `auto` tries those of graphics cards that work here, and the processor last. Raises
    CapabilityError when an encoder that was named does not work on this machine.
    """
    if setting == SOFTWARE:
        return (SOFTWARE,)
    if setting == "auto":
        found = [name for name in HARDWARE if name not in broken and works(name, encoding)]
        return (*found, SOFTWARE)
    if not works(setting, encoding):
        raise CapabilityError("This machine", f"the video encoder {setting}", "auto or libx264")
    return (setting,)


@lru_cache(maxsize=64)
def works(name: str, encoding: Encoding) -> bool:
    """Whether an encoder is here and encodes frames of that size: two are tried."""
    if name not in av.codecs_available:
        return False
    trial = Encoding(name, encoding.profile, encoding.size, encoding.rate)
    try:
        codec = VideoCodecContext.create(name, "w")
        assert isinstance(codec, VideoCodecContext)
        trial.open(codec)
        packets = []
        for number in range(2):
            frame = av.VideoFrame(*encoding.size, "yuv420p")
            frame.pts, frame.time_base = number, 1 / encoding.rate.fraction
            packets += codec.encode(frame)
        packets += codec.encode(None)
    except (av.FFmpegError, OSError, ValueError):
        return False
    return len(packets) == 2
