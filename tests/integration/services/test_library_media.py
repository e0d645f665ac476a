"""Films, sounds and subtitles in the library: kept, signed, found, and refused where not meant."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import AssetQuery, InvalidInput
from gator_engine.domain.assets import AssetKind, Origin, Provenance
from gator_engine.domain.posts import PostMedia
from gator_engine.domain.provenance import CredentialState
from gator_engine.services.library import NewAsset
from tests.integration.services.conftest import Desk
from tests.media.sources.films import ffmpeg, film, numbered

SRT = b"1\n00:00:01,000 --> 00:00:02,500\nHello there\n"
RENDERED = Provenance(Origin.RENDERED, "Gator")
Made = Callable[[str], Path]


@pytest.fixture
def made(tmp_path: Path) -> Made:
    """A small file of the sort its ending says."""

    def make(name: str) -> Path:
        path = tmp_path / name
        vp9 = ("-c:v", "libvpx-vp9", "-deadline", "realtime")
        if path.suffix in {".mp4", ".webm", ".mkv"}:
            return film(path, numbered(8), *(vp9 if path.suffix == ".webm" else ()))
        ffmpeg("-f", "lavfi", "-i", "sine=440:d=0.5", str(path))
        return path

    return make


def test_films_sounds_and_subtitles_are_kept_with_a_thumbnail(desk: Desk, made: Made) -> None:
    library = desk.studio.library
    kept = {
        name: library.upload(made(name).read_bytes(), name) for name in ("a.mp4", "a.mkv", "a.mp3")
    }
    kept["a.srt"] = library.upload(SRT, "a.srt")
    for name, asset in kept.items():
        small = Image.open(io.BytesIO(library.thumbnail(asset.id)))
        assert small.format == "WEBP", name
        again = library.get(asset.id)
        assert again.facts == asset.facts
        assert (again.facts.duration_s or 0) > 0.4
        assert library.read(asset.id)[:4] != b"RIFF"
    assert (kept["a.mp4"].facts.width, kept["a.mp4"].facts.height) == (64, 48)
    found = library.search(AssetQuery(kind=AssetKind.AUDIO)).items
    assert [asset.id for asset in found] == [kept["a.mp3"].id]
    assert dict(library.facets().kinds) == {"video": 2, "audio": 1, "subtitle": 1}


def test_the_same_film_twice_is_one_asset(desk: Desk, made: Made) -> None:
    path = made("a.mp4")
    first = desk.studio.library.upload(path.read_bytes(), "a.mp4")
    new = NewAsset(b"", Provenance(Origin.UPLOAD, "brought"), path=path)
    assert desk.studio.library.keep(new).id == first.id


@pytest.mark.parametrize("name", ["a.mp4", "a.wav", "a.m4a"])
def test_what_gator_renders_is_signed(desk: Desk, made: Made, name: str) -> None:
    path = made(name)
    asset = desk.studio.library.keep(NewAsset(b"", RENDERED, title="Render", path=path))
    data = desk.studio.library.read(asset.id)
    assert asset.facts.size == len(data) > path.stat().st_size
    seen = desk.studio.provenance.inspect(data).credentials
    assert seen.state in {CredentialState.VALID, CredentialState.TRUSTED}
    assert desk.studio.library.keep(NewAsset(path.read_bytes(), RENDERED)).id == asset.id


def test_what_cannot_be_signed_is_copied_from_its_path(desk: Desk, made: Made) -> None:
    path = made("a.webm")
    asset = desk.studio.library.keep(NewAsset(b"", RENDERED, path=path))
    assert desk.studio.library.read(asset.id) == path.read_bytes()
    assert asset.facts.size == path.stat().st_size
    assert path.exists()


def test_a_broken_render_leaves_nothing_behind(desk: Desk, made: Made) -> None:
    path = made("a.mp4")
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(InvalidInput, match="truncated"):
        desk.studio.library.keep(NewAsset(b"", RENDERED, path=path))
    report = desk.studio.housekeeping.report()
    assert (report.library.files, report.unused.files, report.leftovers.files) == (0, 0, 0)


def test_names_in_a_download_end_as_people_expect(desk: Desk, made: Made) -> None:
    library = desk.studio.library
    ids = [
        library.upload(made(name).read_bytes(), name, title="x").id for name in ("a.mkv", "a.m4a")
    ]
    ids.append(library.upload(SRT, "a.srt", title="x").id)
    token = desk.studio.selection.download_url(ids).rpartition("/")[2]
    archive = zipfile.ZipFile(io.BytesIO(b"".join(desk.studio.selection.open_zip(token))))
    assert archive.namelist() == ["001-x.mkv", "002-x.m4a", "003-x.srt"]


def test_places_for_pictures_take_pictures_only(desk: Desk, made: Made) -> None:
    data = made("a.mp4").read_bytes()
    with pytest.raises(InvalidInput, match="is video/mp4"):
        desk.studio.library.upload(data, "a.mp4", only=AssetKind.IMAGE)
    with pytest.raises(InvalidInput, match="is video/mp4"):
        desk.studio.identity.upload(desk.persona.id, data, "a.mp4")
    assert desk.studio.library.search(AssetQuery()).total == 0


@pytest.mark.parametrize(("name", "said"), [("a.mp4", "a video"), ("a.mp3", "a sound")])
def test_platforms_that_take_no_video_say_so(desk: Desk, made: Made, name: str, said: str) -> None:
    asset = desk.studio.library.upload(made(name).read_bytes(), name)
    media = (PostMedia(asset.id, "A clip"),)
    post = desk.studio.composing.draft(desk.persona.id, "Look", media=media)
    preview = desk.studio.composing.preview(post, desk.account_id)
    assert preview.payload is None
    assert [one.field for one in preview.problems] == ["media[0]"]
    assert said in preview.problems[0].problem
    assert preview.problems[0].limit == "still pictures"
    desk.studio.composing.approve(post.id)
    with pytest.raises(InvalidInput, match="still pictures"):
        desk.studio.scheduling.post_now(post.id, [desk.account_id])
