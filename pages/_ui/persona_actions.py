"""What one can do with the persona that is open: save, copy, take out, put away."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.personas import Persona, PersonaProfile
from pages._ui import persona_files, state
from pages._ui.commands import attempt
from pages._ui.persona_help import forget
from pages._ui.session import studio


def bar(persona: Persona, edited: PersonaProfile, form: str) -> None:
    """The buttons above the tabs."""
    changed = edited != persona.profile
    reason = st.text_input(
        "Why this change", key=f"{form}:reason", placeholder="For the history", width=220
    )
    if st.button("Save revision", type="primary", icon=":material/save:", disabled=not changed):
        attempt(
            lambda: studio().personas.revise(
                persona.id, edited, reason or "edited", persona.version
            ),
            done="Saved as a new revision.",
            form=form,
            then=lambda _: forget(form),
        )
    persona_files.export(persona)
    _more(persona)
    if st.button("All personas", type="tertiary", icon=":material/arrow_back:"):
        state.link(persona=None)
        st.rerun()


def _more(persona: Persona) -> None:
    with st.popover("More", icon=":material/more_horiz:"):
        if st.button("Duplicate", icon=":material/content_copy:", width="stretch"):
            state.link(persona=None, new=persona.id)
            st.rerun()
        with st.expander("Save as template", icon=":material/bookmark_add:"):
            _template(persona)
        with st.expander("Archive", icon=":material/archive:"):
            st.write(
                f"Archive {state.plain(persona.name)}? Nothing is deleted, and you can bring"
                " them back."
            )
            if st.button("Yes, archive", key="archive"):
                _archive(persona)


def _template(persona: Persona) -> None:
    title = st.text_input("Title", key=f"template:{persona.id}:title")
    tagline = st.text_input("What it is for", key=f"template:{persona.id}:line")
    if st.button("Save the template", key="save-template"):
        attempt(
            lambda: studio().personas.save_template(persona.id, title, tagline),
            done="It is among the templates of new personas.",
        )


def _archive(persona: Persona) -> None:
    attempt(
        lambda: studio().personas.archive(persona.id),
        done=f"{persona.name} is archived.",
        then=lambda _: state.link(persona=None),
        undo=lambda: studio().personas.restore(persona.id),
    )
