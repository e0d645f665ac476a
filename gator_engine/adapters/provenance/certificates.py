"""The certificate that content credentials are signed with: a person's own, or one for development.

C2PA asks of a signing certificate: keyUsage digitalSignature, an extended key usage (here
emailProtection, which c2pa-rs accepts), no CA, and an issuer (C2PA specification 2.x, chapter
"X.509 Certificates").
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from gator_engine.config import Settings
from gator_engine.errors import ConfigError

DEVELOPMENT = "Gator development certificate"
_ROOT_NAME = f"{DEVELOPMENT} authority"
_VALID = timedelta(days=5 * 365)
_RENEW_BEFORE = timedelta(days=30)
_SKEW = timedelta(hours=1)
_CURVES = {"secp256r1": "es256", "secp384r1": "es384", "secp521r1": "es512"}


@dataclass(frozen=True)
class SigningCertificate:
    """Leaf and issuers as PEM, the private key as PEM, and C2PA's name of the algorithm."""

    chain: str
    key: str
    algorithm: str
    development: bool


def signing_certificate(settings: Settings) -> SigningCertificate:
    """The person's own certificate when set, else the development one, made on first use.

    Raises ConfigError naming the variable and the fix.
    """
    own, key = settings.c2pa_certificate, settings.c2pa_key
    if own is None and key is None:
        return _development(settings.home / "c2pa")
    if own is None or key is None:
        missing = "GATOR_C2PA_CERTIFICATE" if own is None else "GATOR_C2PA_KEY"
        raise ConfigError(missing, "is not set.", "Set both, or neither for a development one.")
    chain = _text("GATOR_C2PA_CERTIFICATE", own)
    _checked_leaf(chain)
    pem = _text("GATOR_C2PA_KEY", key)
    return SigningCertificate(chain, pem, _algorithm(pem, chain), development=False)


def anchors(settings: Settings) -> str:
    """The issuers this studio trusts, as PEM: those of its own certificate, every development one
    it has had, and those of its trust list; "" when there is none yet. Raises ConfigError."""
    chains = [path.read_text("ascii") for path in sorted(_kept(settings.home / "c2pa"))]
    if settings.c2pa_certificate is not None:
        chains.append(signing_certificate(settings).chain)
    found = dict.fromkeys(_pem(one) for chain in chains for one in _certificates(chain)[1:])
    return "".join(found | dict.fromkeys(_trusted(settings.c2pa_trust)))


def _trusted(list_of_trust: Path | None) -> list[str]:
    """The issuers of a trust list. Raises ConfigError for one that holds none."""
    if list_of_trust is None:
        return []
    variable = "GATOR_C2PA_TRUST"
    try:
        return [_pem(one) for one in _certificates(_text(variable, list_of_trust))]
    except ValueError as error:
        problem = f"{list_of_trust} holds no certificate."
        raise ConfigError(variable, problem, "Name a PEM file of issuers.") from error


def _kept(folder: Path) -> list[Path]:
    return list(folder.glob("development-*.pem"))


def _development(folder: Path) -> SigningCertificate:
    """The newest development certificate that is still good, or a new one."""
    for path in sorted(_kept(folder), reverse=True):
        text = path.read_text("ascii")
        if _certificates(text)[0].not_valid_after_utc - datetime.now(UTC) > _RENEW_BEFORE:
            key = text[text.index("-----BEGIN PRIVATE KEY") :]
            chain = text[: -len(key)]
            return SigningCertificate(chain, key, "es256", development=True)
    _make_development(folder)
    return _development(folder)


def _make_development(folder: Path) -> None:
    """Chain and key in one file, which appears whole or not at all; the first maker wins."""
    chain, key = _new_chain()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=folder)  # mkstemp gives 0600
        with os.fdopen(handle, "w") as file:
            file.write(chain + key)
        try:
            Path(name).replace(folder / f"development-{datetime.now(UTC):%Y-%m-%d}.pem")
        finally:
            Path(name).unlink(missing_ok=True)
    except OSError as error:
        problem = f"no certificate can be written to {folder} ({error.strerror})."
        raise ConfigError("GATOR_HOME", problem, "Choose a folder you may write to.") from error


def _new_chain() -> tuple[str, str]:
    """A leaf with its issuer, and the leaf's key. The issuer's key is never stored: nothing else
    can ever be signed in its name."""
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _builder(_ROOT_NAME, _ROOT_NAME, root_key.public_key())
    root = root.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
    root = root.add_extension(_usage(signs_certificates=True), critical=True)
    root_signed = root.sign(root_key, hashes.SHA256())
    leaf = _builder(DEVELOPMENT, _ROOT_NAME, key.public_key())
    leaf = leaf.add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
    leaf = leaf.add_extension(_usage(signs_certificates=False), critical=True)
    purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.EMAIL_PROTECTION])
    leaf = leaf.add_extension(purpose, critical=False)
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key())
    leaf = leaf.add_extension(issuer, critical=False)
    leaf_signed = leaf.sign(root_key, hashes.SHA256())
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode("ascii")
    return _pem(leaf_signed) + _pem(root_signed), pem


def _builder(subject: str, issuer: str, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(_name(issuer))
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _SKEW)
        .not_valid_after(now + _VALID)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _name(common: str) -> x509.Name:
    organisation = "Development only: signer not verified"
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, common),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
        ]
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(Encoding.PEM).decode("ascii")


def _certificates(pem: str) -> list[x509.Certificate]:
    return x509.load_pem_x509_certificates(pem.encode("ascii"))


def _text(variable: str, path: Path) -> str:
    try:
        return path.expanduser().read_text("ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(variable, f"{path} cannot be read.", "Name a PEM file.") from error


def _checked_leaf(chain: str) -> None:
    variable = "GATOR_C2PA_CERTIFICATE"
    try:
        leaf = _certificates(chain)[0]
    except ValueError as error:
        fix = "Name a PEM file with the signing certificate first, then its issuers."
        raise ConfigError(variable, "holds no certificate.", fix) from error
    if not leaf.not_valid_before_utc <= datetime.now(UTC) <= leaf.not_valid_after_utc:
        until = f"{leaf.not_valid_before_utc:%Y-%m-%d} to {leaf.not_valid_after_utc:%Y-%m-%d}"
        raise ConfigError(variable, f"is valid only from {until}.", "Renew the certificate.")


def _algorithm(key: str, chain: str) -> str:
    """C2PA's name of the algorithm the key signs with."""
    variable = "GATOR_C2PA_KEY"
    try:
        private = serialization.load_pem_private_key(key.encode("ascii"), password=None)
    except (ValueError, TypeError) as error:
        fix = "Name an unencrypted PKCS#8 PEM file."
        raise ConfigError(variable, "holds no private key that can be used.", fix) from error
    if private.public_key() != _certificates(chain)[0].public_key():
        fix = "Name the key of the first certificate in GATOR_C2PA_CERTIFICATE."
        raise ConfigError(variable, "belongs to another certificate.", fix)
    if isinstance(private, ed25519.Ed25519PrivateKey):
        return "ed25519"
    if isinstance(private, rsa.RSAPrivateKey):
        return "ps256"
    curve = private.curve.name if isinstance(private, ec.EllipticCurvePrivateKey) else ""
    if curve not in _CURVES:
        fix = "Use P-256, P-384, P-521, Ed25519 or RSA."
        raise ConfigError(variable, "is of a kind that C2PA does not know.", fix)
    return _CURVES[curve]
