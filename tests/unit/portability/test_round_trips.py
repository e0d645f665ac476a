"""What is taken out comes back in, to the last character and byte."""

from __future__ import annotations

import json
import zipfile
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from gator_engine.adapters.portability import PortableFiles
from gator_engine.adapters.portability.png_text import texts
from gator_engine.config import Settings
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.persona_tree import from_tree, to_tree
from gator_engine.domain.personas import PersonaProfile, Rating
from gator_engine.errors import InvalidInput
from gator_engine.ports import CardFacts, PortableContent, PortableImage
from tests.unit.portability.profiles import TEXTS, valid_profiles

FILES = PortableFiles(Settings(max_upload_mb=5))
PROFILE = TEMPLATES[0].profile


def profile_of(content: PortableContent) -> PersonaProfile:
    reading = from_tree(content.fields)
    assert reading.problems == () and reading.unknown == ()
    assert reading.profile is not None
    return reading.profile


@settings(max_examples=60, deadline=None)
@given(valid_profiles())
def test_plain_data_is_the_profile(profile: PersonaProfile) -> None:
    assert from_tree(json.loads(json.dumps(to_tree(profile)))).profile == profile


@settings(max_examples=80, deadline=None)
@given(valid_profiles(), st.sampled_from(["yaml", "json"]))
def test_texts_come_back_as_they_were(profile: PersonaProfile, kind: str) -> None:
    text = FILES.text(profile, kind)
    again = profile_of(FILES.read(text.encode()))
    assert again == profile
    assert FILES.text(again, kind) == text


IMAGES = st.builds(
    PortableImage,
    data=st.binary(max_size=40),
    name=TEXTS,
    role=st.sampled_from(["", "reference", "avatar"]),
    title=TEXTS,
    alt_text=TEXTS,
    tags=st.lists(TEXTS, max_size=2).map(tuple),
    rating=st.none() | st.sampled_from(Rating),
    provenance=st.none() | st.builds(Provenance, st.sampled_from(Origin), TEXTS, prompt=TEXTS),
)


@settings(max_examples=60, deadline=None)
@given(valid_profiles(), st.lists(IMAGES, max_size=3))
def test_archives_come_back_as_they_were(
    profile: PersonaProfile, images: list[PortableImage]
) -> None:
    data = FILES.archive(profile, images)
    content = FILES.read(data)
    again = profile_of(content)
    assert again == profile
    assert FILES.archive(again, content.images) == data
    for before, after in zip(images, content.images, strict=True):
        assert (after.data, after.role, after.title, after.tags, after.rating) == (
            before.data,
            before.role,
            before.title,
            before.tags,
            before.rating,
        )
        assert after.provenance == before.provenance


@settings(max_examples=60, deadline=None)
@given(profile=valid_profiles(), version=st.sampled_from([2, 3]), bare=st.booleans())
def test_our_own_cards_come_back_as_they_were(
    facts: CardFacts, png: bytes, profile: PersonaProfile, version: int, bare: bool
) -> None:
    card = FILES.card(profile, facts, None if bare else png, version)
    content = FILES.read(card)
    again = profile_of(content)
    assert again == profile
    assert FILES.card(again, facts, None if bare else png, version) == card
    assert [image.data for image in content.images] == ([] if bare else [png])


def test_a_card_is_written_as_the_specifications_say(facts: CardFacts, png: bytes) -> None:
    v2 = json.loads(FILES.card(PROFILE, facts, None, 2))
    assert (v2["spec"], v2["spec_version"]) == ("chara_card_v2", "2.0")
    text_fields = {
        *("name", "description", "personality", "scenario", "first_mes", "mes_example"),
        *("creator_notes", "system_prompt", "post_history_instructions"),
        *("creator", "character_version"),
    }
    lists = {"alternate_greetings", "tags"}
    assert set(v2["data"]) == text_fields | lists | {"extensions"}
    assert all(isinstance(v2["data"][name], str) for name in text_fields)
    v3 = json.loads(FILES.card(PROFILE, facts, None, 3))
    assert (v3["spec"], v3["spec_version"]) == ("chara_card_v3", "3.0")
    assert set(v3["data"]) - set(v2["data"]) == {
        *("group_only_greetings", "assets", "creation_date", "modification_date")
    }
    assert (v3["data"]["creation_date"], v3["data"]["character_version"]) == (1772323200, "3")


def test_a_card_is_still_the_picture_and_other_tools_find_its_text(
    facts: CardFacts, png: bytes
) -> None:
    card = FILES.card(PROFILE, facts, png, 3)
    with Image.open(BytesIO(card)) as shown, Image.open(BytesIO(png)) as before:
        assert shown.tobytes() == before.tobytes()
        assert set(shown.text) == {"chara", "ccv3"}
    older = FILES.read(FILES.card(PROFILE, facts, png, 2))
    assert older.format == "Character Card V2"
    assert set(texts(FILES.card(PROFILE, facts, card, 2), ("chara", "ccv3"))) == {"chara"}


def test_an_archive_names_every_file_with_its_checksum(png: bytes) -> None:
    with zipfile.ZipFile(BytesIO(FILES.archive(PROFILE, [PortableImage(png, "a.png")]))) as packed:
        manifest = json.loads(packed.read("manifest.json"))
        assert (manifest["format"], manifest["schema"]) == ("gator-persona", 1)
        assert manifest["gator"]
        paths = {entry["path"] for entry in manifest["files"]}
        assert (
            paths
            == {"persona.yaml", "images/001-a.png"}
            == set(packed.namelist()) - {"manifest.json"}
        )


@pytest.mark.parametrize(
    ("write", "field"),
    [
        (lambda facts: FILES.text(PROFILE, "toml"), "kind"),
        (lambda facts: FILES.card(PROFILE, facts, None, 4), "version"),
        (lambda facts: FILES.card(PROFILE, facts, b"GIF89a", 2), "file"),
        (lambda facts: FILES.archive(PROFILE, [PortableImage(b"x", "a")] * 65), "images"),
        (lambda facts: FILES.archive(PROFILE, [PortableImage(bytes(21 << 20), "a")]), "archive"),
    ],
    ids=["kind", "card version", "not a PNG", "too many pictures", "too large"],
)
def test_what_cannot_be_written_is_refused_by_name(facts: CardFacts, write, field: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput) as caught:
        write(facts)
    assert caught.value.field == field
