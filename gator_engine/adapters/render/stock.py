"""What a render keeps at hand: stills, title cards, blurred grounds and inks, each made once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Protocol, TypeVar

from gator_engine.adapters.render import colour
from gator_engine.adapters.render.boxes import blank, contained
from gator_engine.adapters.render.contracts import Layer, PictureSource
from gator_engine.adapters.render.layers import Ink, ink_of, lay
from gator_engine.adapters.render.neighbours import Tools
from gator_engine.adapters.render.overlays import coloured, sticker
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.shots import Over, Source, View
from gator_engine.adapters.render.warp import Picture, still
from gator_engine.domain.timeline import MediaKind
from gator_engine.domain.video.framing import Fit
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import MediaFile

ROOM = 128 << 20
"""Bytes of pictures kept although nothing on screen needs them now."""
FEWEST = 4
"""So many of the last used are kept whatever they take: both sides of a change, and a layout."""


class _Sized(Protocol):
    @property
    def nbytes(self) -> int: ...


@dataclass(frozen=True)
class _Nothing:
    """Stands for a layer without a visible pixel."""

    nbytes: int = 0


T = TypeVar("T", bound=_Sized)


class Kept:
    """Things made once and kept by last use, within a number of bytes; for many threads."""

    def __init__(self, room: int = ROOM) -> None:
        self._room = room
        self._lock = threading.Lock()
        self._making: dict[Hashable, threading.Lock] = {}
        self._things: OrderedDict[Hashable, _Sized] = OrderedDict()

    def get(self, key: Hashable, make: Callable[[], T]) -> T:
        """The thing of that name; two threads that want it at once make it once."""
        with self._lock:
            own = self._making.setdefault(key, threading.Lock())
        with own:
            with self._lock:
                if key in self._things:
                    self._things.move_to_end(key)
                    return self._things[key]  # type: ignore[return-value]
            made = make()
            with self._lock:
                self._things[key] = made
                self._making.pop(key, None)
                self._tidy()
            return made

    def _tidy(self) -> None:
        while len(self._things) > FEWEST:
            if sum(one.nbytes for one in self._things.values()) <= self._room:
                return
            self._things.popitem(last=False)


class Stock:
    """The stills and inks of one render, shared by its workers."""

    def __init__(
        self, tools: Tools, media: Mapping[str, MediaFile], frame: tuple[int, int]
    ) -> None:
        self._tools, self._media, self._frame = tools, media, frame
        self._kept = Kept()
        self._painting = threading.Lock()

    def still(self, view: View) -> Picture:
        """The picture of a view that does not move by itself. Raises InvalidInput."""
        source, place = view.source, view.place.size
        if source.kind is MediaKind.TITLE:
            return self._kept.get((source, place), lambda: self._card(source, place))
        key = (source, within(view, self.file(source)), place, view.bars)
        return self._kept.get(key, lambda: self._read(view))

    def ground(self, view: View, make: Callable[[], Planes]) -> Planes:
        """The blurred ground behind a still."""
        key = ("ground", view.source, view.place.size, view.shape, view.focus, view.nearest)
        return self._kept.get(key, lambda: Picture(make(), view.place.size)).planes

    def caption(self, key: str, layer: Callable[[], Layer]) -> Ink | None:
        """The ink of a state of the captions; painters work for one thread at a time."""

        def painted() -> Layer:
            with self._painting:
                return layer()

        return self._ink(("caption", key), painted)

    def over(self, over: Over) -> Ink | None:
        """The ink of an overlay that does not move by itself, fully there. Raises InvalidInput."""
        source = over.source
        if source.kind is MediaKind.TITLE and source.title is not None:
            title = source.title
            return self._ink((source,), lambda: self._tools.title(title, self._frame))
        if source.kind is MediaKind.COLOUR:
            return self._ink((source, over.box), lambda: coloured(source.name, over.box))
        return self._ink((source, over.box), lambda: self._picture(over))

    def open(self, source: Source, size: tuple[int, int], behind: str) -> PictureSource:
        """A source of the caller's own; `behind` shows where a still is see-through.

        Raises InvalidInput naming the clip.
        """
        with naming(source):
            return self._tools.open_source(self.file(source), within=size, background=behind)

    def file(self, source: Source) -> MediaFile:
        """The file behind a source."""
        return self._media[source.asset_id]

    def _ink(self, key: Hashable, layer: Callable[[], Layer]) -> Ink | None:
        found = self._kept.get(key, lambda: ink_of(layer(), self._frame) or _Nothing())
        return found if isinstance(found, Ink) else None

    def _read(self, view: View) -> Picture:
        opened = self.open(view.source, within(view, self.file(view.source)), view.bars)
        try:
            with naming(view.source):
                return still(opened.planes(Fraction(0)), view.place.size)
        finally:
            opened.close()

    def _picture(self, over: Over) -> Layer:
        with naming(over.source):
            rgba, original = self._tools.read_rgba(self.file(over.source).path, over.box.size)
            return sticker(rgba, original, over.box)

    def _card(self, source: Source, place: tuple[int, int]) -> Picture:
        """A title on its ground, as a picture of the place's size."""
        assert source.title is not None
        planes = blank(place)
        colour.fill(planes, source.title.ground)
        ink = ink_of(self._tools.title(source.title, place), place)
        if ink is not None:
            lay(ink, planes)
        return still(planes, place)


def within(view: View, file: MediaFile) -> tuple[int, int]:
    """The size of a source that suffices: a pixel of it for each one shown where it is nearest."""
    wide, high = view.place.size
    facts = file.facts
    if view.fit is not Fit.COVER and facts.width and facts.height:
        wide, high = contained((facts.width, facts.height), view.shape, (wide, high)).size
    return ceil(wide / view.nearest[0]), ceil(high / view.nearest[1])


@contextmanager
def naming(source: Source) -> Iterator[None]:
    """Lets the problem of a file be reported as that of the clip it is used in."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput(source.owner, error.problems[0].problem) from error
