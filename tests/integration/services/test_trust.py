"""Who vouches for a file: a time-stamp authority, a trust list, a provider's own signature; and the
same through every kind of file that the studio makes."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gator_engine import ConfigError
from gator_engine.adapters.generators._remote.pictures import shown, size_note
from gator_engine.adapters.provenance.credentials import C2paSigning
from gator_engine.adapters.provenance.marks import FileMarks
from gator_engine.config import Settings, load_settings
from gator_engine.domain.assets import Origin, Provenance
from gator_engine.domain.provenance import (
    SOURCE_TYPES,
    Claim,
    CredentialState,
    Parent,
    claim_of,
)
from gator_engine.errors import Transient
from gator_engine.services.library import NewAsset
from tests.integration.services.conftest import Desk
from tests.integration.services.test_provenance import picture
from tests.integration.services.time_stamping import authority

BY_MODEL = SOURCE_TYPES[Origin.AI_GENERATED]
MADE = Claim("A bowl", "c2pa.created", BY_MODEL, "a provider")
RENDERED = Claim("A film", "c2pa.created", SOURCE_TYPES[Origin.RENDERED], "Gator")


def studio_of(home: Path, **more: object) -> Settings:
    return load_settings(home=home, **more)


# ------------------------------------------------------------------ time


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl plays the time-stamp authority")
def test_a_signature_is_dated_by_the_authority_of_the_settings(tmp_path: Path) -> None:
    (tmp_path / "tsa").mkdir()
    with authority(tmp_path / "tsa") as (address, asked):
        signing = C2paSigning(studio_of(tmp_path / "home", c2pa_timestamp_url=address))
        signed = signing.sign(picture(), "image/png", MADE)
    assert len(asked) == 1
    assert picture()[:64] not in asked[0]  # A hash is sent, no picture.
    found = signing.read(signed, "image/png")
    assert (found.state, found.problems) == (CredentialState.TRUSTED, ())
    told = datetime.fromisoformat(found.signed_at)
    assert abs(told - datetime.now(UTC)) < timedelta(minutes=5)
    undated = C2paSigning(studio_of(tmp_path / "home"))
    assert undated.read(undated.sign(picture(), "image/png", MADE), "image/png").signed_at == ""


def test_without_its_answer_the_work_comes_later_and_a_wrong_address_is_named(
    tmp_path: Path, free_port: int
) -> None:
    away = f"http://127.0.0.1:{free_port}/"
    with pytest.raises(Transient, match="gave no time stamp"):
        C2paSigning(studio_of(tmp_path, c2pa_timestamp_url=away)).sign(picture(), "image/png", MADE)
    with pytest.raises(ConfigError) as caught:
        C2paSigning(studio_of(tmp_path, c2pa_timestamp_url="time.example")).sign(
            picture(), "image/png", MADE
        )
    assert caught.value.variable == "GATOR_C2PA_TIMESTAMP_URL"


# ------------------------------------------------------------------ trust


def test_issuers_of_a_trust_list_are_trusted_beside_ones_own(tmp_path: Path) -> None:
    other = C2paSigning(studio_of(tmp_path / "other"))
    foreign = other.sign(picture(), "image/png", MADE)
    [kept] = (tmp_path / "other" / "c2pa").glob("*.pem")
    issuer = kept.read_text().split("-----END CERTIFICATE-----\n")[1]
    issuers = tmp_path / "issuers.pem"
    issuers.write_text(issuer + "-----END CERTIFICATE-----\n")
    home = tmp_path / "home"
    plain, trusting = (
        C2paSigning(studio_of(home, **more)) for more in ({}, {"c2pa_trust": issuers})
    )
    assert plain.read(foreign, "image/png").state is CredentialState.VALID
    assert trusting.read(foreign, "image/png").state is CredentialState.TRUSTED
    own = trusting.sign(picture(seed=2), "image/png", MADE)
    assert trusting.read(own, "image/png").state is CredentialState.TRUSTED


@pytest.mark.parametrize("content", [None, "no certificates here"])
def test_a_trust_list_that_cannot_be_read_is_named(tmp_path: Path, content: str | None) -> None:
    place = tmp_path / "issuers.pem"
    if content is not None:
        place.write_text(content)
    with pytest.raises(ConfigError) as caught:
        C2paSigning(studio_of(tmp_path, c2pa_trust=place)).read(picture(), "image/png")
    assert caught.value.variable == "GATOR_C2PA_TRUST"


# ------------------------------------------------------------------ a provider's own


def test_credentials_of_a_provider_are_carried_along_when_its_picture_is_fitted(
    desk: Desk, tmp_path: Path
) -> None:
    provider = C2paSigning(studio_of(tmp_path / "provider"))
    sent = provider.sign(picture(320), "image/png", MADE)
    fitted = shown(sent, (320, 320), (320, 240), "crop")
    assert fitted.data != sent and fitted.received == sent
    assert "carried along" in size_note(fitted, (320, 240))
    made = Provenance(Origin.AI_GENERATED, "Remote picture", "openai_images", "image-1", 7)
    new = NewAsset(fitted.data, made, title="A bowl", received=fitted.received)
    asset = desk.studio.library.keep(new)
    found = desk.studio.provenance.inspect(desk.studio.library.read(asset.id)).credentials
    assert found.state is CredentialState.TRUSTED
    assert [action.action for action in found.actions] == ["c2pa.opened", "c2pa.edited"]
    [source] = found.ingredients
    assert (source.title, source.relationship, source.signed) == (
        "Remote picture",
        "parentOf",
        True,
    )


def test_a_picture_without_credentials_or_as_it_came_gets_no_such_parent(desk: Desk) -> None:
    made = Provenance(Origin.AI_GENERATED, "Remote picture", "openai_images", "image-1", 7)
    plain = shown(picture(320), (320, 320), (320, 240), "crop")
    asset = desk.studio.library.keep(NewAsset(plain.data, made, received=plain.received))
    found = desk.studio.provenance.inspect(desk.studio.library.read(asset.id)).credentials
    assert (found.ingredients, found.actions[0].action) == ((), "c2pa.created")
    same = shown(picture(320), (320, 320), (320, 320), "crop")
    assert same.received == b"" and same.data == picture(320)


# ------------------------------------------------------------------ sound and film

_MAKE = {
    "video/mp4": ("mp4", "-f lavfi -i testsrc=s=96x64:d=1:r=10 -pix_fmt yuv420p"
                  " -movflags +faststart+use_metadata_tags -metadata comment=kept"),
    "audio/wav": ("wav", "-f lavfi -i sine=d=1"),
    "audio/mpeg": ("mp3", "-f lavfi -i sine=d=1 -metadata title=kept"),
    "audio/mp4": ("m4a", "-f lavfi -i sine=d=1 -c:a aac -metadata title=kept"),
}  # fmt: skip


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], bytes]:
    """A second of each kind, as ffmpeg writes it."""
    if not shutil.which("ffmpeg"):
        pytest.skip("ffmpeg makes the files")
    folder, known = tmp_path_factory.mktemp("film"), dict[str, bytes]()

    def made(mime: str) -> bytes:
        if mime not in known:
            ending, words = _MAKE[mime]
            path = folder / f"one.{ending}"
            command = ["ffmpeg", "-v", "error", "-y", *words.split(), str(path)]
            subprocess.run(command, check=True)
            known[mime] = path.read_bytes()
        return known[mime]

    return made


def probed(data: bytes, ending: str, folder: Path) -> str:
    """What ffprobe says of streams and tags."""
    path = folder / f"probed.{ending}"
    path.write_bytes(data)
    entries = "stream=codec_name,width,height,nb_read_frames:format=duration:format_tags"
    command = ["ffprobe", "-v", "error", "-count_frames", "-show_entries", entries, str(path)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize("mime", sorted(_MAKE))
def test_sound_and_film_are_signed_read_and_play_on(
    film: Callable[[str], bytes], tmp_path: Path, mime: str
) -> None:
    signing, marks, plain = C2paSigning(studio_of(tmp_path)), FileMarks(), film(mime)
    assert signing.signs(mime)
    assert marks.read(plain).mime == mime
    signed = signing.sign(plain, mime, RENDERED, [Parent(picture(), "image/png", "a still")])
    found = signing.read(signed, mime)
    assert (found.state, found.problems) == (CredentialState.TRUSTED, ())
    assert [action.action for action in found.actions] == ["c2pa.created", "c2pa.placed"]
    assert found.actions[0].source_type == SOURCE_TYPES[Origin.RENDERED]
    [part] = found.ingredients
    assert (part.title, part.relationship) == ("a still", "componentOf")
    # The type is known after signing too, and streams and tags are those of before.
    assert marks.read(signed).mime == mime
    ending = _MAKE[mime][0]
    assert probed(signed, ending, tmp_path) == probed(plain, ending, tmp_path)
    # Films carry the source type as XMP too; sound has no place for it.
    marked = marks.marked(plain, mime, source_type=BY_MODEL, software="Gator")
    if mime == "video/mp4":
        assert marks.read(marked).source_type == BY_MODEL
        assert probed(marked, ending, tmp_path) == probed(plain, ending, tmp_path)
    else:
        assert marked == plain
    made = Provenance(Origin.AI_GENERATED, "t", parameters={"prompt": "a bowl", "steps": 4})
    assert marks.recorded(plain, mime, made) == plain
    # One bit of what plays, not of the room that the signature keeps for itself.
    start = plain.find(b"mdat") + 40 if b"mdat" in plain else len(plain) // 2
    playing = plain[start : start + 20]
    changed = signed.replace(playing, bytes([playing[0] ^ 1]) + playing[1:])
    assert changed != signed
    assert signing.read(changed, mime).state is CredentialState.INVALID


@pytest.mark.parametrize("mime", sorted(_MAKE))
def test_what_was_cut_off_is_told_and_never_raises(
    film: Callable[[str], bytes], tmp_path: Path, mime: str
) -> None:
    signing = C2paSigning(studio_of(tmp_path))
    signed = signing.sign(film(mime), mime, RENDERED)
    for share in (3, 2):
        cut = signed[: len(signed) // share]
        assert signing.read(cut, mime).state is not CredentialState.TRUSTED
        assert FileMarks().read(cut).mime == mime


def test_a_rendered_work_has_parts_and_an_edit_has_a_parent() -> None:
    rendered, edited = (
        claim_of(Provenance(origin, "t"), "A film", edited=True)
        for origin in (Origin.RENDERED, Origin.AI_EDITED)
    )
    assert (rendered.action, edited.action) == ("c2pa.created", "c2pa.edited")
