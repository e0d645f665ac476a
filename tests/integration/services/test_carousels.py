"""Carousels and threads: versions, one slide drawn again with the others untouched, a post."""

from __future__ import annotations

import pytest

from gator_engine.domain.carousels import Outline, OutlineKind
from gator_engine.domain.writing import TextKind, TextPart, WritingDraft
from gator_engine.errors import CapabilityError, InvalidInput, StaleWrite
from gator_engine.services.carousels import PartEdit
from gator_engine.studio import run_jobs
from tests.integration.services.conftest import Desk

WORDS = [TextPart("How a bowl is made", "Bowls"), TextPart("Soft.", "Clay"), TextPart("", "Done")]


def carousel(desk: Desk) -> Outline:
    return desk.studio.carousels.outline(
        desk.persona.id, OutlineKind.CAROUSEL, "Bowls", WORDS, caption="How it went.", seed=4
    )


def drawn(desk: Desk, outline: Outline) -> Outline:
    desk.studio.carousels.draw(outline.id)
    run_jobs(desk.studio)
    return desk.studio.carousels.get(outline.id)


def edits(outline: Outline) -> list[PartEdit]:
    return [PartEdit(part.text, part.title, part.alt_text, part.id) for part in outline.parts]


def pictures(desk: Desk, outline: Outline) -> list[str]:
    return [desk.studio.library.get(part.asset_id).sha256 for part in outline.parts]


def test_one_slide_is_drawn_again_and_the_others_stay(desk: Desk) -> None:
    first = drawn(desk, carousel(desk))
    assert first.to_draw == ()
    assert len(set(pictures(desk, first))) == 3
    assert all(part.alt_text for part in first.parts)
    job = desk.studio.carousels.redraw_slide(first.id, first.parts[1].id)
    assert job.name == "draw_slides"
    run_jobs(desk.studio)
    second = desk.studio.carousels.get(first.id)
    kept = [part.asset_id for part in first.parts]
    again = [part.asset_id for part in second.parts]
    assert [a == b for a, b in zip(kept, again, strict=True)] == [True, False, True]
    assert pictures(desk, first)[1] != pictures(desk, second)[1]
    assert second.parts[1].layout
    assert second.design == first.design


def test_changed_words_and_order_are_drawn_anew_alone(desk: Desk) -> None:
    first = drawn(desk, carousel(desk))
    words = edits(first)
    words[1] = PartEdit("Very soft.", "Clay", "My own words", words[1].id)
    second = desk.studio.carousels.edit(
        first.id, first.version, title="Bowls", parts=words, caption="How it went."
    )
    assert [part.id for part in second.to_draw] == [first.parts[1].id]
    third = drawn(desk, second)
    assert third.parts[1].alt_text == "My own words"
    moved = [third.parts[n].id for n in (0, 2, 1)]
    fourth = desk.studio.carousels.reorder(third.id, moved, third.version)
    assert [part.id for part in fourth.parts] == moved
    assert {part.id for part in fourth.to_draw} == set(moved[1:])


def test_a_carousel_becomes_a_post_in_order(desk: Desk) -> None:
    outline = carousel(desk)
    with pytest.raises(InvalidInput, match="still to be drawn"):
        desk.studio.carousels.to_post(outline.id)
    ready = drawn(desk, outline)
    post = desk.studio.carousels.to_post(outline.id)
    assert post.text == "How it went."
    assert [(m.asset_id, m.alt_text) for m in post.media] == [
        (part.asset_id, part.alt_text) for part in ready.parts
    ]
    assert desk.studio.carousels.get(outline.id).post_id == post.id


def test_versions_are_kept_and_a_stale_edit_is_refused(desk: Desk) -> None:
    outline = carousel(desk)
    desk.studio.carousels.redesign(outline.id, seed=9)
    with pytest.raises(StaleWrite):
        desk.studio.carousels.edit(outline.id, 1, title="x", parts=edits(outline))
    versions = desk.studio.carousels.versions(outline.id)
    assert [(v.version, v.design.seed) for v in versions] == [(2, 9), (1, 4)]
    assert [each.version for each in desk.studio.carousels.list(desk.persona.id)] == [2]


@pytest.mark.parametrize(
    "parts",
    [
        WORDS[:2],
        [*WORDS, TextPart(" ")],
        [*WORDS, TextPart("a | b")],
        [TextPart("x")] * 21,
    ],
)
def test_what_is_no_carousel_is_refused(desk: Desk, parts: list[TextPart]) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.carousels.outline(desk.persona.id, OutlineKind.CAROUSEL, "T", parts)
    assert caught.value.field.startswith("parts")


def test_a_thread_is_numbered_and_flagged_where_it_is_over(desk: Desk) -> None:
    draft = WritingDraft(
        desk.persona.id, TextKind.THREAD, "clay", "template", source=f"One\n{'x' * 99}"
    )
    writing = desk.studio.texts.request(draft)
    run_jobs(desk.studio)
    outline = desk.studio.carousels.from_writing(writing.id, 0)
    assert outline.kind is OutlineKind.THREAD
    platforms = [desk.platform.slug]
    assert desk.studio.carousels.flags(outline, platforms) == []
    numbered = desk.studio.carousels.edit(
        outline.id, 1, title="", parts=edits(outline), numbered=True
    )
    assert numbered.posts()[0] == "One\n\n1/2"
    [flag] = desk.studio.carousels.flags(numbered, platforms)
    assert "Post 2 is 4 characters over on Scripted" in flag
    with pytest.raises(CapabilityError, match="threads"):
        desk.studio.carousels.to_post(outline.id)
    with pytest.raises(InvalidInput):
        desk.studio.carousels.draw(outline.id)


def test_too_many_slides_for_a_platform_are_said(desk: Desk) -> None:
    parts = [TextPart(f"Words {n}") for n in range(6)]
    outline = desk.studio.carousels.outline(desk.persona.id, OutlineKind.CAROUSEL, "T", parts)
    assert desk.studio.carousels.flags(outline, [desk.platform.slug]) == [
        "Scripted takes 4 pictures in a post at most."
    ]
