"""One command per click: run it, tell what happened, draw the page again."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from gator_engine.errors import GatorError, InvalidInput
from pages._ui import forms, state
from pages._ui.errors import explain

T = TypeVar("T")


def attempt(
    action: Callable[[], T],
    *,
    done: str,
    form: str = "",
    then: Callable[[T], None] | None = None,
    undo: Callable[[], object] | None = None,
) -> None:
    """Run `action`, then draw the page again with the news of it.

    Invalid input marks the fields of `form` and keeps what was typed; `then` gets the result
    (to open it, say); `undo` is offered beside the news.
    """
    try:
        result = action()
    except InvalidInput as error:
        _refuse(error, form)
    except GatorError as error:
        said = explain(error)
        state.tell(f"{said.title}. {said.text}", good=False)
    else:
        forms.clear(form)
        state.tell(done, undo=_taking_back(undo) if undo else None)
        if then is not None:
            then(result)
    st.rerun()


def _refuse(error: InvalidInput, form: str) -> None:
    if form:
        forms.keep(form, error.problems)
    said = "; ".join(map(str, error.problems))
    state.tell(f"Not saved yet. {said}" if form else f"That cannot be used. {said}", good=False)


def _taking_back(undo: Callable[[], object]) -> Callable[[], None]:
    def take_back() -> None:
        try:
            undo()
        except GatorError as error:
            state.tell(f"It could not be undone. {error}", good=False)
        else:
            state.tell("Undone.")

    return take_back
