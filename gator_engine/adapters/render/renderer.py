"""The video renderer: a timeline to a finished, checked file, and single frames of it."""

from __future__ import annotations

import importlib.util
import os
import threading
from pathlib import Path
from typing import TYPE_CHECKING

from gator_engine.adapters.render.neighbours import Tools
from gator_engine.config import Settings
from gator_engine.errors import Unavailable
from gator_engine.ports.generation import Run
from gator_engine.ports.video import RenderRequest, RenderResult

if TYPE_CHECKING:
    from gator_engine.adapters.render.cache import RenderCache
    from gator_engine.adapters.render.encoding import Encoding

NEEDED = {"av": "av", "cv2": "opencv-python-headless", "numpy": "numpy", "PIL": "pillow"}
CORES_PER_WORKER = 4
"""One well threaded encoder keeps four cores busy; more workers pay off beyond that."""
MOST_WORKERS = 4


class TimelineRenderer:
    """VideoRenderer over segments: what did not change since the last render is not drawn again.

    `tools` replaces the neighbours that read pictures, paint text and mix sound. Loads nothing
    heavy until it is asked to draw.
    """

    _broken: set[str] = set()  # noqa: RUF012  Encoders that failed where the processor did not.
    _guard = threading.Lock()

    def __init__(self, settings: Settings, tools: Tools | None = None) -> None:
        self._settings = settings
        self._tools = tools or Tools()

    def missing(self) -> str:
        """ "" when ready, else what to install, in plain words."""
        lacking = [
            package for name, package in NEEDED.items() if importlib.util.find_spec(name) is None
        ]
        if lacking:
            return f"Rendering needs {', '.join(lacking)}: run `make setup`."
        return ""

    def render(self, request: RenderRequest, run: Run, folder: Path) -> RenderResult:
        """Render into a new file in `folder`. Raises as the port says."""
        from av import FFmpegError

        from gator_engine.adapters.render.encoding import SOFTWARE, candidates
        from gator_engine.adapters.render.rendering import Rendering

        run.check()
        work = Rendering(request, run, folder, self._tools, self.cache())
        workers, threads = crew_size(_cores())
        first = self._encoding(request, SOFTWARE, work.size, threads)
        names = candidates(self._settings.video_encoder, first, self._broken)
        failed: list[str] = []
        for name in names:
            encoding = self._encoding(request, name, work.size, threads)
            try:
                result = work.result(encoding, workers)
            except FFmpegError as error:
                failed.append(name)
                if name == names[-1]:
                    raise Unavailable(
                        "The video encoder", f"{name} failed ({error}).", "Try another one."
                    ) from error
                continue
            with self._guard:
                self._broken.update(failed)
            return result
        raise AssertionError("there is always an encoder to try")

    def frame(self, request: RenderRequest, number: int) -> bytes:
        """One frame as PNG, exactly as `render` would show it. Raises as `render` does."""
        from gator_engine.adapters.render.boxes import blank
        from gator_engine.adapters.render.rendering import Picture
        from gator_engine.adapters.render.reporting import png

        picture = Picture(request, self._tools)
        compositor, planes = picture.compositor(), blank(picture.size)
        try:
            compositor.frame(number, planes)
        finally:
            compositor.close()
        return png(planes)

    def cache(self) -> RenderCache:
        """Where rendered segments are kept."""
        from gator_engine.adapters.render.cache import RenderCache

        root = self._settings.home / "cache" / "render"
        return RenderCache(root, self._settings.render_cache_mb << 20)

    def _encoding(
        self, request: RenderRequest, name: str, size: tuple[int, int], threads: int
    ) -> Encoding:
        from gator_engine.adapters.render.encoding import Encoding

        return Encoding(name, request.profile, size, request.timeline.rate, threads)


def crew_size(cores: int) -> tuple[int, int]:
    """(segments drawn at the same time, threads of each one's encoder)."""
    workers = max(1, min(MOST_WORKERS, cores // CORES_PER_WORKER))
    return workers, max(1, cores // workers)


def _cores() -> int:
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
