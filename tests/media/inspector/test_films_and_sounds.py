"""The inspector knows films and sounds by their bytes, and refuses what is not whole."""

from __future__ import annotations

import itertools
import socket
import threading
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gator_engine.adapters.media.files import FileInspector
from gator_engine.config import Settings
from gator_engine.domain.assets import AssetKind, FileFacts
from gator_engine.errors import InvalidInput
from tests.media.sources.films import X264, ffmpeg, film, numbered, patch

INSPECTOR = FileInspector(Settings(max_media_mb=2, max_media_minutes=2))
SOUND = ("-f", "lavfi", "-i", "sine=440:d=1.5:r=48000")
FAST = (*X264, "-movflags", "+faststart")


def refusal(data: bytes | Path, filename: str = "") -> str:
    with pytest.raises(InvalidInput) as caught:
        INSPECTOR.inspect(data, field="upload", filename=filename)
    assert caught.value.field == "upload"
    return str(caught.value)


def sound(path: Path, *options: str, source: tuple[str, ...] = SOUND) -> Path:
    ffmpeg(*source, *options, str(path))
    return path


VP9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime")
FILMS = {
    "a.mp4": (X264, "video/mp4"),
    "a.m4v": ((*X264, "-f", "mp4"), "video/mp4"),
    "a.mov": (X264, "video/quicktime"),
    "a.mkv": (X264, "video/x-matroska"),
    "a.webm": (VP9, "video/webm"),
    "fragmented.mp4": ((*X264, "-movflags", "frag_keyframe+empty_moov"), "video/mp4"),
    "av1.mp4": (("-c:v", "libsvtav1", "-preset", "12", "-pix_fmt", "yuv420p"), "video/mp4"),
}
SOUNDS = {
    "a.wav": ((), "audio/wav"),
    "float.wav": (("-c:a", "pcm_f32le"), "audio/wav"),
    "a.mp3": ((), "audio/mpeg"),
    "bare.mp3": (("-write_xing", "0", "-id3v2_version", "0"), "audio/mpeg"),
    "a.m4a": ((), "audio/mp4"),
    "a.aac": ((), "audio/aac"),
    "a.ogg": (("-c:a", "libvorbis"), "audio/ogg"),
    "a.opus": ((), "audio/ogg"),
    "a.flac": ((), "audio/flac"),
    "a.weba": (("-c:a", "libopus", "-f", "webm"), "audio/webm"),
}


@pytest.mark.parametrize("name", FILMS)
def test_films_are_known_by_their_bytes(tmp_path: Path, name: str) -> None:
    options, mime = FILMS[name]
    path = film(tmp_path / name, numbered(15), *options)
    for data in (path, path.read_bytes()):
        facts = INSPECTOR.inspect(data, filename=name)
        assert (facts.kind, facts.mime) == (AssetKind.VIDEO, mime)
        assert (facts.width, facts.height, facts.size) == (64, 48, path.stat().st_size)
        assert facts.duration_s == pytest.approx(1.5, abs=0.01)


@pytest.mark.parametrize("name", SOUNDS)
def test_sounds_are_known_by_their_bytes(tmp_path: Path, name: str) -> None:
    options, mime = SOUNDS[name]
    path = sound(tmp_path / name, *options)
    facts = INSPECTOR.inspect(path.read_bytes(), filename=name)
    assert (facts.kind, facts.mime, facts.width) == (AssetKind.AUDIO, mime, None)
    assert facts.duration_s == pytest.approx(1.5, abs=0.08)


def test_width_and_height_are_as_people_see_it(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", numbered(5), "-vf", "setsar=2/1", *X264)
    ffmpeg("-display_rotation", "90", "-i", str(path), "-c", "copy", str(tmp_path / "b.mp4"))
    facts = INSPECTOR.inspect(tmp_path / "b.mp4")
    assert (facts.width, facts.height) == (48, 128)


def test_the_cover_of_a_song_makes_it_no_film(tmp_path: Path) -> None:
    cover = tmp_path / "cover.png"
    Image.new("RGB", (32, 32), "red").save(cover)
    path = tmp_path / "a.mp3"
    ffmpeg(*SOUND, "-i", str(cover), "-map", "0", "-map", "1", "-c:v", "copy", str(path))
    facts = INSPECTOR.inspect(path, filename="a.mp3")
    assert (facts.kind, facts.mime) == (AssetKind.AUDIO, "audio/mpeg")


@pytest.mark.parametrize(
    ("made", "named"), [("a.mp4", "a.mov"), ("a.webm", "a.mp4"), ("a.mp3", "a.png")]
)
def test_a_wrong_ending_is_refused(tmp_path: Path, made: str, named: str) -> None:
    path = tmp_path / made
    options = FILMS[made][0] if made in FILMS else ()
    path = film(path, numbered(3), *options) if made in FILMS else sound(path, *options)
    assert "is named" in refusal(path.read_bytes(), named)


def test_a_picture_named_as_a_film_is_refused() -> None:
    out = BytesIO()
    Image.new("RGB", (9, 9)).save(out, "PNG")
    assert "is named" in refusal(out.getvalue(), "a.mp4")
    assert INSPECTOR.inspect(out.getvalue(), filename="a.png").kind is AssetKind.IMAGE


@pytest.mark.parametrize("name", ["a.mp4", "a.mkv", "a.webm", "fast.mp4", "fragmented.mp4"])
def test_every_truncation_of_a_film_is_refused(tmp_path: Path, name: str) -> None:
    options = FAST if name == "fast.mp4" else FILMS[name][0]
    data = film(tmp_path / name, numbered(15), *options).read_bytes()
    for kept in (4, 12, len(data) // 4, len(data) // 2, len(data) - 300, len(data) - 1):
        assert refusal(data[:kept])


@pytest.mark.parametrize("name", ["a.wav", "a.m4a", "a.flac", "a.opus", "a.mp3"])
def test_truncated_sounds_are_refused(tmp_path: Path, name: str) -> None:
    data = sound(tmp_path / name, *SOUNDS[name][0]).read_bytes()
    fractions = [4, len(data) // 4, len(data) // 2]
    if name == "a.mp3":
        fractions = [4]  # its frames stand alone: the rest of an MP3 is a shorter MP3
    for kept in fractions:
        assert refusal(data[:kept])


def test_an_encrypted_film_says_so(tmp_path: Path) -> None:
    key = ("-encryption_key", "76a6c65c5ea762046bd749a2e632ccbb")
    kid = ("-encryption_kid", "a7e61c373e219033c21091fa607bf3b8")
    scheme = ("-encryption_scheme", "cenc-aes-ctr")
    path = film(tmp_path / "a.mp4", numbered(5), *X264, *scheme, *key, *kid)
    assert "encrypted" in refusal(path)


def test_too_large_and_too_long(tmp_path: Path) -> None:
    assert "limit: 2 MiB" in refusal(b"\0\0\0\x18ftypisom" + bytes(2 * 2**20))
    path = tmp_path / "long.mp4"
    ffmpeg("-f", "lavfi", "-i", "color=s=16x16:r=1:d=130", *X264, str(path))
    assert "lasts 2.2 minutes (limit: 2 minutes)" in refusal(path)
    ffmpeg("-f", "lavfi", "-i", "anullsrc=r=8000:cl=mono:d=130", str(tmp_path / "long.mp3"))
    assert "limit: 2 minutes" in refusal(tmp_path / "long.mp3")


def test_nothing_in_it(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4", numbered(5), *FAST).read_bytes()
    assert refusal(data[: data.find(b"mdat") + 4])
    ffmpeg("-f", "lavfi", "-i", "anullsrc=d=0", str(tmp_path / "none.wav"))
    assert "0 s" in refusal(tmp_path / "none.wav")
    assert "0 bytes" in refusal(b"")


def test_codecs_that_are_not_known_are_named(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mkv", numbered(5), "-c:v", "ffv1")
    assert "picture as ffv1" in refusal(path)
    assert "theora" in refusal(film(tmp_path / "a.ogv", numbered(5), "-c:v", "libtheora"))


def test_garbage_inside_a_good_container(tmp_path: Path) -> None:
    data = bytearray(film(tmp_path / "a.mp4", numbered(15), *FAST).read_bytes())
    start = data.find(b"mdat") + 4
    data[start:] = bytes(len(data) - start)
    assert refusal(bytes(data))


def test_a_header_that_claims_a_huge_picture_costs_nothing(tmp_path: Path) -> None:
    """The frames themselves say 30,000 × 30,000 pixels: 1.3 GB each, were they made room for."""
    mjpeg = ("-c:v", "mjpeg", "-pix_fmt", "yuvj420p")
    data = bytearray(film(tmp_path / "a.mkv", patch((9, 9, 9)), *mjpeg).read_bytes())
    assert INSPECTOR.inspect(bytes(data)).width == 64
    size = (48).to_bytes(2, "big") + (64).to_bytes(2, "big")
    assert data.count(size) >= 5
    huge = bytes(data).replace(size, (30_000).to_bytes(2, "big") * 2)
    assert "no picture" in refusal(huge)


@pytest.mark.parametrize(
    "text",
    [
        "#EXTM3U\n#EXTINF:1,\n{url}\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{file}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile '{file}'\n",
        "file '{file}'\nfile '{url}'\n",
        "<svg xmlns='http://www.w3.org/2000/svg'><image href='{url}'/></svg>",
        "<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'>"
        "<BaseURL>{url}</BaseURL></MPD>",
        "[playlist]\nFile1={url}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 9 RTP/AVP 96\n",
        "1\n00:00:00,000 --> 00:00:01,000\n#EXTM3U {url} {file}\n",
        "WEBVTT\n\nSTYLE\n::cue {{ background: url({url}) }}\n\n00:00.000 --> 00:01.000\n{url}\n",
    ],
)
def test_no_upload_makes_the_studio_read_files_or_the_network(tmp_path: Path, text: str) -> None:
    """A crafted file names a secret of this machine and a server that would notice a call."""
    secret = film(tmp_path / "secret.mp4", numbered(3))
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.3)
        url = f"http://127.0.0.1:{server.getsockname()[1]}/a.ts"
        data = text.format(url=url, file=secret).encode()
        for name in ("", "a.mp4", "a.m3u8", "a.srt"):
            try:
                facts = INSPECTOR.inspect(data, filename=name)
            except InvalidInput:
                continue
            assert facts.kind is AssetKind.SUBTITLE
            assert INSPECTOR.thumbnail(data, facts)
        with pytest.raises(TimeoutError):
            server.accept()


def pointing_at(other: Path) -> bytes:
    """A film without data of its own: a Macintosh alias in its data reference names a file.

    It is what ffmpeg follows when it is run with `-enable_drefs 1 -use_absolute_path 1`.
    """
    data = other.read_bytes()
    index = bytearray(data[data.find(b"moov") - 4 :])
    place = index.find(b"url \x00\x00\x00\x01") - 4
    path = str(other).encode()
    path += b"\0" * (len(path) % 2)
    entry = (2).to_bytes(2, "big") + len(path).to_bytes(2, "big") + path + b"\xff\xff\0\0"
    alias = b"alis\0\0\0\0" + bytes(150) + entry
    index[place : place + 12] = (len(alias) + 4).to_bytes(4, "big") + alias
    for box in (b"dref", b"dinf", b"minf", b"mdia", b"trak", b"moov"):
        at = index.rfind(box, 0, place) - 4
        grown = int.from_bytes(index[at : at + 4], "big") + len(alias) + 4 - 12
        index[at : at + 4] = grown.to_bytes(4, "big")
    return data[: data.find(b"free") - 4] + bytes(index)


def test_references_inside_a_film_are_not_followed(tmp_path: Path) -> None:
    data = pointing_at(film(tmp_path / "secret.mp4", numbered(3)))
    (tmp_path / "a.mp4").write_bytes(data)
    follow = ("-enable_drefs", "1", "-use_absolute_path", "1")
    ffmpeg(*follow, "-i", str(tmp_path / "a.mp4"), "-f", "null", "-")  # it would work
    assert refusal(tmp_path / "a.mp4")
    assert refusal(data)


def lively(count: int = 20) -> np.ndarray:
    """Black, but for the middle third."""
    frames = numbered(count)
    frames[: count // 3], frames[-count // 3 :] = 0, 0
    return frames


def shown(data: bytes) -> Image.Image:
    image = Image.open(BytesIO(data))
    assert image.format == "WEBP"
    return image.convert("RGB")


def test_the_thumbnail_of_a_film_is_a_telling_frame(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", lively())
    facts = INSPECTOR.inspect(path)
    small = shown(INSPECTOR.thumbnail(path, facts, 32))
    assert small.size == (32, 24)
    assert np.asarray(small).std() > 30
    assert INSPECTOR.fingerprint(path, facts) is not None


def test_a_film_that_is_black_throughout_still_has_a_thumbnail(tmp_path: Path) -> None:
    path = film(tmp_path / "a.mp4", patch((0, 0, 0)))
    facts = INSPECTOR.inspect(path)
    assert shown(INSPECTOR.thumbnail(path.read_bytes(), facts)).size == (64, 48)
    assert INSPECTOR.fingerprint(path, facts) is None


@pytest.mark.parametrize("name", ["a.wav", "a.mp3", "a.opus"])
def test_the_thumbnail_of_a_sound_shows_where_it_is_loud(tmp_path: Path, name: str) -> None:
    """Silence, then a tone: bars on the right only."""
    source = ("-f", "lavfi", "-i", "sine=440:d=2:r=48000,volume='if(lt(t,1),0,1)':eval=frame")
    path = sound(tmp_path / name, *SOUNDS[name][0], source=source)
    facts = INSPECTOR.inspect(path)
    picture = np.asarray(shown(INSPECTOR.thumbnail(path, facts, 240)))
    bright = (picture[..., 1] > 150).sum(axis=0)
    assert bright[:110].sum() * 10 < bright[130:].sum()
    assert INSPECTOR.fingerprint(path, facts) is None


def test_long_sounds_are_only_tasted(tmp_path: Path) -> None:
    from gator_engine.adapters.media.waveforms import peaks

    source = ("-f", "lavfi", "-i", "sine=440:d=700:r=8000,volume='gt(t,350)':eval=frame")
    path = sound(tmp_path / "a.m4a", "-b:a", "16k", source=source)
    found = peaks(path, 700.0, 20)
    assert max(found[:9]) < 0.01
    assert min(found[11:]) > 0.05


def test_other_files_than_pictures_are_only_passed_on_as_they_are() -> None:
    facts = FileFacts(AssetKind.VIDEO, "video/mp4", 5, 64, 48, 1.0)
    taken = INSPECTOR.convert(b"12345", facts, mime_types=("video/mp4",), max_bytes=5)
    assert taken == (b"12345", facts)
    cases = itertools.product((("image/png",), ("video/mp4",)), (4, 5))
    for mime_types, most in cases:
        if mime_types == ("video/mp4",) and most == 5:
            continue
        with pytest.raises(InvalidInput, match="video"):
            INSPECTOR.convert(b"12345", facts, mime_types=mime_types, max_bytes=most)


def test_many_threads_may_inspect_at_once(tmp_path: Path) -> None:
    data = film(tmp_path / "a.mp4", numbered(10)).read_bytes()
    found: list[FileFacts] = []
    threads = [
        threading.Thread(target=lambda: found.append(INSPECTOR.inspect(data))) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 4
    assert len(set(found)) == 1


def test_a_film_is_as_long_as_its_picture(tmp_path: Path) -> None:
    """From where picture or sound begins until the picture ends, whatever the sound does."""
    silent = film(tmp_path / "a.mp4", numbered(20))
    music = ("-f", "lavfi", "-i", "sine=440:d=7")
    for name, options in {
        "late.mkv": ("-c:a", "flac"),
        "late.mp4": ("-c:a", "aac"),
    }.items():
        given = ("-itsoffset", "3", "-i", str(silent), *music, "-c:v", "copy", *options)
        ffmpeg(*given, str(tmp_path / name))
        assert INSPECTOR.inspect(tmp_path / name).duration_s == pytest.approx(5.0, abs=0.05)
    for name, how in {
        "far.mkv": ("-output_ts_offset", "3600"),
        "live.mkv": ("-f", "matroska", "-live", "1"),
    }.items():
        ffmpeg("-i", str(silent), "-c", "copy", *how, str(tmp_path / name))
        facts = INSPECTOR.inspect(tmp_path / name)
        assert facts.duration_s == pytest.approx(2.0, abs=0.05)
        assert shown(INSPECTOR.thumbnail(tmp_path / name, facts)).size == (64, 48)


@pytest.mark.parametrize(
    ("name", "channels"),
    [("a.m4a", 1), ("a.m4a", 6), ("a.m4a", 8), ("a.wav", 2), ("a.wav", 8), ("a.wav", 12)],
)
def test_sound_of_many_channels(tmp_path: Path, name: str, channels: int) -> None:
    """Eight planes or more must not be read beyond their end: that ends the process."""
    mixed = "|".join(f"c{number}=c0" for number in range(channels))
    panned = ("-af", f"pan={channels}c|{mixed}") if channels > 8 else ("-ac", str(channels))
    path = sound(tmp_path / name, *panned)
    facts = INSPECTOR.inspect(path)
    assert facts.duration_s == pytest.approx(1.5, abs=0.08)
    picture = np.asarray(shown(INSPECTOR.thumbnail(path, facts, 120)))
    assert (picture[..., 1] > 150).sum() > 500
