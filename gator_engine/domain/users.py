"""People who use the studio, and the audit trail of what they changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class Role(StrEnum):
    """What a person may do; each includes those after it."""

    OWNER = "owner"
    EDITOR = "editor"
    REVIEWER = "reviewer"
    VIEWER = "viewer"


@dataclass(frozen=True)
class User:
    """A person (or "system") who acts in the studio."""

    id: str
    name: str
    email: str
    role: Role
    created_at: datetime
    disabled_at: datetime | None = None


@dataclass(frozen=True)
class AuditEvent:
    """Who did what to which thing, when; appended, never changed."""

    id: str
    at: datetime
    actor: str
    verb: str
    subject_kind: str
    subject_id: str
    details: Mapping[str, object] = field(default_factory=dict)
