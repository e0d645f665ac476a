"""Draws frames: pictures in their places, changes between them, overlays, captions.

Everything happens on whole planes in memory that is kept from frame to frame.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable

import cv2

from gator_engine.adapters.render import colour
from gator_engine.adapters.render.boxes import blank, contained, copy, even, part
from gator_engine.adapters.render.changes import Changes
from gator_engine.adapters.render.contracts import Painter, PictureSource
from gator_engine.adapters.render.layers import lay
from gator_engine.adapters.render.overlays import whole_inside
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.shots import FramePlan, Over, Shots, Source, View
from gator_engine.adapters.render.stock import Stock, naming, within
from gator_engine.adapters.render.warp import Picture, Region, Warp
from gator_engine.domain.timeline import MediaKind
from gator_engine.domain.video.framing import CENTRE, WHOLE, Fit, Rect, region

VERSION = 1
"""Goes into every cache key: raise it when the same plan gives other pixels."""
OPEN_VIDEOS = 6
"""So many videos one compositor keeps open; a change between two grids needs eight places."""
BLACK = "#000000"
BLUR_SHRINKS, BLUR_SIGMA, BLUR_LIGHT = 24, 2.0, 0.7
"""A blurred ground is made from a picture with 24 pixels along its shorter edge, darkened."""


class Compositor:
    """Draws the frames of one timeline at one size. For one thread; the stock is shared."""

    def __init__(self, shots: Shots, stock: Stock, painter: Painter | None = None) -> None:
        self._shots, self._stock, self._painter = shots, stock, painter
        self._warp = Warp()
        self._changes = Changes(shots.size, self._warp)
        self._videos: OrderedDict[Hashable, PictureSource] = OrderedDict()
        self._spare: list[Planes] = []
        self.notes: set[str] = set()

    def frame(self, number: int, into: Planes) -> None:
        """Draw a frame. Raises InvalidInput naming the clip whose file cannot be read."""
        self.draw(self._shots.at(number), into)

    def draw(self, plan: FramePlan, into: Planes) -> None:
        """Draw what a plan says. Raises InvalidInput as `frame` does."""
        if plan.change is None:
            self._shot(plan.views, into)
        else:
            first, second = self._pair()
            self._shot(plan.views, first)
            self._shot(plan.following, second)
            self._changes.draw(plan.change, first, second, into)
        for over in plan.overs:
            self._over(over, into)
        if plan.caption and self._painter is not None:
            painter, key = self._painter, plan.caption
            ink = self._stock.caption(key, lambda: painter.layer(key))
            if ink is not None:
                lay(ink, into)

    def close(self) -> None:
        """Close the videos that were opened."""
        while self._videos:
            self._videos.popitem()[1].close()

    def _pair(self) -> tuple[Planes, Planes]:
        if not self._spare:
            self._spare = [blank(self._shots.size), blank(self._shots.size)]
        return self._spare[0], self._spare[1]

    def _shot(self, views: tuple[View, ...], into: Planes) -> None:
        if not views:
            colour.fill(into, BLACK)
        for index, view in enumerate(views):
            window = into if view.place.size == self._shots.size else part(into, view.place)
            if view.source.kind is MediaKind.COLOUR:
                colour.fill(window, view.source.name)
            else:
                self._view(view, index, window)

    def _view(self, view: View, index: int, into: Planes) -> None:
        picture = self._picture(view, index)
        if view.fit is Fit.COVER or view.source.kind is MediaKind.TITLE:
            self._warp.draw(picture, shown(picture, view, view.place.size), into)
            return
        box = contained(picture.size, view.shape, view.place.size)
        if box.size != view.place.size:
            self._behind(picture, view, into)
        self._warp.draw(picture, shown(picture, view, box.size), part(into, box))

    def _behind(self, picture: Picture, view: View, into: Planes) -> None:
        """What is seen beside a contained picture."""
        if view.fit is Fit.CONTAIN:
            colour.fill(into, view.bars)
        elif view.second is not None:
            copy(self._blurred(picture, view), into)
        else:
            copy(self._stock.ground(view, lambda: self._blurred(picture, view)), into)

    def _blurred(self, picture: Picture, view: View) -> Planes:
        wide, high = view.place.size
        shrink = min(wide, high) / BLUR_SHRINKS
        tiny = max(2, even(wide / shrink)), max(2, even(high / shrink))
        small = blank(tiny)
        self._warp.draw(picture, covering(picture, view, view.shape, tiny), small)
        into = blank(view.place.size)
        dark = (16 * (1 - BLUR_LIGHT), 128 * (1 - BLUR_LIGHT), 128 * (1 - BLUR_LIGHT))
        for source, target, added in zip(
            (small.y, small.u, small.v), (into.y, into.u, into.v), dark, strict=True
        ):
            sigma = BLUR_SIGMA * source.shape[0] / small.y.shape[0]
            soft = cv2.GaussianBlur(source, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)
            cv2.convertScaleAbs(soft, dst=soft, alpha=BLUR_LIGHT, beta=added)
            size = target.shape[1], target.shape[0]
            cv2.resize(soft, size, dst=target, interpolation=cv2.INTER_LINEAR)
        return into

    def _picture(self, view: View, index: int) -> Picture:
        if view.second is None:
            return self._stock.still(view)
        size = within(view, self._stock.file(view.source))
        source = self._opened(view.source, index, size, view.bars)
        with naming(view.source):
            planes = source.planes(view.second)
        return Picture(planes, (planes.y.shape[1], planes.y.shape[0]))

    def _opened(
        self, source: Source, place: int, size: tuple[int, int], behind: str
    ) -> PictureSource:
        """A video of this compositor's own: each clip and place reads on by itself."""
        key = (source, place, source.owner, size)
        if key not in self._videos:
            self._videos[key] = self._stock.open(source, size, behind)
            self.notes |= {f"{source.owner}: {note}" for note in self._videos[key].notes}
        self._videos.move_to_end(key)
        if len(self._videos) > OPEN_VIDEOS:
            self._videos.popitem(last=False)[1].close()
        return self._videos[key]

    def _over(self, over: Over, into: Planes) -> None:
        if over.second is not None:
            self._moving_over(over, into)
            return
        ink = self._stock.over(over)
        if ink is not None:
            lay(ink if over.opacity >= 1 else ink.faded(over.opacity), into)

    def _moving_over(self, over: Over, into: Planes) -> None:
        """A video above the picture, whole inside its box."""
        assert over.second is not None
        source = self._opened(over.source, -1, over.box.size, BLACK)
        with naming(over.source):
            planes = source.planes(over.second)
        box = whole_inside(source.original_size, over.box)
        picture = Picture(planes, (planes.y.shape[1], planes.y.shape[0]))
        small, window = blank(box.size), part(into, box)
        self._warp.draw(picture, (0.0, 0.0, float(picture.size[0]), float(picture.size[1])), small)
        if over.opacity >= 1:
            copy(small, window)
            return
        pairs = ((small.y, window.y), (small.u, window.u), (small.v, window.v))
        for one, target in pairs:
            cv2.addWeighted(one, over.opacity, target, 1 - over.opacity, 0, dst=target)


def shown(picture: Picture, view: View, place: tuple[int, int]) -> Region:
    """The region of a picture that a view shows in a place of that size."""
    return covering(picture, view, view.rect, place)


def covering(picture: Picture, view: View, rect: Rect, place: tuple[int, int]) -> Region:
    """What of a rectangle fills a place: cut around the point of interest, never stretched."""
    if picture.size == place and rect == WHOLE and view.focus == CENTRE:
        return 0.0, 0.0, float(place[0]), float(place[1])
    return region(picture.size, place, rect, view.focus)
