"""Sealing, signing, rotation, and the key file."""

from __future__ import annotations

import stat
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from gator_engine.adapters.secrets.keys import KEY_FILE, secret_keys
from gator_engine.adapters.secrets.vault import Vault, open_vault
from gator_engine.config import load_settings
from gator_engine.errors import ConfigError, PermissionDenied
from gator_engine.ports import SecretVault

OLD, NEW = "the first secret of ours", "the second secret of ours"
TOKENS: Mapping[str, str] = {"access_token": "hunter2-é", "refresh_token": ""}


class Hands:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.time = 1_000_000.0

    def __call__(self) -> float:
        return self.time


@pytest.fixture(scope="module")
def vault() -> Vault:
    """A vault with one key."""
    return Vault([OLD])


def test_sealed_secrets_come_back_and_cannot_be_read(vault: SecretVault) -> None:
    sealed = vault.seal(TOKENS)
    assert vault.open(sealed) == TOKENS
    assert b"hunter2" not in sealed
    assert sealed != vault.seal(TOKENS)


def test_a_wrong_key_is_a_config_error_that_says_what_to_do(vault: Vault) -> None:
    with pytest.raises(ConfigError, match=r"GATOR_SECRET_KEY.*newest first"):
        Vault([NEW]).open(vault.seal(TOKENS))


def test_changed_or_foreign_bytes_do_not_open(vault: Vault) -> None:
    sealed = vault.seal(TOKENS)
    for broken in (b"", b"garbage", sealed[:-1], sealed[:40] + b"A" + sealed[41:]):
        with pytest.raises(ConfigError):
            vault.open(broken)


def test_rotation_opens_the_old_and_seals_with_the_new(vault: Vault) -> None:
    both = Vault([NEW, OLD])
    assert both.open(vault.seal(TOKENS)) == TOKENS
    assert Vault([NEW]).open(both.seal(TOKENS)) == TOKENS
    assert both.verify(vault.sign("x", ttl_s=60)) == "x"
    assert Vault([NEW]).verify(both.sign("x", ttl_s=60)) == "x"
    with pytest.raises(PermissionDenied):
        vault.verify(both.sign("x", ttl_s=60))


def test_a_signed_value_is_good_until_its_expiry() -> None:
    clock = Hands()
    vault = Vault([OLD], clock)
    token = vault.sign("asset:01ÄÖ/..", ttl_s=60)
    assert set(token) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
    clock.time += 59
    assert vault.verify(token) == "asset:01ÄÖ/.."
    clock.time += 1
    with pytest.raises(PermissionDenied, match="expired"):
        vault.verify(token)


def test_forged_tokens_are_refused(vault: Vault) -> None:
    token = vault.sign("a", ttl_s=60)
    other = vault.sign("b", ttl_s=60)
    mixed = other.rpartition(".")[0] + "." + token.rpartition(".")[2]
    for forged in ("", ".", "abc", "é.é", mixed, token[:-1], token + "A", "\x00"):
        with pytest.raises(PermissionDenied):
            vault.verify(forged)


def test_nothing_shows_in_the_repr(vault: Vault) -> None:
    assert OLD not in repr(vault) + str(vault)
    assert repr(vault) == "Vault()"


def test_the_setting_wins_over_the_file_and_may_list_several(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path, secret_key=f" {NEW} , {OLD},")
    assert secret_keys(settings) == (NEW, OLD)
    assert not (tmp_path / KEY_FILE).exists()


@pytest.mark.parametrize("given", [" , ", "short", f"{NEW},short"])
def test_a_weak_setting_is_refused_without_showing_it(tmp_path: Path, given: str) -> None:
    with pytest.raises(ConfigError, match=r"GATOR_SECRET_KEY.*16 characters") as refused:
        open_vault(load_settings(home=tmp_path, secret_key=given))
    assert NEW not in str(refused.value)


def test_the_key_file_is_made_once_and_is_private(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path / "home")
    first, second = open_vault(settings), open_vault(settings)
    assert second.open(first.seal(TOKENS)) == TOKENS
    path = tmp_path / "home" / KEY_FILE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [entry.name for entry in path.parent.iterdir()] == [KEY_FILE]


def test_several_that_start_at_once_agree_on_one_key(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: secret_keys(settings), range(64)))
    assert len(keys) == 1
    assert [entry.name for entry in tmp_path.iterdir() if "secret" in entry.name] == [KEY_FILE]


def test_a_key_file_others_can_read_is_refused(tmp_path: Path) -> None:
    settings = load_settings(home=tmp_path)
    secret_keys(settings)
    (tmp_path / KEY_FILE).chmod(0o644)
    with pytest.raises(ConfigError, match="chmod 600"):
        secret_keys(settings)


@pytest.mark.parametrize("content", [b"", b"half\n", b"\xff\xfe" * 20])
def test_a_damaged_key_file_is_said_and_kept(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / KEY_FILE
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ConfigError, match=r"secret\.key"):
        secret_keys(load_settings(home=tmp_path))
    assert path.read_bytes() == content


def test_a_key_file_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(ConfigError, match="set GATOR_SECRET_KEY"):
        secret_keys(load_settings(home=tmp_path / "file"))
