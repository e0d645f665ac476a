"""The vault: credentials sealed at rest, and signed tokens for links."""

from __future__ import annotations

import hashlib
import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable, Mapping, Sequence

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from itsdangerous import BadData, URLSafeSerializer

from gator_engine.adapters.secrets.keys import secret_keys
from gator_engine.config import Settings
from gator_engine.errors import ConfigError, PermissionDenied

# scrypt with N=2^14, r=8, p=1: the parameters for interactive use of RFC 7914's author
# (Percival, "Stronger key derivation via sequential memory-hard functions", 2009), 16 MiB.
_SCRYPT = {"n": 2**14, "r": 8, "p": 1, "dklen": 64}
_PURPOSE = b"gator vault 1"


class Vault:
    """SecretVault with one key or several: the newest seals and signs, all of them open.

    `keys` are secrets of any form, newest first; `now` is the time in seconds since the epoch.
    """

    def __init__(self, keys: Sequence[str], now: Callable[[], float] = time.time) -> None:
        derived = [_derive(key) for key in keys]
        self._box = MultiFernet([Fernet(urlsafe_b64encode(key[:32])) for key in derived])
        # itsdangerous wants the oldest key first and signs with the last.
        self._signer = URLSafeSerializer([key[32:] for key in reversed(derived)], salt=_PURPOSE)
        self._now = now

    def __repr__(self) -> str:
        return "Vault()"

    def seal(self, secrets: Mapping[str, str]) -> bytes:
        """Encrypt and authenticate."""
        return self._box.encrypt(json.dumps(dict(secrets)).encode())

    def open(self, sealed: bytes) -> dict[str, str]:
        """Decrypt. Raises ConfigError when the key does not fit or the bytes were changed."""
        try:
            opened: dict[str, str] = json.loads(self._box.decrypt(sealed))
        except InvalidToken:
            raise ConfigError(
                "GATOR_SECRET_KEY",
                "it does not open the stored credentials.",
                "Put the key back that sealed them (several may be listed, newest first, "
                "separated by commas), or connect the accounts again.",
            ) from None
        return opened

    def sign(self, value: str, *, ttl_s: int) -> str:
        """A URL-safe token that carries `value` and an expiry; anybody can read it."""
        return str(self._signer.dumps([value, int(self._now()) + ttl_s]))

    def verify(self, token: str) -> str:
        """The signed value. Raises PermissionDenied when forged or expired."""
        try:
            value, expires_at = self._signer.loads(token)
        except BadData:
            raise PermissionDenied("This link is not valid.") from None
        if self._now() >= expires_at:
            raise PermissionDenied("This link has expired.")
        return str(value)


def open_vault(settings: Settings) -> Vault:
    """The vault of an installation; makes its key file on first use. Raises ConfigError."""
    return Vault(secret_keys(settings))


def _derive(key: str) -> bytes:
    """64 bytes: 32 to seal with and 32 to sign with."""
    return hashlib.scrypt(key.encode(), salt=_PURPOSE, **_SCRYPT)
