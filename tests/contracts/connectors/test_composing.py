"""Composing: what is refused before anything is sent, and what the preview promises."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gator_engine.adapters.connectors import discover
from gator_engine.domain.accounts import Account, AccountHealth
from gator_engine.errors import InvalidInput
from tests.contracts.connectors.world import DISCLOSURE, World, differences, media_item, message
from tests.contracts.connectors.world import publish as publish_all

GOLDEN = Path(__file__).resolve().parents[2] / "golden"
FAMILY = "👩‍👩‍👧‍👦"
CASES = {
    "plain_text": message("A quiet morning."),
    "links_mentions_tags": message(
        "Über den Wolken ☁️ https://example.com/a_(b)?q=1, danke @ines.sandbox.test! #Kaffee #日本"
    ),
    "four_pictures": message("Four views of one street.", pictures=4, language="de"),
    "no_disclosure": message("Written by hand.", ai_disclosure=False),
    "sensitive_picture": message("After dark.", pictures=1, sensitive=True),
}


def fixed_account(slug: str) -> Account:
    """An account that is the same in every run."""
    born = datetime(2026, 1, 1, tzinfo=UTC)
    known = {"remote_id": "account-1", "base_url": "https://server.example"}
    return Account(
        "a1",
        slug,
        "mira",
        "Mira",
        timezone="UTC",
        health=AccountHealth.OK,
        created_at=born,
        **known,
    )


@pytest.mark.parametrize("case", CASES)
def test_payload_is_the_golden_one(slug: str, case: str) -> None:
    payload = discover()[slug].compose(CASES[case], fixed_account(slug))
    made = json.loads(json.dumps(asdict(payload), ensure_ascii=False, default=dict))
    file = GOLDEN / slug / f"{case}.json"
    if os.environ.get("UPDATE_GOLDEN"):
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(made, ensure_ascii=False, indent=2) + "\n")
    assert file.is_file(), "no golden payload; look at it, then run with UPDATE_GOLDEN=1"
    assert made == json.loads(file.read_text())


@pytest.mark.parametrize("case", CASES)
def test_preview_is_what_is_sent(world: World, case: str) -> None:
    given = CASES[case]
    if case == "links_mentions_tags":
        world.sandbox.open_account(world.slug, "ines")
    payload = world.connector.compose(given, world.account)
    publish_all(world, payload, world.session())
    (post,) = world.posts()
    assert not differences(payload.body, post["body"])
    assert post["text"] == payload.text


def test_facets_stand_where_they_say(slug: str) -> None:
    payload = discover()[slug].compose(CASES["links_mentions_tags"], fixed_account(slug))
    found = {payload.text[f.start : f.end]: f.kind for f in payload.facets}
    assert found["https://example.com/a_(b)?q=1"] == "link"
    assert found["#Kaffee"] == found["#日本"] == "tag"
    assert "mention" in found.values()


def test_disclosure_line_goes_out_once(world: World) -> None:
    payload = world.compose("Soft light.")
    assert payload.disclosure == "native" or payload.text.endswith(DISCLOSURE)
    again = world.compose(payload.text)
    assert again.text == payload.text
    without = world.compose("Soft light.", ai_disclosure=False)
    assert (without.text, without.disclosure) == ("Soft light.", "none")


def test_disclosure_without_words_is_refused(world: World) -> None:
    if world.connector.capabilities.native_ai_flag:
        pytest.skip("this platform has a flag of its own for AI content")
    with pytest.raises(InvalidInput) as refused:
        world.compose("Soft light.", disclosure_text=" ")
    assert refused.value.field == "disclosure_text"


def test_text_fits_to_the_last_character(world: World) -> None:
    limit = world.connector.capabilities_for(world.account).text.limit
    exact = "é" * limit
    assert world.compose(exact, ai_disclosure=False).text == exact
    with pytest.raises(InvalidInput) as refused:
        world.compose(exact + "!", ai_disclosure=False)
    assert refused.value.field == "text"
    assert str(limit) in str(refused.value)


def test_disclosure_counts_too(world: World) -> None:
    limit = world.connector.capabilities_for(world.account).text.limit
    if world.connector.capabilities.native_ai_flag:
        pytest.skip("nothing is added to the text here")
    with pytest.raises(InvalidInput):
        world.compose("x" * limit)


def test_measure_counts_what_people_see(world: World) -> None:
    assert world.connector.measure(FAMILY * 3, world.account).used <= 3 * len(FAMILY)
    assert world.connector.measure("", world.account).used == 0
    assert world.connector.measure("abc", world.account).over == 0


def test_nothing_at_all_is_refused(world: World) -> None:
    with pytest.raises(InvalidInput) as refused:
        world.compose("  ")
    assert refused.value.field == "text"


def test_one_picture_too_many_is_refused(world: World) -> None:
    most = world.connector.capabilities_for(world.account).media.max_images
    with pytest.raises(InvalidInput) as refused:
        world.compose("Too many.", pictures=most + 1)
    assert refused.value.field == "media"
    assert str(most) in str(refused.value)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"mime": "image/tiff"}, "media[0].mime"),
        ({"size": 10**9}, "media[0].size"),
        ({"alt_text": "x" * 100_000}, "media[0].alt_text"),
    ],
)
def test_picture_outside_the_limits_is_refused(
    world: World, change: dict[str, Any], field: str
) -> None:
    with pytest.raises(InvalidInput) as refused:
        given = replace(message("One."), media=(media_item(0, **change),))
        world.connector.compose(given, world.account)
    assert refused.value.field == field


def test_missing_alt_text_is_refused_where_required(world: World) -> None:
    given = replace(message("One."), media=(media_item(0, alt_text=" "),))
    if not world.connector.capabilities.media.alt_text_required:
        assert world.connector.compose(given, world.account).media[0].alt_text == " "
        return
    with pytest.raises(InvalidInput) as refused:
        world.connector.compose(given, world.account)
    assert refused.value.field == "media[0].alt_text"


def test_all_problems_are_told_at_once(world: World) -> None:
    bad = replace(message("x" * 100_000), media=(media_item(0, mime="image/tiff"),))
    with pytest.raises(InvalidInput) as refused:
        world.connector.compose(bad, world.account)
    assert {problem.field for problem in refused.value.problems} == {"text", "media[0].mime"}
