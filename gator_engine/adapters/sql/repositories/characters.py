"""Character sets with their shots, and the LoRA trainings made from them."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection

from gator_engine.adapters.sql.rows import Rows, fields_of
from gator_engine.adapters.sql.tables import character_sets, character_shots, lora_trainings
from gator_engine.domain.identity import CharacterSet, CharacterShot, LoraTraining


class SqlCharacters:
    """CharacterRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._sets = Rows(connection, character_sets, CharacterSet, "character set")
        self._shots = Rows(connection, character_shots, CharacterShot, "shot")
        self._trainings = Rows(connection, lora_trainings, LoraTraining, "training")

    def add_set(self, made: CharacterSet, shots: Sequence[CharacterShot]) -> None:
        """Store a set with its shots."""
        self._sets.add(made)
        for shot in shots:
            self._shots.add(shot)

    def set(self, set_id: str) -> CharacterSet:
        """Raises NotFound."""
        return self._sets.get(set_id)

    def sets(self, persona_id: str) -> Sequence[CharacterSet]:
        """Newest first."""
        newest_first = (character_sets.c.created_at.desc(), character_sets.c.id.desc())
        query = self._sets.select.where(character_sets.c.persona_id == persona_id)
        return self._sets.all(query.order_by(*newest_first))

    def shots(self, set_id: str) -> Sequence[CharacterShot]:
        """In order."""
        query = self._shots.select.where(character_shots.c.set_id == set_id)
        return self._shots.all(query.order_by(character_shots.c.number))

    def save_shot(self, shot: CharacterShot) -> None:
        """Raises NotFound."""
        fixed = ("id", "set_id", "number", "key")
        self._shots.change(shot.id, **fields_of(shot, without=fixed))

    def add_training(self, training: LoraTraining) -> None:
        """Store a training that was asked for."""
        self._trainings.add(training)

    def training(self, training_id: str) -> LoraTraining:
        """Raises NotFound."""
        return self._trainings.get(training_id)

    def trainings(self, persona_id: str) -> Sequence[LoraTraining]:
        """Newest first."""
        newest_first = (lora_trainings.c.created_at.desc(), lora_trainings.c.id.desc())
        query = self._trainings.select.where(lora_trainings.c.persona_id == persona_id)
        return self._trainings.all(query.order_by(*newest_first))

    def save_training(self, training: LoraTraining) -> None:
        """Store path, loss and end. Raises NotFound."""
        self._trainings.change(
            training.id,
            path=training.path,
            loss=training.loss,
            finished_at=training.finished_at,
        )
