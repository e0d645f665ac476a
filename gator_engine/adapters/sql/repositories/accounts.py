"""Accounts, their sealed credentials and their weekly slots."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Connection, or_, select, update

from gator_engine.adapters.sql.claims import change_if
from gator_engine.adapters.sql.rows import Rows, fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import account_credentials, accounts
from gator_engine.adapters.sql.tables import slots as weekly
from gator_engine.domain.accounts import Account, Slot
from gator_engine.errors import InvalidInput, NotFound, StaleWrite

CREDENTIAL_VERSIONS_KEPT = 2


class SqlAccounts:
    """AccountRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._accounts = Rows(connection, accounts, Account, "account")
        self._slots = Rows(connection, weekly, Slot, "slot")

    def add(self, account: Account) -> None:
        """Store an account."""
        self._accounts.add(account)

    def get(self, account_id: str) -> Account:
        """Raises NotFound."""
        return self._accounts.get(account_id)

    def list(self) -> Sequence[Account]:
        """By platform and handle."""
        order = (accounts.c.platform, accounts.c.handle, accounts.c.id)
        return self._accounts.all(self._accounts.select.order_by(*order))

    def save(self, account: Account) -> None:
        """Store every field of the account; its credentials are apart. Raises NotFound."""
        changes = fields_of(account, without=("id", "platform", "created_at"))
        self._accounts.change(account.id, **changes)

    def put_credentials(self, account_id: str, sealed: bytes, expected_version: int | None) -> int:
        """Store sealed credentials as a new version and return it; the one before is kept.

        Raises StaleWrite when `expected_version` is given and is no longer the newest, NotFound
        when there is no such account.
        """
        version = self._raise_version(account_id, expected_version)
        row = {"account_id": account_id, "version": version, "sealed": sealed}
        self._connection.execute(account_credentials.insert().values(**row))
        self._connection.execute(
            account_credentials.delete().where(
                account_credentials.c.account_id == account_id,
                account_credentials.c.version <= version - CREDENTIAL_VERSIONS_KEPT,
            )
        )
        return version

    def credentials(self, account_id: str) -> tuple[bytes, int]:
        """The newest sealed credentials and their version. Raises NotFound when there are none."""
        query = (
            select(account_credentials.c.sealed, account_credentials.c.version)
            .where(account_credentials.c.account_id == account_id)
            .order_by(account_credentials.c.version.desc())
            .limit(1)
        )
        row = self._connection.execute(query).one_or_none()
        if row is None:
            raise NotFound("credentials of account", account_id)
        return bytes(row.sealed), row.version

    def drop_credentials(self, account_id: str) -> None:
        """Forget every version; a refresh under way can no longer store its result."""
        self._raise_version(account_id, None)
        statement = account_credentials.delete()
        self._connection.execute(statement.where(account_credentials.c.account_id == account_id))

    def try_refresh_lease(self, account_id: str, now: datetime, until: datetime) -> bool:
        """Take the right to refresh the tokens until `until`; False while somebody else has it."""
        lease = accounts.c.refresh_lease_until
        free = (accounts.c.id == account_id) & or_(lease.is_(None), lease <= now)
        return change_if(self._connection, accounts, free, refresh_lease_until=until)

    def end_refresh_lease(self, account_id: str) -> None:
        """Give that right back. Raises NotFound."""
        self._accounts.change(account_id, refresh_lease_until=None)

    def slots(self, account_id: str) -> Sequence[Slot]:
        """In the order of the week."""
        query = self._slots.select.where(weekly.c.account_id == account_id)
        return self._slots.all(query.order_by(weekly.c.weekday, weekly.c.time))

    def set_slots(self, account_id: str, slots: Sequence[Slot]) -> None:
        """Replace them all. Raises InvalidInput when two name the same time."""
        self._connection.execute(weekly.delete().where(weekly.c.account_id == account_id))
        for slot in slots:
            unique = ["account_id", "weekday", "time"]
            if not insert_unless_taken(self._connection, weekly, fields_of(slot), unique):
                raise InvalidInput("slots", f"{slot.time} on weekday {slot.weekday} is there twice")

    def _raise_version(self, account_id: str, expected: int | None) -> int:
        statement = update(accounts).where(accounts.c.id == account_id)
        if expected is not None:
            statement = statement.where(accounts.c.credentials_version == expected)
        counted = statement.values(credentials_version=accounts.c.credentials_version + 1)
        returned = self._connection.execute(counted.returning(accounts.c.credentials_version))
        version = returned.scalar_one_or_none()
        if version is None:
            self.get(account_id)
            raise StaleWrite("The account's credentials were renewed in between.")
        return int(version)
