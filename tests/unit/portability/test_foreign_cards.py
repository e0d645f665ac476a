"""Cards of other programs: what is taken where, what is not, and that nothing is guessed."""

from __future__ import annotations

import base64
import json
import zipfile
from io import BytesIO
from time import process_time
from typing import Any

import pytest

from gator_engine.adapters.portability import PortableFiles
from gator_engine.adapters.portability.png_text import with_texts
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.persona_tree import from_tree
from gator_engine.errors import InvalidInput
from gator_engine.ports import CardFacts, Outcome, PortableContent

V1 = {
    "name": "Ada",
    "description": "{{char}} keeps foxes. <BOT> is calm.",
    "personality": "dry, precise",
    "scenario": "A train at night.",
    "first_mes": "Evening, {{user}}.",
    "mes_example": (
        "<START>\n{{user}}: Hi\n{{char}}: The foxes are asleep.\nAll of them.\n"
        "<START>\n{{user}}: Bye\nAda: Mind the step."
    ),
}
V2_DATA = V1 | {
    "creator_notes": "best with short replies",
    "system_prompt": "Stay in character.",
    "post_history_instructions": "",
    "alternate_greetings": ["Hello.", "Oh."],
    "character_book": {"entries": [{"keys": ["fox"], "content": "A fox."}], "extensions": {}},
    "tags": ["fox", "night"],
    "creator": "somebody",
    "character_version": "1.2",
    "extensions": {"depth_prompt": {"depth": 4}},
}


def card(version: int = 2, **changes: Any) -> dict[str, Any]:
    spec = {"spec": f"chara_card_v{version}", "spec_version": f"{version}.0"}
    return {**spec, "data": V2_DATA | changes}


def read(files: PortableFiles, data: object) -> PortableContent:
    return files.read(json.dumps(data).encode())


def lines(content: PortableContent, outcome: Outcome) -> dict[str, str]:
    return {line.source: line.target for line in content.report if line.outcome is outcome}


@pytest.mark.parametrize("data", [V1, card(2), card(3)], ids=["V1", "V2", "V3"])
def test_what_a_card_says_goes_into_our_fields(files: PortableFiles, data: dict[str, Any]) -> None:
    content = read(files, data)
    assert content.fields == {
        "identity": {"name": "Ada", "backstory": "Ada keeps foxes. Ada is calm."},
        "voice": {
            "register": "dry, precise",
            "sample_posts": [
                "Evening, {{user}}.",
                "The foxes are asleep.\nAll of them.",
                "Mind the step.",
            ],
        },
    }
    assert lines(content, Outcome.TAKEN) == {
        "name": "identity.name",
        "personality": "voice.register",
        "first_mes": "voice.sample_posts",
    }
    assert lines(content, Outcome.CHANGED)["description"] == "identity.backstory"


def test_an_age_is_never_made_up(files: PortableFiles) -> None:
    reading = from_tree(read(files, card()).fields)
    assert reading.profile is None
    assert {str(problem) for problem in reading.problems} == {
        "identity.age: must be given",
        "identity.handle: must be given",
    }


def test_what_gator_cannot_hold_is_listed(files: PortableFiles) -> None:
    outside = [{"type": "icon", "uri": "https://example.org/a.png", "name": "main", "ext": "png"}]
    content = read(files, card(3, assets=outside, voice_model={"id": 5}))
    assert set(lines(content, Outcome.IGNORED)) == {
        *("scenario", "system_prompt", "creator_notes", "creator", "character_version"),
        *("alternate_greetings (2)", "tags (2)", "character_book (1 entries)", "extensions"),
        *("voice_model", "1 assets outside"),
    }


def test_a_newer_card_is_read_with_a_word_about_it(files: PortableFiles) -> None:
    content = read(files, card(3) | {"spec_version": "3.1"})
    assert "spec_version '3.1'" in lines(content, Outcome.CHANGED)


def test_nulls_of_sloppy_programs_are_empty_texts(files: PortableFiles) -> None:
    content = read(files, card(personality=None, first_mes=None, mes_example=None, tags=None))
    assert "voice" not in content.fields


@pytest.mark.parametrize(
    "data",
    [
        card(description=["a"]),
        card(name=7),
        card(mes_example={"a": 1}),
        {"spec": "chara_card_v9", "data": {"name": "x"}},
        {"spec": ["chara_card_v2"], "data": {"name": "x"}},
        {"spec": "chara_card_v2", "data": []},
        {"spec": "chara_card_v2"},
        {"name": "x"},
        [],
    ],
)
def test_what_is_no_card_is_refused_by_name(files: PortableFiles, data: object) -> None:
    with pytest.raises(InvalidInput):
        read(files, data)


def test_of_two_cards_in_a_picture_the_newer_counts(files: PortableFiles, png: bytes) -> None:
    def packed(data: dict[str, Any]) -> bytes:
        return base64.b64encode(json.dumps(data).encode())

    both = with_texts(
        png, {"chara": packed(card(2, name="Old")), "ccv3": packed(card(3, name="New"))}, without=()
    )
    content = files.read(both)
    assert content.fields["identity"]["name"] == "New"
    assert [image.data for image in content.images] == [png]


def test_a_charx_gives_its_card_and_its_pictures(files: PortableFiles, png: bytes) -> None:
    assets = [
        {"type": "icon", "uri": "embeded://assets/icon/images/main.png", "name": "main"},
        {"type": "x", "uri": "embeded://assets/other/code/run.js", "name": "code"},
        {"type": "x", "uri": "embeded://not/there.png", "name": "gone"},
    ]
    out = BytesIO()
    with zipfile.ZipFile(out, "w") as packed:
        packed.writestr("card.json", json.dumps(card(3, assets=assets)))
        packed.writestr("assets/icon/images/main.png", png)
        packed.writestr("assets/other/code/run.js", "alert(1)")
    content = files.read(out.getvalue())
    assert content.format == "Character Card V3 (CHARX)"
    assert [(image.name, image.data) for image in content.images] == [
        ("assets/icon/images/main.png", png)
    ]
    assert "assets/other/code/run.js" in lines(content, Outcome.IGNORED)


def test_a_card_of_ours_edited_elsewhere_keeps_our_copy_and_says_so(
    files: PortableFiles, facts: CardFacts
) -> None:
    profile = TEMPLATES[0].profile
    ours = json.loads(files.card(profile, facts, None, 3))
    ours["data"]["description"] += " She hates clay."
    ours["data"]["extensions"]["other"] = {}
    content = read(files, ours)
    assert from_tree(content.fields).profile == profile
    assert set(lines(content, Outcome.IGNORED)) == {"the card's texts", "extensions.other"}


def test_markup_is_text_and_stays_text(files: PortableFiles) -> None:
    script = "<script>alert(1)</script><img src=x onerror=alert(1)> [a](javascript:alert(1))"
    content = read(files, card(name="<b>Ada</b>", description=script))
    assert content.fields["identity"] == {"name": "<b>Ada</b>", "backstory": script}


@pytest.mark.parametrize(
    "changes",
    [
        {"name": "A" * 2_000_000, "description": "{{char}}" * 40_000},
        {"name": "A" * 100, "description": "<bot>" * 1_000_000},
        {"name": "A" * 2_000_000, "mes_example": "{{char}}: hi\n" * 40_000},
        {"name": "(a+)+$", "mes_example": "<START>" * 500_000},
    ],
    ids=["long name", "many names", "many messages", "many starts"],
)
def test_names_do_not_multiply_a_text(files: PortableFiles, changes: dict[str, str]) -> None:
    started = process_time()
    content = read(files, card(**changes))
    reading = from_tree(content.fields)
    assert reading.profile is None and reading.problems
    assert len(json.dumps(content.fields)) < 10_000_000
    assert process_time() - started < 5
