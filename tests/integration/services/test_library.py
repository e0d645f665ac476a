"""The library keeps files by content, tells where they come from, and refuses what is no file."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from gator_engine import AssetQuery, InvalidInput, NotFound, PermissionDenied
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.posts import PostMedia
from gator_engine.services.library import NewAsset
from tests.integration.services.conftest import Desk


def picture(colour: str = "teal", size: tuple[int, int] = (320, 400), kind: str = "PNG") -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, colour).save(out, kind)
    return out.getvalue()


def bomb() -> bytes:
    """A few kilobytes that claim 20,000 × 20,000 pixels."""
    out = io.BytesIO()
    Image.new("1", (20_000, 20_000)).save(out, "PNG", compress_level=1)
    return out.getvalue()


def test_the_same_bytes_are_one_asset(desk: Desk) -> None:
    library = desk.studio.library
    first = library.upload(picture(), "a.png", title="First")
    again = library.upload(picture(), "b.png")
    assert again.id == first.id
    assert (first.facts.mime, first.facts.width, first.facts.height) == ("image/png", 320, 400)
    assert library.read(first.id) == picture()
    assert Image.open(io.BytesIO(library.thumbnail(first.id))).format == "WEBP"


@pytest.mark.parametrize(
    ("data", "filename"),
    [
        (b"", "empty.png"),
        (picture()[:200], "cut.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "drawing.png"),
        (picture(kind="JPEG"), "really-a-jpeg.png"),
        (bomb(), "bomb.png"),
    ],
    ids=["empty", "truncated", "not a picture", "mislabelled", "20,000 pixels"],
)
def test_what_is_not_a_usable_picture_is_refused_by_name(
    desk: Desk, data: bytes, filename: str
) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.library.upload(data, filename)
    assert caught.value.field == "file"
    assert desk.studio.library.search(AssetQuery()).total == 0


def test_an_upload_over_the_limit_is_refused_before_it_is_opened(desk: Desk) -> None:
    too_much = b"\x89PNG" + b"\0" * (desk.studio.settings.max_upload_mb * 2**20)
    with pytest.raises(InvalidInput, match="50 MiB"):
        desk.studio.library.upload(too_much, "huge.png")


def test_trash_hides_and_restore_brings_back(desk: Desk) -> None:
    library = desk.studio.library
    asset = library.upload(picture(), "a.png")
    library.trash(asset.id)
    assert library.search(AssetQuery()).total == 0
    assert [a.id for a in library.search(AssetQuery(trashed=True)).items] == [asset.id]
    library.restore(asset.id)
    assert library.search(AssetQuery()).total == 1


def test_lineage_runs_both_ways_and_names_the_posts(desk: Desk) -> None:
    library = desk.studio.library
    parent = library.upload(picture(), "a.png")
    child = library.keep(
        NewAsset(
            picture("red"),
            Provenance(Origin.AI_EDITED, "test"),
            parents=((parent.id, "variation"),),
        )
    )
    media = (PostMedia(child.id, "a red field"),)
    post = desk.studio.composing.draft(desk.persona.id, "Look", media=media)
    assert [a.id for a in library.lineage(child.id).made_from] == [parent.id]
    assert [a.id for a in library.lineage(parent.id).used_in] == [child.id]
    assert list(library.lineage(child.id).post_ids) == [post.id]
    used = library.search(AssetQuery(used=True)).items
    assert [asset.id for asset in used] == [child.id]


def test_search_finds_words_and_takes_wildcards_literally(desk: Desk) -> None:
    library = desk.studio.library
    blue = library.upload(picture("blue"), "sea.png", title="100% sea")
    library.upload(picture("green"), "wood.png", title="A wood")
    assert [a.id for a in library.search(AssetQuery(text="SEA")).items] == [blue.id]
    assert [a.id for a in library.search(AssetQuery(text="100%")).items] == [blue.id]
    assert library.search(AssetQuery(text="%")).total == 0
    with pytest.raises(InvalidInput):
        library.search(AssetQuery(limit=100_000))


def test_edits_are_bounded_and_kept(desk: Desk) -> None:
    library = desk.studio.library
    asset = library.upload(picture(), "a.png")
    library.edit(asset.id, title="Sea", alt_text="The sea at dawn", tags=("sea", "sea", "dawn"))
    assert library.get(asset.id).tags == ("sea", "dawn")
    with pytest.raises(InvalidInput) as caught:
        library.edit(asset.id, alt_text="x" * 1501)
    assert caught.value.field == "alt_text"
    with pytest.raises(NotFound):
        library.edit("nothing", title="x")


def test_links_are_signed_and_forged_ones_refused(desk: Desk) -> None:
    library = desk.studio.library
    asset = library.upload(picture(), "a.png")
    token = library.url(asset.id).removeprefix("/files/")
    path, mime = library.resolve_url(token)
    assert (Path(path).read_bytes(), mime) == (picture(), "image/png")
    signed, _, signature = token.rpartition(".")
    with pytest.raises(PermissionDenied):
        library.resolve_url(f"{signed}.{signature[::-1]}")


def test_pictures_without_a_description_are_not_scheduled(desk: Desk) -> None:
    asset = desk.studio.library.upload(picture(), "a.png")
    post = desk.studio.composing.draft(desk.persona.id, "Look", media=(PostMedia(asset.id),))
    desk.studio.composing.approve(post.id)
    with pytest.raises(InvalidInput) as caught:
        desk.studio.scheduling.post_now(post.id, [desk.account_id])
    assert caught.value.field == "media[0].alt_text"
