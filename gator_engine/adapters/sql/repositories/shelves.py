"""Boards, content ratings and fingerprints over SQL."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, delete, func, or_, select

from gator_engine.adapters.sql.rows import Rows, fields_of
from gator_engine.adapters.sql.tables import (
    assets,
    board_assets,
    boards,
    content_ratings,
    fingerprints,
)
from gator_engine.domain.assets import AssetKind, Shelf
from gator_engine.domain.boards import Board, BoardSummary
from gator_engine.domain.fingerprints import (
    BANDS,
    DETAIL_BITS,
    PictureFingerprint,
    bands_of,
    probes,
)
from gator_engine.domain.ratings import ContentRating

MOST_IDS = 500
_SIGN = 1 << 63


class SqlBoards:
    """BoardRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._rows = Rows(connection, boards, Board, "board")

    def add(self, board: Board) -> None:
        """Store a new board."""
        self._rows.add(board)

    def get(self, board_id: str) -> Board:
        """Raises NotFound."""
        return self._rows.get(board_id)

    def save(self, board: Board) -> None:
        """Store name, cover and archiving. Raises NotFound."""
        kept = fields_of(board, without=("id", "created_at", "created_by"))
        self._rows.change(board.id, **kept)

    def list(self, *, archived: bool = False) -> Sequence[BoardSummary]:
        """By name, each with its number of files outside the trash."""
        away = boards.c.archived_at.is_not(None)
        found = self._rows.all(self._rows.select.where(away if archived else ~away))
        counted = (
            select(board_assets.c.board_id, func.count())
            .join(assets, assets.c.id == board_assets.c.asset_id)
            .where(assets.c.deleted_at.is_(None))
            .group_by(board_assets.c.board_id)
        )
        counts = {row[0]: row[1] for row in self._connection.execute(counted)}
        ordered = sorted(found, key=lambda board: (board.name.casefold(), board.id))
        return [BoardSummary(board, counts.get(board.id, 0)) for board in ordered]

    def put(self, board_id: str, asset_ids: Sequence[str], at: datetime) -> int:
        """Lay files on a board; how many were not there yet."""
        there = self._there(board_id, asset_ids)
        new = [asset_id for asset_id in dict.fromkeys(asset_ids) if asset_id not in there]
        rows = [{"board_id": board_id, "asset_id": one, "added_at": at} for one in new]
        if rows:
            self._connection.execute(board_assets.insert(), rows)
        return len(rows)

    def take(self, board_id: str, asset_ids: Sequence[str]) -> int:
        """Take files off a board; how many were there."""
        taken = 0
        for start in range(0, len(asset_ids), MOST_IDS):
            some = board_assets.c.asset_id.in_(asset_ids[start : start + MOST_IDS])
            gone = delete(board_assets).where(board_assets.c.board_id == board_id, some)
            taken += self._connection.execute(gone).rowcount
        return taken

    def of(self, asset_id: str) -> Sequence[Board]:
        """The boards in use that an asset lies on, by name."""
        mine = select(board_assets.c.board_id).where(board_assets.c.asset_id == asset_id)
        query = self._rows.select.where(boards.c.archived_at.is_(None), boards.c.id.in_(mine))
        return self._rows.all(query.order_by(boards.c.name, boards.c.id))

    def _there(self, board_id: str, asset_ids: Sequence[str]) -> set[str]:
        found: set[str] = set()
        for start in range(0, len(asset_ids), MOST_IDS):
            query = select(board_assets.c.asset_id).where(
                board_assets.c.board_id == board_id,
                board_assets.c.asset_id.in_(asset_ids[start : start + MOST_IDS]),
            )
            found |= set(self._connection.execute(query).scalars())
        return found


class SqlRatings:
    """RatingRepository over SQL."""

    def __init__(self, connection: Connection) -> None:
        self._rows = Rows(connection, content_ratings, ContentRating, "rating")

    def add(self, rating: ContentRating) -> None:
        """Append a judgement."""
        self._rows.add(rating)

    def history(self, subject_id: str) -> Sequence[ContentRating]:
        """Newest first."""
        mine = self._rows.select.where(content_ratings.c.subject_id == subject_id)
        newest_first = (content_ratings.c.at.desc(), content_ratings.c.id.desc())
        return self._rows.all(mine.order_by(*newest_first))


class SqlFingerprints:
    """FingerprintRepository over SQL: BIGINT is signed on both databases, fingerprints are not."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def put(self, asset_id: str, fingerprint: PictureFingerprint | None) -> None:
        """Store it; None says that the picture is too plain to have one."""
        self._connection.execute(delete(fingerprints).where(fingerprints.c.asset_id == asset_id))
        row: dict[str, Any] = {"asset_id": asset_id}
        if fingerprint is not None:
            row["bits"] = fingerprint.bits - _SIGN
            row["detail"] = fingerprint.detail.to_bytes(DETAIL_BITS // 8)
            bands = bands_of(fingerprint.bits)
            row |= {f"band_{number}": part for number, part in enumerate(bands)}
        self._connection.execute(fingerprints.insert().values(row))

    def near(self, bits: int) -> Mapping[str, PictureFingerprint]:
        """Fingerprints of the library proper that share a probed band, by asset."""
        columns = [fingerprints.c[f"band_{number}"] for number in range(BANDS)]
        probed = zip(columns, probes(bits), strict=True)
        some = or_(*(column.in_(values) for column, values in probed))
        return self._whole(_in_library(fingerprints.c.detail).where(some))

    def of(self, asset_id: str) -> PictureFingerprint | None:
        """Its fingerprint, None when it has none."""
        return self.many([asset_id]).get(asset_id)

    def all(self) -> Mapping[str, int]:
        """The coarse bits of every picture in the library proper that has its detail too."""
        return {row.asset_id: row.bits + _SIGN for row in self._connection.execute(_in_library())}

    def many(self, asset_ids: Sequence[str]) -> Mapping[str, PictureFingerprint]:
        """Whole fingerprints of these, by asset."""
        found: dict[str, PictureFingerprint] = {}
        columns = (fingerprints.c.asset_id, fingerprints.c.bits, fingerprints.c.detail)
        for start in range(0, len(asset_ids), MOST_IDS):
            some = fingerprints.c.asset_id.in_(asset_ids[start : start + MOST_IDS])
            found |= self._whole(select(*columns).where(some, fingerprints.c.detail.is_not(None)))
        return found

    def missing(self, limit: int) -> Sequence[str]:
        """Pictures that were never looked at, or not in detail, newest first."""
        whole = fingerprints.c.bits.is_(None) | fingerprints.c.detail.is_not(None)
        query = (
            select(assets.c.id)
            .where(
                assets.c.shelf == Shelf.LIBRARY,
                assets.c.kind == AssetKind.IMAGE,
                assets.c.id.not_in(select(fingerprints.c.asset_id).where(whole)),
            )
            .order_by(assets.c.place.desc())
            .limit(limit)
        )
        return list(self._connection.execute(query).scalars())

    def _whole(self, query: Select[Any]) -> Mapping[str, PictureFingerprint]:
        rows = self._connection.execute(query)
        return {
            row.asset_id: PictureFingerprint(row.bits + _SIGN, int.from_bytes(row.detail))
            for row in rows
        }


def _in_library(*more: ColumnElement[Any]) -> Select[Any]:
    return (
        select(fingerprints.c.asset_id, fingerprints.c.bits, *more)
        .join(assets, assets.c.id == fingerprints.c.asset_id)
        .where(assets.c.shelf == Shelf.LIBRARY, fingerprints.c.detail.is_not(None))
    )
