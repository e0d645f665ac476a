"""Films as planes: the frame shown at any second, read in order and wound back when asked."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import ExitStack
from fractions import Fraction
from types import TracebackType
from typing import Self

from gator_engine.adapters.media.containers import Source
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.sources._converting import Converter, look_of, turning
from gator_engine.adapters.render.sources._reading import FrameReader, Shown
from gator_engine.adapters.render.sources._sizes import covering
from gator_engine.errors import InvalidInput

CACHE_BYTES, CACHE_FRAMES = 48 * 2**20, 16
HELD_S = Fraction(1, 2)
"""As much of a film's end may be missing; the last good frame then stands for it."""
_JUMP_S = 5
_LOOK_NOTES = {
    "pq": "HDR (PQ) was tone-mapped to SDR",
    "hlg": "HDR (HLG) was tone-mapped to SDR",
    "wide": "wide colour (BT.2020) was brought to BT.709",
    "p3": "wide colour (P3) was brought to BT.709",
}


class VideoSource:
    """A film. Holds a few decoded frames and up to CACHE_BYTES of planes, whatever its length.

    Raises InvalidInput on opening: damaged, without a picture, or without a single frame.
    """

    def __init__(self, source: Source, within: tuple[int, int]) -> None:
        self._reader = FrameReader(source)
        with ExitStack() as undo:
            undo.callback(self._reader.close)
            self._open(within)
            undo.pop_all()

    def _open(self, within: tuple[int, int]) -> None:
        self._frames: Iterator[Shown] = self._reader.frames()
        first = next(self._frames, None)
        if first is None:
            raise InvalidInput("media", "no picture in the film can be decoded")
        self._first = self._current = first
        self._next = next(self._frames, None)
        turns = turning(first.frame)
        self._turned = any(turn.startswith("transpose") for turn in turns)
        self._look = look_of(first.frame)
        see_through = any(part.is_alpha for part in first.frame.format.components)
        self._flattened = ("see-through parts are shown as they are stored",) if see_through else ()
        self.original_size = self._display_size(first)
        self.size = covering(self.original_size, within)
        self.duration_s: float | None = self._reader.duration_s
        self._converter = Converter(self.size, turns)
        bytes_each = self.size[0] * self.size[1] * 3 // 2
        most = max(2, min(CACHE_FRAMES, CACHE_BYTES // bytes_each))
        self._kept: deque[tuple[Fraction, Fraction, Planes]] = deque(maxlen=most)

    @property
    def notes(self) -> tuple[str, ...]:
        """What was changed on the way."""
        look = (_LOOK_NOTES[self._look.value],) if self._look else ()
        woven = ("interlaced: fields were turned into frames",) if self._reader.deinterlaced else ()
        return (*look, *woven, *self._flattened)

    def planes(self, second: Fraction) -> Planes:
        """The last frame whose time is not after `second`; see PictureSource.planes."""
        second = max(second, self._first.start)
        for start, end, planes in self._kept:
            if start <= second < end:
                return planes
        self._go(second)
        self._refuse_missing(second)
        shown = self._converter.planes(self._current.frame)
        if self._next is not None:
            self._kept.append((self._current.start, self._next.start, shown))
        return shown

    def close(self) -> None:
        """Close the file; planes handed out stay good."""
        self._kept.clear()
        self._reader.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _go(self, second: Fraction) -> None:
        """Make the frame of that second the current one, and the one after it the next."""
        ahead = self._next is not None and second > self._next.start + _JUMP_S
        if second < self._current.start or ahead:
            self._enter(second)
        while self._next is not None and self._next.start <= second:
            self._current, self._next = self._next, next(self._frames, None)

    def _enter(self, second: Fraction) -> None:
        self._frames = self._reader.frames(second)
        first = next(self._frames, None)
        if first is None:
            raise InvalidInput("media", f"the film cannot be read near {_seconds(second)}")
        self._current, self._next = first, next(self._frames, None)

    def _refuse_missing(self, second: Fraction) -> None:
        """A frame is not held over a hole in the film, nor over what lies behind its end."""
        current, following = self._current, self._next
        held = second - current.end
        if held < HELD_S or (following is not None and not following.after_damage):
            return
        where = f"at {_seconds(current.end)}"
        if following is None and not self._reader.damaged and not self._stops_short():
            problem = f"the film ends {where}, and {_seconds(second)} was asked for"
        else:
            problem = f"the film breaks off {where}: it is truncated or damaged"
        raise InvalidInput("media", problem, f"{float(HELD_S):g} s may be missing")

    def _stops_short(self) -> bool:
        return self.duration_s is not None and self.duration_s > self._current.end + HELD_S

    def _display_size(self, first: Shown) -> tuple[int, int]:
        """Upright, with square pixels: the width is stretched by the pixels' aspect ratio."""
        width, height = first.frame.width, first.frame.height
        aspect = self._reader.stream.sample_aspect_ratio or Fraction(1)
        if aspect > 0:
            width = max(1, round(width * aspect))
        return (height, width) if self._turned else (width, height)


def _seconds(second: Fraction) -> str:
    return f"{float(second):.2f} s"
