"""Styles, dynamic prompts, history and grids through the studio, with real designed cards."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from PIL import Image

from gator_engine import AspectRatio, BriefDraft, BriefKind, InvalidInput, NotFound
from gator_engine.domain.briefs import GenerationStatus
from gator_engine.domain.grids import Axis, AxisKind
from gator_engine.studio import run_jobs
from tests.integration.services.conftest import Desk


def draft(desk: Desk, prompt: str = "a red door", **more: object) -> BriefDraft:
    texts = {"title": "Doors"}
    made = BriefDraft(desk.persona.id, BriefKind.IMAGE, "card", prompt=prompt, texts=texts)
    return replace(made, formats=(AspectRatio.SQUARE,), **more)  # type: ignore[arg-type]


def test_own_styles_hide_built_in_ones_and_dress_a_draft(desk: Desk) -> None:
    prompts = desk.studio.prompts
    prompts.save_style("Watercolour", "my wash of {prompt}", "ink")
    prompts.save_style("Dusk", "at dusk")
    names = [style.name for style in prompts.styles()]
    assert names[:2] == ["Dusk", "Watercolour"]
    assert names.count("Watercolour") == 1
    dressed = prompts.dress(draft(desk, negative="rain"), ["Dusk", "Watercolour"])
    assert dressed.prompt == "my wash of a red door, at dusk"
    assert dressed.negative == "rain, ink"
    assert dressed.recipe["styles"] == ["Dusk", "Watercolour"]
    prompts.delete_style("watercolour")
    assert "{prompt}" in prompts.style_table()["Watercolour"].prompt
    with pytest.raises(NotFound):
        prompts.dress(draft(desk), ["Nope"])


def test_lists_come_from_text_and_files(desk: Desk) -> None:
    prompts = desk.studio.prompts
    prompts.save_list("colour", "# warm\nred\n\nred\n orange ")
    made = prompts.import_list("C:\\lists\\places.TXT", "\ufeffharbour\r\npass".encode())
    assert (made.name, made.lines) == ("places", ("harbour", "pass"))
    assert prompts.every("a __colour__ __places__").texts[:2] == ("a red harbour", "a red pass")
    for name, data in (("a.csv", b"x"), ("a.txt", b"\xff\xfe"), (".txt", b"x"), ("a.txt", b"\0")):
        with pytest.raises(InvalidInput) as caught:
            prompts.import_list(name, data)
        assert caught.value.field == "file"
    with pytest.raises(InvalidInput, match="lines"):
        prompts.save_list("empty", "# nothing")
    prompts.delete_list("colour")
    with pytest.raises(InvalidInput, match="__colour__"):
        prompts.try_out("__colour__", 1)


def test_an_expanded_brief_is_repeated_after_its_list_is_gone(desk: Desk) -> None:
    studio = desk.studio
    studio.prompts.save_list("colour", "red\nblue\ngreen")
    one, two = studio.prompts.expand(draft(desk, "a __colour__ {door|gate}"), 2, seed=5)
    assert (one.seed, two.seed) == (5, 6)
    assert studio.prompts.expand(draft(desk, "a __colour__ {door|gate}"), 1, seed=6) == [two]
    generation = studio.generation.request(one)
    studio.prompts.delete_list("colour")
    again = studio.generation.again(generation.id)
    brief = studio.generation.brief(again.brief_id)
    assert (brief.prompt, brief.recipe) == (one.prompt, one.recipe)
    assert brief.recipe["template"] == "a __colour__ {door|gate}"
    assert brief.recipe["template_seed"] == 5


def test_a_prompt_may_become_every_one_within_a_bound(desk: Desk) -> None:
    drafts = desk.studio.prompts.expand_all(draft(desk, "{red|blue} {door|gate}"))
    assert [one.prompt for one in drafts] == ["red door", "red gate", "blue door", "blue gate"]
    with pytest.raises(InvalidInput, match="can become 4"):
        desk.studio.prompts.expand_all(draft(desk, "{a|b} {c|d}"), limit=3)


def test_history_grows_with_briefs(desk: Desk) -> None:
    studio = desk.studio
    for prompt in ("a red door", "a blue gate", "a  RED door"):
        studio.generation.request(draft(desk, prompt))
        desk.clock.advance(seconds=1)
    latest, other = studio.prompts.history()
    assert (latest.uses, latest.prompt) == (2, "a  RED door")
    assert studio.prompts.history("gate BLUE", desk.persona.id) == [other]
    studio.prompts.favourite(other.id)
    assert [p.id for p in studio.prompts.history(favourites_only=True)] == [other.id]
    with pytest.raises(InvalidInput, match="limit"):
        studio.prompts.history(limit=0)


def test_a_grid_is_made_and_drawn(desk: Desk) -> None:
    studio = desk.studio
    x = Axis(AxisKind.SETTING, ("deep", "pale"), "tone")
    plan = studio.grids.plan(draft(desk), x, Axis(AxisKind.SEED, (1, 2)))
    grid = studio.grids.queue(plan, "Tones")
    with pytest.raises(InvalidInput, match="no picture yet"):
        studio.grids.sheet(grid.id)
    run_jobs(studio)
    made = studio.grids.progress(grid.id)
    assert [g.status for g in made] == [GenerationStatus.SUCCEEDED] * 4
    sheet = studio.grids.sheet(grid.id)
    assert sheet.title == "Grid: Tones"
    parents = {asset.id for asset in studio.library.lineage(sheet.id).made_from}
    assert parents == {g.asset_ids[0] for g in made}
    with Image.open(io.BytesIO(studio.library.read(sheet.id))) as image:
        assert image.width > 2 * 300 and image.height > 2 * 300
    assert studio.grids.list(desk.persona.id) == [grid]


def test_cells_without_a_picture_say_why(desk: Desk) -> None:
    studio = desk.studio
    plan = studio.grids.seeds(draft(desk), [1, 2])
    grid = studio.grids.queue(plan)
    studio.generation.cancel(grid.generation_ids[1])
    run_jobs(studio)
    done, cancelled = studio.grids.progress(grid.id)
    assert (done.status, cancelled.status) == (
        GenerationStatus.SUCCEEDED,
        GenerationStatus.CANCELLED,
    )
    assert studio.grids.sheet(grid.id).facts.mime == "image/png"


def test_nothing_is_queued_when_one_draft_will_not_work(desk: Desk) -> None:
    studio = desk.studio
    axis = Axis(AxisKind.SETTING, ("deep", "no such tone"), "tone")
    with pytest.raises(InvalidInput, match="tone"):
        studio.grids.queue(studio.grids.plan(draft(desk), axis))
    assert studio.generation.list() == []
    with pytest.raises(InvalidInput, match="drafts"):
        studio.grids.batch([])
