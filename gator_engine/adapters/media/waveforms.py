"""A picture that stands for a sound: how loud it is along its length."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.container import InputContainer
from PIL import Image, ImageDraw

from gator_engine.adapters.media.containers import Source, opened

BARS = 60
GROUND, INK, AXIS = "#10241c", "#4fd39b", "#26463a"
WIDEST_SHAPE = 16 / 9
# Longer sounds are listened to at the middle of each bar only, a second of each.
_WHOLE_S, _TASTE_S = 600, 1


def waveform(source: Source, duration_s: float, edge: int) -> Image.Image:
    """Bars of the peaks, `edge` pixels wide, the loudest over four fifths of the height.

    Raises InvalidInput for a file without sound.
    """
    width, height = edge, max(1, round(edge / WIDEST_SHAPE))
    image = Image.new("RGB", (width, height), GROUND)
    draw = ImageDraw.Draw(image)
    draw.line((0, height / 2, width, height / 2), fill=AXIS, width=max(1, height // 120))
    loudest = peaks(source, duration_s, BARS)
    top = max(loudest) or 1.0
    pitch = width / BARS
    for number, peak in enumerate(loudest):
        tall = max(height / 60, height * 0.8 * peak / top) / 2
        left = number * pitch + pitch * 0.2
        box = (left, height / 2 - tall, left + pitch * 0.6, height / 2 + tall)
        draw.rounded_rectangle(box, radius=pitch * 0.3, fill=INK if peak else AXIS)
    return image


def peaks(source: Source, duration_s: float, bars: int) -> list[float]:
    """The largest sample (0–1 of full scale) in each of `bars` equal stretches."""
    found = np.zeros(bars)
    with opened(source) as container:
        frames = _all(container) if duration_s <= _WHOLE_S else _tastes(container, duration_s, bars)
        for frame in frames:
            at = float(frame.time or 0) / max(duration_s, 1e-3)
            bar = min(bars - 1, max(0, int(at * bars)))
            found[bar] = max(found[bar], float(np.abs(frame.to_ndarray()).max(initial=0.0)))
    found = np.minimum(found, 1)
    return [float(value) for value in found]


def _all(container: InputContainer) -> Iterator[AudioFrame]:
    """The sound as interleaved stereo floats, until it ends or breaks."""
    packets = container.demux(audio=0)
    stereo = av.AudioResampler(format="flt", layout="stereo")
    while True:
        try:
            packet = next(packets, None)
            frames = packet.decode() if packet is not None else []
        except av.FFmpegError:
            return  # a broken end was refused or judged before; the picture shows what there is
        if packet is None:
            return
        for frame in frames:
            if isinstance(frame, AudioFrame):
                yield from _packed(stereo, frame)


def _tastes(container: InputContainer, duration_s: float, bars: int) -> Iterator[AudioFrame]:
    stream = container.streams.audio[0]
    for bar in range(bars):
        middle = Fraction(duration_s) * Fraction(2 * bar + 1, 2 * bars)
        container.seek(int(middle / (stream.time_base or 1)), stream=stream)
        for frame in _all(container):
            if frame.time is not None and frame.time > middle + _TASTE_S:
                break
            yield frame


def _packed(stereo: av.AudioResampler, frame: AudioFrame) -> list[AudioFrame]:
    """A frame as one plane; none where the sound changes its form half-way.

    PyAV 18 finds the planes of a frame by looking for a null pointer, and past the end when there
    are eight or more: a planar frame of 7.1 sound must never become an array directly.
    """
    try:
        return stereo.resample(frame)
    except (av.FFmpegError, ValueError):
        return []
