"""Help with filling in a persona: by chance or by a language model, accepted field by field."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from html import escape

import streamlit as st

from gator_engine.domain.personas import PersonaProfile
from gator_engine.errors import GatorError
from gator_engine.services.fill_in import FIELDS, FillIn, Proposal
from pages._ui import cards, state
from pages._ui.errors import explain
from pages._ui.session import studio

SEEDS = 2**31


def current(base: str) -> str:
    """The name of the form in force: another one each time proposals went into it.

    A browser keeps what a field of the same name showed, whatever the field then starts from.
    """
    return f"{base}:{st.session_state.get(_edition_key(base), 0)}"


def _next(form: str) -> str:
    base, _, number = form.rpartition(":")
    st.session_state[_edition_key(base)] = int(number) + 1
    return current(base)


def start(form: str, stored: PersonaProfile) -> PersonaProfile:
    """What a form starts from: what is stored, or that with the proposals that were accepted."""
    kept = st.session_state.get(_start_key(form))
    return kept if isinstance(kept, PersonaProfile) else stored


def panel(form: str, edited: PersonaProfile) -> None:
    """Ways to have fields proposed, and the proposals to accept or not."""
    help = studio().fill_in
    with st.expander("Help me fill this in", icon=":material/auto_awesome:"):
        if st.button("Surprise me", icon=":material/casino:", key=f"ask:{form}:chance"):
            _propose(form, lambda: help.random(edited, secrets.randbelow(SEEDS)))
        missing = help.missing()
        if missing:
            cards.html(
                '<div class="g-soft">With a language model, a sentence is enough. None is ready: '
                f"{escape(missing)}</div>"
            )
        else:
            _ask(form, edited)
        found = st.session_state.get(_found_key(form))
        if isinstance(found, FillIn):
            _choose(form, edited, found)


def _ask(form: str, edited: PersonaProfile) -> None:
    """A whole persona from a sentence, or better values for some fields."""
    help = studio().fill_in
    sentence = st.text_input(
        "Who is it?",
        key=f"ask:{form}:sentence",
        placeholder="A retired pilot who restores clocks and laughs at himself",
    )
    if st.button("Propose a persona", disabled=not sentence.strip(), key=f"ask:{form}:whole"):
        _propose(form, lambda: help.whole(sentence, edited))
    paths = st.multiselect("Or only these", list(FIELDS), format_func=_named, key=f"ask:{form}:of")
    hint = st.text_input("With this in mind", key=f"ask:{form}:hint")
    if st.button("Propose these fields", disabled=not paths, key=f"ask:{form}:fields"):
        _propose(form, lambda: help.fields(edited, paths, hint))


def _propose(form: str, ask: Callable[[], FillIn]) -> None:
    try:
        with st.spinner("Thinking of something"):
            st.session_state[_found_key(form)] = ask()
    except GatorError as error:
        said = explain(error)
        state.tell(f"{said.title}. {said.text}", good=False)
    st.rerun()


def _choose(form: str, edited: PersonaProfile, found: FillIn) -> None:
    """Each proposal with what it would change; only the chosen ones go into the form."""
    cards.html(f'<div class="g-eyebrow">Proposed by {escape(found.proposed_by)}</div>')
    chosen = [one for one in found.proposals if _proposal(form, one)]
    for reason in found.left_out:
        cards.html(f'<div class="g-soft">Left out: {escape(reason)}</div>')
    with st.container(horizontal=True):
        if st.button(
            f"Take {len(chosen)} into the form",
            type="primary",
            disabled=not chosen,
            key=f"ask:{form}:take",
        ):
            taken = studio().fill_in.accept(edited, chosen)
            forget(form)
            st.session_state[_start_key(_next(form))] = taken
            state.tell("In the form now; nothing is saved yet.")
            st.rerun()
        if st.button("Dismiss", type="tertiary", key=f"ask:{form}:dismiss"):
            st.session_state.pop(_found_key(form))
            st.rerun()


def _proposal(form: str, one: Proposal) -> bool:
    key = f"ask:{form}:{one.path}"
    taken = st.checkbox(f"**{_named(one.path)}**", value=True, key=key)
    cards.html(
        f'<div class="g-soft g-proposal"><s>{escape(_said(one.before))}</s> '
        f"<b>{escape(_said(one.after))}</b></div>"
    )
    return taken


def forget(form: str) -> None:
    """Let a form start afresh: its widgets, its proposals, and what it started from."""
    state.forget(f"{form}:")
    state.forget(f"ask:{form}:")
    for key in (_found_key(form), _start_key(form)):
        st.session_state.pop(key, None)


def _named(path: str) -> str:
    return path.replace(".", " · ").replace("_", " ").capitalize()


def _said(value: object) -> str:
    if isinstance(value, tuple):
        return "; ".join(map(_said, value)) or "nothing"
    if is_dataclass(value):
        inside = (getattr(value, spec.name) for spec in fields(value))
        return " · ".join(_said(one) for one in inside if one not in ("", (), 0))
    return str(value) if value not in ("", None) else "nothing"


def _edition_key(base: str) -> str:
    return f"edition:{base}"


def _found_key(form: str) -> str:
    return f"proposed:{form}"


def _start_key(form: str) -> str:
    return f"start:{form}"
