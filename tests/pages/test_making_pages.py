"""Create, library, jobs and settings."""

from __future__ import annotations

import pytest

from gator_engine import AssetQuery, Studio
from gator_engine.domain.work import JobState
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, words
from tests.pages.seeded import Seeded

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def test_a_brief_becomes_a_job(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    page = open_page("create")
    field(page, "text_area", "What is it about?").set_value("A brush that earns its place").run()
    assert "A brush that earns its place" in words(page)
    button(page, "Make pictures").click().run()
    assert_calm(page)
    newest = studio.generation.list(limit=1)[0]
    assert newest.id != seeded.generation_id
    assert page.query_params["generation"] == newest.id
    assert studio.generation.brief(newest.brief_id).texts == {
        "body": "A brush that earns its place"
    }


def test_captions_and_a_picture_become_a_post(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    page = open_page("create", generation=seeded.generation_id, persona=seeded.persona.id)
    field(page, "text_area", "What is it about?").set_value("Glaze").run()
    button(page, "Write captions").click().run()
    assert_calm(page)
    third = field(page, "text_area", "Variant 3")
    third.set_value("My own words.").run()
    chosen = next(one for one in page.get("button_group") if one.label == "Caption for the post")
    chosen.set_value("Variant 3").run()
    button(page, "Send to a post").click().run()
    post = studio.composing.list()[0]
    assert post.text == "My own words."
    assert len(post.media) == 1
    assert post.media[0].alt_text


def test_captions_about_nothing_are_refused_by_name(seeded: Seeded, open_page: Open) -> None:
    page = open_page("create")
    button(page, "Write captions").click().run()
    assert_calm(page)
    assert "Say what the caption is about" in words(page)


def test_a_waiting_generation_can_be_stopped(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    fresh = studio.generation.again(seeded.generation_id)
    page = open_page("create", generation=fresh.id)
    assert "Waits for a free worker" in str(page.get("progress")[0].proto)
    button(page, "Stop").click().run()
    assert studio.generation.get(fresh.id).status.value == "cancelled"


def test_a_file_that_is_none_is_refused_and_the_form_keeps_its_words(
    open_page: Open, studio: Studio
) -> None:
    page = open_page("library")
    field(page, "text_input", "Title").set_value("Mine").run()
    page.get("file_uploader")[0].set_value([("broken.png", PNG_HEAD + b"cut", "image/png")]).run()
    button(page, "Add to the library").click().run()
    assert_calm(page)
    assert "That cannot be used" in words(page) or "Not saved yet" in words(page)
    assert field(page, "text_input", "Title").value == "Mine"
    assert studio.library.search(AssetQuery()).total == 0


def test_words_of_a_picture_are_saved_and_the_trash_gives_back(
    seeded: Seeded, open_page: Open, studio: Studio
) -> None:
    asset = studio.library.search(AssetQuery()).items[0]
    page = open_page("library", asset=asset.id)
    field(page, "text_input", "Tags").set_value("glaze, blue").run()
    button(page, "Save").click().run()
    assert studio.library.get(asset.id).tags == ("glaze", "blue")
    button(page, "Yes, move it").click().run()
    assert_calm(page)
    assert studio.library.get(asset.id).deleted_at is not None
    button(page, "Undo").click().run()
    assert studio.library.get(asset.id).deleted_at is None


def test_every_picture_has_a_description(seeded: Seeded, open_page: Open) -> None:
    page = open_page("library")
    shown = [one.proto.body for one in page.get("html") if "<img" in one.proto.body]
    assert shown
    assert all('alt="' in body and 'alt=""' not in body for body in shown)


def test_a_job_is_stopped_from_its_page(seeded: Seeded, open_page: Open, studio: Studio) -> None:
    studio.generation.again(seeded.generation_id)
    page = open_page("jobs")
    button(page, "Stop").click().run()
    assert_calm(page)
    assert studio.jobs.list(limit=1)[0].state is JobState.CANCELLED


def test_settings_never_show_a_secret(open_page: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GATOR_LLM_API_KEY", "sk-very-secret")
    monkeypatch.setenv("GATOR_LLM_MODEL", "llama-of-the-house")
    page = open_page("settings")
    assert_calm(page)
    assert "llama-of-the-house" in words(page)
    assert "sk-very-secret" not in str(page)


def test_settings_give_out_tokens_for_reading_and_for_writing(
    open_page: Open, studio: Studio
) -> None:
    page = open_page("settings")
    for label, scope in (
        ("Make a token that reads", "api:read"),
        ("Make one that also writes", "api:write"),
    ):
        button(page, label).click().run()
        assert studio.vault.verify(page.code[0].value) == scope


def test_styles_and_lists_are_kept_and_removed(open_page: Open, studio: Studio) -> None:
    page = open_page("settings")
    button(page, "Keep this style").click().run()
    assert_calm(page)
    assert "Not saved yet" in words(page)
    next(one for one in page.text_input if one.key == "style:name").set_value("Dusk").run()
    field(page, "text_area", "Words").set_value("{prompt}, at dusk").run()
    button(page, "Keep this style").click().run()
    assert_calm(page)
    assert studio.prompts.style_table()["Dusk"].dress("a mug") == "a mug, at dusk"
    next(one for one in page.text_input if one.key == "wildcards:name").set_value("glaze").run()
    field(page, "text_area", "Lines").set_value("celadon\ntenmoku").run()
    button(page, "Keep this list").click().run()
    assert_calm(page)
    assert studio.prompts.lists()[0].lines == ("celadon", "tenmoku")
    next(one for one in page.button if one.key == "drop-style-Dusk").click().run()
    next(one for one in page.button if one.key == "drop-list-glaze").click().run()
    assert_calm(page)
    assert "Dusk" not in studio.prompts.style_table()
    assert studio.prompts.lists() == []
