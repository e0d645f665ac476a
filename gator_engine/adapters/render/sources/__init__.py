"""Pictures for the renderer, out of stills and films: upright BT.709 planes, exact in time."""

from __future__ import annotations

from fractions import Fraction
from types import TracebackType
from typing import Protocol, Self

from gator_engine.adapters.render.planes import Planes
from gator_engine.domain.assets import AssetKind
from gator_engine.errors import InvalidInput
from gator_engine.ports.video import MediaFile


class PictureSource(Protocol):
    """One opened still or film.

    `size` is that of the planes it delivers: upright, square pixels, even numbers. `original_size`
    is the upright display size of the file. `duration_s` is None for stills. `notes` say what was
    changed on the way (HDR, interlacing). Not for several threads at once.
    """

    @property
    def size(self) -> tuple[int, int]: ...
    @property
    def original_size(self) -> tuple[int, int]: ...
    @property
    def duration_s(self) -> float | None: ...
    @property
    def notes(self) -> tuple[str, ...]: ...

    def planes(self, second: Fraction) -> Planes:
        """What is shown at that second: the last frame whose time is not after it.

        Before the first frame that is the first one. The planes may be handed out again: copy
        before writing into them. Raises InvalidInput naming the file's problem.
        """

    def close(self) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...


def open_source(
    file: MediaFile, *, within: tuple[int, int], background: str = "#000000"
) -> PictureSource:
    """Open a picture or film of the library.

    `within` is a size that suffices: what is larger is shrunk once to the smallest size of its
    shape that covers it, nothing is enlarged. See-through parts of a still are laid over
    `background` (#rrggbb). Raises InvalidInput: not a picture or film, missing, or damaged.
    """
    from gator_engine.adapters.render.sources.stills import StillSource
    from gator_engine.adapters.render.sources.videos import VideoSource

    if not file.path.is_file():
        raise InvalidInput("media", f"file {file.asset_id} is missing from the store")
    match file.facts.kind:
        case AssetKind.IMAGE:
            return StillSource(file.path, within, background)
        case AssetKind.VIDEO:
            return VideoSource(file.path, within)
        case other:
            raise InvalidInput("media", f"file {file.asset_id} is {other.value}, not a picture")
