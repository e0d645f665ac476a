"""The mix, second by second: pieces put together, music stepping back for voices."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack

import numpy as np

from gator_engine.adapters.render.sound.ducking import Ducker
from gator_engine.adapters.render.sound.plan import SEAM, Bus, Piece
from gator_engine.adapters.render.sound.playing import Player
from gator_engine.adapters.sound.reading import Samples, silence
from gator_engine.domain.video.sound import SAMPLE_RATE, Ducking

BLOCK = SAMPLE_RATE


class Mixing:
    """A mix on its way: `blocks` gives it once; `notes` then say what was left silent."""

    def __init__(
        self,
        pieces: Sequence[Piece],
        total: int,
        ducking: Ducking,
        check: Callable[[], None],
    ) -> None:
        self._total, self._ducker = total, Ducker(ducking)
        self._sections = {
            bus: _Section([one for one in pieces if one.bus is bus], check) for bus in Bus
        }

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know about the mix, in plain words."""
        return tuple(note for section in self._sections.values() for note in section.notes)

    def blocks(self) -> Iterator[Samples]:
        """The mix in blocks of a second (the last is shorter). Raises as `Player` does."""
        spoken, voices, heard = deque[Samples](), self._voices(), 0
        music, ducker = self._sections[Bus.MUSIC], self._ducker
        with ExitStack() as at_end:
            for section in self._sections.values():
                at_end.callback(section.close)
            for start in range(0, self._total, BLOCK):
                size = min(BLOCK, self._total - start)
                while heard < min(start + size + ducker.ahead, self._total):
                    spoken.append(next(voices))
                    heard += spoken[-1].shape[1]
                out = music.play(start, size) * ducker.gains(size) + spoken.popleft()
                yield _ended(out, self._total - start)

    def _voices(self) -> Iterator[Samples]:
        """Voices and the clips' own sound, which the ducker listens to."""
        for start in range(0, self._total, BLOCK):
            size = min(BLOCK, self._total - start)
            said = self._sections[Bus.VOICE].play(start, size)
            own = self._sections[Bus.CLIP].play(start, size)
            self._ducker.listen(said, own)
            yield said + own


class _Section:
    """Pieces that are mixed together; only those that sound now are open."""

    def __init__(self, pieces: Sequence[Piece], check: Callable[[], None]) -> None:
        self._coming = deque(sorted(pieces, key=lambda piece: piece.start))
        self._playing: list[Player] = []
        self._check = check
        self.notes: list[str] = []

    def play(self, start: int, samples: int) -> Samples:
        self._check()
        while self._coming and self._coming[0].start < start + samples:
            self._playing.append(Player(self._coming.popleft(), self._check))
        out = silence(samples)
        for player in self._playing:
            out += player.play(start, samples)
        for player in [one for one in self._playing if one.piece.end <= start + samples]:
            self._let_go(player)
        return out

    def close(self) -> None:
        for player in list(self._playing):
            self._let_go(player)

    def _let_go(self, player: Player) -> None:
        player.close()
        self.notes += player.notes
        self._playing.remove(player)


def _ended(block: Samples, left: int) -> Samples:
    """The last few milliseconds of a video fade, so that what goes on behind it is no click."""
    if left > block.shape[1]:
        return block
    size = min(SEAM, block.shape[1])
    block[:, -size:] *= np.linspace(1, 0, size, dtype=np.float32)
    return block
