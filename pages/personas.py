"""Personas: who they are, how they look and write, and what they never do."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.personas import Identity, Persona, PersonaProfile
from pages._ui import cards, persona_view, shell, state
from pages._ui.commands import attempt
from pages._ui.session import studio

personas = studio().personas


def overview() -> None:
    """All personas, or the way to the first one."""
    shell.heading("Personas", "The characters you run: one voice, one look, kept consistent.")
    found = personas.list()
    if not found:
        st.space("small")
        shell.section(
            "Create your first persona", "Pick a character to start from; edit all of it."
        )
        persona_view.templates(personas.templates())
        return
    if st.button("New persona", type="primary", icon=":material/add:"):
        state.link(new="choose")
        st.rerun()
    persona_view.gallery(found)
    archived = personas.list(archived=True)
    if archived:
        with st.expander(f"Archived ({len(archived)})", icon=":material/archive:"):
            for persona in archived:
                _archived(persona)


def _archived(persona: Persona) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        cards.html(cards.person(persona.profile))
        if st.button("Bring back", key=f"back-{persona.id}", icon=":material/unarchive:"):
            attempt(lambda: personas.restore(persona.id), done=f"{persona.name} is back.")


def create(template: str) -> None:
    """A new persona, from a template or from nothing."""
    known = {found.slug: found for found in personas.templates()}
    if template not in known and template != persona_view.BLANK:
        shell.heading("New persona", "Pick a character to start from; everything can be edited.")
        persona_view.templates(personas.templates())
        if st.button("Start from nothing", icon=":material/note_add:"):
            state.link(new=persona_view.BLANK)
            st.rerun()
        return
    start = known[template].profile if template in known else PersonaProfile(Identity("", "", 25))
    shell.heading("New persona", "Edit, watch the result on the right, then create.")
    actions = st.container(horizontal=True, vertical_alignment="center")
    edited = persona_view.editor(f"new:{template}", start, None)
    if actions.button("Create persona", type="primary", icon=":material/check:"):
        attempt(
            lambda: personas.create(edited),
            done=f"{edited.identity.name} is ready.",
            form=f"new:{template}",
            then=lambda persona: state.link(new=None, persona=persona.id),
        )
    if actions.button("Cancel", type="tertiary"):
        state.link(new=None)
        st.rerun()


def edit(persona: Persona) -> None:
    """One persona in its tabs."""
    who = persona.profile.identity
    shell.heading(persona.name, f"@{who.handle} · revision {persona.revision.number}")
    form = f"persona:{persona.id}:{persona.version}"
    actions = st.container(horizontal=True, vertical_alignment="bottom")
    edited = persona_view.editor(form, persona.profile, persona)
    with actions:
        _actions(persona, edited, form)


def _actions(persona: Persona, edited: PersonaProfile, form: str) -> None:
    changed = edited != persona.profile
    reason = st.text_input(
        "Why this change", key=f"{form}:reason", placeholder="For the history", width=260
    )
    if st.button("Save revision", type="primary", icon=":material/save:", disabled=not changed):
        attempt(
            lambda: personas.revise(persona.id, edited, reason or "edited", persona.version),
            done="Saved as a new revision.",
            form=form,
        )
    name = state.plain(persona.name)
    question = f"Archive {name}? Nothing is deleted, and you can bring them back."
    with st.popover("Archive", icon=":material/archive:"):
        st.write(question)
        if st.button("Yes, archive", key="archive"):
            persona_view.archive(persona)
    if st.button("All personas", type="tertiary", icon=":material/arrow_back:"):
        state.link(persona=None)
        st.rerun()


opened, new = state.linked("persona"), state.linked("new")
if opened:
    edit(personas.get(opened))
elif new:
    create(new)
else:
    overview()
