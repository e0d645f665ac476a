"""Many files at once: boards, bulk commands with their refusals, look-alikes, uploads, a ZIP."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image, ImageDraw

from gator_engine import AssetQuery, InvalidInput, NotFound, PermissionDenied, Rating
from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.services.library import NewAsset
from tests.integration.services.conftest import Desk
from tests.integration.services.test_library import picture


def scene(seed: int, *, quality: int = 0, size: int = 300) -> bytes:
    """A picture with shapes; the same seed at another quality or size is a near-duplicate."""
    image = Image.new("RGB", (300, 300), (seed * 37 % 256, 120, 200))
    draw = ImageDraw.Draw(image)
    for number in range(6):
        at = (seed * 53 + number * 97) % 240
        side = 30 + (seed * 17 + number * 29) % 60
        colour = (number * 40, (seed * 91) % 256, 255 - number * 40)
        draw.rectangle((at, (at * 3 + seed * 11) % 240, at + side, at + side + 200), fill=colour)
    out = io.BytesIO()
    image.resize((size, size)).save(out, "JPEG" if quality else "PNG", **_quality(quality))
    return out.getvalue()


def _quality(quality: int) -> dict[str, int]:
    return {"quality": quality} if quality else {}


def three(desk: Desk) -> list[Asset]:
    colours = ("teal", "red", "blue")
    return [desk.studio.library.upload(picture(one), f"{one}.png") for one in colours]


def test_a_board_is_made_filled_covered_and_put_away(desk: Desk) -> None:
    studio, (one, two, _) = desk.studio, three(desk)
    board = studio.boards.create("  Spring   ideas ")
    assert board.name == "Spring ideas"
    with pytest.raises(InvalidInput, match="already"):
        studio.boards.create("spring IDEAS")
    studio.library.trash(two.id)
    report = studio.selection.put_on_board([one.id, two.id, "gone"], board.id)
    assert report.done == (one.id,)
    assert {refusal.name: refusal.reason for refusal in report.refused} == {
        "red.png": "is in the trash",
        "gone": "is not in the library any more",
    }
    assert [a.id for a in studio.library.search(AssetQuery(board_id=board.id)).items] == [one.id]
    assert studio.boards.set_cover(board.id, one.id).cover_asset_id == one.id
    with pytest.raises(InvalidInput, match="does not lie"):
        studio.boards.set_cover(board.id, two.id)
    studio.boards.rename(board.id, "Summer")
    studio.boards.archive(board.id)
    assert studio.boards.list() == [] and studio.boards.of(one.id) == []
    assert studio.boards.bring_back(board.id).name == "Summer"
    assert studio.selection.take_off_board([one.id, one.id], board.id).done == (one.id,)


def test_bulk_commands_change_all_they_can_and_name_the_rest(desk: Desk) -> None:
    studio, files = desk.studio, three(desk)
    ids = [asset.id for asset in files]
    full = tuple(f"tag{number}" for number in range(40))
    studio.library.edit(ids[0], tags=full)
    report = studio.selection.tag(ids, ["blue", "sea"])
    assert report.done == tuple(ids[1:])
    assert [(r.name, r.reason) for r in report.refused] == [
        ("teal.png", "would have 42 tags, 40 at most")
    ]
    assert studio.library.get(ids[1]).tags == ("blue", "sea")
    studio.selection.untag(ids, ["sea"])
    assert studio.library.search(AssetQuery(tag="sea")).total == 0
    studio.selection.favourite(ids[:2])
    assert studio.library.facets().favourites == 2
    assert studio.selection.trash(ids).done == tuple(ids)
    assert studio.selection.trash(ids).done == ()
    assert studio.selection.restore([*ids, ids[0]]).done == tuple(ids)
    with pytest.raises(InvalidInput, match="1–1000"):
        studio.selection.trash([])


def test_look_alikes_are_grouped_and_one_is_kept(desk: Desk) -> None:
    library, near = desk.studio.library, desk.studio.near_duplicates
    original = library.upload(scene(1), "one.png")
    smaller = library.upload(scene(1, quality=70, size=220), "one.jpg")
    other = library.upload(scene(9), "two.png")
    library.upload(picture("teal"), "plain.png")
    found = near.groups()
    assert [{asset.id for asset in group} for group in found.groups] == [{original.id, smaller.id}]
    assert (found.groups_in_all, found.not_looked_at) == (1, False)
    assert [asset.id for asset in near.like(original.id)] == [smaller.id]
    assert near.like(other.id) == []
    assert near.keep(original.id, [smaller.id]).done == (smaller.id,)
    assert near.groups().groups == []


def test_several_uploads_each_succeed_or_are_refused_by_name(desk: Desk) -> None:
    heard: list[tuple[int, str]] = []
    files = [("a.png", picture()), ("b.png", b"nonsense"), ("c.png", picture("red")[:99])]
    report = desk.studio.library.upload_many(
        files, progress=lambda number, name: heard.append((number, name))
    )
    assert [asset.title for asset in report.kept] == ["a.png"]
    assert [refusal.name for refusal in report.refused] == ["b.png", "c.png"]
    assert "is no picture" in report.refused[0].reason
    assert heard == [(0, "a.png"), (1, "b.png"), (2, "c.png")]
    with pytest.raises(InvalidInput, match="100 files"):
        desk.studio.library.upload_many([("a.png", picture())] * 101)


def test_a_selection_comes_as_one_zip_behind_a_signed_link(desk: Desk) -> None:
    studio, files = desk.studio, three(desk)
    token = studio.selection.download_url([a.id for a in files]).removeprefix("/files/zip/")
    with zipfile.ZipFile(io.BytesIO(b"".join(studio.selection.open_zip(token)))) as archive:
        assert archive.testzip() is None
        assert archive.namelist() == ["001-teal.png", "002-red.png", "003-blue.png"]
        assert archive.read("002-red.png") == picture("red")
    for forged in (token[:-2] + "xx", studio.library.url(files[0].id).removeprefix("/files/")):
        with pytest.raises(PermissionDenied):
            studio.selection.open_zip(forged)
    for asset in files:
        studio.blobs.delete(asset.sha256)
    with pytest.raises(NotFound):
        studio.selection.open_zip(token)
    with pytest.raises(InvalidInput, match="1–200"):
        studio.selection.download_url([])


def test_lineage_goes_several_levels_both_ways(desk: Desk) -> None:
    library = desk.studio.library
    made = [library.upload(picture("teal"), "a.png")]
    for number, colour in enumerate(("red", "blue", "green")):
        edited = Provenance(Origin.AI_EDITED, "test")
        parents = ((made[-1].id, "variation"),)
        made.append(library.keep(NewAsset(picture(colour), edited, parents=parents)))
        assert len(made) == number + 2
    last, first = library.lineage(made[3].id), library.lineage(made[0].id)
    assert [a.id for a in last.made_from] == [made[2].id]
    assert [[a.id for a in level] for level in last.further_back] == [[made[1].id], [made[0].id]]
    assert [[a.id for a in level] for level in first.further_on] == [[made[2].id], [made[3].id]]
    assert library.lineage(made[1].id, levels=1).further_on == ()


def test_a_rating_has_a_history_and_taking_it_back_leaves_it_unrated(desk: Desk) -> None:
    studio, (asset, *_) = desk.studio, three(desk)
    studio.library.edit(asset.id, rating=Rating.MATURE)
    assert studio.ratings.rate(asset.id, None, "a mistake").rating is None
    told = [(r.rating, r.source, r.by, r.note) for r in studio.ratings.history(asset.id)]
    assert told == [
        (None, "person", "local", "a mistake"),
        (Rating.MATURE, "person", "local", ""),
    ]
    assert "GATOR_RATING_MODEL" in studio.ratings.missing()
    with pytest.raises(InvalidInput, match="GATOR_RATING_MODEL"):
        studio.ratings.classify([asset.id])
