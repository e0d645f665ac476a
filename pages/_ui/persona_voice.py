"""What a voice check found, and a text of one's own brought into the voice."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from gator_engine.domain.personas import Persona, PersonaProfile
from gator_engine.domain.voice import VoiceFinding
from gator_engine.errors import GatorError
from pages._ui import cards
from pages._ui.errors import explain
from pages._ui.icons import icon
from pages._ui.session import studio


def checker(profile: PersonaProfile, persona: Persona | None) -> None:
    """A text of one's own against the voice; a language model, where one is ready, mends it."""
    own = st.text_area("Your text", key="live-check", height=110)
    if not own.strip():
        return
    findings(studio().personas.voice_findings(own, profile))
    if persona is None or studio().fill_in.missing():
        return
    if st.button("Rewrite to fit", icon=":material/auto_fix_high:", key="live-rewrite"):
        _rewrite(persona, own)


def _rewrite(persona: Persona, text: str) -> None:
    """By the voice that is saved, which is the one that captions are written in."""
    try:
        with st.spinner("Rewriting"):
            mended = studio().writing.rewrite(persona.id, text)
    except GatorError as error:
        said = explain(error)
        st.error(f"{said.title}. {said.text}", icon=":material/error:")
        return
    cards.html(f'<div class="g-preview"><div class="words">{escape(mended.text)}</div></div>')
    findings(mended.after)


def findings(found: Sequence[VoiceFinding]) -> None:
    """Each finding: the rule, the words it is about, and how to put it right."""
    if not found:
        said = "In this voice: no rule objects."
        cards.html(f'<div class="g-state good">{icon("check_circle")} {said}</div>')
        return
    for one in found:
        cards.html(_finding(one))


def _finding(one: VoiceFinding) -> str:
    rule = (one.rule or "voice").replace("_", " ").capitalize()
    where = f" · “{escape(one.excerpt)}”" if one.excerpt else ""
    fix = f'<div class="g-soft">{escape(one.fix)}</div>' if one.fix else ""
    said = escape(one.message[:1].upper() + one.message[1:])
    return (
        f'<div class="g-finding"><div class="g-eyebrow">{icon("edit_note")} {escape(rule)}{where}'
        f"</div><div>{said}</div>{fix}</div>"
    )
