"""From the picture to the platform: what is stored and what is posted carries its credentials."""

from __future__ import annotations

import io
from pathlib import Path

import httpx2
import numpy as np
import pytest
from PIL import Image

from gator_engine import InvalidInput, PostMedia, Rating, Studio, open_studio
from gator_engine.domain.assets import Asset, Origin, Provenance
from gator_engine.domain.briefs import BriefDraft, BriefKind
from gator_engine.domain.provenance import SOURCE_TYPES, CredentialState
from gator_engine.services.library import NewAsset
from gator_engine.studio import run_jobs
from tests.integration.services.conftest import Desk
from tests.services.sandbox_service import Sandbox, running_sandbox, sandbox

__all__ = ["running_sandbox", "sandbox"]

MADE = Provenance(Origin.AI_GENERATED, "AI picture", "diffusers", "tiny", 7, "a bowl")


def picture(edge: int = 320, seed: int = 1, kind: str = "PNG") -> bytes:
    """Noise: a PNG of 1000 pixels an edge has 3 MB."""
    pixels = np.random.default_rng(seed).integers(0, 255, (edge, edge, 3), dtype=np.uint8)
    out = io.BytesIO()
    Image.fromarray(pixels).save(out, kind)
    return out.getvalue()


def test_what_gator_makes_is_signed_and_what_people_upload_is_not_touched(desk: Desk) -> None:
    library, provenance = desk.studio.library, desk.studio.provenance
    made = library.keep(NewAsset(picture(), MADE, title="A bowl"))
    report = provenance.inspect(library.read(made.id))
    assert report.credentials.state is CredentialState.TRUSTED
    assert report.marks.source_type == SOURCE_TYPES[Origin.AI_GENERATED]
    assert report.asset == made
    assert made.facts.size == report.size
    assert made.sha256 != made.content_sha256
    uploaded = library.upload(picture(seed=2), "mine.png")
    assert library.read(uploaded.id) == picture(seed=2)
    assert provenance.inspect(library.read(uploaded.id)).says_nothing


def test_the_same_content_is_one_asset_although_signatures_differ(desk: Desk) -> None:
    library = desk.studio.library
    first = library.keep(NewAsset(picture(), MADE))
    assert library.keep(NewAsset(picture(), MADE)) == first
    assert library.upload(library.read(first.id), "back.png") == first
    assert library.keep(NewAsset(picture(seed=3), MADE)).id != first.id


def test_a_file_that_came_signed_is_never_signed_again(desk: Desk, tmp_path: Path) -> None:
    original = desk.studio.library.keep(NewAsset(picture(), MADE))
    data = desk.studio.library.read(original.id)
    with open_studio(home=tmp_path / "other", queue="inline") as other:
        kept = other.library.keep(NewAsset(data, MADE))
        assert other.library.read(kept.id) == data
        found = other.provenance.inspect(data).credentials
        assert (found.state, found.development) == (CredentialState.VALID, True)


def test_an_edit_names_what_it_was_made_from(desk: Desk) -> None:
    library = desk.studio.library
    parent = library.keep(NewAsset(picture(), MADE, title="A bowl"))
    edited = Provenance(Origin.AI_EDITED, "AI picture", "diffusers", "tiny", 8)
    child = library.keep(
        NewAsset(picture(seed=4), edited, parents=((parent.id, "inpaint"),), title="Blue")
    )
    report = desk.studio.provenance.inspect(library.read(child.id))
    [ingredient] = report.credentials.ingredients
    assert (ingredient.title, ingredient.relationship, ingredient.signed) == (
        "A bowl",
        "parentOf",
        True,
    )
    assert report.credentials.actions[-1].action == "c2pa.edited"
    assert report.marks.source_type == SOURCE_TYPES[Origin.AI_EDITED]


def test_a_hidden_mark_is_found_after_a_screenshot(tmp_path: Path) -> None:
    with open_studio(home=tmp_path / "home", queue="inline", watermark=True) as studio:
        kept = studio.library.keep(NewAsset(picture(512), MADE))
        shown = Image.open(io.BytesIO(studio.library.read(kept.id)))
        out = io.BytesIO()
        shown.save(out, "JPEG", quality=75)
        report = studio.provenance.inspect(out.getvalue())
        assert report.credentials.state is CredentialState.NONE
        assert report.watermark is not None and report.watermark.agreement > 0.9
        assert studio.library.keep(NewAsset(picture(512), MADE)) == kept


def test_switched_off_the_file_stays_unsigned(tmp_path: Path) -> None:
    with open_studio(home=tmp_path / "home", queue="inline", content_credentials=False) as studio:
        kept = studio.library.keep(NewAsset(picture(), MADE))
        report = studio.provenance.inspect(studio.library.read(kept.id))
        assert report.credentials.state is CredentialState.NONE
        assert report.marks.source_type == SOURCE_TYPES[Origin.AI_GENERATED]
        assert not (tmp_path / "home" / "c2pa").exists()


def test_the_same_brief_gives_the_same_content(desk: Desk) -> None:
    studio = desk.studio
    draft = BriefDraft(
        desk.persona.id, BriefKind.IMAGE, "card", seed=3, texts={"body": "Glaze, again."}
    )
    first = studio.generation.request(draft)
    run_jobs(studio)
    second = studio.generation.again(first.id)
    run_jobs(studio)
    made = [studio.generation.get(one.id).asset_ids for one in (first, second)]
    assert made[0] == made[1] and made[0]


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b"plain words", "type"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(desk: Desk, data: bytes, said: str) -> None:
    with pytest.raises(InvalidInput, match=said) as caught:
        desk.studio.provenance.inspect(data)
    assert caught.value.field == "file"


def test_what_is_too_large_is_refused_by_name(tmp_path: Path) -> None:
    given = {"max_upload_mb": 1, "max_media_mb": 1}
    with (
        open_studio(home=tmp_path / "small", queue="inline", **given) as studio,
        pytest.raises(InvalidInput, match="limit: 1 MiB") as caught,
    ):
        studio.provenance.inspect(b"\x89PNG\r\n\x1a\n" + b"\0" * 2**20)
    assert caught.value.field == "file"


# ------------------------------------------------------------------ on the platform


@pytest.fixture
def studio(tmp_path: Path, sandbox: Sandbox) -> Studio:
    return open_studio(home=tmp_path / "live", queue="inline", sandbox_url=sandbox.url)


def received(sandbox: Sandbox, slug: str, text: str) -> bytes:
    """The bytes of the picture that the platform got."""
    [post] = [one for one in sandbox.posts(slug) if text in one["text"]]
    answer = httpx2.get(f"{sandbox.url}/sandbox/files/{slug}/{post['media'][0]}")
    answer.raise_for_status()
    return answer.content


def posted(studio: Studio, sandbox: Sandbox, slug: str, asset: Asset) -> bytes:
    """Publish the picture, and fetch what arrived."""
    template = studio.personas.templates()[0].profile
    known = studio.personas.list()
    persona = known[0] if known else studio.personas.create(template)
    account = studio.accounts.connect_sandbox(slug, f"prov{asset.id[-12:].lower()}")
    media = (PostMedia(asset.id, "noise"),)
    text = f"Look: {asset.id}"
    post = studio.composing.draft(persona.id, text, media=media, rating=Rating.GENERAL)
    studio.composing.approve(post.id)
    studio.scheduling.post_now(post.id, [account.id])
    run_jobs(studio)
    return received(sandbox, slug, asset.id)


def test_what_is_posted_carries_credentials_also_after_a_transcode(
    studio: Studio, sandbox: Sandbox
) -> None:
    transcoded = 0
    with studio:
        for info in studio.accounts.platforms():
            slug, rule = info.capabilities.slug, info.capabilities.media
            asset = studio.library.keep(NewAsset(picture(1000, seed=len(slug)), MADE, title=slug))
            data = posted(studio, sandbox, slug, asset)
            report = studio.provenance.inspect(data)
            assert len(data) <= rule.max_image_bytes
            assert report.credentials.state is CredentialState.TRUSTED, slug
            assert report.marks.source_type == SOURCE_TYPES[Origin.AI_GENERATED], slug
            if data == studio.library.read(asset.id):
                continue
            transcoded += 1
            assert report.credentials.actions[-1].action == "c2pa.transcoded"
            assert [one.signed for one in report.credentials.ingredients] == [True]
    assert transcoded
