"""Help with a prompt: styles to dress it in, past prompts, and what chance may make of it."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from gator_engine.domain.dynamic_prompts import is_dynamic
from gator_engine.domain.personas import Persona
from gator_engine.domain.prompt_tools import PastPrompt
from gator_engine.errors import InvalidInput
from pages._ui import brief_keys, cards, forms, recall, state
from pages._ui.brief_keys import FORM
from pages._ui.session import studio

SHOWN = 20
PREVIEWED = 3


def bar(persona: Persona) -> None:
    """The ways to a prompt other than typing it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Past prompts", icon=":material/history:", type="tertiary"):
            _history(persona)
        if st.button("From a picture", icon=":material/settings_backup_restore:", type="tertiary"):
            recall.ask()


def styles() -> Sequence[str]:
    """The names of the styles to dress the prompt in."""
    names = [style.name for style in studio().prompts.styles()]
    return st.multiselect(
        "Styles",
        names,
        key=f"{FORM}:styles",
        placeholder="None",
        help="Words put around the prompt, and words kept out. Keep your own in Settings.",
    )


def chance(prompt: str) -> None:
    """What a dynamic prompt may become; nothing for a plain one."""
    if not is_dynamic(prompt):
        return
    try:
        found = studio().prompts.every(prompt, limit=PREVIEWED)
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
        return
    st.caption(f"A prompt by chance for each picture, one of {found.ways:,}. For instance:")
    cards.html(cards.chips(found.texts, "casino"))


@st.dialog("Past prompts", width="large")
def _history(persona: Persona) -> None:
    text = st.text_input("Find", type="search", key="history:text", placeholder="Words, any order")
    mine = st.toggle("Favourites only", key="history:mine")
    found = studio().prompts.history(
        text or "", persona.id, favourites_only=bool(mine), limit=SHOWN
    )
    if not found:
        st.caption(f"No prompt of {state.plain(persona.name)} matches yet.")
    for past in found:
        _past(past)


def _past(past: PastPrompt) -> None:
    with st.container(key=f"card-past-{past.id}", horizontal=True, vertical_alignment="center"):
        with st.container():
            st.markdown(state.plain(past.prompt))
            st.caption(f"Used {past.uses} ×")
        mark = ":material/star:" if past.favourite else ":material/star_outline:"
        label = "Not a favourite any more" if past.favourite else "Favourite"
        if st.button(mark, key=f"star-{past.id}", help=label, type="tertiary"):
            studio().prompts.favourite(past.id, not past.favourite)
            st.rerun(scope="fragment")
        if st.button("Use", key=f"past-{past.id}"):
            values = {f"{FORM}:prompt": past.prompt, f"{FORM}:negative": past.negative}
            brief_keys.fill_next(values)
            st.rerun()
