"""Where the installation's secret comes from: the setting, or a key file made on first use."""

from __future__ import annotations

import os
import secrets
import stat
from pathlib import Path

from gator_engine.config import Settings
from gator_engine.errors import ConfigError

KEY_FILE = "secret.key"
SHORTEST_KEY = 16
_VARIABLE = "GATOR_SECRET_KEY"


def secret_keys(settings: Settings) -> tuple[str, ...]:
    """The secrets in force, newest first. Raises ConfigError naming the variable and the fix."""
    given = settings.secret_key.get_secret_value()
    if not given:
        return (_key_file(settings.home / KEY_FILE),)
    keys = tuple(key.strip() for key in given.split(",") if key.strip())
    if not keys or min(map(len, keys)) < SHORTEST_KEY:
        raise ConfigError(
            _VARIABLE,
            f"each key needs at least {SHORTEST_KEY} characters.",
            "Make one with: python -c 'import secrets; print(secrets.token_urlsafe(32))'",
        )
    return keys


def _key_file(path: Path) -> str:
    """Read the key file; make it first when there is none."""
    try:
        if not path.exists():
            _create(path)
        if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise ConfigError(
                _VARIABLE, f"other people can read {path}.", f"Run: chmod 600 '{path}'"
            )
        key = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(
            _VARIABLE,
            f"the key file {path} cannot be used ({getattr(error, 'strerror', 'not text')}).",
            "Check its permissions, or set GATOR_SECRET_KEY.",
        ) from error
    if len(key) < SHORTEST_KEY:
        raise ConfigError(
            _VARIABLE,
            f"the key file {path} is damaged.",
            "Restore it from a backup; without it, accounts must be connected again.",
        )
    return key


def _create(path: Path) -> None:
    """Make the file, complete from its first moment and readable by its owner only.

    When several processes start at once the first link wins and all of them use its key.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        draft.unlink()
