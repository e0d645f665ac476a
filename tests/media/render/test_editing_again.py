"""An edit renders what it touches; everything else is taken as it was, byte for byte."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from gator_engine.adapters.render.cache import STALE_S, RenderCache
from gator_engine.adapters.render.plan import segments
from gator_engine.adapters.render.renderer import TimelineRenderer
from gator_engine.adapters.render.rendering import Picture
from gator_engine.domain.timeline import (
    Gap,
    Media,
    MediaKind,
    Overlay,
    OverlayTrack,
    PictureTrack,
    Sound,
    SoundTrack,
    Timeline,
)
from gator_engine.domain.video.captions import Captions, Cue, Word
from gator_engine.domain.video.framing import Motion, Rect
from gator_engine.domain.video.titles import Title
from gator_engine.domain.video.transitions import Transition
from tests.media.render.standins import (
    TOOLS,
    Watcher,
    asset,
    clip,
    decoded,
    photo,
    plain,
    request,
    settings,
    still,
    timeline,
)

MOVE = Motion(Rect(), Rect(0.1, 0.1, 0.8, 0.8))
WORDS = Captions((Cue("q", 30, 6, (Word("Hello", 30, 4), Word("you", 34, 2))),))


@pytest.fixture
def files(tmp_path: Path) -> list[Any]:
    return [still(tmp_path, f"p{n}", photo((120, 200), n)) for n in range(4)]


def piece(third: str = "p2", **more: Any) -> Timeline:
    """Four moving stills with three transitions: seven segments."""
    names = ("p0", "p1", third, "p0")
    return timeline(
        *(
            clip(
                f"c{n}",
                20,
                asset(name, motion=MOVE),
                transition=Transition(length=6) if n else None,
            )
            for n, name in enumerate(names)
        ),
        **more,
    )


def kept(home: Path) -> dict[str, bytes]:
    """Every segment in the cache."""
    return {path.name: path.read_bytes() for path in home.glob("cache/render/??/*.mp4")}


def test_changing_one_clip_leaves_the_others_byte_for_byte(
    gator_home: Path, tmp_path: Path, files: list[Any]
) -> None:
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    first = renderer.render(request(piece(), *files), Watcher(), tmp_path / "out")
    assert (first.segments, first.segments_reused) == (7, 0)
    before = kept(gator_home)
    second = renderer.render(request(piece("p3"), *files), Watcher(), tmp_path / "out")
    assert (second.segments, second.segments_reused) == (7, 4)
    after = kept(gator_home)
    assert len(before) == 7 and len(after) == 10
    assert {name: after[name] for name in before} == before
    old, new = decoded(first.path), decoded(second.path)
    changed = [n for n, (a, b) in enumerate(zip(old, new, strict=True)) if (a != b).any()]
    assert changed == list(range(37, 63))  # The clip, and the transitions into it and out of it.


def test_a_second_render_draws_nothing(gator_home: Path, tmp_path: Path, files: list[Any]) -> None:
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    wish = request(piece(captions=WORDS), *files)
    first = renderer.render(wish, Watcher(), tmp_path / "one")
    second = renderer.render(wish, Watcher(), tmp_path / "two")
    assert second.segments_reused == second.segments == 7
    assert "drawing" in first.timings_s and "drawing" not in second.timings_s
    assert first.path.read_bytes() == second.path.read_bytes()


def _title(text: str) -> tuple[OverlayTrack, ...]:
    over = Overlay("o", 10, Media(MediaKind.TITLE, title=Title(text)))
    return (OverlayTrack((Gap(62), over)),)


@pytest.mark.parametrize(
    ("change", "touched"),
    [
        (lambda made: replace(made, voice=(SoundTrack((Sound("s", 80, "v"),)),)), set()),
        (lambda made: replace(made, captions=replace(WORDS, language="de")), {2}),
        (lambda made: replace(made, captions=Captions()), {2}),
        (lambda made: replace(made, captions=replace(WORDS, burned=False)), {2}),
        (lambda made: replace(made, overlays=_title("New")), {5, 6}),
        (lambda made: replace(made, markers=()), set()),
        (lambda made: _faster(made), {5, 6}),
    ],
)
def test_a_key_changes_only_for_what_reaches_the_pixels(
    files: list[Any], change: Callable[[Timeline], Timeline], touched: set[int]
) -> None:
    """Segments 0–6 of the piece: clip, transition, clip, … ; a caption stands in number 2."""
    made = piece(captions=WORDS, overlays=_title("Old"))
    old, new = (
        segments(Picture(request(one, *files), TOOLS).shots, "x") for one in (made, change(made))
    )
    assert {n for n, (a, b) in enumerate(zip(old, new, strict=True)) if a != b} == touched


def _faster(made: Timeline) -> Timeline:
    """The last clip moves another way."""
    *rest, last = made.picture.items
    pane = replace(last.panes[0], motion=replace(MOVE, end=Rect(0.2, 0.1, 0.7, 0.7)))
    return replace(made, picture=PictureTrack((*rest, replace(last, panes=(pane,)))))


def test_a_still_that_moves_along_the_timeline_is_taken_again(files: list[Any]) -> None:
    """What it looks like does not depend on when it is shown."""

    def keys(*items: Any) -> list[str]:
        shots = Picture(request(timeline(*items), *files), TOOLS).shots
        return [segment.key for segment in segments(shots, "x")]

    one, two = clip("a", 12, asset("p0")), clip("b", 9, plain("#123456"))
    assert keys(one, two) == keys(two, one)[::-1]


def test_long_stretches_are_divided() -> None:
    made = timeline(clip("a", 331, plain("#123456")), clip("b", 150, plain("#654321")))
    cuts = [(one.start, one.length) for one in segments(Picture(request(made), TOOLS).shots, "x")]
    assert cuts == [(0, 120), (120, 120), (240, 91), (331, 150)]


def test_the_cache_keeps_what_was_used_last(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path / "cache", most_bytes=2500)
    with cache.work() as folder:
        for age, name in enumerate(("aa1.mp4", "bb2.mp4", "cc3.mp4")):
            cache.put(name, bytes(1000), folder)
            os.utime(tmp_path / "cache" / name[:2] / name, (age, age))
        assert cache.take("aa1.mp4", folder) is not None  # used just now
        cache.tidy()
        assert cache.take("bb2.mp4", folder) is None
        assert cache.take("aa1.mp4", folder) and cache.take("cc3.mp4", folder)
    assert not list((tmp_path / "cache").glob("work-*"))


def test_what_a_render_has_taken_outlives_its_entry(tmp_path: Path) -> None:
    cache = RenderCache(tmp_path / "cache", most_bytes=0)
    with cache.work() as folder:
        made = cache.put("aa1.mp4", b"pictures", folder)
        taken = cache.take("aa1.mp4", folder)
        cache.tidy()
        assert cache.take("aa1.mp4", folder) is None
        assert taken is not None and taken.read_bytes() == made.read_bytes() == b"pictures"


def test_leftovers_of_a_killed_render_are_cleared(tmp_path: Path) -> None:
    root = tmp_path / "cache"
    dead, alive = root / "work-dead", root / "work-alive"
    for folder in (dead, alive, root / "aa"):
        folder.mkdir(parents=True)
    part = root / "aa" / "aa1.mp4.1-1.part"
    part.write_bytes(b"half")
    old = part.stat().st_mtime - 2 * STALE_S
    os.utime(part, (old, old))
    os.utime(dead, (old, old))
    cache = RenderCache(root, 1000)
    with cache.work():
        cache.tidy()
    assert not part.exists() and alive.exists() and not dead.exists()


@pytest.mark.parametrize("damage", ["empty", "words", "another segment"])
def test_a_damaged_entry_is_rendered_again(
    gator_home: Path, tmp_path: Path, files: list[Any], damage: str
) -> None:
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    first = renderer.render(request(piece(), *files), Watcher(), tmp_path / "one")
    by_frames = {len(decoded(entry)): entry for entry in gator_home.glob("cache/render/??/*.mp4")}
    entry, other = by_frames[6], by_frames[14]
    content = {"empty": b"", "words": b"words" * 99, "another segment": other.read_bytes()}
    entry.write_bytes(content[damage])
    second = renderer.render(request(piece(), *files), Watcher(), tmp_path / "two")
    assert second.segments_reused == 6
    old, new = decoded(first.path), decoded(second.path)
    assert max(np.abs(a.astype(int) - b).mean() for a, b in zip(old, new, strict=True)) < 1


def test_segments_of_another_build_are_not_joined_with_new_ones(
    gator_home: Path, tmp_path: Path, files: list[Any]
) -> None:
    """Kept segments whose headers differ from the new ones' are drawn again."""
    renderer = TimelineRenderer(settings(gator_home), TOOLS)
    renderer.render(request(piece(), *files), Watcher(), tmp_path / "one")
    other = tmp_path / "other"
    wish = request(piece(), *files)
    sharper = replace(wish, profile=replace(wish.profile, preset="slow"))
    TimelineRenderer(settings(other), TOOLS).render(sharper, Watcher(), tmp_path / "two")
    strange = _by_frames(other)
    for entry in sorted(gator_home.glob("cache/render/??/*.mp4"))[:3]:
        entry.write_bytes(strange[len(decoded(entry))])
    for entry in sorted(gator_home.glob("cache/render/??/*.mp4"))[3:5]:
        entry.unlink()
    result = renderer.render(request(piece(), *files), Watcher(), tmp_path / "three")
    assert result.segments_reused == 0
    assert len(decoded(result.path)) == 80


def _by_frames(home: Path) -> dict[int, bytes]:
    entries = home.glob("cache/render/??/*.mp4")
    return {len(decoded(entry)): entry.read_bytes() for entry in entries}
