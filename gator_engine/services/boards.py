"""Boards: put files together, name the collection, give it a cover, put it away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gator_engine.domain.boards import Board, BoardSummary
from gator_engine.errors import InvalidInput
from gator_engine.ports import UnitOfWork
from gator_engine.services._context import Context

NAME_LIMIT, MOST_BOARDS = 80, 500


class Boards:
    """What one can do with boards; `studio.selection` lays files on them."""

    def __init__(self, context: Context) -> None:
        self._context = context

    def create(self, name: str) -> Board:
        """A new, empty board. Raises InvalidInput for an empty, long or taken name."""
        context = self._context
        with context.store.write() as uow:
            named = _checked(uow, name)
            board = Board(context.ids.new(), named, context.now(), context.actor)
            uow.boards.add(board)
            context.audit(uow, "create", "board", board.id, name=named)
        return board

    def rename(self, board_id: str, name: str) -> Board:
        """Raises InvalidInput or NotFound."""
        with self._context.store.write() as uow:
            board = uow.boards.get(board_id)
            changed = replace(board, name=_checked(uow, name, but=board_id))
            return self._save(uow, changed, "rename")

    def set_cover(self, board_id: str, asset_id: str) -> Board:
        """Let a file of the board stand for it. Raises InvalidInput or NotFound."""
        with self._context.store.write() as uow:
            board = uow.boards.get(board_id)
            if board_id not in {known.id for known in uow.boards.of(asset_id)}:
                raise InvalidInput("asset_id", f"does not lie on the board {board.name!r}")
            return self._save(uow, replace(board, cover_asset_id=asset_id), "cover")

    def archive(self, board_id: str) -> Board:
        """Put it away; its files stay where they are. Raises NotFound."""
        with self._context.store.write() as uow:
            board = uow.boards.get(board_id)
            return self._save(uow, replace(board, archived_at=self._context.now()), "archive")

    def bring_back(self, board_id: str) -> Board:
        """Use an archived board again. Raises NotFound; InvalidInput when its name is taken."""
        with self._context.store.write() as uow:
            board = uow.boards.get(board_id)
            _checked(uow, board.name, but=board_id)
            return self._save(uow, replace(board, archived_at=None), "bring_back")

    def get(self, board_id: str) -> Board:
        """Raises NotFound."""
        with self._context.store.read() as uow:
            return uow.boards.get(board_id)

    def list(self, *, archived: bool = False) -> Sequence[BoardSummary]:
        """By name, each with its number of files."""
        with self._context.store.read() as uow:
            return uow.boards.list(archived=archived)

    def of(self, asset_id: str) -> Sequence[Board]:
        """The boards a file lies on."""
        with self._context.store.read() as uow:
            return uow.boards.of(asset_id)

    def _save(self, uow: UnitOfWork, board: Board, verb: str) -> Board:
        uow.boards.save(board)
        self._context.audit(uow, verb, "board", board.id, name=board.name)
        return board


def _checked(uow: UnitOfWork, name: str, *, but: str = "") -> str:
    """The name without spaces around it. Raises InvalidInput."""
    named = " ".join(name.split())
    if not named:
        raise InvalidInput("name", "is empty", f"1–{NAME_LIMIT} characters")
    if len(named) > NAME_LIMIT:
        raise InvalidInput("name", f"has {len(named)} characters", f"{NAME_LIMIT}")
    others = [summary.board for summary in uow.boards.list() if summary.board.id != but]
    if named.casefold() in {board.name.casefold() for board in others}:
        raise InvalidInput("name", f"there is a board {named!r} already")
    if len(others) >= MOST_BOARDS:
        raise InvalidInput("name", f"there are {len(others)} boards", f"{MOST_BOARDS}")
    return named
