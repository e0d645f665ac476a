"""From pictures to a finished, labelled film with nothing stood in for: the real renderer."""

from __future__ import annotations

import io
from dataclasses import replace
from pathlib import Path

import av
import pytest
from PIL import Image

from gator_engine import open_studio
from gator_engine.adapters.provenance._boxes import with_xmp_box, xmp_of
from gator_engine.adapters.provenance.credentials import C2paSigning
from gator_engine.adapters.provenance.marks import FileMarks
from gator_engine.adapters.provenance.xmp import COMPOSITE_WITH_AI, source_type, xmp_packet
from gator_engine.config import load_settings
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.provenance import Claim, CredentialState
from gator_engine.services.library import NewAsset
from gator_engine.studio import run_jobs
from tests.media.sources.films import film, numbered

PACKET = xmp_packet(COMPOSITE_WITH_AI, "Gator")


def picture(colour: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (120, 200), colour).save(out, "PNG")
    return out.getvalue()


def frames_in(data: bytes) -> int:
    with av.open(io.BytesIO(data)) as container:
        return sum(1 for _ in container.decode(video=0))


def test_a_project_becomes_a_film_that_says_it_holds_ai(tmp_path: Path) -> None:
    with open_studio(home=tmp_path / "studio", queue="inline", content_credentials=False) as studio:
        persona = studio.personas.create(studio.personas.templates()[0].profile)
        made = Provenance(Origin.AI_GENERATED, "Picture", model="m")
        ai = studio.library.keep(NewAsset(picture("red"), made, title="red"))
        other = studio.library.upload(picture("blue"), "blue.png")
        project = studio.projects.from_assets(persona.id, [ai.id, other.id], "Two", seconds=0.5)
        project = studio.projects.edit(
            project.id, "Make it small", lambda now: replace(now, frame=(108, 192))
        )
        [asked] = studio.projects.render(project.id)
        draft = studio.projects.preview(project.id)
        run_jobs(studio)
        over = studio.projects.rendering(asked.id)
        assert over.done and over.measured is not None, over.error
        assert (over.measured.frames, over.measured.width) == (30, 108)
        data = studio.library.read(over.asset_id)
        assert studio.library.get(over.asset_id).provenance.origin is Origin.AI_EDITED
        url = studio.projects.draft_url(draft.id).removeprefix("/drafts/")
        small, _ = studio.projects.resolve_draft(url)
        png = studio.projects.frame(project.id, 15, profile="standard")
    assert frames_in(data) == frames_in(small.read_bytes()) == 30
    assert FileMarks().read(data).source_type == COMPOSITE_WITH_AI
    assert Image.open(io.BytesIO(png)).size == (108, 192)


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    path = tmp_path_factory.mktemp("film") / "a.mp4"
    return film(path, numbered(12)).read_bytes()


def test_the_label_of_a_film_outlives_its_signature_and_harms_nothing(plain: bytes) -> None:
    marked = FileMarks().marked(plain, "video/mp4", source_type=COMPOSITE_WITH_AI, software="Gator")
    assert marked.startswith(plain)
    signing = C2paSigning(load_settings())
    signed = signing.sign(
        marked, "video/mp4", Claim("a", "c2pa.created", COMPOSITE_WITH_AI, "Gator")
    )
    assert signing.read(signed, "video/mp4").state is CredentialState.TRUSTED
    assert FileMarks().read(signed).source_type == COMPOSITE_WITH_AI
    assert frames_in(signed) == frames_in(plain) == 12
    again = FileMarks().marked(signed, "video/mp4", source_type=COMPOSITE_WITH_AI, software="Gator")
    assert again == signed


def test_boxes_are_walked_with_care(plain: bytes) -> None:
    for cut in range(0, len(plain), 97):
        assert xmp_of(plain[:cut], 1 << 20) == (b"", "")
        assert FileMarks().read(plain[:cut]).source_type == ""
    assert with_xmp_box(plain[:-3], PACKET) == plain[:-3]
    open_ended = plain + b"\0\0\0\0free" + b"x"
    assert with_xmp_box(open_ended, PACKET) == open_ended
    large = b"\0\0\0\x01free" + (24).to_bytes(8, "big") + b"12345678"
    packet, problem = xmp_of(with_xmp_box(plain + large, PACKET), 1 << 20)
    assert (source_type(packet), problem) == (COMPOSITE_WITH_AI, "")
    packet, problem = xmp_of(with_xmp_box(plain, bytes(1 << 20)), 1 << 20)
    assert (packet, problem) == (b"", "XMP of more than 1 MiB is left unread")
    for hostile in (b"\0\0\0\x02ftyp", b"\0\0\0\x01ftyp" + b"\xff" * 8, b"\xff" * 64, b""):
        assert xmp_of(hostile, 1 << 20) == (b"", "")
