"""From one studio into another: pictures, provenance, handles, problems, and the audit trail."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from random import Random

import pytest
from PIL import Image

from gator_engine import AssetQuery, InvalidInput, NotFound, Persona, Studio, open_studio
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.persona_templates import TEMPLATES
from gator_engine.domain.personas import Rating
from gator_engine.ports import CardFacts, Outcome
from gator_engine.services.library import NewAsset
from tests.contracts.portability.mutations import (
    damaged,
    foreign_card,
    good_files,
    in_picture,
    rebuilt,
    zipped,
)

FACTS = CardFacts(1, datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC))


def picture(colour: str = "teal", kind: str = "PNG") -> bytes:
    out = BytesIO()
    Image.new("RGB", (40, 50), colour).save(out, kind)
    return out.getvalue()


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(home=tmp_path / "here", queue="inline") as studio:
        yield studio


@pytest.fixture
def there(tmp_path: Path) -> Iterator[Studio]:
    with open_studio(home=tmp_path / "there", queue="inline") as studio:
        yield studio


@pytest.fixture
def persona(here: Studio) -> Persona:
    return here.personas.create(TEMPLATES[0].profile)


def audited(studio: Studio, persona: Persona) -> list[tuple[str, str]]:
    with studio.store.read() as uow:
        events = uow.audit.list(subject_id=persona.id)
    return [(event.verb, str(event.details.get("format", ""))) for event in events]


def reference(studio: Studio, persona: Persona) -> str:
    asset = studio.library.keep(
        NewAsset(
            data=picture(),
            provenance=Provenance(
                Origin.AI_GENERATED, "Picture", "gen", "m", 7, "a bowl", {"s": 4}
            ),
            title="Front",
            alt_text="Luna from the front",
            persona_id=persona.id,
            rating=Rating.GENERAL,
        )
    )
    studio.library.edit(asset.id, tags=["front", "reference"])
    return asset.id


def test_an_archive_carries_a_persona_and_its_pictures(
    here: Studio, there: Studio, persona: Persona
) -> None:
    original = reference(here, persona)
    data = here.portability.export_archive(persona.id, {original: "reference"})
    draft = there.portability.read(data, "luna.zip")
    assert draft.ready and draft.profile == persona.profile
    assert there.personas.list() == [] and there.library.search(AssetQuery()).total == 0

    arrived = there.portability.accept(draft)
    assert arrived.profile == persona.profile
    [asset] = there.library.search(AssetQuery(persona_id=arrived.id)).items
    assert there.library.read(asset.id) == here.library.read(original)
    assert (asset.title, asset.alt_text, asset.rating) == (
        "Front",
        "Luna from the front",
        Rating.GENERAL,
    )
    assert set(asset.tags) == {"front", "reference"}
    assert (asset.provenance.origin, asset.provenance.seed) == (Origin.AI_GENERATED, 7)
    assert there.portability.export_archive(arrived.id, {asset.id: "reference"}) == data
    assert audited(here, persona)[0] == ("export", "archive")
    assert ("import", "Gator archive") in audited(there, arrived)


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_card_carries_a_persona(
    here: Studio, there: Studio, persona: Persona, version: int, kind: str
) -> None:
    card = here.portability.export_card(persona.id, picture(kind=kind), version)
    arrived = there.portability.accept(there.portability.read(card, "luna.png"))
    assert arrived.profile == persona.profile
    [asset] = there.library.search(AssetQuery(persona_id=arrived.id)).items
    assert asset.facts.mime == "image/png" and asset.provenance.origin is Origin.UPLOAD
    assert b"chara" not in there.library.read(asset.id)


@pytest.mark.parametrize("kind", ["yaml", "json"])
def test_a_text_carries_the_profile(
    here: Studio, there: Studio, persona: Persona, kind: str
) -> None:
    text = here.portability.export_text(persona.id, kind)
    assert there.portability.read(text.encode()).profile == persona.profile
    assert audited(here, persona)[0] == ("export", kind)


def test_a_taken_handle_gets_a_free_one_and_says_so(here: Studio, persona: Persona) -> None:
    card = here.portability.export_card(persona.id)
    first = here.portability.read(card)
    assert first.profile is not None and first.profile.identity.handle == "luna.makes-2"
    assert "@luna.makes is taken; @luna.makes-2 is proposed" in str(first.report[-1])
    assert here.portability.accept(first).handle == "luna.makes-2"
    assert here.portability.accept(here.portability.read(card)).handle == "luna.makes-3"
    assert here.portability.accept(first, handle="luna.too").handle == "luna.too"
    with pytest.raises(InvalidInput, match=r"@luna\.makes is taken"):
        here.portability.accept(first, handle="luna.makes")


def test_a_foreign_card_waits_for_the_age(there: Studio) -> None:
    draft = there.portability.read(in_picture(foreign_card()), "ada.png")
    assert draft.profile is None and not draft.ready
    assert [str(problem) for problem in draft.problems] == ["identity.age: must be given"]
    assert draft.fields["identity"]["handle"] == "ada"
    with pytest.raises(InvalidInput, match=r"identity\.age"):
        there.portability.accept(draft)
    with pytest.raises(InvalidInput, match=r"identity\.age: personas are adults"):
        there.portability.accept(there.portability.fill(draft, {"identity.age": 17}))
    arrived = there.portability.accept(there.portability.fill(draft, {"identity.age": 31}))
    assert (arrived.name, arrived.profile.identity.age) == ("Ada", 31)
    assert arrived.profile.voice.sample_posts == ("Evening.", "The foxes are asleep.")
    with pytest.raises(InvalidInput, match="leads nowhere"):
        there.portability.fill(draft, {"identity.name.first": "Ada"})


def test_rules_of_a_persona_hold_for_imports_too(there: Studio) -> None:
    card = foreign_card()
    card["data"]["description"] = "x" * 4001
    card["data"]["name"] = "Зоя"
    draft = there.portability.read(json.dumps(card).encode())
    asked = there.portability.fill(draft, {"identity.age": 30, "identity.handle": "zoya"})
    assert [problem.field for problem in asked.problems] == ["identity.backstory"]
    assert {problem.field for problem in draft.problems} >= {"identity.handle", "identity.age"}


def test_a_picture_that_is_none_is_left_out_and_reported(there: Studio) -> None:
    card = foreign_card()
    data = zipped({"card.json": json.dumps(card).encode(), "a.png": zipped({"x": b"x"})})
    draft = there.portability.read(data, "ada.charx")
    assert draft.images == ()
    [line] = [line for line in draft.report if line.source == "a.png"]
    assert line.outcome is Outcome.IGNORED and "left out" in line.note


def test_what_does_not_exist_cannot_be_exported(here: Studio, persona: Persona) -> None:
    with pytest.raises(NotFound):
        here.portability.export_archive("nobody")
    with pytest.raises(NotFound):
        here.portability.export_archive(persona.id, {"nothing": "reference"})
    with pytest.raises(InvalidInput, match="picture"):
        here.portability.export_card(persona.id, b"no picture")


def test_damaged_files_store_nothing_outside_the_data_folder(there: Studio, tmp_path: Path) -> None:
    random, good, stored = Random(7), good_files(there.persona_files, FACTS), 0
    for number in range(200):
        data = damaged(random, good) if number % 2 else rebuilt(random, there.persona_files, FACTS)
        try:
            draft = there.portability.read(data, "../../evil.zip")
            there.portability.accept(there.portability.fill(draft, {"identity.age": 30}))
            stored += 1
        except InvalidInput:
            continue
    assert 10 < stored == len(there.personas.list())
    assert {path.name for path in tmp_path.iterdir()} <= {"home", "here", "there"}
    assert list((tmp_path / "home").iterdir()) == []
