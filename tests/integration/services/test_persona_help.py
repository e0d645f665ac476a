"""Own templates, rewriting, the voice bench and fill-in help, over a real studio."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace

import pytest

from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import Identity, PersonaProfile, Rating
from gator_engine.errors import InvalidInput, NotFound, Rejected
from gator_engine.ports import Caption, CaptionRequest
from gator_engine.services.fill_in import FillInHelp
from gator_engine.services.writing import Writing
from tests.integration.services.conftest import Desk


class FakeModel:
    """A language model that gives prepared answers and remembers what it was asked."""

    slug = "llm"
    label = "Language model fake"

    def __init__(self, *answers: str) -> None:
        self.answers, self.asked = list(answers), list[str]()

    def missing(self) -> str:
        return ""

    def ask(self, system: str, prompt: str, **more: object) -> str:
        self.asked.append(prompt)
        return self.answers.pop(0)

    def write(
        self, request: CaptionRequest, on_text: Callable[[int, str], None]
    ) -> Sequence[Caption]:
        return [Caption(f"{request.profile.identity.name}: {request.topic}", (), "", "fake")]


def writing(desk: Desk, *writers: FakeModel) -> Writing:
    context = desk.studio.personas._context
    found = {writer.slug: writer for writer in writers}
    return Writing(context, lambda: found, desk.studio.connectors)


def test_a_saved_template_stands_beside_the_built_in_ones(desk: Desk) -> None:
    personas = desk.studio.personas
    saved = personas.save_template(desk.persona.id, "My maker!")
    assert saved.slug == "own-my-maker"
    listed = personas.templates()
    assert [t.slug for t in listed] == [*(t.slug for t in TEMPLATES), saved.slug]
    assert listed[-1] == saved
    assert listed[-1].profile == desk.persona.profile
    again = personas.save_template(desk.persona.id, "My maker!", "Second try.")
    assert personas.templates()[-1] == again
    personas.forget_template(saved.slug)
    assert list(personas.templates()) == list(TEMPLATES)


@pytest.mark.parametrize("title", ["", "x" * 81])
def test_a_template_needs_a_title(desk: Desk, title: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.personas.save_template(desk.persona.id, title)
    assert caught.value.field == "title"


def test_built_in_templates_stay(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.studio.personas.forget_template("maker")


def test_a_rewrite_tells_the_model_what_is_wrong(desk: Desk) -> None:
    model = FakeModel("A game changer, again.", "A good brush.")
    done = writing(desk, model).rewrite(desk.persona.id, "This brush is a game changer.")
    assert done.text == "A good brush."
    assert [finding.rule for finding in done.before] == ["forbidden phrase"]
    assert done.after == ()
    assert "game changer" in model.asked[0]
    assert "A game changer, again." in model.asked[1]


def test_what_a_rewrite_leaves_wrong_is_said(desk: Desk) -> None:
    model = FakeModel("A game changer.", "Still a game changer.")
    done = writing(desk, model).rewrite(desk.persona.id, "What a game changer.")
    assert [finding.rule for finding in done.after] == ["forbidden phrase"]


def test_a_text_that_fits_is_left_alone(desk: Desk) -> None:
    done = writing(desk).rewrite(desk.persona.id, "A good brush.")
    assert (done.text, done.written_by) == ("A good brush.", "")


def test_without_a_model_nothing_is_rewritten(desk: Desk) -> None:
    with pytest.raises(InvalidInput) as caught:
        desk.studio.writing.rewrite(desk.persona.id, "What a game changer.")
    assert caught.value.field == "writer"
    assert "GATOR_LLM_BASE_URL" in str(caught.value)


def test_a_post_that_repeats_an_earlier_one_is_found(desk: Desk) -> None:
    text = "The third glaze test went wrong in the kiln again today."
    desk.studio.composing.draft(desk.persona.id, text)
    found = desk.studio.writing.check(desk.persona.id, f"{text} Closer.")
    assert [finding.rule for finding in found] == ["repetition"]


def test_the_bench_writes_the_same_topic_under_each_revision(desk: Desk) -> None:
    persona = desk.persona
    louder = replace(persona.profile, voice=replace(persona.profile.voice, max_hashtags=1))
    revised = desk.studio.personas.revise(persona.id, louder, "fewer tags", persona.version)
    rows = desk.studio.writing.bench(
        "a new brush", revision_ids=[persona.revision.id, revised.revision.id], writer="template"
    )
    assert [row.revision.number for row in rows] == [1, 2]
    assert all(row.findings == () for row in rows)
    with pytest.raises(InvalidInput):
        desk.studio.writing.bench("a new brush")


BLANK = PersonaProfile(Identity("", "", 18))


def helper(answer: object) -> FillInHelp:
    said = answer if isinstance(answer, str) else json.dumps(answer)
    return FillInHelp(lambda: {"llm": FakeModel(said)})


def test_a_sentence_becomes_proposals_to_accept_one_by_one() -> None:
    help_ = helper(
        {
            "identity": {"name": "Nia Holt", "age": 44, "handle": "nia"},
            "voice.emoji": "none",
            "pillars": [{"name": "Bees", "weight": 2}],
            "boundaries.rating": "explicit",
        }
    )
    found = help_.whole("A beekeeper in Kent")
    assert [p.path for p in found.proposals] == [
        "identity.name", "identity.handle", "identity.age", "voice.emoji", "pillars",
    ]  # fmt: skip
    assert found.left_out == ("boundaries.rating: was not asked for",)
    accepted = help_.accept(BLANK, found.proposals[:3])
    assert (accepted.identity.name, accepted.identity.age) == ("Nia Holt", 44)
    assert accepted.pillars == ()
    assert accepted.boundaries.rating is Rating.GENERAL


def test_values_that_are_not_valid_are_left_out_with_the_reason() -> None:
    found = helper({"identity.age": 16, "voice.tone": "loud", "identity.handle": "!"}).whole("x")
    assert found.proposals == ()
    assert sorted(reason.split(":")[0] for reason in found.left_out) == [
        "identity.age", "identity.handle", "voice.tone",
    ]  # fmt: skip


def test_an_answer_without_json_is_refused() -> None:
    with pytest.raises(Rejected):
        helper("I would rather not.").whole("A beekeeper")


def test_single_fields_are_proposed_to_fit_the_rest() -> None:
    model = FakeModel('{"voice.register": "soft"}')
    helper = FillInHelp(lambda: {"llm": model})
    found = helper.fields(TEMPLATES[0].profile, ["voice.register"], "quieter")
    assert [(p.path, p.after) for p in found.proposals] == [("voice.register", "soft")]
    assert "Luna Reyes" in model.asked[0]
    assert "<wish>quieter</wish>" in model.asked[0]
    with pytest.raises(InvalidInput):
        FillInHelp(lambda: {"llm": model}).fields(BLANK, ["boundaries.rating"])


def test_chance_needs_no_model() -> None:
    help_ = FillInHelp(dict)
    assert "language model" in help_.missing()
    found = help_.random(BLANK, 7)
    assert help_.accept(BLANK, found.proposals).identity.age >= 18
