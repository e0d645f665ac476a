"""All personas as cards: search, filter, and the templates a new one may start from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from html import escape

import streamlit as st

from gator_engine.domain.assets import Asset
from gator_engine.domain.persona_templates import PersonaTemplate
from gator_engine.domain.personas import Identity, Persona, PersonaProfile
from gator_engine.errors import NotFound
from pages._ui import cards, state
from pages._ui.commands import attempt
from pages._ui.session import studio

BLANK, IMPORT = "blank", "import"
A_PAGE = 24
_SHOWN = ("Current", "Archived")


def gallery(in_use: Sequence[Persona], archived: int) -> None:
    """Every persona that the search finds, as a card that opens it."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="gallery-bar"):
        sought = st.text_input(
            "Search", key="gallery:search", placeholder="Name, job, theme …", width=280
        )
        shown = _SHOWN[0]
        if archived:
            shown = st.segmented_control(
                "Show",
                _SHOWN,
                default=_SHOWN[0],
                required=True,
                format_func=lambda name: f"{name} ({archived})" if name == _SHOWN[1] else name,
                key="gallery:shown",
            )
    stored = in_use if shown == _SHOWN[0] else studio().personas.list(archived=True)
    found = [persona for persona in stored if _matches(persona, sought)]
    if not found:
        cards.html(f'<div class="g-soft">No persona matches “{escape(sought or shown)}”.</div>')
        return
    most = st.session_state.setdefault("gallery:most", A_PAGE)
    with st.grid(min_column_width=280, gap=18):
        faces = studio().identity.faces([persona.id for persona in found[:most]])
        for persona in found[:most]:
            _card(persona, faces.get(persona.id))
    if len(found) > most and st.button(f"Show more ({len(found) - most})", key="gallery:more"):
        st.session_state["gallery:most"] = most + A_PAGE
        st.rerun()


def _matches(persona: Persona, sought: str) -> bool:
    """Whether every word that was typed stands somewhere in what people know a persona by."""
    who = persona.profile.identity
    themes = (pillar.name for pillar in persona.profile.pillars)
    known = " ".join((who.name, who.handle, who.occupation, who.home_place, who.bio, *themes))
    return all(word in known.casefold() for word in sought.casefold().split())


def _card(persona: Persona, face: Asset | None) -> None:
    who = persona.profile.identity
    with st.container(key=f"card-{persona.id}", height="stretch"):
        cards.html(cards.person(persona.profile, f"{who.age}", cover=True, face=face))
        cards.html(f'<div class="g-soft g-two-lines">{escape(who.bio or who.occupation)}</div>')
        cards.html(cards.chips(pillar.name for pillar in persona.profile.pillars[:4]))
        with st.container(horizontal=True, vertical_alignment="center"):
            if persona.archived_at is not None:
                if st.button("Bring back", key=f"back-{persona.id}", icon=":material/unarchive:"):
                    attempt(
                        partial(studio().personas.restore, persona.id),
                        done=f"{persona.name} is back.",
                    )
                return
            if st.button("Open", key=f"open-{persona.id}", icon=":material/edit:"):
                state.link(persona=persona.id)
                st.rerun()
            st.page_link(
                "pages/create.py",
                label="Create with",
                icon=":material/auto_awesome:",
                query_params={"persona": persona.id},
            )


def templates(found: Sequence[PersonaTemplate]) -> None:
    """Starting points for a new persona."""
    with st.grid(min_column_width=280, gap=18):
        for template in found:
            with st.container(key=f"card-template-{template.slug}", height="stretch"):
                cards.html(cards.person(template.profile, template.title, cover=True))
                cards.html(f'<div class="g-soft">{escape(template.tagline)}</div>')
                cards.html(cards.chips(pillar.name for pillar in template.profile.pillars))
                if st.button(
                    "Start from this", key=f"from-{template.slug}", icon=":material/arrow_forward:"
                ):
                    state.link(new=template.slug)
                    st.rerun()
                if template.own and st.button(
                    "Forget", key=f"forget-{template.slug}", type="tertiary"
                ):
                    attempt(
                        partial(studio().personas.forget_template, template.slug),
                        done=f"{template.title} is no template any more.",
                    )


def beginning(source: str) -> PersonaProfile | None:
    """The profile behind a template's slug, the id of a persona to copy, or "blank"."""
    known = {found.slug: found.profile for found in studio().personas.templates()}
    if source in known:
        return known[source]
    if source == BLANK:
        return PersonaProfile(Identity("", "", 25))
    try:
        profile = studio().personas.get(source).profile
    except NotFound:
        return None
    return replace(
        profile, identity=replace(profile.identity, handle=f"{profile.identity.handle[:25]}-copy")
    )
