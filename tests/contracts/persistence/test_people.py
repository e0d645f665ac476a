"""Users, the audit trail and settings, on both databases."""

from __future__ import annotations

import pytest

from gator_engine.adapters.sql import SqlStore
from gator_engine.domain.users import AuditEvent, Role, User
from gator_engine.errors import InvalidInput, NotFound
from tests.contracts.persistence.samples import MINUTE, NOW


def user(user_id: str, email: str, **changes: object) -> User:
    """An editor."""
    return User(user_id, "Ada", email, Role.EDITOR, NOW, **changes)  # type: ignore[arg-type]


def test_users_are_found_by_address_whatever_its_case(store: SqlStore) -> None:
    ada = user("u1", "Ada@Example.org", disabled_at=NOW)
    with store.write() as uow:
        uow.users.add(ada)
        uow.users.add(user("u2", ""))
        uow.users.add(user("u3", ""))
        assert uow.users.get("u1") == uow.users.by_email("ada@example.ORG") == ada
        assert uow.users.by_email("") is uow.users.by_email("nobody@example.org") is None
        assert [one.id for one in uow.users.list()] == ["u1", "u2", "u3"]
        with pytest.raises(InvalidInput) as refused:
            uow.users.add(user("u4", "ADA@example.org"))
        assert refused.value.field == "email"
        with pytest.raises(NotFound):
            uow.users.get("u4")


def test_the_audit_trail_comes_newest_first(store: SqlStore) -> None:
    events = [
        AuditEvent(
            f"e{n}", NOW + n * MINUTE, "ada", "edit", "post", f"o{n % 2}", {"n": n, "a": [1]}
        )
        for n in range(4)
    ]
    with store.write() as uow:
        for event in events:
            uow.audit.add(event)
    with store.read() as uow:
        assert uow.audit.list() == events[::-1]
        assert uow.audit.list(limit=1) == [events[3]]
        assert uow.audit.list(subject_id="o0") == [events[2], events[0]]


def test_settings_keep_any_json_value_and_the_last_one_wins(store: SqlStore) -> None:
    with store.write() as uow:
        assert uow.settings.get("a") is None
        uow.settings.put("a", 1)
        uow.settings.put("a", {"b": [1.5, None, True, "ü\u2028"]})
        uow.settings.put("c", None)
    with store.read() as uow:
        assert uow.settings.get("a") == {"b": [1.5, None, True, "ü\u2028"]}
        assert uow.settings.all() == {"a": {"b": [1.5, None, True, "ü\u2028"]}, "c": None}
