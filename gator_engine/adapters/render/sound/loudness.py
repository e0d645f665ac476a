"""Loudness and true peak of a stream (EBU R 128, ITU-R BS.1770-4), by libavfilter's `ebur128`."""

from __future__ import annotations

from dataclasses import dataclass

import av
import numpy as np
from av.audio.frame import AudioFrame
from av.filter import Graph

from gator_engine.adapters.sound.reading import Samples, silence
from gator_engine.domain.video.sound import SAMPLE_RATE

_STEP = SAMPLE_RATE // 10
_SHORTEST = 4 * _STEP
"""BS.1770 measures in windows of 400 ms: what is shorter has no loudness."""
_GATE_LUFS = -69.9
"""The absolute gate stands at -70 LUFS; the filter says so for silence."""


@dataclass(frozen=True)
class Loudness:
    """Integrated loudness in LUFS (None: silent, or under 0.4 s) and true peak in dBTP."""

    lufs: float | None
    true_peak_db: float | None


class Meter:
    """Listens to 48 kHz stereo block by block."""

    def __init__(self) -> None:
        self._graph = Graph()
        form = f"sample_rate={SAMPLE_RATE}:sample_fmt=fltp:channel_layout=stereo"
        self._in = self._graph.add("abuffer", f"{form}:time_base=1/{SAMPLE_RATE}")
        meter = self._graph.add("ebur128", "peak=true:metadata=1:framelog=quiet")
        self._out = self._graph.add("abuffersink")
        self._in.link_to(meter)
        meter.link_to(self._out)
        self._graph.configure()
        self._samples = 0
        self._said: dict[str, str] = {}

    def push(self, samples: Samples) -> None:
        """Listen to the next block."""
        if not samples.shape[1]:
            return
        block = np.ascontiguousarray(samples)
        frame = AudioFrame.from_ndarray(block, format="fltp", layout="stereo")
        frame.sample_rate, frame.pts = SAMPLE_RATE, self._samples
        self._samples += samples.shape[1]
        self._in.push(frame)
        self._listen()

    def read(self) -> Loudness:
        """What it was, up to here; ends the measurement."""
        heard = self._samples
        # Whole steps are reported: the last one is filled with silence, which the gate leaves out.
        self.push(silence(-heard % _STEP + _STEP))
        peak = float(self._said.get("lavfi.r128.true_peak", 0.0))
        lufs = float(self._said.get("lavfi.r128.I", -70.0))
        audible = heard >= _SHORTEST and lufs > _GATE_LUFS
        return Loudness(lufs if audible else None, 20 * float(np.log10(peak)) if peak else None)

    def _listen(self) -> None:
        while True:
            try:
                self._said = dict(self._out.pull().metadata)
            except (av.error.BlockingIOError, av.error.EOFError):
                return
