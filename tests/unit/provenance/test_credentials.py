"""Content credentials: signed, read back, and broken on purpose."""

from __future__ import annotations

import io
import stat
import struct
import wave
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from PIL import Image

from gator_engine.adapters.provenance.certificates import DEVELOPMENT, signing_certificate
from gator_engine.adapters.provenance.credentials import C2paSigning
from gator_engine.config import Settings, load_settings
from gator_engine.domain.assets import Origin
from gator_engine.domain.provenance import SOURCE_TYPES, Claim, CredentialState, Parent
from gator_engine.errors import ConfigError, Rejected

MADE = Claim("A bowl", "c2pa.created", SOURCE_TYPES[Origin.AI_GENERATED], "AI picture tiny")
EDITED = Claim("A blue bowl", "c2pa.edited", SOURCE_TYPES[Origin.AI_EDITED], "AI picture tiny")


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.effect_noise((96, 64), 60).convert("RGB").save(out, kind)
    return out.getvalue()


def sound() -> bytes:
    out = io.BytesIO()
    with wave.open(out, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * 4000)
    return out.getvalue()


def mp3() -> bytes:
    """An ID3 header and silent frames: MPEG-1 layer III, 128 kbit/s, 44.1 kHz."""
    frame = b"\xff\xfb\x90\x64" + b"\0" * 413
    return b"ID3\x04\0\0\0\0\0\0" + frame * 8


def mp4() -> bytes:
    """The smallest container there is: a type, a movie header and some data."""

    def box(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body) + 8) + kind + body

    head = struct.pack(">IIIIIIHH", 0, 0, 0, 1000, 1000, 0x10000, 0x100, 0) + b"\0" * 8
    matrix = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
    movie = box(b"mvhd", head + matrix + b"\0" * 24 + struct.pack(">I", 2))
    return (
        box(b"ftyp", b"isom\0\0\2\0isomiso2mp41") + box(b"moov", movie) + box(b"mdat", b"\7" * 600)
    )


FILES: dict[str, Callable[[], bytes]] = {
    "image/png": lambda: picture("PNG"),
    "image/jpeg": lambda: picture("JPEG"),
    "image/webp": lambda: picture("WEBP"),
    "audio/wav": sound,
    "audio/mpeg": mp3,
    "video/mp4": mp4,
}


@pytest.fixture
def settings(gator_home: Path) -> Settings:
    return load_settings(home=gator_home)


@pytest.fixture
def signing(settings: Settings) -> C2paSigning:
    return C2paSigning(settings)


@pytest.mark.parametrize("mime", FILES)
def test_every_kind_of_file_is_signed_and_validates(signing: C2paSigning, mime: str) -> None:
    data = FILES[mime]()
    assert signing.signs(mime)
    assert signing.read(data, mime).state is CredentialState.NONE
    signed = signing.sign(data, mime, MADE)
    found = signing.read(signed, mime)
    assert found.state is CredentialState.TRUSTED
    assert found.development and found.signer == DEVELOPMENT
    assert "Development only" in found.issuer
    [action] = found.actions
    assert (action.action, action.source_type) == (MADE.action, MADE.source_type)
    assert found.title == "A bowl" and found.tool.startswith("Gator")


@pytest.mark.parametrize("mime", FILES)
def test_one_changed_byte_makes_it_invalid(signing: C2paSigning, mime: str) -> None:
    signed = bytearray(signing.sign(FILES[mime](), mime, MADE))
    signed[-40] ^= 1
    found = signing.read(bytes(signed), mime)
    assert found.state is CredentialState.INVALID
    assert found.problems


def test_another_studio_calls_it_valid_but_not_trusted(
    signing: C2paSigning, tmp_path: Path
) -> None:
    signed = signing.sign(picture("PNG"), "image/png", MADE)
    elsewhere = C2paSigning(load_settings(home=tmp_path / "elsewhere"))
    found = elsewhere.read(signed, "image/png")
    assert found.state is CredentialState.VALID
    assert "signingCredential.untrusted" in found.problems


def test_an_edit_carries_its_parents(signing: C2paSigning) -> None:
    first = signing.sign(picture("PNG"), "image/png", MADE)
    parents = [
        Parent(first, "image/png", "A bowl"),
        Parent(picture("JPEG"), "image/jpeg", "A photo"),
    ]
    found = signing.read(signing.sign(picture("WEBP"), "image/webp", EDITED, parents), "image/webp")
    assert found.state is CredentialState.TRUSTED
    shown = [(one.title, one.relationship, one.signed) for one in found.ingredients]
    assert shown == [("A bowl", "parentOf", True), ("A photo", "componentOf", False)]
    assert [one.action for one in found.actions] == ["c2pa.opened", "c2pa.placed", "c2pa.edited"]
    assert found.actions[-1].source_type == SOURCE_TYPES[Origin.AI_EDITED]


def test_saving_it_again_loses_the_credentials(signing: C2paSigning) -> None:
    signed = signing.sign(picture("PNG"), "image/png", MADE)
    out = io.BytesIO()
    Image.open(io.BytesIO(signed)).save(out, "PNG")
    assert signing.read(out.getvalue(), "image/png").state is CredentialState.NONE


@pytest.mark.parametrize("cut", [0, 1, 7, 60, 400, 3000])
def test_cut_files_are_told_and_never_raise(signing: C2paSigning, cut: int) -> None:
    signed = signing.sign(picture("PNG"), "image/png", MADE)
    found = signing.read(signed[:cut], "image/png")
    assert found.state in {CredentialState.NONE, CredentialState.INVALID}


def test_what_is_no_picture_is_refused_by_name(signing: C2paSigning) -> None:
    with pytest.raises(Rejected, match="sign"):
        signing.sign(b"\x89PNG\r\n\x1a\nnothing", "image/png", MADE)


def test_the_development_key_is_private_and_made_once(settings: Settings) -> None:
    first = signing_certificate(settings)
    [path] = (settings.home / "c2pa").glob("development-*.pem")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert signing_certificate(settings) == first
    assert path.read_text().count("PRIVATE KEY") == 2  # one key, its begin and end: the leaf's


def test_switched_off_nothing_is_signed(gator_home: Path) -> None:
    off = C2paSigning(load_settings(home=gator_home, content_credentials=False))
    assert not off.signs("image/png")


# ------------------------------------------------------------------ a certificate of one's own


def own_certificate(folder: Path, *, days: int = 30) -> tuple[Path, Path]:
    """A leaf of one's own authority, as PEM files."""
    now = datetime.now(UTC)
    keys = [ec.generate_private_key(ec.SECP384R1()) for _ in range(2)]
    names = [
        x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]) for name in ("Ours", "House")
    ]
    made = []
    for number, (subject, key) in enumerate(zip(names, keys, strict=True)):
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(names[1])
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=60))
            .not_valid_after(now + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=number == 1, path_length=None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    number == 0, False, False, False, False, number == 1, False, False, False
                ),
                critical=True,
            )
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(keys[1].public_key()),
                critical=False,
            )
        )
        if number == 0:
            purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
            builder = builder.add_extension(purpose, critical=False)
        made.append(builder.sign(keys[1], hashes.SHA256()))
    pem = serialization.Encoding.PEM
    (folder / "chain.pem").write_bytes(b"".join(one.public_bytes(pem) for one in made))
    (folder / "key.pem").write_bytes(
        keys[0].private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return folder / "chain.pem", folder / "key.pem"


def test_a_certificate_of_ones_own_signs(gator_home: Path, tmp_path: Path) -> None:
    chain, key = own_certificate(tmp_path)
    settings = load_settings(home=gator_home, c2pa_certificate=chain, c2pa_key=key)
    signing = C2paSigning(settings)
    found = signing.read(signing.sign(picture("JPEG"), "image/jpeg", MADE), "image/jpeg")
    assert found.state is CredentialState.TRUSTED
    assert (found.signer, found.development) == ("Ours", False)
    assert not (gator_home / "c2pa").exists()


def test_certificates_that_cannot_sign_name_the_variable(gator_home: Path, tmp_path: Path) -> None:
    chain, key = own_certificate(tmp_path)
    (tmp_path / "other").mkdir()
    _, other = own_certificate(tmp_path / "other")
    (tmp_path / "old").mkdir()
    expired, old_key = own_certificate(tmp_path / "old", days=-1)
    empty = tmp_path / "empty.pem"
    empty.write_text("nothing")
    for certificate, private, variable in (
        (chain, None, "GATOR_C2PA_KEY"),
        (None, key, "GATOR_C2PA_CERTIFICATE"),
        (tmp_path / "gone.pem", key, "GATOR_C2PA_CERTIFICATE"),
        (empty, key, "GATOR_C2PA_CERTIFICATE"),
        (chain, empty, "GATOR_C2PA_KEY"),
        (chain, other, "GATOR_C2PA_KEY"),
        (expired, old_key, "GATOR_C2PA_CERTIFICATE"),
    ):
        settings = load_settings(home=gator_home, c2pa_certificate=certificate, c2pa_key=private)
        with pytest.raises(ConfigError) as caught:
            signing_certificate(settings)
        assert caught.value.variable == variable
