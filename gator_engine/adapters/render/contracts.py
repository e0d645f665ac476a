"""What the renderer needs of its neighbours: sources of pictures, painters of text, the mixer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from gator_engine.domain.timeline import Timeline
from gator_engine.domain.video.captions import Captions
from gator_engine.domain.video.titles import Title
from gator_engine.ports.generation import Run
from gator_engine.ports.video import MediaFile

if TYPE_CHECKING:  # The renderer itself must be light to import: no arrays before work begins.
    from gator_engine.adapters.render.planes import Planes


class PictureSource(Protocol):
    """A still or a video, opened to be read as planes; a still has no duration."""

    @property
    def size(self) -> tuple[int, int]: ...

    @property
    def original_size(self) -> tuple[int, int]: ...

    @property
    def duration_s(self) -> float | None: ...

    @property
    def notes(self) -> tuple[str, ...]: ...

    def planes(self, second: Fraction) -> Planes:
        """The frame shown at that second of the source."""

    def close(self) -> None: ...


class OpensSources(Protocol):
    """Opens a file of the library; `within` is a size that suffices.

    What is see-through in a still shows `background`.
    """

    def __call__(
        self, file: MediaFile, *, within: tuple[int, int], background: str = "#000000"
    ) -> PictureSource: ...


class Layer(Protocol):
    """Painted text: where it stands, and its pixels (h, w, 4) with straight alpha."""

    @property
    def x(self) -> int: ...

    @property
    def y(self) -> int: ...

    @property
    def rgba(self) -> Any: ...


class Painter(Protocol):
    """Draws captions: a key says what is visible at a frame, and the layer how that looks."""

    def state(self, frame_number: int) -> str | None: ...

    def layer(self, key: str) -> Layer: ...


class Mixed(Protocol):
    """What was measured on a mix; None where it is silent."""

    @property
    def samples(self) -> int: ...

    @property
    def loudness_lufs(self) -> float | None: ...

    @property
    def true_peak_db(self) -> float | None: ...


class Mixes(Protocol):
    """Writes the sound of a timeline as one .m4a, exactly as long as the picture track."""

    def __call__(
        self,
        timeline: Timeline,
        media: Mapping[str, MediaFile],
        path: Path,
        audio_kbps: int,
        run: Run,
    ) -> Mixed: ...


ReadsPictures = Callable[[Path, tuple[int, int]], tuple[Any, tuple[int, int]]]
"""Path and a size that suffices → picture (h, w, 4) with straight alpha, and its original size."""
PaintsTitles = Callable[[Title, tuple[int, int]], Layer]
PaintsCaptions = Callable[[Captions, tuple[int, int]], Painter]
KeysSound = Callable[[Timeline, Mapping[str, MediaFile], int], str]
"""Names everything that reaches the sound; "" where there is none."""
