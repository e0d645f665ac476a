"""Reference pictures with their history, and the locks of a look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, update

from gator_engine.adapters.sql.rows import Rows, fields_of, insert_unless_taken
from gator_engine.adapters.sql.tables import look_locks, reference_changes, reference_images
from gator_engine.adapters.sql.tables.identity import IN_FORCE_SQL
from gator_engine.domain.identity import LookLock, ReferenceChange, ReferenceImage, ReferenceState
from gator_engine.errors import StaleWrite


class SqlLooks:
    """LookRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._images = Rows(connection, reference_images, ReferenceImage, "reference picture")
        self._changes = Rows(connection, reference_changes, ReferenceChange, "change")
        self._locks = Rows(connection, look_locks, LookLock, "lock")

    def add_reference(self, image: ReferenceImage, change: ReferenceChange) -> bool:
        """Store a picture with its first entry; False when the persona has it already."""
        once = ["persona_id", "asset_id"]
        if not insert_unless_taken(self._connection, reference_images, fields_of(image), once):
            return False
        self._changes.add(change)
        return True

    def reference(self, reference_id: str) -> ReferenceImage:
        """Raises NotFound."""
        return self._images.get(reference_id)

    def save_reference(self, image: ReferenceImage, change: ReferenceChange) -> None:
        """Store state, likeness, reason, by and at, and append to the history. Raises NotFound."""
        fixed = ("id", "persona_id", "asset_id")
        self._images.change(image.id, **fields_of(image, without=fixed))
        self._changes.add(change)

    def references(self, persona_id: str) -> Sequence[ReferenceImage]:
        """Oldest first: identifiers sort by creation."""
        query = self._images.select.where(reference_images.c.persona_id == persona_id)
        return self._images.all(query.order_by(reference_images.c.id))

    def of_assets(self, asset_ids: Sequence[str]) -> Sequence[ReferenceImage]:
        """The references of whichever persona that are these pictures, oldest first."""
        query = self._images.select.where(reference_images.c.asset_id.in_(asset_ids))
        return self._images.all(query.order_by(reference_images.c.id))

    def faces(self, persona_ids: Sequence[str]) -> Mapping[str, str]:
        """The first accepted picture's asset id by persona; those without one are left out."""
        images = self._images.select.where(
            reference_images.c.persona_id.in_(persona_ids),
            reference_images.c.state == ReferenceState.ACCEPTED,
        )
        newest_first = self._images.all(images.order_by(reference_images.c.id.desc()))
        return {image.persona_id: image.asset_id for image in newest_first}

    def history(self, persona_id: str) -> Sequence[ReferenceChange]:
        """Every change of every picture of the persona, newest first."""
        newest_first = (reference_changes.c.at.desc(), reference_changes.c.id.desc())
        query = self._changes.select.where(reference_changes.c.persona_id == persona_id)
        return self._changes.all(query.order_by(*newest_first))

    def lock(self, persona_id: str) -> LookLock | None:
        """The lock in force, if any."""
        mine = look_locks.c.persona_id == persona_id
        return self._locks.first(self._locks.select.where(mine, look_locks.c.opened_at.is_(None)))

    def locks(self, persona_id: str) -> Sequence[LookLock]:
        """Every lock there ever was, newest first."""
        newest_first = (look_locks.c.locked_at.desc(), look_locks.c.id.desc())
        query = self._locks.select.where(look_locks.c.persona_id == persona_id)
        return self._locks.all(query.order_by(*newest_first))

    def add_lock(self, lock: LookLock) -> bool:
        """False when another lock is in force."""
        values = fields_of(lock)
        return insert_unless_taken(
            self._connection, look_locks, values, ["persona_id"], where=IN_FORCE_SQL
        )

    def open_lock(self, lock: LookLock) -> None:
        """Store who opened it, when and why. Raises StaleWrite when it is open already."""
        opened = {
            "opened_at": lock.opened_at,
            "opened_by": lock.opened_by,
            "opened_reason": lock.opened_reason,
        }
        in_force = (look_locks.c.id == lock.id, look_locks.c.opened_at.is_(None))
        statement = update(look_locks).where(*in_force).values(**opened)
        if self._connection.execute(statement).rowcount == 0:
            raise StaleWrite("The look was opened in between.")
