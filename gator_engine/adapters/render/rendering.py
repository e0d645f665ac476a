"""One render of one request: sound, segments, joining, and a last look at the file."""

from __future__ import annotations

import hashlib
import json
import os
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import av
import cv2

from gator_engine.adapters.render import compositor as drawing
from gator_engine.adapters.render.cache import RenderCache, disk
from gator_engine.adapters.render.compositor import Compositor
from gator_engine.adapters.render.contracts import Painter
from gator_engine.adapters.render.crew import Crew
from gator_engine.adapters.render.encoding import Encoding
from gator_engine.adapters.render.joining import Encoded, inspect, join
from gator_engine.adapters.render.neighbours import Tools
from gator_engine.adapters.render.plan import Segment, segments
from gator_engine.adapters.render.probe import probe
from gator_engine.adapters.render.reporting import Stretch
from gator_engine.adapters.render.shots import Shots
from gator_engine.adapters.render.stock import Stock
from gator_engine.errors import Unavailable
from gator_engine.ports.generation import Run
from gator_engine.ports.video import RenderRequest, RenderResult

SOUND_END, DRAWN = 0.04, 0.97
"""Shares of the whole at which the sound is mixed and the pictures are drawn."""


class Picture:
    """What draws the frames of a request; raises InvalidInput for one that cannot be drawn."""

    def __init__(self, request: RenderRequest, tools: Tools) -> None:
        timeline = request.timeline
        self.size = request.profile.size(timeline.size)
        self._painter: Painter | None = None
        if timeline.captions.burned and timeline.captions.cues:
            self._painter = tools.captions(timeline.captions, self.size)
        self.shots = Shots(timeline, request.media, self.size, self._painter)
        self._stock = Stock(tools, request.media, self.size)

    def compositor(self) -> Compositor:
        """One for a thread; all share stills and painted text."""
        return Compositor(self.shots, self._stock, self._painter)


class Rendering:
    """The work behind `TimelineRenderer.render`, with one encoder."""

    def __init__(
        self, request: RenderRequest, run: Run, folder: Path, tools: Tools, cache: RenderCache
    ) -> None:
        self._request, self._run, self._folder = request, run, folder
        self._tools, self._cache = tools, cache
        self._timings: dict[str, float] = {}
        self._notes: set[str] = set()
        self._picture = Picture(request, tools)

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the file in pixels."""
        return self._picture.size

    def result(self, encoding: Encoding, workers: int) -> RenderResult:
        """Make the file. Raises as the port says, and av.FFmpegError when the encoder fails."""
        cv2.setNumThreads(1)  # The encoder has the cores.
        settings = f"{drawing.VERSION} {encoding.describe()}"
        plan = segments(self._picture.shots, settings, self._run.check)
        with self._cache.work() as work:
            sound, measured = self._sound(work)
            encoded, reused = self._segments(plan, encoding, workers, work)
            path = self._joined(plan, encoded, encoding, sound)
            self._cache.tidy()
        return RenderResult(
            path=path,
            frames=self._picture.shots.length,
            duration_s=self._request.timeline.duration_s,
            size=self.size,
            segments=len(plan),
            segments_reused=reused,
            encoder=encoding.encoder,
            loudness_lufs=measured.get("loudness_lufs"),
            true_peak_db=measured.get("true_peak_db"),
            timings_s=dict(self._timings),
            software={"PyAV": av.__version__, "OpenCV": cv2.__version__},
            notes=tuple(sorted(self._notes)),
        )

    def _sound(self, work: Path) -> tuple[Path | None, dict[str, float | None]]:
        """The mixed sound, from the cache where it was mixed before; None where all is silent."""
        request = self._request
        wanted = request.timeline, request.media, request.profile.audio_kbps
        key = self._tools.sound_key(*wanted)
        if not key:
            return None, {}
        name = hashlib.sha256(key.encode()).hexdigest()
        facts, sound = self._cache.take(f"{name}.json", work), self._cache.take(f"{name}.m4a", work)
        if facts is not None and sound is not None:
            return sound, json.loads(facts.read_text())
        sound = work / f"{name}.m4a"
        with self._timed("sound"), disk():
            run = Stretch(self._run, 0.0, SOUND_END, "Mixing sound")
            made = self._tools.mix(wanted[0], wanted[1], sound, wanted[2], run)
        measured = {"loudness_lufs": made.loudness_lufs, "true_peak_db": made.true_peak_db}
        self._cache.keep(sound)
        self._cache.put(f"{name}.json", json.dumps(measured).encode(), work)
        return sound, measured

    def _segments(
        self, plan: Sequence[Segment], encoding: Encoding, workers: int, work: Path
    ) -> tuple[dict[str, Encoded], int]:
        """Every segment's file by key, and how many of them were there before."""
        found = self._kept(plan, encoding, work)
        self._draw(plan, found, encoding, workers, work)
        reused = set(found)
        made = {one.key: self._made(one, encoding, work) for one in plan if one.key not in found}
        if made and len({one.header for one in (found | made).values()}) > 1:
            # Encoded by another build of the encoder: what was kept does not fit what is new.
            for key in reused:
                self._cache.drop(f"{key}.mp4")
            self._draw(plan, made, encoding, workers, work)
            made = {one.key: self._made(one, encoding, work) for one in plan}
            reused = set()
        encoded = found | made
        if len({one.header for one in encoded.values()}) > 1:
            raise Unavailable(
                "The renderer", "its segments do not fit together.", "Report these words."
            )
        return encoded, sum(segment.key in reused for segment in plan)

    def _kept(self, plan: Sequence[Segment], encoding: Encoding, work: Path) -> dict[str, Encoded]:
        """The segments the cache has; one that is damaged is forgotten."""
        found: dict[str, Encoded] = {}
        with self._timed("cache"):
            for segment in plan:
                self._run.check()
                if segment.key in found:
                    continue
                path = self._cache.take(f"{segment.key}.mp4", work)
                if path is None:
                    continue
                encoded = inspect(path, segment.length, encoding.rate)
                if encoded is None:
                    self._cache.drop(path.name)
                else:
                    found[segment.key] = encoded
        return found

    def _draw(
        self,
        plan: Sequence[Segment],
        there: dict[str, Encoded],
        encoding: Encoding,
        workers: int,
        work: Path,
    ) -> None:
        """Draw and encode what is not there."""
        todo = {segment.key: segment for segment in plan if segment.key not in there}
        if not todo:
            return

        def keep(segment: Segment, data: bytes) -> None:
            self._cache.put(f"{segment.key}.mp4", data, work)

        crew = Crew(self._picture.shots, self._picture.compositor, encoding, workers, keep)
        with self._timed("drawing"):
            crew.draw(todo.values(), Stretch(self._run, SOUND_END, DRAWN))
        self._notes |= crew.notes

    def _made(self, segment: Segment, encoding: Encoding, work: Path) -> Encoded:
        encoded = inspect(work / f"{segment.key}.mp4", segment.length, encoding.rate)
        if encoded is None:
            problem = f"frames {segment.start}–{segment.end - 1} came out incomplete."
            raise Unavailable("The renderer", problem, "Render again.")
        return encoded

    def _joined(
        self,
        plan: Sequence[Segment],
        encoded: dict[str, Encoded],
        encoding: Encoding,
        sound: Path | None,
    ) -> Path:
        """The finished file, hidden until it has been looked at."""
        run, rate = self._run, encoding.rate
        run.progress(DRAWN, "Joining")
        names = [*(one.key for one in plan), sound.name if sound else ""]
        digest = hashlib.sha256("\n".join(names).encode()).hexdigest()[:16]
        path = self._folder / f"{digest}.mp4"
        hidden = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with disk(), self._timed("joining"):
                self._folder.mkdir(parents=True, exist_ok=True)
                join([encoded[one.key] for one in plan], sound, rate, hidden, run.check)
            with self._timed("checking"):
                probe(hidden, encoding, self._picture.shots.length, sound is not None)
            run.check()
            with disk():
                hidden.replace(path)
        finally:
            hidden.unlink(missing_ok=True)
        return path

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        began = time.perf_counter()
        yield
        self._timings[name] = round(self._timings.get(name, 0.0) + time.perf_counter() - began, 4)
