"""Users."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from gator_engine.adapters.sql.rows import Rows, fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import users
from gator_engine.adapters.sql.tables.people import HAS_EMAIL_SQL
from gator_engine.domain.users import User
from gator_engine.errors import InvalidInput


class SqlUsers:
    """UserRepository over SQL; addresses are compared without case."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._users = Rows(connection, users, User, "user")

    def add(self, user: User) -> None:
        """Store a user. Raises InvalidInput when the address is taken."""
        values = {**fields_of(user), "email_key": user.email.casefold()}
        if not insert_unless_taken(
            self._connection, users, values, ["email_key"], where=HAS_EMAIL_SQL
        ):
            raise InvalidInput("email", f"{user.email} is taken")

    def get(self, user_id: str) -> User:
        """Raises NotFound."""
        return self._users.get(user_id)

    def by_email(self, email: str) -> User | None:
        """Whoever has this address; nobody has the empty one."""
        if not email:
            return None
        return self._users.first(self._users.select.where(users.c.email_key == email.casefold()))

    def list(self) -> Sequence[User]:
        """In the order they were added."""
        return self._users.all(self._users.select.order_by(users.c.created_at, users.c.id))
