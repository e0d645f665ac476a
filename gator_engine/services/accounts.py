"""Accounts: connect, check, pause, reconnect, disconnect; credentials are write-only."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from gator_engine.domain.accounts import Account, AccountHealth, Slot
from gator_engine.domain.capabilities import CredentialField, PlatformCapabilities
from gator_engine.domain.deliveries import DeliveryQuery, DeliveryState
from gator_engine.domain.schedule import zone
from gator_engine.errors import AuthExpired, InvalidInput, NotFound
from gator_engine.ports import (
    BlobStore,
    ConnectedProfile,
    Connector,
    ConnectorSession,
    SandboxNetwork,
    SecretVault,
)
from gator_engine.services._context import Context
from gator_engine.services._sessions import AccountSession

SLOT_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d")
MOST_SLOTS = 100


@dataclass(frozen=True)
class PlatformInfo:
    """A platform as the account form shows it."""

    capabilities: PlatformCapabilities
    credential_fields: Sequence[CredentialField]


class Accounts:
    """What one can do with accounts."""

    def __init__(
        self,
        context: Context,
        connectors: Mapping[str, Connector],
        vault: SecretVault,
        blobs: BlobStore,
        sandbox: SandboxNetwork,
        default_timezone: str,
    ) -> None:
        self._context, self._connectors, self._vault = context, connectors, vault
        self._blobs, self._sandbox, self._timezone = blobs, sandbox, default_timezone

    def platforms(self) -> Sequence[PlatformInfo]:
        """Every platform, by label."""
        found = [PlatformInfo(c.capabilities, c.credential_fields) for c in self._all()]
        return sorted(found, key=lambda info: info.capabilities.label)

    def connect(
        self, platform: str, fields: Mapping[str, str], timezone: str = "", *, sandbox: bool = False
    ) -> Account:
        """Log in and keep the account. Connecting a known profile again renews its credentials.

        Raises InvalidInput naming the field, AuthExpired, Rejected or Transient.
        """
        zone(timezone or self._timezone)
        connector = self._connector(platform)
        _check_fields(connector.credential_fields, fields)
        profile = connector.connect(fields)
        known = next(
            (a for a in self.list() if (a.platform, a.remote_id) == (platform, profile.remote_id)),
            None,
        )
        if known is not None:
            return self._renew(known, profile)
        return self._add(platform, profile, timezone or self._timezone, sandbox=sandbox)

    def connect_sandbox(
        self, platform: str, handle: str, display_name: str = "", timezone: str = ""
    ) -> Account:
        """Open an account on the local sandbox network and connect it. Raises Unavailable."""
        fields = self._sandbox.open_account(platform, handle, display_name or handle)
        return self.connect(platform, fields, timezone, sandbox=True)

    def sandbox_url(self) -> str:
        """Address of the sandbox network's public timeline; "" when it is not running."""
        return self._sandbox.url()

    def reconnect(self, account_id: str, fields: Mapping[str, str]) -> Account:
        """Log in again; deliveries that waited for it go on. Raises as `connect` does."""
        account = self.get(account_id)
        connector = self._connector(account.platform)
        _check_fields(connector.credential_fields, fields)
        profile = connector.connect(fields)
        if profile.remote_id != account.remote_id:
            raise InvalidInput(
                "account", f"these credentials belong to @{profile.handle}", f"@{account.handle}"
            )
        return self._renew(account, profile)

    def list(self) -> Sequence[Account]:
        """Every account that is not disconnected, by platform and handle."""
        with self._context.store.read() as uow:
            found = uow.accounts.list()
        kept = [account for account in found if account.health is not AccountHealth.DISCONNECTED]
        return sorted(kept, key=lambda account: (account.platform, account.handle))

    def get(self, account_id: str) -> Account:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.accounts.get(account_id)

    def capabilities(self, account_id: str) -> PlatformCapabilities:
        """The platform's limits, as the account's server states them."""
        account = self.get(account_id)
        return self._connector(account.platform).capabilities_for(account)

    def check(self, account_id: str) -> Account:
        """Ask the platform whether the credentials still work, and record the answer."""
        try:
            with self.open_session(account_id) as session:
                connector = self._connector(session.account.platform)
                connector.refresh(session)
                connector.metrics((), session)
        except AuthExpired as error:
            return self._set_health(account_id, AccountHealth.NEEDS_AUTH, error.message)
        account = self.get(account_id)
        health = (
            AccountHealth.PAUSED if account.health is AccountHealth.PAUSED else AccountHealth.OK
        )
        return self._set_health(account_id, health, "")

    def pause(self, account_id: str) -> Account:
        """Publish nothing there until resumed."""
        return self._set_health(account_id, AccountHealth.PAUSED, "Paused by a person.")

    def resume(self, account_id: str) -> Account:
        """Publish there again."""
        return self._set_health(account_id, AccountHealth.OK, "")

    def disconnect(self, account_id: str) -> Account:
        """Forget the credentials and cancel what was scheduled; history stays."""
        context = self._context
        with context.store.write() as uow:
            query = DeliveryQuery(account_id=account_id, states=(DeliveryState.SCHEDULED,))
            for delivery in uow.deliveries.list(query):
                uow.deliveries.move(
                    delivery.id,
                    from_states=(DeliveryState.SCHEDULED,),
                    to=DeliveryState.CANCELLED,
                    now=context.now(),
                    reason="The account was disconnected.",
                )
            uow.accounts.drop_credentials(account_id)
        return self._set_health(account_id, AccountHealth.DISCONNECTED, "Disconnected by a person.")

    def slots(self, account_id: str) -> Sequence[Slot]:
        """Weekly posting times."""
        with self._context.store.read() as uow:
            return uow.accounts.slots(account_id)

    def set_slots(self, account_id: str, slots: Sequence[tuple[int, str]]) -> None:
        """Replace the weekly slots: (weekday 0–6 from Monday, "HH:MM"). Raises InvalidInput.

        Those that stay keep what they serve.
        """
        if len(slots) > MOST_SLOTS:
            raise InvalidInput("slots", f"{len(slots)} slots", f"{MOST_SLOTS}")
        for weekday, time in slots:
            if not 0 <= weekday <= 6 or not SLOT_TIME.fullmatch(time):
                raise InvalidInput("slots", f"{(weekday, time)!r}", "weekday 0–6 and HH:MM")
        context = self._context
        with context.store.write() as uow:
            kept = {(slot.weekday, slot.time): slot for slot in uow.accounts.slots(account_id)}
            fresh = [
                kept.get((day, time)) or Slot(context.ids.new(), account_id, day, time)
                for day, time in sorted(set(slots))
            ]
            uow.accounts.set_slots(account_id, fresh)
            context.audit(uow, "set slots", "account", account_id, count=len(fresh))

    def keep_slot_for(
        self, account_id: str, slot_id: str, persona_id: str | None, pillar: str = ""
    ) -> Slot:
        """Keep a weekly slot for a persona, or for one of its pillars; None frees it.

        Raises NotFound, or InvalidInput naming `pillar`.
        """
        context = self._context
        with context.store.write() as uow:
            slots = {slot.id: slot for slot in uow.accounts.slots(account_id)}
            if slot_id not in slots:
                raise NotFound("slot", slot_id)
            pillars = uow.personas.get(persona_id).profile.pillars if persona_id else ()
            names = [one.name for one in pillars]
            if pillar and pillar not in names:
                raise InvalidInput("pillar", f"{pillar!r} is not a pillar", ", ".join(names))
            kept = replace(slots[slot_id], persona_id=persona_id, pillar=pillar)
            uow.accounts.set_slots(account_id, [*{**slots, slot_id: kept}.values()])
            context.audit(uow, "keep slot", "account", account_id, slot=slot_id, pillar=pillar)
        return kept

    @contextmanager
    def open_session(self, account_id: str) -> Iterator[ConnectorSession]:
        """A connector session of the account (checks, metrics). Raises AuthExpired or NotFound."""
        yield AccountSession(self._context, self._vault, self._blobs, self.get(account_id))

    # ------------------------------------------------------------------ inside

    def _all(self) -> Sequence[Connector]:
        return tuple(self._connectors.values())

    def _connector(self, platform: str) -> Connector:
        if platform not in self._connectors:
            raise InvalidInput("platform", f"{platform!r} is unknown", ", ".join(self._connectors))
        return self._connectors[platform]

    def _add(
        self, platform: str, profile: ConnectedProfile, timezone: str, *, sandbox: bool
    ) -> Account:
        context = self._context
        account = Account(
            id=context.ids.new(),
            platform=platform,
            handle=profile.handle,
            display_name=profile.display_name,
            base_url=profile.base_url,
            timezone=timezone,
            health=AccountHealth.OK,
            created_at=context.now(),
            remote_id=profile.remote_id,
            profile_url=profile.profile_url,
            avatar_url=profile.avatar_url,
            sandbox=sandbox,
            limits=profile.limits,
            token_expires_at=profile.token_expires_at,
            checked_at=context.now(),
        )
        with context.store.write() as uow:
            uow.accounts.add(account)
            uow.accounts.put_credentials(account.id, self._vault.seal(profile.credentials), None)
            context.audit(uow, "connect", "account", account.id, platform=platform)
        return account

    def _renew(self, account: Account, profile: ConnectedProfile) -> Account:
        context = self._context
        with context.store.write() as uow:
            uow.accounts.put_credentials(account.id, self._vault.seal(profile.credentials), None)
            renewed = replace(
                uow.accounts.get(account.id),
                display_name=profile.display_name,
                health=AccountHealth.OK,
                health_reason="",
                limits=profile.limits,
                token_expires_at=profile.token_expires_at,
                checked_at=context.now(),
            )
            uow.accounts.save(renewed)
            waiting = DeliveryQuery(account_id=account.id, states=(DeliveryState.NEEDS_AUTH,))
            for delivery in uow.deliveries.list(waiting):
                uow.deliveries.move(
                    delivery.id,
                    from_states=(DeliveryState.NEEDS_AUTH,),
                    to=DeliveryState.QUEUED,
                    now=context.now(),
                    reason="",
                )
            context.audit(uow, "reconnect", "account", account.id)
        return renewed

    def _set_health(self, account_id: str, health: AccountHealth, reason: str) -> Account:
        context = self._context
        with context.store.write() as uow:
            account = uow.accounts.get(account_id)
            changed = replace(
                account, health=health, health_reason=reason[:500], checked_at=context.now()
            )
            uow.accounts.save(changed)
            if changed.health is not account.health:
                context.audit(uow, health.value, "account", account_id, reason=reason)
        return changed


def _check_fields(expected: Sequence[CredentialField], given: Mapping[str, str]) -> None:
    for field in expected:
        if not field.optional and not given.get(field.name, "").strip():
            raise InvalidInput(field.name, f"{field.label} is missing")
