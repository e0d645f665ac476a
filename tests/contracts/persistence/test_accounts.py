"""Accounts, sealed credentials, refresh leases and slots, on both databases."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.accounts import AccountHealth, Slot
from gator_engine.errors import InvalidInput, NotFound, StaleWrite
from tests.contracts.persistence.samples import MINUTE, NOW, account


@pytest.fixture
def with_account(store: SqlStore) -> SqlStore:
    """A store that knows accounts c1 and c2."""
    with store.write() as uow:
        uow.accounts.add(account())
        uow.accounts.add(account("c2", platform="zeta"))
    return store


def test_an_account_comes_back_equal_and_can_be_changed(with_account: SqlStore) -> None:
    changed = account(
        handle="new",
        health=AccountHealth.NEEDS_AUTH,
        limits={},
        grace_s=None,
        token_expires_at=None,
        checked_at=None,
        sandbox=False,
    )
    with with_account.write() as uow:
        assert uow.accounts.list() == [account(), account("c2", platform="zeta")]
        uow.accounts.save(replace(changed, platform="other"))
        assert uow.accounts.get("c1") == changed
        with pytest.raises(NotFound):
            uow.accounts.save(account("nope"))
        with pytest.raises(NotFound):
            uow.accounts.get("nope")


def test_credentials_are_versioned_and_the_newest_counts(with_account: SqlStore) -> None:
    with with_account.write() as uow:
        with pytest.raises(NotFound):
            uow.accounts.credentials("c1")
        assert uow.accounts.put_credentials("c1", b"\x00one", None) == 1
        assert uow.accounts.put_credentials("c1", b"two", 1) == 2
        assert uow.accounts.put_credentials("c1", b"three", None) == 3
        assert uow.accounts.credentials("c1") == (b"three", 3)
        with pytest.raises(NotFound):
            uow.accounts.credentials("c2")
        with pytest.raises(NotFound):
            uow.accounts.put_credentials("nope", b"x", None)


def test_a_refresh_from_an_old_version_is_stale(with_account: SqlStore) -> None:
    with with_account.write() as uow:
        uow.accounts.put_credentials("c1", b"one", None)
        uow.accounts.put_credentials("c1", b"two", 1)
    with pytest.raises(StaleWrite), with_account.write() as uow:
        uow.accounts.put_credentials("c1", b"late", 1)
    with with_account.read() as uow:
        assert uow.accounts.credentials("c1") == (b"two", 2)


def test_a_refresh_that_outlives_a_disconnect_cannot_come_back(with_account: SqlStore) -> None:
    with with_account.write() as uow:
        before = uow.accounts.put_credentials("c1", b"old", None)
        uow.accounts.drop_credentials("c1")
        with pytest.raises(NotFound):
            uow.accounts.credentials("c1")
        uow.accounts.put_credentials("c1", b"new", None)
    with pytest.raises(StaleWrite), with_account.write() as uow:
        uow.accounts.put_credentials("c1", b"late", before)
    with with_account.write() as uow:
        assert uow.accounts.credentials("c1")[0] == b"new"
        with pytest.raises(NotFound):
            uow.accounts.drop_credentials("nope")


def test_one_refresh_at_a_time_until_it_ends_or_runs_out(with_account: SqlStore) -> None:
    until = NOW + MINUTE
    with with_account.write() as uow:
        assert uow.accounts.try_refresh_lease("c1", NOW, until)
        assert not uow.accounts.try_refresh_lease("c1", NOW, until)
        assert uow.accounts.try_refresh_lease("c2", NOW, until)
        assert uow.accounts.try_refresh_lease("c1", until, until + MINUTE)
        uow.accounts.end_refresh_lease("c1")
        assert uow.accounts.try_refresh_lease("c1", NOW, until)
        assert not uow.accounts.try_refresh_lease("nope", NOW, until)
        # Saving the account leaves the lease and the credentials' version alone.
        uow.accounts.put_credentials("c1", b"one", None)
        uow.accounts.save(account())
        assert not uow.accounts.try_refresh_lease("c1", NOW, until)
        assert uow.accounts.put_credentials("c1", b"two", 1) == 2


def test_slots_are_replaced_as_a_whole_and_come_in_the_order_of_the_week(
    with_account: SqlStore,
) -> None:
    slots = [
        Slot("s1", "c1", 6, "09:00"),
        Slot("s2", "c1", 0, "18:30"),
        Slot("s3", "c1", 0, "08:00"),
    ]
    with with_account.write() as uow:
        uow.accounts.set_slots("c2", [Slot("s0", "c2", 0, "08:00")])
        uow.accounts.set_slots("c1", slots)
        assert uow.accounts.slots("c1") == [slots[2], slots[1], slots[0]]
        uow.accounts.set_slots("c1", slots[:1])
        assert uow.accounts.slots("c1") == slots[:1]
        with pytest.raises(InvalidInput, match="slots: 09:00"):
            uow.accounts.set_slots("c1", [slots[0], replace(slots[0], id="s9")])
        assert len(uow.accounts.slots("c2")) == 1
