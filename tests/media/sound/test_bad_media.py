"""Media that cannot be used is named; whatever happens, nothing half-written stands there."""

from __future__ import annotations

import resource
from collections.abc import Callable
from pathlib import Path

import pytest

from gator_engine.adapters.render.sound import mix, sound_key
from gator_engine.adapters.sound.reading import SoundReader
from gator_engine.domain.assets import AssetKind
from gator_engine.domain.timeline import Sound
from gator_engine.errors import Cancelled, InvalidInput, Unavailable
from tests.media.sound.signals import (
    RATE,
    Running,
    ffmpeg,
    heard,
    level_db,
    media,
    noise,
    timeline,
    tone,
    video_clip,
    wav,
)


def empty(path: Path) -> None:
    path.write_bytes(b"")


def rubbish(path: Path) -> None:
    path.write_bytes(bytes(range(256)) * 40)


def no_samples(path: Path) -> None:
    wav(path, tone(0.0))


def half_an_mp4(path: Path) -> None:
    whole = wav(path.with_suffix(".wav"), tone(2.0))
    ffmpeg("-i", whole, "-c:a", "aac", "-f", "mp4", path)
    path.write_bytes(path.read_bytes()[:2000])


def only_pictures(path: Path) -> None:
    ffmpeg("-f", "lavfi", "-i", "color=s=32x32:d=1", "-c:v", "mpeg4", "-f", "mp4", path)


def nothing(path: Path) -> None:
    path.unlink(missing_ok=True)


@pytest.mark.parametrize(
    "make,said",
    [
        (empty, "cannot be read"),
        (rubbish, "cannot be read|holds no sound"),
        (no_samples, "no sound that can be decoded"),
        (half_an_mp4, "cannot be read"),
        (only_pictures, "holds no sound"),
        (nothing, "is missing"),
    ],
)
@pytest.mark.parametrize("loop", [False, True])
def test_a_sound_that_cannot_be_used_is_named(
    make: Callable[[Path], None], said: str, loop: bool, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.bin"
    make(bad)
    line = timeline(60, voice=[Sound("s1", 60, "bad", name="Intro", loop=loop)])
    before = sorted(tmp_path.iterdir())
    with pytest.raises(InvalidInput, match=f"sound Intro.*({said})"):
        mix(line, media(bad=bad), tmp_path / "out.m4a", 128, Running())
    assert sorted(tmp_path.iterdir()) == before


def test_a_clip_whose_file_broke_is_named(tmp_path: Path) -> None:
    film = tmp_path / "film.mp4"
    rubbish(film)
    line = timeline(30, clips=[video_clip("c7", "film", 30)])
    with pytest.raises(InvalidInput, match=r"clip c7: (cannot be read|holds no sound)"):
        mix(line, media(AssetKind.VIDEO, film=film), tmp_path / "out.m4a", 128, Running())


def test_a_file_that_was_not_given_is_named() -> None:
    with pytest.raises(InvalidInput, match="sound s1: is missing: file 'gone'"):
        sound_key(timeline(60, voice=[Sound("s1", 60, "gone")]), {}, 128)


def test_a_loop_may_not_be_a_mere_blip(tmp_path: Path) -> None:
    files = media(b=wav(tmp_path / "b.wav", tone(0.01)))
    line = timeline(60, music=[Sound("s1", 60, "b", loop=True)])
    with pytest.raises(InvalidInput, match=r"sound s1: lasts 0.010 s.*0.05 s"):
        mix(line, files, tmp_path / "out.m4a", 128, Running())


def test_a_video_without_length_has_no_sound(tmp_path: Path) -> None:
    with pytest.raises(InvalidInput, match="timeline: has no length"):
        mix(timeline(0), {}, tmp_path / "out.m4a", 128, Running())


def test_a_sound_that_ends_early_is_silent_and_says_so(tmp_path: Path) -> None:
    files = media(s=wav(tmp_path / "s.wav", tone(1.0)))
    line = timeline(90, voice=[Sound("s", 90, "s", name="Line 1")])
    result = mix(line, files, tmp_path / "out.m4a", 128, Running())
    assert result.notes == ("sound Line 1 has no sound for its last 2.0 s",)
    found = heard(tmp_path / "out.m4a")
    assert level_db(found[:, :40_000]) > -20 and level_db(found[:, 60_000:]) < -80


def test_damage_in_the_middle_is_silent_and_said(tmp_path: Path) -> None:
    packed = tmp_path / "d.m4a"
    ffmpeg("-i", wav(tmp_path / "n.wav", noise(4.0)), "-c:a", "aac", packed)
    data = bytearray(packed.read_bytes())
    data[len(data) // 2 : len(data) // 2 + 3000] = bytes(range(250)) * 12
    packed.write_bytes(data)
    line = timeline(120, voice=[Sound("n", 120, "n")])
    result = mix(line, media(n=packed), tmp_path / "out.m4a", 128, Running())
    assert any("sound n is damaged" in note for note in result.notes)
    found = heard(tmp_path / "out.m4a")
    assert level_db(found[:, -40_000:]) > -40 and level_db(found[:, :40_000]) > -40


@pytest.mark.parametrize("checks", [0, 1, 30, 70, 110])
def test_a_cancelled_mix_leaves_nothing(checks: int, tmp_path: Path) -> None:
    """At the start, while mixing, while levelling, while encoding and while measuring."""
    files = media(n=wav(tmp_path / "n.wav", noise(4.0)))
    line = timeline(600, music=[Sound("n", 600, "n", loop=True)])
    old = tmp_path / "out.m4a"
    old.write_bytes(b"the one before")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Cancelled):
        mix(line, files, old, 128, Running(stop_after=checks))
    assert sorted(tmp_path.iterdir()) == before and old.read_bytes() == b"the one before"


def test_a_person_is_asked_for_every_second_of_sound(tmp_path: Path) -> None:
    files = media(n=wav(tmp_path / "n.wav", noise(4.0)))
    run = Running()
    mix(timeline(600, music=[Sound("n", 600, "n", loop=True)]), files, tmp_path / "o.m4a", 96, run)
    assert run.checks >= 3 * 20


def test_a_full_disk_is_named_and_nothing_stays(tmp_path: Path) -> None:
    """The limit on the size of a file stands in for the full disk: writing fails the same way."""
    files = media(n=wav(tmp_path / "n.wav", noise(4.0)))
    line = timeline(600, music=[Sound("n", 600, "n", loop=True)])
    before = sorted(tmp_path.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    for most in (RATE * 8 * 3, 40_000):
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, limits[1]))
        try:
            with pytest.raises(Unavailable, match="disk"):
                mix(line, files, tmp_path / "out.m4a", 320, Running())
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted(tmp_path.iterdir()) == before


def test_time_stamps_with_a_hole_keep_what_follows_in_place(tmp_path: Path) -> None:
    film = tmp_path / "hole.mkv"
    source = wav(tmp_path / "t.wav", tone(4.0))
    cut = "aselect='not(between(t,1,2))'"
    ffmpeg("-i", source, "-af", cut, "-c:a", "pcm_s16le", film)
    with SoundReader(film, "film") as reader:
        found = reader.read(4 * RATE)
    levels = [level_db(found[:, round(at * RATE) :][:, :9600]) for at in (0.5, 1.4, 2.5)]
    assert levels[0] > -20 and levels[1] < -80 and levels[2] > -20
