"""Workers that draw and encode segments at the same time, watched by the thread that asked."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import FIRST_EXCEPTION, Future, ThreadPoolExecutor, wait

from gator_engine.adapters.render.compositor import Compositor
from gator_engine.adapters.render.encoding import Encoding
from gator_engine.adapters.render.plan import Segment
from gator_engine.adapters.render.planes import Planes
from gator_engine.adapters.render.reporting import shrunk, webp
from gator_engine.adapters.render.shots import FramePlan, Shots
from gator_engine.adapters.render.writer import SegmentEncoder
from gator_engine.errors import Cancelled
from gator_engine.ports.generation import Run

LOOK_S, TELL_S = 0.15, 0.5
"""How often the watching thread asks whether to stop, and how often it tells how far it is."""
STAGE = "Drawing and encoding"


class Crew:
    """Draws segments with some workers; the same compositors serve one render."""

    def __init__(
        self,
        shots: Shots,
        compositor: Callable[[], Compositor],
        encoding: Encoding,
        workers: int,
        keep: Callable[[Segment, bytes], None],
    ) -> None:
        self._shots, self._compositor, self._encoding = shots, compositor, encoding
        self._workers, self._keep = workers, keep
        self._own = threading.local()
        self._lock = threading.Lock()
        self._compositors: list[Compositor] = []
        self._stop, self._wanted = threading.Event(), threading.Event()
        self._small: Planes | None = None
        self._done = 0

    @property
    def notes(self) -> set[str]:
        """What was changed in sources on the way."""
        return {note for one in self._compositors for note in one.notes}

    def draw(self, segments: Iterable[Segment], run: Run) -> None:
        """Draw, encode and keep segments; progress counts their frames.

        Raises what the first failing worker raised, or Cancelled; the others have then stopped.
        """
        todo = list(segments)
        total = sum(segment.length for segment in todo)
        with ThreadPoolExecutor(max(1, min(self._workers, len(todo))), "drawing") as pool:
            futures = [pool.submit(self._segment, segment) for segment in todo]
            try:
                self._watch(futures, total, run)
            finally:
                self._stop.set()
                pool.shutdown(cancel_futures=True)
                for compositor in self._compositors:
                    compositor.close()

    def _watch(self, futures: list[Future[None]], total: int, run: Run) -> None:
        told = -TELL_S
        waiting = set(futures)
        while waiting:
            now = time.monotonic()
            if now - told >= TELL_S:
                told, small, self._small = now, self._small, None
                self._wanted.set()
                run.progress(self._done / total, STAGE, webp(small) if small else None)
            run.check()
            done, waiting = wait(waiting, LOOK_S, FIRST_EXCEPTION)
            for future in done:
                future.result()

    def _segment(self, segment: Segment) -> None:
        with SegmentEncoder(self._encoding) as encoder:
            last: FramePlan | None = None
            for number in range(segment.start, segment.end):
                if self._stop.is_set():
                    raise Cancelled("Stopped.")
                plan = self._shots.at(number)
                if plan == last:
                    encoder.repeat()
                else:
                    planes = encoder.next()
                    self._mine().draw(plan, planes)
                    self._show(planes)
                    encoder.add()
                last = plan
                with self._lock:
                    self._done += 1
            data = encoder.finish()
        self._keep(segment, data)

    def _mine(self) -> Compositor:
        """The compositor of this worker."""
        if not hasattr(self._own, "compositor"):
            self._own.compositor = self._compositor()
            with self._lock:
                self._compositors.append(self._own.compositor)
        made: Compositor = self._own.compositor
        return made

    def _show(self, planes: Planes) -> None:
        if self._wanted.is_set():
            self._wanted.clear()
            self._small = shrunk(planes)
