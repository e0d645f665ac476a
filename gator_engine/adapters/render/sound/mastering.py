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
_AAC_MARGIN_DB = 1.0
"""What the encoder usually adds to a peak; more than that is found by measuring its output."""
_MORE_ROUNDS, _GAINS = 2, 3


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
        self._coded_lu, self._gain_db = 0.0, 0.0
        if mix.loudness is not None and mixed.lufs is not None:
            self._gain_db = min(MOST_GAIN_DB, mix.loudness - mixed.lufs)

    def written(self, path: Path, kbps: int) -> Loudness:
        """Encode into `path`, again where the result asks for it; what the last one measures.

        The encoder makes noise-like sound quieter and peaks higher: both are measured and taken
        into account. Loudness is corrected twice at most, a true peak four times.
        """
        for tolerance in (*(TOLERANCE_LU,) * _MORE_ROUNDS, inf, inf):
            result, before = self._encoded(path, kbps)
            over = (result.true_peak_db or -100.0) - self._mix.true_peak
            off = 0.0
            if self._mix.loudness is not None and None not in (result.lufs, before):
                off = self._mix.loudness - (result.lufs or 0.0)
                self._coded_lu = (result.lufs or 0.0) - (before or 0.0)
            if over <= 0 and (abs(off) <= tolerance or self._gain_db >= MOST_GAIN_DB):
                return result
            if over > 0:
                self._ceiling_db -= over + _AAC_MARGIN_DB / 4
        return self._encoded(path, kbps)[0]

    def _encoded(self, path: Path, kbps: int) -> tuple[Loudness, float | None]:
        """The loudness of a new file, and that of what was encoded."""
        before = self._settled()
        write_aac(self._levelled(), path, kbps)
        return _measured(self._checked(_decoded(path))), before

    def _settled(self) -> float | None:
        """Choose the gain that gives the wanted loudness behind the limiter; what it gives."""
        if self._mix.loudness is None or self._mixed.lufs is None:
            return None
        wanted = self._mix.loudness - self._coded_lu
        tried: list[tuple[float, float]] = [(-200.0, self._mixed.lufs - 200.0)]
        for number in range(_GAINS):
            lufs = self._limited_lufs()
            tried.append((self._gain_db, lufs))
            if abs(wanted - lufs) <= TOLERANCE_LU / 2 or number == _GAINS - 1:
                break
            (one, first), (two, second) = tried[-2:]
            # A decibel of gain makes less than one louder where the limiter works.
            slope = min(1.0, max(0.25, (second - first) / (two - one))) if two != one else 1.0
            self._gain_db = min(MOST_GAIN_DB, two + (wanted - lufs) / slope)
        return lufs

    def _limited_lufs(self) -> float:
        """The loudness behind the limiter at the present gain."""
        lufs, peak = self._mixed.lufs or 0.0, self._mixed.true_peak_db or 0.0
        if peak + self._gain_db <= self._ceiling_db:
            return lufs + self._gain_db
        found = _measured(self._levelled()).lufs
        return lufs + self._gain_db if found is None else found

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
