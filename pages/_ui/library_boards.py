"""The rail of the library: everything, favourites, the boards, inputs and the trash."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from gator_engine.domain.boards import Board, BoardSummary
from pages._ui import forms, state
from pages._ui.commands import attempt
from pages._ui.session import studio

FIXED = {
    "all": ":material/apps: All files",
    "favourites": ":material/favorite: Favourites",
    "inputs": ":material/layers: Masks and inputs",
    "trash": ":material/delete: Trash",
}


@dataclass(frozen=True)
class Place:
    """What the rail stands on: one of FIXED, or a board."""

    name: str
    board: Board | None = None


def rail() -> Place:
    """Choose where to look; make, rename and put away boards."""
    boards = {summary.board.id: summary for summary in studio().boards.list()}
    options = ["all", "favourites", *boards, "inputs", "trash"]
    if st.session_state.get("library:place") not in (None, *options):
        del st.session_state["library:place"]
    linked = state.linked("board")
    with st.container(horizontal=True, vertical_alignment="center", key="library-rail"):
        chosen = st.pills(
            "Where to look",
            options,
            default=linked if linked in boards else "all",
            format_func=lambda key: FIXED.get(key) or _label(boards[key]),
            key="library:place",
            label_visibility="collapsed",
        )
        _new()
        board = boards[chosen].board if chosen in boards else None
        if board is not None:
            _settings(board)
    state.link(board=board.id if board else None)
    return Place(chosen or "all", board)


def _label(summary: BoardSummary) -> str:
    return f":material/dashboard: {state.plain(summary.board.name)} ({summary.count})"


def _new() -> None:
    with st.popover("New board", icon=":material/add:", type="tertiary"):
        name = forms.text("board:new", "name", "Name of the board", "")
        if st.button("Make the board", type="primary", disabled=not name):
            attempt(
                lambda: studio().boards.create(name),
                done=f"The board {name} is there. Choose files and lay them on it.",
                form="board:new",
            )


def _settings(board: Board) -> None:
    form = f"board:{board.id}"
    with st.popover("This board", icon=":material/tune:", type="tertiary"):
        name = forms.text(form, "name", "Name", board.name)
        if st.button("Rename", disabled=name == board.name):
            attempt(lambda: studio().boards.rename(board.id, name), done="Renamed.", form=form)
        if st.button("Put the board away", icon=":material/archive:"):
            attempt(
                lambda: studio().boards.archive(board.id),
                done="The board is put away; its files stay in the library.",
                undo=lambda: studio().boards.bring_back(board.id),
            )
