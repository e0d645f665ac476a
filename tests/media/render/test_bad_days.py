"""Stopping, full disks, missing and broken media, impossible timelines: named, nothing left."""

from __future__ import annotations

import errno
import json
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest

from gator_engine.adapters.render.encoding import SOFTWARE, Encoding, candidates
from gator_engine.adapters.render.renderer import TimelineRenderer, crew_size
from gator_engine.domain.timeline import Gap, Layout, Media, MediaKind, Pane, Timeline
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.time import Ratio
from gator_engine.domain.video.transitions import Transition
from gator_engine.errors import Cancelled, CapabilityError, GatorError, InvalidInput, Unavailable
from tests.media.render.standins import (
    CLEAR,
    SMALL,
    TOOLS,
    Watcher,
    asset,
    clip,
    film,
    photo,
    plain,
    request,
    settings,
    still,
    timeline,
)

ROOT = Path(__file__).resolve().parents[3]


def leftovers(*folders: Path) -> list[str]:
    """Anything half-written or temporary."""
    found = [path for folder in folders for path in folder.rglob("*")]
    return [str(path) for path in found if path.suffix == ".part" or "work-" in str(path)]


@pytest.mark.parametrize("when", [0.0, 0.3, 0.97])
def test_stopping_leaves_nothing(gator_home: Path, tmp_path: Path, when: float) -> None:
    made = timeline(clip("c", 900, asset("p")), frame=(216, 384))
    file, out = still(tmp_path, "p", photo((300, 500), 1)), tmp_path / "out"
    move = replace(made.clips[0].panes[0], motion=_move())
    made = timeline(clip("c", 900, move), frame=(216, 384))
    threads = threading.active_count()
    with pytest.raises(Cancelled):
        TimelineRenderer(settings(gator_home), TOOLS).render(
            request(made, file), Watcher(stop_at=when), out
        )
    assert not list(out.glob("*")) and not leftovers(gator_home, tmp_path)
    assert threading.active_count() == threads


def _move() -> Any:
    from gator_engine.domain.video.framing import Motion, Rect

    return Motion(Rect(), Rect(0.2, 0.2, 0.6, 0.6))


class Slow:
    """A source whose every frame takes a while: a render that would last for minutes."""

    size = original_size = (108, 192)
    duration_s = 1000.0
    notes = ()

    def planes(self, second: Fraction) -> Any:
        from gator_engine.adapters.render.boxes import blank

        time.sleep(0.05)
        return blank(self.size)

    def close(self) -> None:
        """Nothing is open."""


def test_a_wish_to_stop_is_heard_in_the_middle_of_a_segment(
    gator_home: Path, tmp_path: Path
) -> None:
    """The segment alone would take six seconds; it is asked to stop after some frames."""
    file = film(tmp_path, "f", SMALL, 2)
    endless = replace(file, facts=replace(file.facts, duration_s=1000.0))
    drawn: list[Fraction] = []

    class Counting(Slow):
        def planes(self, second: Fraction) -> Any:
            drawn.append(second)
            return super().planes(second)

    class Impatient(Watcher):
        def check(self) -> None:
            if len(drawn) >= 5:
                raise Cancelled("Stopped.")

    tools = replace(TOOLS, open_source=lambda file, *, within, background="": Counting())
    with pytest.raises(Cancelled):
        TimelineRenderer(settings(gator_home), tools).render(
            request(timeline(clip("c", 120, asset("f"))), endless), Impatient(), tmp_path / "out"
        )
    assert len(drawn) < 60


def test_progress_grows_and_shows_pictures(gator_home: Path, tmp_path: Path) -> None:
    file = film(tmp_path, "f", SMALL, 2)
    endless = replace(file, facts=replace(file.facts, duration_s=1000.0))
    tools = replace(TOOLS, open_source=lambda file, *, within, background="": Slow())
    run = Watcher()
    TimelineRenderer(settings(gator_home), tools).render(
        request(timeline(clip("c", 40, asset("f"))), endless), run, tmp_path / "out"
    )
    fractions = [fraction for fraction, _ in run.told]
    assert fractions == sorted(fractions) and len(set(fractions)) >= 3
    assert run.told[0][1] == "Drawing and encoding" and run.told[-1][1] == "Joining"
    assert run.previews and all(data[8:12] == b"WEBP" for data in run.previews)


FULL = """
import json, resource, sys
from pathlib import Path
from gator_engine.adapters.render.renderer import TimelineRenderer
from gator_engine.errors import GatorError
from tests.media.render.standins import *
home, out, limit = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
file = still(home.parent, "p", photo((300, 500), 1))
other = still(home.parent, "q", photo((300, 500), 2))
made = timeline(clip("c", 60, asset("p")), clip("d", 60, asset("q")), frame=(216, 384))
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    TimelineRenderer(settings(home), TOOLS).render(request(made, file, other), Watcher(), out)
except GatorError as error:
    print(json.dumps([type(error).__name__, str(error)]))
"""


@pytest.mark.parametrize("limit", [2_000, 80_000])
def test_a_full_disk_is_said_and_leaves_nothing(
    gator_home: Path, tmp_path: Path, limit: int
) -> None:
    """No file of the process may grow beyond a limit: of a segment, or only of the whole."""
    out = tmp_path / "out"
    argv = [sys.executable, "-c", FULL, str(gator_home), str(out), str(limit)]
    done = subprocess.run(argv, cwd=ROOT, capture_output=True, text=True)
    kind, told = json.loads(done.stdout.strip().splitlines()[-1])
    assert kind == "Unavailable" and "disk" in told, done.stderr
    assert not list(out.glob("*")) and not leftovers(gator_home, out)


def test_a_sound_that_finds_no_room_is_said(gator_home: Path, tmp_path: Path) -> None:
    def full(*_: object) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    tools = replace(TOOLS, sound_key=lambda *_: "key", mix=full)
    with pytest.raises(Unavailable, match="disk is unavailable: it is full"):
        TimelineRenderer(settings(gator_home), tools).render(
            request(timeline(clip("c", 5, plain("#123456")))), Watcher(), tmp_path / "out"
        )
    assert not leftovers(gator_home)


def _missing(made: Timeline, folder: Path) -> Any:
    return request(made)


def _removed(made: Timeline, folder: Path) -> Any:
    file = still(folder, "p", photo((60, 60), 1))
    file.path.unlink()
    return request(made, file)


def _corrupt(made: Timeline, folder: Path) -> Any:
    file = still(folder, "p", photo((60, 60), 1))
    file.path.write_bytes(file.path.read_bytes()[:600])
    return request(made, file)


@pytest.mark.parametrize("media", [_missing, _removed, _corrupt])
@pytest.mark.parametrize("how", ["clip", "overlay"])
def test_media_that_cannot_be_read_name_their_clip(
    gator_home: Path, tmp_path: Path, media: Callable[[Timeline, Path], Any], how: str
) -> None:
    from gator_engine.domain.timeline import Overlay, OverlayTrack

    made = timeline(replace(clip("c1", 5, asset("p")), name="Harbour"))
    if how == "overlay":
        over = Overlay("o", 5, Media(MediaKind.ASSET, "p"), name="Harbour")
        made = timeline(clip("c1", 5, plain("#123456")), overlays=(OverlayTrack((over,)),))
    with pytest.raises(InvalidInput, match=f"{how} Harbour: ") as told:
        TimelineRenderer(settings(gator_home), TOOLS).render(
            media(made, tmp_path), Watcher(), tmp_path / "out"
        )
    assert told.value.field == f"{how} Harbour"
    assert not list((tmp_path / "out").glob("*")) and not leftovers(gator_home, tmp_path)


def _outside() -> Any:
    from gator_engine.domain.video.framing import Motion, Rect

    return Motion(Rect(), Rect(0.8, 0.1, 0.5, 0.5))


def _impossible() -> list[tuple[Timeline, str]]:
    a, b = plain("#111111"), plain("#222222")
    long = Transition(length=20)
    return [
        (timeline(), "nothing on the picture track"),
        (timeline(clip("zero", 0, a), clip("b", 5, b)), "clip zero: it lasts 0 frames"),
        (timeline(clip("a", 5, a), Gap(-2)), "gap: it lasts -2 frames"),
        (timeline(clip("a", 6, a), clip("b", 30, b, transition=long)), "clip a: the changes"),
        (timeline(clip("a", 30, a), clip("b", 6, b, transition=long)), "clip b: the changes"),
        (
            timeline(clip("a", 30, a), clip("b", 6, b, transition=Transition(length=0))),
            "clip b: its change has no length",
        ),
        (timeline(clip("a", 6, a, b)), "clip a: it has 2 pictures"),
        (timeline(clip("a", 6, a, layout=Layout.GRID)), "clip a: it has 1 pictures"),
        (timeline(clip("a", 6, Pane(Media(MediaKind.TITLE)))), "clip a: it is a title without"),
        (timeline(clip("a", 6, plain("red"))), "clip a: 'red' is no colour"),
        (timeline(clip("a", 6, replace(a, bars="#12"))), "clip a: '#12' is no colour"),
        (timeline(clip("a", 6, replace(a, motion=_outside()))), "clip a: its camera move"),
    ]


@pytest.mark.parametrize(("made", "told"), _impossible())
def test_impossible_timelines_are_refused(
    gator_home: Path, tmp_path: Path, made: Timeline, told: str
) -> None:
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    with pytest.raises(InvalidInput, match=told):
        renderer.render(request(made), Watcher(), tmp_path / "out")
    with pytest.raises(InvalidInput, match=told):
        renderer.frame(request(made), 0)


def test_a_video_too_short_for_its_clip_is_refused(gator_home: Path, tmp_path: Path) -> None:
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    file = film(tmp_path, "f", SMALL, 30)
    fits = timeline(clip("a", 30, asset("f")))
    assert renderer.frame(request(fits, file), 29)
    late = timeline(clip("a", 30, asset("f", source_start=1)))
    quick = timeline(clip("a", 20, asset("f", speed=Ratio(2))))
    for made in (late, quick):
        with pytest.raises(InvalidInput, match="clip a: its video is too short"):
            renderer.render(request(made, file), Watcher(), tmp_path / "out")
    no_handle = timeline(
        clip("x", 20, plain("#111111")),
        clip("a", 20, asset("f"), transition=Transition(length=10)),
    )
    with pytest.raises(InvalidInput, match="clip a: its video would have to begin"):
        renderer.render(request(no_handle, file), Watcher(), tmp_path / "out")


def test_an_encoder_that_gives_up_is_said(gator_home: Path, tmp_path: Path) -> None:
    """The last encoder there is fails in the middle of its work."""

    class Failing(Slow):
        def planes(self, second: Fraction) -> Any:
            raise av.error.ExternalError(-542398533, "Generic error in an external library")

    file = still(tmp_path, "p", photo((60, 60), 1))
    tools = replace(TOOLS, open_source=lambda file, *, within, background="": Failing())
    with pytest.raises(Unavailable, match="libx264 failed"):
        TimelineRenderer(settings(gator_home), tools).render(
            request(timeline(clip("c", 5, asset("p"))), file), Watcher(), tmp_path / "out"
        )
    assert not leftovers(gator_home, tmp_path)


def test_a_frame_outside_the_video_is_refused(gator_home: Path) -> None:
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    with pytest.raises(InvalidInput, match="0–4"):
        renderer.frame(request(timeline(clip("a", 5, plain("#111111")))), 5)


def test_characters_without_a_font_are_named(gator_home: Path, tmp_path: Path) -> None:
    words = Captions((Cue("q", 0, 5, (Word("\U000130d0", 0, 5),)),))
    made = timeline(clip("a", 5, plain("#111111")), captions=words)
    with pytest.raises(CapabilityError):
        TimelineRenderer(settings(gator_home)).render(request(made), Watcher(), tmp_path / "out")


def test_encoders_are_chosen_by_what_works_here() -> None:
    encoding = Encoding(SOFTWARE, CLEAR, (216, 384), Ratio(30))
    assert candidates("libx264", encoding, set()) == (SOFTWARE,)
    found = candidates("auto", encoding, set())
    assert found[-1] == SOFTWARE
    assert candidates("auto", encoding, set(found[:-1])) == (SOFTWARE,)
    with pytest.raises(CapabilityError, match="no_such_encoder"):
        candidates("no_such_encoder", encoding, set())


def test_workers_grow_with_the_cores() -> None:
    assert crew_size(1) == (1, 1) and crew_size(2) == (1, 2)
    assert crew_size(16) == (4, 4) and crew_size(64)[0] == 4


def test_errors_are_of_the_house(gator_home: Path, tmp_path: Path) -> None:
    """Whatever a neighbour reports of a file arrives as one of ours, with the clip's name."""

    def broken(file: object, *, within: object, background: str = "") -> Any:
        raise InvalidInput("media", "it is upside down")

    file = still(tmp_path, "p", np.zeros((20, 20, 3), np.uint8))
    tools = replace(TOOLS, open_source=broken)
    with pytest.raises(GatorError, match="clip a: it is upside down"):
        TimelineRenderer(settings(gator_home), tools).render(
            request(timeline(clip("a", 5, asset("p"))), file), Watcher(), tmp_path / "out"
        )
