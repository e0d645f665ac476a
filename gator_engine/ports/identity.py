"""Ports of the identity lock: references, locks, character sets, and the picture embedder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from gator_engine.domain.identity import (
    CharacterSet,
    CharacterShot,
    LookLock,
    LoraTraining,
    ReferenceChange,
    ReferenceImage,
)


class LookRepository(Protocol):
    """Reference pictures with their history, and the locks of a look."""

    def add_reference(self, image: ReferenceImage, change: ReferenceChange) -> bool:
        """Store a picture with its first entry; False when the persona has it already."""

    def reference(self, reference_id: str) -> ReferenceImage:
        """Raises NotFound."""

    def save_reference(self, image: ReferenceImage, change: ReferenceChange) -> None:
        """Store state, likeness, reason, by and at, and append to the history. Raises NotFound."""

    def references(self, persona_id: str) -> Sequence[ReferenceImage]:
        """Oldest first."""

    def faces(self, persona_ids: Sequence[str]) -> Mapping[str, str]:
        """The asset id of the first accepted picture, of each persona that has one."""

    def of_assets(self, asset_ids: Sequence[str]) -> Sequence[ReferenceImage]:
        """The references of whichever persona that are these pictures, oldest first."""

    def history(self, persona_id: str) -> Sequence[ReferenceChange]:
        """Every change of every picture of the persona, newest first."""

    def lock(self, persona_id: str) -> LookLock | None:
        """The lock in force, if any."""

    def locks(self, persona_id: str) -> Sequence[LookLock]:
        """Every lock there ever was, newest first."""

    def add_lock(self, lock: LookLock) -> bool:
        """False when another lock is in force."""

    def open_lock(self, lock: LookLock) -> None:
        """Store who opened it, when and why. Raises StaleWrite when it is open already."""


class CharacterRepository(Protocol):
    """Character sets with their shots, and the trainings made from them."""

    def add_set(self, made: CharacterSet, shots: Sequence[CharacterShot]) -> None: ...
    def set(self, set_id: str) -> CharacterSet:
        """Raises NotFound."""

    def sets(self, persona_id: str) -> Sequence[CharacterSet]:
        """Newest first."""

    def shots(self, set_id: str) -> Sequence[CharacterShot]:
        """In order."""

    def save_shot(self, shot: CharacterShot) -> None:
        """Raises NotFound."""

    def add_training(self, training: LoraTraining) -> None: ...
    def training(self, training_id: str) -> LoraTraining:
        """Raises NotFound."""

    def trainings(self, persona_id: str) -> Sequence[LoraTraining]:
        """Newest first."""

    def save_training(self, training: LoraTraining) -> None:
        """Store path, loss and end. Raises NotFound."""


class ImageEmbedder(Protocol):
    """Turns pictures into vectors whose cosine says how alike they look."""

    @property
    def model(self) -> str:
        """Which model measures; scores of different models cannot be compared."""

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def embed(self, pictures: Sequence[bytes]) -> Sequence[Sequence[float]]:
        """One vector of length 1 per picture. Raises InvalidInput, Rejected or Transient."""
