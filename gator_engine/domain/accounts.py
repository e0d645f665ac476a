"""Accounts: connected profiles on platforms, their health, and their weekly slots."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class AccountHealth(StrEnum):
    """Whether Gator may publish there now."""

    OK = "ok"
    NEEDS_AUTH = "needs_auth"
    PAUSED = "paused"
    DISCONNECTED = "disconnected"


@dataclass(frozen=True)
class Account:
    """A connected profile on a platform. Credentials are never part of it (see SecretVault)."""

    id: str
    platform: str
    handle: str
    display_name: str
    base_url: str
    timezone: str
    health: AccountHealth
    created_at: datetime
    remote_id: str = ""
    profile_url: str = ""
    avatar_url: str = ""
    sandbox: bool = False
    grace_s: float | None = None
    limits: Mapping[str, object] = field(default_factory=dict)
    token_expires_at: datetime | None = None
    health_reason: str = ""
    checked_at: datetime | None = None


@dataclass(frozen=True)
class Slot:
    """A weekly recurring posting time (weekday 0 = Monday, "HH:MM" in the account's zone).

    It may be kept for one persona, and for one of its pillars; "" serves whatever comes.
    """

    id: str
    account_id: str
    weekday: int
    time: str
    persona_id: str | None = None
    pillar: str = ""

    def serves(self, persona_id: str, pillar: str = "") -> bool:
        """Whether a post of this persona and pillar may take it."""
        return self.persona_id in (None, persona_id) and self.pillar in ("", pillar)
