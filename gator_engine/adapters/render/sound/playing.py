"""One piece of the mix as it is played: its file, its loop, its fades and its level."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from gator_engine.adapters.render.sound.plan import Bus, Fade, Piece
from gator_engine.adapters.sound.reading import Samples, SoundReader, holds_sound, silence
from gator_engine.domain.video.sound import SAMPLE_RATE
from gator_engine.errors import InvalidInput

SHORTEST_LOOP = SAMPLE_RATE // 20
"""A twentieth of a second: what is shorter is a tone, not a loop, and opens its file too often."""
_WELD = SAMPLE_RATE * 5 // 1000
"""Samples over which the end of a loop, mirrored, fades under its beginning."""
_TOLERATED = SAMPLE_RATE // 10
"""A place may be this much longer than its sound without a word: lengths are whole frames."""


class Player:
    """Plays a piece forward, block by block; opens its file when its time comes.

    Raises InvalidInput naming the piece for media that is missing or damaged, a sound without
    sound, or a loop too short to be one. `notes` then say what was left silent.
    """

    def __init__(self, piece: Piece, check: Callable[[], None]) -> None:
        self.piece, self._check = piece, check
        self.notes: list[str] = []
        self._reader: SoundReader | None = None
        self._tail = self._weld = silence(0)
        self._since = 0
        self._at = piece.start
        self._over = False

    def play(self, start: int, samples: int) -> Samples:
        """What it adds to samples [start, start + samples) of the mix; calls go forward."""
        out = silence(samples)
        first, last = max(start, self._at), min(start + samples, self.piece.end)
        if first >= last:
            return out
        if self._at < first:
            self._pull(first - self._at)
        sound = self._pull(last - first) * _level(self.piece, first, last)
        out[:, first - start : last - start] = sound
        if last == self.piece.end:
            self.close()
        return out

    def close(self) -> None:
        """Let go of the file; says what was damaged in it."""
        if self._reader is not None:
            if self._reader.damaged:
                self.notes.append(
                    f"{self.piece.label} is damaged: {self._reader.damaged} packets are silent"
                )
            self._reader.close()
        self._reader, self._over = None, True

    def _pull(self, samples: int) -> Samples:
        """The next samples of the file, silent where it has none."""
        self._at += samples
        parts, missing = [], samples
        while missing > 0 and not self._over:
            reader = self._opened()
            part = reader.read(missing) if reader else silence(0)
            if part.shape[1] == 0:
                self._ended(missing)
                continue
            part = self._welded(part)
            missing -= part.shape[1]
            parts.append(part)
        return np.concatenate([*parts, silence(missing)], axis=1)

    def _opened(self) -> SoundReader | None:
        if self._reader is None:
            piece, path = self.piece, self.piece.media.path
            if piece.bus is Bus.CLIP and not holds_sound(path, piece.label):
                self.notes.append(f"{piece.label} holds no sound; it is silent")
                return None
            start = piece.source
            if piece.loop and start > 0:
                start %= self._period(start)
            self._reader = self._read_from(start)
        return self._reader

    def _read_from(self, start: int) -> SoundReader:
        piece = self.piece
        speed = piece.speed.fraction
        path, check = piece.media.path, self._check
        return SoundReader(path, piece.label, start=start, speed=speed, check=check)

    def _period(self, start: int) -> int:
        """How long the file is, where that lies before `start`; else anything beyond `start`."""
        with self._read_from(start) as probe:
            if probe.read(1).shape[1]:
                return start + 1
        with self._read_from(0) as whole:
            while whole.read(SAMPLE_RATE).shape[1]:
                self._check()
            return max(1, whole.position)

    def _ended(self, missing: int) -> None:
        """The file is over: begin again, or be silent for the rest."""
        reader, piece = self._reader, self.piece
        if reader is not None and piece.loop:
            if reader.position < SHORTEST_LOOP:
                lasts = f"lasts {reader.position / SAMPLE_RATE:.3f} s"
                raise InvalidInput(piece.label, lasts, "0.05 s at least to be looped")
            self.close()
            self._reader, self._over = self._read_from(0), False
            self._weld, self._since = self._tail[:, ::-1], 0
            return
        silent = piece.end - self._at + missing
        if reader is not None and silent > _TOLERATED:
            self.notes.append(
                f"{piece.label} has no sound for its last {silent / SAMPLE_RATE:.1f} s"
            )
        self.close()

    def _welded(self, part: Samples) -> Samples:
        """The part, with the mirrored end of the loop fading out under its beginning."""
        size = min(self._weld.shape[1] - self._since, part.shape[1])
        if size > 0:
            share = _ramp(self._since, size, self._weld.shape[1])
            part = part.copy()
            part[:, :size] *= share
            part[:, :size] += self._weld[:, self._since : self._since + size] * (1 - share)
        self._since += part.shape[1]
        if self.piece.loop:
            self._tail = np.concatenate([self._tail, part], axis=1)[:, -_WELD:]
        return part


def _ramp(first: int, samples: int, length: int) -> Samples:
    """Shares of a fade of `length` samples that are reached from its sample `first` on."""
    at = (np.arange(first, first + samples) + 0.5) / length
    return np.clip(at, 0, 1).astype(np.float32)


def _level(piece: Piece, first: int, last: int) -> Samples:
    """The piece's gain and fades at samples [first, last) of the mix."""
    gain = np.full(last - first, 10 ** (piece.gain_db / 20), dtype=np.float32)
    if first < piece.start + piece.fade_in.samples:
        gain *= _curve(piece.fade_in, first - piece.start, last - first)
    if last > piece.end - piece.fade_out.samples:
        gain *= _curve(piece.fade_out, piece.end - last, last - first)[::-1]
    return gain


def _curve(fade: Fade, first: int, samples: int) -> Samples:
    share = _ramp(first, samples, fade.samples)
    return share if fade.even else np.sin(share * np.float32(np.pi / 2))
