"""What can be done to the selected files, all at once, and what came of it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from gator_engine.domain.personas import Rating
from gator_engine.domain.selections import BulkReport
from gator_engine.errors import GatorError
from pages._ui import forms, state
from pages._ui.errors import explain
from pages._ui.library_boards import Place
from pages._ui.library_grid import selected, unselect
from pages._ui.persona_form import RATING_WORDS
from pages._ui.session import studio

MOST_NAMED = 5


def bar(place: Place) -> None:
    """The bar; absent while nothing is selected."""
    ids = list(selected())
    if not ids:
        return
    with st.container(key="card-bulk", horizontal=True, vertical_alignment="center", gap="small"):
        st.markdown(f"**{len(ids)} selected**", width="content")
        if place.name == "trash":
            _button("Restore", "restore_from_trash", ids, studio().selection.restore, "Restored")
        else:
            _button("Favourite", "favorite", ids, studio().selection.favourite, "Favourites")
            _tag(ids)
            _board(ids, place)
            _rate(ids)
            _button("Trash", "delete", ids, studio().selection.trash, "Moved to the trash")
        _download(ids)
        if st.button("Clear", type="tertiary", icon=":material/close:", key="bulk:clear"):
            unselect()
            st.rerun()


def _button(
    label: str, symbol: str, ids: list[str], do: Callable[[list[str]], BulkReport], done: str
) -> None:
    if st.button(label, icon=f":material/{symbol}:", key=f"bulk:{label}"):
        undo = studio().selection.restore if label == "Trash" else None
        run(lambda: do(ids), done, undo=undo)


def _tag(ids: list[str]) -> None:
    with st.popover("Tag", icon=":material/sell:"):
        tags = forms.words(forms.text("bulk", "tags", "Tags to add", "", "Split by commas."))
        if st.button("Add the tags", type="primary", disabled=not tags):
            run(lambda: studio().selection.tag(ids, tags), "Tagged", form="bulk")


def _board(ids: list[str], place: Place) -> None:
    with st.popover("Board", icon=":material/dashboard:"):
        boards = {summary.board.id: summary.board.name for summary in studio().boards.list()}
        if not boards:
            st.write("Make a board first, with “New board” above.")
        else:
            chosen = st.selectbox(
                "Board to lay them on", list(boards), format_func=boards.__getitem__
            )
            if st.button("Lay on the board", type="primary"):
                run(lambda: studio().selection.put_on_board(ids, chosen), "Laid on the board")
        board = place.board
        if board is None:
            return
        if st.button(f"Take off {state.plain(board.name)}"):
            run(lambda: studio().selection.take_off_board(ids, board.id), "Taken off the board")
        if len(ids) == 1 and st.button("Use as the board's cover"):
            run(lambda: _covered(board.id, ids[0]), "It is the cover now")


def _covered(board_id: str, asset_id: str) -> BulkReport:
    studio().boards.set_cover(board_id, asset_id)
    return BulkReport((asset_id,))


def _rate(ids: list[str]) -> None:
    with st.popover("Rate", icon=":material/shield:"):
        rating = st.selectbox("Rating", list(Rating), format_func=RATING_WORDS.__getitem__)
        if st.button("Give this rating", type="primary"):
            run(lambda: studio().selection.rate(ids, rating), "Rated")


def _download(ids: list[str]) -> None:
    try:
        url = studio().selection.download_url(ids)
    except GatorError as error:
        st.button("Download", icon=":material/download:", disabled=True, help=str(error))
        return
    st.link_button("Download", url, icon=":material/download:")


def run(
    do: Callable[[], BulkReport],
    done: str,
    *,
    undo: Callable[[list[str]], object] | None = None,
    form: str = "",
) -> None:
    """Do it, tell what came of it file by file, and select nothing any more."""
    try:
        report = do()
    except GatorError as error:
        said = explain(error)
        state.tell(f"{said.title}. {said.text}", good=False)
        st.rerun()
    forms.clear(form)
    changed = list(report.done)
    takes_back = undo
    state.tell(
        told(report, done),
        good=not report.refused,
        undo=(lambda: _undone(takes_back, changed)) if takes_back and changed else None,
    )
    unselect()
    st.rerun()


def _undone(undo: Callable[[list[str]], object], ids: list[str]) -> None:
    undo(ids)


def told(report: BulkReport, done: str) -> str:
    """ "Tagged: 3 files. Not 1: Sea (would have 42 tags)."""
    count = len(report.done)
    text = f"{done}: {count} file{'s' if count != 1 else ''}."
    if not report.refused:
        return text
    named = [f"{one.name} ({one.reason})" for one in report.refused[:MOST_NAMED]]
    rest = len(report.refused) - MOST_NAMED
    more = f", and {rest} more" if rest > 0 else ""
    return f"{text} Left alone: {'; '.join(named)}{more}."
