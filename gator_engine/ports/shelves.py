"""Ports of what stands beside assets: boards, ratings, fingerprints, and what refers to a file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from gator_engine.domain.boards import Board, BoardSummary
from gator_engine.domain.fingerprints import PictureFingerprint
from gator_engine.domain.personas import Rating
from gator_engine.domain.ratings import ContentRating


class BoardRepository(Protocol):
    """Boards and the files on them."""

    def add(self, board: Board) -> None: ...
    def get(self, board_id: str) -> Board: ...
    def save(self, board: Board) -> None:
        """Store name, cover and archiving. Raises NotFound."""

    def list(self, *, archived: bool = False) -> Sequence[BoardSummary]:
        """By name, each with its number of files outside the trash."""

    def put(self, board_id: str, asset_ids: Sequence[str], at: datetime) -> int:
        """Lay files on a board; how many were not there yet."""

    def take(self, board_id: str, asset_ids: Sequence[str]) -> int:
        """Take files off a board; how many were there."""

    def of(self, asset_id: str) -> Sequence[Board]:
        """The boards in use that an asset lies on, by name."""


class RatingRepository(Protocol):
    """Judgements about content; appended, never changed."""

    def add(self, rating: ContentRating) -> None: ...
    def history(self, subject_id: str) -> Sequence[ContentRating]:
        """Newest first."""


class FingerprintRepository(Protocol):
    """Fingerprints of pictures (see `domain/fingerprints.py`)."""

    def put(self, asset_id: str, fingerprint: PictureFingerprint | None) -> None:
        """Store it; None says that the picture is too plain to have one."""

    def near(self, bits: int) -> Mapping[str, PictureFingerprint]:
        """Fingerprints of the library proper that share a probed band, by asset."""

    def of(self, asset_id: str) -> PictureFingerprint | None: ...
    def all(self) -> Mapping[str, int]:
        """The coarse bits of every picture in the library proper that has its detail too."""

    def many(self, asset_ids: Sequence[str]) -> Mapping[str, PictureFingerprint]:
        """Whole fingerprints of these, by asset."""

    def missing(self, limit: int) -> Sequence[str]:
        """Pictures that were never looked at, or not in detail, newest first."""


@dataclass(frozen=True)
class StorageRow:
    """Files of one sort: how many assets, and their bytes (each copy counted)."""

    shelf: str
    kind: str
    origin: str
    persona_id: str | None
    month: str
    files: int
    size: int


class UsageRepository(Protocol):
    """Who needs which file: asked before anything is removed for good."""

    def storage(self) -> Sequence[StorageRow]: ...
    def trashed(self, until: datetime) -> Sequence[str]:
        """Assets put into the trash before `until`, oldest first."""

    def needed(self, asset_ids: Sequence[str]) -> Mapping[str, str]:
        """Of these assets, those that something still refers to, each with the reason in words."""

    def asset_files(self) -> tuple[frozenset[str], frozenset[str]]:
        """Content hashes of the originals and of the thumbnails of all assets."""

    def held(self, sha256s: Sequence[str], without: Sequence[str] = ()) -> frozenset[str]:
        """Of these, those that an asset (other than `without`) holds."""

    def copies(self, sha256s: Sequence[str]) -> frozenset[str]:
        """Content hashes of the renditions that were made of these originals."""

    def forget_copies(self) -> frozenset[str]:
        """Take out the renditions whose original is no asset any more; their content hashes."""

    def stored_sha256(self) -> frozenset[str]:
        """Every content hash that any row of any table mentions."""


class ContentClassifier(Protocol):
    """Rates pictures by an installed model."""

    @property
    def name(self) -> str:
        """What its judgements are signed with."""

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def classify(self, pictures: Sequence[bytes]) -> Sequence[tuple[Rating, float]]:
        """Rating and confidence (0 to 1) of each. Raises ConfigError or InvalidInput."""


class TextClassifier(Protocol):
    """Rates words by an installed model."""

    @property
    def name(self) -> str:
        """What its judgements are signed with."""

    def missing(self) -> str:
        """ "" when ready, else what to install or set, in plain words."""

    def classify(self, texts: Sequence[Sequence[str]]) -> Sequence[tuple[Rating, float]]:
        """Rating and confidence (0 to 1) of each text, given as its passages.

        A passage longer than the model reads at once is read in overlapping pieces, none left out;
        the strongest rating of any piece is that of the text. Raises ConfigError or InvalidInput.
        """
