"""The personas page's parts: the gallery, the templates, and the editor with its live result."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import streamlit as st

from gator_engine.domain.persona_templates import PersonaTemplate
from gator_engine.domain.personas import Persona, PersonaProfile
from gator_engine.errors import GatorError, InvalidInput
from gator_engine.ports import Caption
from pages._ui import cards, forms, history, persona_form, shell, state
from pages._ui.commands import attempt
from pages._ui.session import studio

BLANK = "blank"


def gallery(personas: Sequence[Persona]) -> None:
    """Every persona as a card that opens it."""
    with st.grid(min_column_width=280, gap=18):
        for persona in personas:
            _card(persona)


def _card(persona: Persona) -> None:
    who = persona.profile.identity
    with st.container(key=f"card-{persona.id}", height="stretch"):
        cards.html(cards.person(persona.profile, f"{who.age}", cover=True))
        cards.html(f'<div class="g-soft">{escape(who.bio or who.occupation)}</div>')
        cards.html(cards.chips(pillar.name for pillar in persona.profile.pillars[:4]))
        with st.container(horizontal=True, vertical_alignment="center"):
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


def editor(form: str, was: PersonaProfile, persona: Persona | None) -> PersonaProfile:
    """Tabs on the left, what they do to prompt and caption on the right; returns the edit."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        edited = _tabs(form, was, persona)
    with right, st.container(key="well-live"):
        _live(edited)
    return edited


def _tabs(form: str, was: PersonaProfile, persona: Persona | None) -> PersonaProfile:
    names = ["Identity", "Appearance", "Voice", "Content", "Boundaries", "Brand"]
    tabs = st.tabs([*names, "History"] if persona else names)
    with tabs[0]:
        who = persona_form.identity(form, was.identity)
    with tabs[1]:
        looks = persona_form.appearance(form, was.appearance)
    with tabs[2]:
        writes = persona_form.voice(form, was.voice)
    with tabs[3]:
        themes = persona_form.pillars(form, was.pillars)
    with tabs[4]:
        platforms = [info.capabilities for info in studio().accounts.platforms()]
        never = persona_form.boundaries(form, was.boundaries, platforms)
    with tabs[5]:
        design = persona_form.brand(form, was.brand, _design_choices())
    if persona:
        with tabs[6]:
            history.show(persona)
    return PersonaProfile(who, looks, writes, themes, never, design)


def _design_choices() -> dict[str, tuple[str, ...]]:
    """What a brand may name: what the templates use and the generators on board offer."""
    brands = [template.profile.brand for template in studio().personas.templates()]
    names = ("typeface", "background", "avatar_style")
    found = {name: dict.fromkeys(getattr(brand, name) for brand in brands) for name in names}
    for info in studio().generation.generators():
        for option in info.capabilities.options:
            if option.name in found:
                found[option.name] |= dict.fromkeys(option.choices)
    return {
        name: tuple(sorted(set(values) - {"persona", "auto"})) for name, values in found.items()
    }


def _live(profile: PersonaProfile) -> None:
    shell.section("How it comes out", "Changes as you edit; nothing is saved yet.")
    outfits = [outfit.context for outfit in profile.appearance.wardrobe if outfit.context]
    outfit = st.pills("Outfit", outfits, key="live-outfit") if outfits else None
    cards.html('<div class="g-eyebrow">Picture prompt</div>')
    try:
        cards.prompt(
            studio().personas.compile_picture(profile, "portrait, looking at us", outfit or "")
        )
    except InvalidInput as error:
        for problem in error.problems:
            forms.complain(problem)
    _sample(profile)


def _sample(profile: PersonaProfile) -> None:
    cards.html('<div class="g-eyebrow">A caption in this voice</div>')
    ideas = [idea for pillar in profile.pillars for idea in pillar.example_ideas]
    topic = ideas[0] if ideas else "a small win today"
    try:
        caption = studio().writing.sample(profile, topic)
    except GatorError as error:
        cards.html(f'<div class="g-soft">No sample: {escape(str(error))}</div>')
        return
    tags = " ".join(caption.hashtags)
    words = caption.text if tags in caption.text else f"{caption.text}\n\n{tags}"
    cards.html(
        f'<div class="g-preview"><div class="words">{escape(words)}</div>'
        f'<div class="label">About “{escape(topic)}” · {escape(_writer(caption))}</div></div>'
    )
    for finding in studio().personas.voice_findings(caption.text, profile):
        cards.html(f'<div class="g-soft">Leaves the voice: {escape(finding.message)}</div>')
    with st.expander("Instructions for the caption writer", icon=":material/description:"):
        st.text(studio().personas.compile_voice(profile))


def _writer(caption: Caption) -> str:
    labels = {writer.slug: writer.label for writer in studio().writing.writers()}
    return labels.get(caption.written_by, caption.written_by)


def archive(persona: Persona) -> None:
    """Put a persona away, with the way back."""
    attempt(
        lambda: studio().personas.archive(persona.id),
        done=f"{persona.name} is archived.",
        then=lambda _: state.link(persona=None),
        undo=lambda: studio().personas.restore(persona.id),
    )
