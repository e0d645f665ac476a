"""What a connector is handed for one step: credentials, media, and a memory for remote ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from gator_engine.domain.accounts import Account
from gator_engine.domain.deliveries import Delivery
from gator_engine.errors import AuthExpired, NotFound, StaleWrite, Transient
from gator_engine.ports import BlobStore, MediaItem, SecretVault
from gator_engine.services._context import Context

REFRESH_LEASE = timedelta(seconds=60)


class AccountSession:
    """A connector session of an account alone (connect checks, metrics, token refresh)."""

    def __init__(
        self, context: Context, vault: SecretVault, blobs: BlobStore, account: Account
    ) -> None:
        self._context, self._vault, self._blobs = context, vault, blobs
        self.account = account
        self.idempotency_key = ""
        self.attempt_started_at = context.now()
        self.remote: Mapping[str, str] = {}
        self.requests: list[str] = []
        self.credentials: Mapping[str, str] = {}
        self._credentials_version = 0
        self._load_credentials()

    def _load_credentials(self) -> None:
        with self._context.store.read() as uow:
            try:
                sealed, self._credentials_version = uow.accounts.credentials(self.account.id)
            except NotFound as error:
                raise AuthExpired(
                    self.account.platform, "login", "The account is not connected any more."
                ) from error
        self.credentials = self._vault.open(sealed)

    def read_media(self, item: MediaItem) -> bytes:
        """The bytes of a picture. Raises NotFound."""
        return self._blobs.get(item.sha256)

    def now(self) -> datetime:
        """The current UTC instant."""
        return self._context.now()

    def note_request(self, summary: str) -> None:
        """Keep a redacted line about what is about to be sent."""
        self.requests.append(summary[:2000])

    def remember(self, **remote: str) -> None:
        """Keep remote ids for the length of this session."""
        self.remote = {**self.remote, **remote}

    @contextmanager
    def exclusive_refresh(self) -> Iterator[bool]:
        """See ports.ConnectorSession: one refresh at a time, whichever process it runs in."""
        before = self._credentials_version
        now = self._context.now()
        with self._context.store.write() as uow:
            if not uow.accounts.try_refresh_lease(self.account.id, now, now + REFRESH_LEASE):
                raise Transient(
                    self.account.platform, "refresh", "another worker is renewing the tokens"
                )
        try:
            self._load_credentials()
            yield self._credentials_version == before
        finally:
            with self._context.store.write() as uow:
                uow.accounts.end_refresh_lease(self.account.id)

    def replace_credentials(
        self, credentials: Mapping[str, str], expires_at: datetime | None
    ) -> None:
        """Store refreshed tokens before their first use; an empty value never replaces a token."""
        kept = {**self.credentials, **{name: value for name, value in credentials.items() if value}}
        with self._context.store.write() as uow:
            self._credentials_version = uow.accounts.put_credentials(
                self.account.id, self._vault.seal(kept), self._credentials_version
            )
            account = uow.accounts.get(self.account.id)
            self.account = replace(account, token_expires_at=expires_at)
            uow.accounts.save(self.account)
        self.credentials = kept


class DeliverySession(AccountSession):
    """A connector session of one delivery: remote ids are stored at once, under the fence."""

    def __init__(
        self,
        context: Context,
        vault: SecretVault,
        blobs: BlobStore,
        account: Account,
        delivery: Delivery,
        *,
        lease: timedelta,
        first_finalize_at: datetime | None = None,
    ) -> None:
        self.delivery, self._lease = delivery, lease
        super().__init__(context, vault, blobs, account)
        self.idempotency_key = delivery.idempotency_key
        self.remote = dict(delivery.remote)
        self.attempt_started_at = first_finalize_at or self.attempt_started_at

    def remember(self, **remote: str) -> None:
        """Store remote ids in their own transaction. Raises StaleWrite when the claim is lost."""
        self.remote = {**self.remote, **remote}
        self.save(remote=self.remote)

    def save(self, **changes: object) -> Delivery:
        """Write changes under the fence and renew the lease. Raises StaleWrite."""
        changes.setdefault("lease_until", self._context.now() + self._lease)
        changed = replace(self.delivery, **changes)  # type: ignore[arg-type]
        with self._context.store.write() as uow:
            uow.deliveries.save(changed)
        self.delivery = changed
        return changed

    def require_lease(self) -> None:
        """Raises StaleWrite when the lease ran out (a paused process must not go on)."""
        lease_until = self.delivery.lease_until
        if lease_until is None or self._context.now() >= lease_until:
            raise StaleWrite(f"The lease of delivery {self.delivery.id} ran out.")
