"""Which model a brief uses: those that are here, with their terms and whether they fit."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.capabilities import Option, Task
from gator_engine.domain.models.installed import ModelChoice
from pages._ui import cards, model_terms
from pages._ui.session import studio


def pick(option: Option, task: Task, key: str) -> str:
    """The folder or hub id chosen; "" for the studio's own choice. One may also type another."""
    found = {choice.value: choice for choice in studio().models.choices(task)}
    here = [value for value, choice in found.items() if choice.installed]
    typed = st.session_state.get(key)
    offered = ["", *here, *([typed] if typed and typed not in here else [])]
    chosen = st.selectbox(
        option.label,
        offered,
        format_func=lambda value: _label(value, found),
        accept_new_options=True,
        help=option.help or None,
        key=key,
    )
    value = str(chosen or "")
    if value in found:
        _about(found[value])
    _more(list(found.values()))
    return value


def _label(value: str, found: dict[str, ModelChoice]) -> str:
    if not value:
        default = next((choice.label for choice in found.values() if choice.default), "")
        return f"The studio's choice{f' ({default})' if default else ''}"
    return found[value].label if value in found else value


def _about(choice: ModelChoice) -> None:
    cards.html(model_terms.fit(choice.fit.verdict, choice.fit.why))
    if choice.problem:
        st.caption(f":material/error: {choice.problem}")
    if choice.known is not None:
        model_terms.terms(choice.known)
        if not choice.accepted:
            model_terms.consent(choice.known)


def _more(choices: list[ModelChoice]) -> None:
    others = sum(not choice.installed for choice in choices)
    if others:
        st.page_link(
            "pages/settings.py",
            label=f"{others} more models can be downloaded",
            icon=":material/download:",
        )
