"""The whole way of the sound: mixed once, measured, levelled, limited, encoded, measured again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import IO

import numpy as np

from gator_engine.adapters.render.sound.encoding import write_aac
from gator_engine.adapters.render.sound.limiter import Limiter
from gator_engine.adapters.render.sound.loudness import Loudness, Meter
from gator_engine.adapters.render.sound.mixing import BLOCK, Mixing
from gator_engine.adapters.render.sound.plan import pieces, sample_at
from gator_engine.adapters.sound.reading import Samples, SoundReader
from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video.sound import Mix
from gator_engine.errors import InvalidInput, Unavailable
from gator_engine.ports.generation import Run
from gator_engine.ports.video import MediaFile

MOST_GAIN_DB = 40.0
"""What is quieter than 40 dB under the wanted level is noise: it is not blown up any further."""
TOLERANCE_LU = 0.3
"""A second round is made for more than this; half a unit is what is promised."""
_AAC_MARGIN_DB = 0.6
"""What the encoder usually adds to a peak; more than that is found by measuring its output."""
_MORE_ROUNDS = 2


@dataclass(frozen=True)
class MixResult:
    """Measured on the finished file; None for silence. `notes` say what could not be heard."""

    samples: int
    loudness_lufs: float | None
    true_peak_db: float | None
    notes: tuple[str, ...] = ()


def mix(
    timeline: Timeline, media: Mapping[str, MediaFile], path: Path, audio_kbps: int, run: Run
) -> MixResult:
    """Write the sound of a timeline to `path`: AAC-LC, 48 kHz, stereo, as long as its picture.

    Memory does not grow with the length: the mix waits in a temporary file beside `path`. Nothing
    stands at `path` before it is whole.

    Raises InvalidInput (a clip or sound is named: missing, damaged, no sound in it; or a timeline
    without pictures), Cancelled within a second, Unavailable when the disk is full.
    """
    total = sample_at(timeline.length, timeline.rate)
    if total <= 0:
        raise InvalidInput("timeline", "has no length", "one frame at least")
    part = path.with_name(f".{path.name}.part")
    try:
        with tempfile.TemporaryFile(dir=path.parent) as raw:
            mixing = Mixing(pieces(timeline, media), total, timeline.mix.ducking, run.check)
            master = _Master(raw, _mixed(mixing, raw), timeline.mix, run)
            result = master.written(part, audio_kbps)
        part.replace(path)
    except OSError as error:
        problem = f"the sound could not be written ({error.strerror})."
        raise Unavailable("The disk", problem, "Make room on it.") from error
    finally:
        part.unlink(missing_ok=True)
    notes = (*mixing.notes, *_remarks(result, timeline.mix))
    return MixResult(total, result.lufs, result.true_peak_db, notes)


class _Master:
    """Brings a mix to its loudness: a static gain, then the limiter, checked on what comes out."""

    def __init__(self, raw: IO[bytes], mixed: Loudness, mix: Mix, run: Run) -> None:
        self._raw, self._mixed, self._mix, self._run = raw, mixed, mix, run
        self._ceiling_db = mix.true_peak - _AAC_MARGIN_DB
        self._gain_db = 0.0
        self._tried: tuple[float, float] | None = None
        if mix.loudness is not None and mixed.lufs is not None:
            self._gain_db = min(MOST_GAIN_DB, mix.loudness - mixed.lufs)

    def written(self, path: Path, kbps: int) -> Loudness:
        """Encode into `path`, again where the result asks for it; what the last one measures.

        Loudness is corrected twice at most, a true peak as often as it takes (four times is more
        than noise at full scale takes).
        """
        self._settle()
        for tolerance in (*(TOLERANCE_LU,) * _MORE_ROUNDS, inf, inf):
            write_aac(self._levelled(), path, kbps)
            result = _measured(self._checked(_decoded(path)))
            if not self._corrected(result, tolerance):
                return result
        write_aac(self._levelled(), path, kbps)
        return _measured(self._checked(_decoded(path)))

    def _settle(self) -> None:
        """Make up for what the limiter takes, before anything is encoded."""
        peak = self._mixed.true_peak_db
        for _ in range(_MORE_ROUNDS):
            if peak is None or peak + self._gain_db <= self._ceiling_db:
                return
            limited = _measured(self._levelled())
            if not self._corrected(Loudness(limited.lufs, None), TOLERANCE_LU / 3):
                return

    def _corrected(self, result: Loudness, tolerance: float) -> bool:
        """Whether gain or ceiling had to be changed to come nearer to what is wanted."""
        off = 0.0
        if self._mix.loudness is not None and result.lufs is not None:
            missing = self._mix.loudness - result.lufs
            off = min(MOST_GAIN_DB - self._gain_db, missing / self._slope(result.lufs))
        over = (result.true_peak_db or -100.0) - self._mix.true_peak
        if abs(off) > tolerance:
            self._gain_db += off
        if over > 0:
            self._ceiling_db -= over + _AAC_MARGIN_DB / 2
        return abs(off) > tolerance or over > 0

    def _slope(self, lufs: float) -> float:
        """How much louder it becomes for a decibel of gain: less than one where it is limited."""
        before, self._tried = self._tried, (self._gain_db, lufs)
        gain = self._gain_db - before[0] if before else 0.0
        return min(1.0, max(0.25, (lufs - before[1]) / gain)) if before and gain else 1.0

    def _levelled(self) -> Iterator[Samples]:
        """The mix as it is encoded."""
        gain, limiter = np.float32(10 ** (self._gain_db / 20)), Limiter(self._ceiling_db)
        self._raw.seek(0)
        while data := self._raw.read(BLOCK * 8):
            self._run.check()
            yield limiter.push(np.frombuffer(data, dtype=np.float32).reshape(2, -1) * gain)
        yield limiter.flush()

    def _checked(self, blocks: Iterator[Samples]) -> Iterator[Samples]:
        for block in blocks:
            self._run.check()
            yield block


def _mixed(mixing: Mixing, raw: IO[bytes]) -> Loudness:
    """Mix into a file of raw samples, left then right for every second; how loud it is."""
    meter = Meter()
    for block in mixing.blocks():
        raw.write(block.tobytes())
        meter.push(block)
    return meter.read()


def _measured(blocks: Iterable[Samples]) -> Loudness:
    meter = Meter()
    for block in blocks:
        meter.push(block)
    return meter.read()


def _decoded(path: Path) -> Iterator[Samples]:
    with SoundReader(path, "the finished sound") as reader:
        while (block := reader.read(BLOCK)).shape[1]:
            yield block


def _remarks(result: Loudness, mix: Mix) -> Iterator[str]:
    if mix.loudness is None or result.true_peak_db is None:
        return
    if result.lufs is None:
        yield "The sound is too short or too quiet for a loudness to be set"
    elif abs(result.lufs - mix.loudness) > 0.5:
        yield f"The loudness is {result.lufs:.1f} LUFS: no level of this sound comes nearer"
