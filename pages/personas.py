"""Personas: who they are, how they look and write, and what they never do."""

from __future__ import annotations

import streamlit as st

from gator_engine.domain.personas import Persona, PersonaProfile
from pages._ui import persona_actions, persona_files, persona_gallery, persona_view, shell, state
from pages._ui.commands import attempt
from pages._ui.persona_help import current, forget, panel, start
from pages._ui.session import studio

personas = studio().personas


def overview() -> None:
    """All personas, or the way to the first one."""
    shell.heading("Personas", "The characters you run: one voice, one look, kept consistent.")
    archived = len(personas.list(archived=True))
    in_use = personas.list()
    if not archived and not in_use:
        st.space("small")
        shell.section(
            "Create your first persona", "Pick a character to start from; edit all of it."
        )
        persona_gallery.templates(personas.templates())
        _other_ways()
        return
    with st.container(horizontal=True):
        if st.button("New persona", type="primary", icon=":material/add:"):
            _to(new="choose")
        if st.button("Import", icon=":material/upload_file:"):
            _to(new=persona_gallery.IMPORT)
    persona_gallery.gallery(in_use, archived)


def _to(**ids: str | None) -> None:
    state.link(**ids)
    st.rerun()


def _other_ways() -> None:
    with st.container(horizontal=True):
        if st.button("Start from nothing", icon=":material/note_add:"):
            _to(new=persona_gallery.BLANK)
        if st.button("Bring one in from a file", icon=":material/upload_file:"):
            _to(new=persona_gallery.IMPORT)


def choose() -> None:
    """Where a new persona starts."""
    shell.heading("New persona", "Pick a character to start from; everything can be edited.")
    persona_gallery.templates(personas.templates())
    _other_ways()


def create(source: str, begin: PersonaProfile) -> None:
    """A new persona, edited from a template, a copy, or nothing."""
    form = current(f"new:{source}")
    shell.heading("New persona", "Edit, watch the result beside it, then create.")
    actions, help = st.container(horizontal=True, vertical_alignment="center"), st.container()
    edited = persona_view.editor(form, start(form, begin), None)
    with help:
        panel(form, edited)
    if actions.button("Create persona", type="primary", icon=":material/check:"):
        attempt(
            lambda: personas.create(edited),
            done=f"{edited.identity.name} is ready.",
            form=form,
            then=lambda persona: _created(form, persona),
        )
    if actions.button("Cancel", type="tertiary"):
        forget(form)
        _to(new=None)


def _created(form: str, persona: Persona) -> None:
    forget(form)
    state.link(new=None, persona=persona.id)


def edit(persona: Persona) -> None:
    """One persona in its tabs."""
    who, form = persona.profile.identity, current(f"persona:{persona.id}:{persona.version}")
    shell.heading(persona.name, f"@{who.handle} · revision {persona.revision.number}")
    actions, help = st.container(horizontal=True, vertical_alignment="bottom"), st.container()
    edited = persona_view.editor(form, start(form, persona.profile), persona)
    with actions:
        persona_actions.bar(persona, edited, form)
    with help:
        panel(form, edited)


opened, new = state.linked("persona"), state.linked("new")
begin = persona_gallery.beginning(new) if new else None
if opened:
    edit(personas.get(opened))
elif new == persona_gallery.IMPORT:
    persona_files.bring_in()
elif new and begin:
    create(new, begin)
elif new:
    choose()
else:
    overview()
