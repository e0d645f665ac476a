"""The words side of Create, in each of its states, and the carousel and thread editor."""

from __future__ import annotations

import json

import pytest
from streamlit.testing.v1 import AppTest

from gator_engine import Persona, Studio, run_jobs
from gator_engine.domain.carousels import Outline, OutlineKind
from gator_engine.domain.providers import ProviderKind
from gator_engine.domain.writing import TextKind, TextPart, Writing, WritingDraft, WritingStatus
from gator_engine.services.carousels import PartEdit
from gator_engine.services.providers import NewEndpoint
from tests.pages.conftest import Open
from tests.pages.reading import assert_calm, button, field, words
from tests.services.llm_service import ChatServer, fails, says

SLIDES = [TextPart("Soft.", "Clay"), TextPart("Hot.", "Kiln"), TextPart("Blue.", "Glaze")]


@pytest.fixture
def persona(studio: Studio) -> Persona:
    return studio.personas.create(studio.personas.templates()[0].profile)


def written(studio: Studio, persona: Persona, **asked: object) -> Writing:
    """A writing whose job has run."""
    given: dict[str, object] = {
        "kind": TextKind.CAPTION, "topic": "A glaze test", "writer": "template",
    }  # fmt: skip
    writing = studio.texts.request(WritingDraft(persona.id, **{**given, **asked}))  # type: ignore[arg-type]
    run_jobs(studio)
    return studio.texts.get(writing.id)


def carousel(studio: Studio, persona: Persona) -> Outline:
    return studio.carousels.outline(persona.id, OutlineKind.CAROUSEL, "Bowls", SLIDES)


def model(studio: Studio, server: ChatServer) -> str:
    """The name under which that server writes."""
    server.script = [says("ready")]
    new = NewEndpoint("Tiny", ProviderKind.OPENAI, server.url, "tiny-talker", "k", "1", "2")
    return studio.providers.save(new).id


def choose(page: AppTest, label: str, value: object) -> None:
    field(page, "button_group", label).set_value(value).run()


def type_in(page: AppTest, kind: str, label: str, text: str) -> None:
    field(page, kind, label).set_value(text).run()


def test_without_a_persona_it_says_where_to_begin(open_page: Open) -> None:
    page = open_page("create", side="words")
    assert_calm(page)
    assert "There is nobody to create for yet" in words(page)


def test_the_side_is_in_the_address_and_each_form_keeps_what_was_typed(
    persona: Persona, open_page: Open
) -> None:
    page = open_page("create")
    type_in(page, "text_area", "What is it about?", "A picture of clay")
    choose(page, "Make", "words")
    assert page.query_params["side"] == "words"
    type_in(page, "text_area", "What it is about", "Words on clay")
    choose(page, "Make", "pictures")
    assert "side" not in page.query_params
    assert field(page, "text_area", "What is it about?").value == "A picture of clay"
    choose(page, "Make", "words")
    assert field(page, "text_area", "What it is about").value == "Words on clay"
    assert_calm(page)


def test_without_a_model_the_templates_say_what_they_can(
    persona: Persona, open_page: Open, studio: Studio
) -> None:
    page = open_page("create", side="words")
    assert "Nothing written yet" in words(page)
    assert "Scripts and translations need a language model" in words(page)
    choose(page, "Write", TextKind.SCRIPT)
    type_in(page, "text_area", "What it is about", "Opening the kiln")
    button(page, "Write").click().run()
    assert_calm(page)
    assert "The templates cannot write scripts" in words(page)
    assert field(page, "text_area", "What it is about").value == "Opening the kiln"
    assert studio.texts.list() == []


def test_a_request_about_nothing_is_marked_at_its_field(persona: Persona, open_page: Open) -> None:
    page = open_page("create", side="words")
    choose(page, "Write", TextKind.ALT_TEXT)
    button(page, "Write").click().run()
    assert_calm(page)
    assert "Say what it is about" in words(page)


def test_what_is_asked_for_waits_and_can_be_stopped(
    persona: Persona, open_page: Open, studio: Studio
) -> None:
    page = open_page("create", side="words")
    type_in(page, "text_area", "What it is about", "The third glaze test")
    button(page, "Write").click().run()
    [asked] = studio.texts.list()
    assert page.query_params["writing"] == asked.id
    assert "Waits for a free worker" in str(page.get("progress")[0].proto)
    assert "Version 3" in words(page)
    button(page, "Stop").click().run()
    assert_calm(page)
    assert studio.texts.get(asked.id).status is WritingStatus.CANCELLED
    button(page, "Try again").click().run()
    assert len(studio.texts.list()) == 2


def test_a_failed_job_says_why_and_is_tried_again(
    persona: Persona, open_page: Open, studio: Studio, chat_server: ChatServer
) -> None:
    writer = model(studio, chat_server)
    chat_server.script = [fails(400, "this model is out of order")]
    failed = written(studio, persona, writer=writer)
    assert failed.status is WritingStatus.FAILED
    page = open_page("create", side="words", writing=failed.id)
    assert_calm(page)
    assert words(page).count("out of order") == 1
    button(page, "Try again").click().run()
    assert_calm(page)
    assert studio.texts.list()[0].draft.writer == writer
    assert len(studio.texts.list()) == 2


def test_an_overlong_version_is_flagged_and_never_cut(
    persona: Persona, open_page: Open, studio: Studio, chat_server: ChatServer
) -> None:
    writer = model(studio, chat_server)
    long = "word " * 70 + "end"
    chat_server.script = [says(json.dumps({"text": long, "hashtags": [], "alt_text": ""}))]
    made = written(studio, persona, writer=writer, platforms=("bluesky",), variants=1)
    page = open_page("create", side="words", writing=made.id)
    assert words(page).count("too long for Bluesky") == 1
    assert field(page, "text_area", "Version 1").value == made.variants[0].text == long
    type_in(page, "text_area", "Version 1", "I am a real person.")
    assert "too long" not in words(page)
    assert "claims to be human" in words(page).lower()
    type_in(page, "text_area", "Version 1", "Shorter, and mine.")
    assert "Bluesky 18/300" in words(page)
    button(page, "Use in a post").click().run()
    assert [post.text for post in studio.composing.list()] == ["Shorter, and mine."]


@pytest.mark.parametrize(
    ("kind", "asked", "shown"),
    [
        (TextKind.HASHTAGS, {}, "#makersgonnamake"),
        (TextKind.ALT_TEXT, {"picture": "three bowls"}, "nobody looked at the picture"),
        (TextKind.THREAD, {"source": "First\nThen"}, "Your own lines, in your order"),
    ],
)
def test_every_kind_shows_what_it_is(
    persona: Persona, open_page: Open, studio: Studio, kind: TextKind,
    asked: dict[str, object], shown: str,
) -> None:  # fmt: skip
    made = written(studio, persona, kind=kind, **asked)
    page = open_page("create", side="words", writing=made.id)
    assert_calm(page)
    assert shown in words(page)


def test_moving_a_slide_saves_what_is_typed(
    persona: Persona, open_page: Open, studio: Studio
) -> None:
    outline = carousel(studio, persona)
    page = open_page("create", side="words", outline=outline.id)
    type_in(page, "text_area", "Text of slide 2", "Very hot.")
    assert "Not saved yet" in words(page)
    [up] = [one for one in page.button if one.key == f"up-{outline.parts[1].id}"]
    up.click().run()
    assert_calm(page)
    saved = studio.carousels.get(outline.id)
    assert [part.title for part in saved.parts] == ["Kiln", "Clay", "Glaze"]
    assert saved.parts[0].text == "Very hot."
    assert field(page, "text_input", "Slide 1").value == "Kiln"
    assert field(page, "text_area", "Text of slide 1").value == "Very hot."
    button(page, "Add a slide").click().run()
    assert len(studio.carousels.get(outline.id).parts) == 4
    button(page, "Remove").click().run()
    assert studio.carousels.get(outline.id).parts[0].title == "Clay"


def test_an_empty_slide_is_marked_and_nothing_is_drawn(
    persona: Persona, open_page: Open, studio: Studio
) -> None:
    outline = carousel(studio, persona)
    page = open_page("create", side="words", outline=outline.id)
    type_in(page, "text_input", "Slide 3", "")
    type_in(page, "text_area", "Text of slide 3", "")
    button(page, "Draw 3 slides").click().run()
    assert_calm(page)
    assert "Is empty" in words(page)
    assert studio.carousels.job(outline.id) is None


def test_what_somebody_else_saved_is_not_overwritten(
    persona: Persona, open_page: Open, studio: Studio
) -> None:
    outline = carousel(studio, persona)
    page = open_page("create", side="words", outline=outline.id)
    type_in(page, "text_input", "Title", "Mine")
    theirs = [PartEdit(part.text, part.title, part.alt_text, part.id) for part in outline.parts]
    studio.carousels.edit(outline.id, outline.version, title="Theirs", parts=theirs)
    button(page, "Save").click().run()
    assert_calm(page)
    assert studio.carousels.get(outline.id).title == "Theirs"
    assert field(page, "text_input", "Title").value == "Mine"
    button(page, "Show what is saved").click().run()
    assert field(page, "text_input", "Title").value == "Theirs"
    type_in(page, "text_input", "Title", "Ours")
    button(page, "Save").click().run()
    assert studio.carousels.get(outline.id).title == "Ours"


def test_a_thread_is_counted_and_posted_one_by_one(
    persona: Persona, open_page: Open, studio: Studio
) -> None:
    made = written(studio, persona, kind=TextKind.THREAD, source="First the clay.\nThen the kiln.")
    page = open_page("create", side="words", writing=made.id)
    button(page, "Open the thread").click().run()
    assert_calm(page)
    field(page, "toggle", "Number the posts").set_value(True).run()
    assert "Then the kiln.\n\n2/2" in words(page)
    button(page, "Use in a post").click().run()
    assert [post.text for post in studio.composing.list()] == ["First the clay.\n\n1/2"]
